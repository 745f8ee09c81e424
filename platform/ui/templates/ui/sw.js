{% load static %}/* Pages come from the network; without one, a kept page or a page that says so. */
const CACHE = "balai-{{ version }}";
const KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
{% if device %}const DEVICE = {{ device|safe }};
importScripts("{% static 'ui/device-worker.js' %}");
{% endif %}addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  const isPage = request.mode === "navigate";
  if (request.method === "POST") {
    {% if device %}if (isPage && pathname === DEVICE.signOut) event.respondWith(Device.signOut(request));
    else if (isPage && Device.isOurs(pathname)) event.respondWith(Device.submit(event));
    {% endif %}return; // of other forms the browser itself offers to send them again
  }
  if (request.method !== "GET") return;
  if (isPage) {
    {% if device %}event.respondWith(Device.page(event));
    {% else %}event.respondWith(fetch(request).catch(() => caches.match("/luring/")));
    {% endif %}} else if (KEPT.includes(pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept || fetch(request)));
  }
});
