/* At a kiosk: counts down when nobody touches the screen, then ends the turn; reports touches to
   the server, which ends it by itself when nothing is reported. Nothing typed is kept. */
(() => {
  "use strict";
  try {
    sessionStorage.clear();
  } catch {
    // forbidden by the browser: then nothing was kept either
  }
  // A page that the browser kept alive shows somebody who may have left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  const form = document.getElementById("kiosk-selesai");
  const dialog = document.getElementById("kiosk-diam");
  if (!form || !dialog) return;
  const LIMIT = Number(form.dataset.kiosk) * 1000;
  const COUNTDOWN = Number(form.dataset.countdown) * 1000;
  const REPORT_EVERY = 20000;
  const left = dialog.querySelector("[data-left]");
  let touched = Date.now();
  let reported = 0;

  const report = () => {
    reported = Date.now();
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(form.dataset.report, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" })
      .then((answer) => {
        if (answer.status !== 204) location.replace("/");
      })
      .catch(() => {
        reported = 0; // no connection: the next touch reports
      });
  };
  const touch = () => {
    if (dialog.open) return; // counting down: only the button says that somebody is there
    touched = Date.now();
    if (touched - reported > REPORT_EVERY) report();
  };
  for (const kind of ["pointerdown", "keydown", "input", "scroll", "wheel", "touchmove"]) {
    addEventListener(kind, touch, { passive: true, capture: true });
  }
  const stay = () => {
    dialog.close();
    touched = Date.now();
    report();
  };
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  const clock = setInterval(() => {
    const remaining = LIMIT - (Date.now() - touched);
    if (remaining <= 0) {
      clearInterval(clock);
      document.querySelector("main")?.replaceChildren(); // also when the server cannot be reached
      dialog.close();
      form.submit();
      return;
    }
    if (remaining <= COUNTDOWN && !dialog.open) dialog.showModal();
    if (dialog.open) left.textContent = String(Math.ceil(remaining / 1000));
  }, 500);
  report();
})();
