/* The call screen of a waiting room: asks every few seconds who was called, says when it cannot, and
   sounds a bell once somebody has switched it on. Runs for days: it never grows. */
(() => {
  "use strict";
  const main = document.querySelector("[data-calls]");
  if (!main) return;
  const shown = main.querySelector("[data-shown]");
  const lost = document.querySelector("[data-lost]");
  const clock = document.querySelector("[data-clock]");
  const bell = document.querySelector("[data-sound]");
  const EVERY = 3000;
  const AFTER = 10000; // without an answer: the connection is lost
  const ANEW = 6 * 3600 * 1000; // the page itself, for a release that came meanwhile
  const began = Date.now();
  let version = "";
  let answered = Date.now();
  let sound = null;

  const time = (at) =>
    new Intl.DateTimeFormat("id-ID", {
      hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.zone,
    }).format(at);

  const ring = () => {
    if (!sound) return;
    [659, 523].forEach((pitch, place) => {
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      const from = sound.currentTime + place * 0.45;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, from);
      loud.gain.exponentialRampToValueAtTime(0.4, from + 0.03);
      loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.9);
      tone.connect(loud).connect(sound.destination);
      tone.start(from);
      tone.stop(from + 1);
    });
  };

  const called = () => shown.querySelector("[data-call]")?.dataset.call;

  const ask = async () => {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), AFTER);
    try {
      const answer = await fetch(main.dataset.calls, {
        cache: "no-store", redirect: "manual", signal: stop.signal,
        headers: version ? { "If-None-Match": version } : {},
      });
      if (answer.status === 404) {
        location.reload(); // unpaired: the page asks for a code
        return;
      }
      if (answer.status === 200) {
        const before = called();
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        shown.replaceChildren(...fresh.body.childNodes);
        version = answer.headers.get("ETag") || "";
        if (called() !== before) ring();
      }
      if (answer.status === 200 || answer.status === 304) answered = Date.now();
    } catch {
      // no connection; said below
    } finally {
      clearTimeout(limit);
    }
  };

  const look = () => {
    const now = Date.now();
    clock.textContent = time(now);
    const isLost = now - answered > AFTER + EVERY;
    if (isLost && lost.hidden) lost.querySelector("[data-since]").textContent = time(answered);
    lost.hidden = !isLost;
    if (!isLost && now - began > ANEW && !sound) location.reload();
  };

  const round = async () => {
    await ask();
    setTimeout(round, EVERY);
  };
  round();
  look();
  setInterval(look, 1000);

  bell.hidden = false;
  bell.addEventListener("click", () => {
    sound = new AudioContext();
    sound.resume();
    bell.hidden = true;
    ring();
  });
  // A tablet must not fall asleep; a television ignores it.
  const stayAwake = () => {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
  };
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
})();
