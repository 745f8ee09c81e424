{% load static %}/* Pages always come from the network; without one, a page says so instead of the browser. */
const CACHE = "balai-{{ version }}";
const KEPT = ["/luring/", "{% static 'ui/balai.css' %}", "{% static 'ui/icons.svg' %}", "{% static 'ui/fonts/plus-jakarta-sans.woff2' %}"];
addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
  );
});
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return; // the browser itself offers to send a form again
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match("/luring/")));
  } else if (KEPT.includes(path)) {
    event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept || fetch(event.request)));
  }
});
