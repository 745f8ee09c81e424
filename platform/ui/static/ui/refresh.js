/* Parts of a page that go out of date: each [data-refresh="15"] with an id is fetched anew from the
   page itself every so many seconds, while somebody looks at it and nothing in it is open or in use. */
(() => {
  "use strict";
  const parts = [...document.querySelectorAll("[data-refresh][id]")];
  if (!parts.length) return;
  const every = Math.min(...parts.map((part) => Number(part.dataset.refresh))) * 1000;

  const isUsed = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const other = fresh.getElementById(part.id);
        if (other && !isUsed(part) && other.innerHTML !== part.innerHTML) {
          part.replaceChildren(...other.childNodes);
        }
      }
    } catch {
      // no connection: the next round tries again
    }
  };
  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
})();
