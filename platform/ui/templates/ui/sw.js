{% load static %}/* Pages come from the network; without one, a kept page or a page that says so. */
const CACHE = "balai-{{ version }}";
const KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
{% if device %}const DEVICE = {{ device|safe }};
importScripts("{% static 'ui/device-worker.js' %}");
{% endif %}{% if alone %}const ALONE = {{ alone|safe }};
const DATA = "balai-data"; // outlives versions: what was fetched last is better than nothing
const DATA_EVERY = 6 * 3600 * 1000;
const stamp = (path) => `${path}?kept-at`;
const renew = async () => {
  const cache = await caches.open(DATA);
  for (const path of ALONE.data) {
    const kept = Number(await (await cache.match(stamp(path)))?.text()) || 0;
    if (Date.now() - kept < DATA_EVERY) continue;
    const answer = await fetch(path, { cache: "no-cache", credentials: "omit" }).catch(() => null);
    if (!answer?.ok) continue;
    await cache.put(path, answer);
    await cache.put(stamp(path), new Response(String(Date.now())));
  }
};
const soon = (milliseconds) =>
  new Promise((_, failed) => setTimeout(() => failed(new TypeError("no answer")), milliseconds));
const checked = (request) =>
  Promise.race([fetch(request), soon(8000)]).catch(() => caches.match(ALONE.page));
{% endif %}addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE && name !== "balai-data").map((name) => caches.delete(name))))
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
  {% if alone %}if (isPage) event.waitUntil(renew().catch(() => {}));
  if (isPage && pathname.startsWith(ALONE.start)) {
    event.respondWith(checked(request));
    return;
  }
  {% endif %}if (isPage) {
    {% if device %}event.respondWith(Device.page(event));
    {% else %}event.respondWith(fetch(request).catch(() => caches.match("/luring/")));
    {% endif %}} else if (KEPT.includes(pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept || fetch(request)));
  }
});
