/* What was typed and not taken outlives what came between: a session that had run out, an error
   page, the way back. It stays in this tab, comes back to whoever typed it only, and is forgotten
   as soon as a page has taken it, at sign-out, and at any page of somebody else. */
(() => {
  "use strict";
  const KEY = "balai:isian";
  const LEFT_OUT = "[type=file], [type=password], [autocomplete=one-time-code], [name=csrfmiddlewaretoken], [name=_asked], button";
  const words = JSON.parse(document.getElementById("kata")?.textContent || "{}");
  const word = (text) => words[text] || text;
  const who = document.querySelector("[data-siapa]")?.dataset.siapa || ""; // empty: nobody is signed in

  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  };
  const write = (entry) => {
    try {
      if (entry) sessionStorage.setItem(KEY, JSON.stringify(entry));
      else sessionStorage.removeItem(KEY);
    } catch {
      // full, or forbidden by the browser: then nothing is kept, as before
    }
  };
  const forms = () =>
    Array.from(document.forms).filter(
      (form) => form.method === "post" && !form.querySelector("[type=password]"),
    );
  const controls = (form) =>
    Array.from(form.elements).filter((one) => one.name && !one.matches(LEFT_OUT));
  // Which form of which address: several on a page may go to the same one.
  const named = (form) => {
    const same = forms().filter((other) => other.action === form.action);
    return `${form.action}#${same.indexOf(form)}`;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !forms().includes(form)) return;
    if (new URL(form.action).pathname === "/keluar/") {
      write(null);
      return;
    }
    const typed = controls(form).map((one) => [one.name, one.value, Boolean(one.checked)]);
    if (controls(form).some((one) => one.type !== "hidden")) {
      write({ who, form: named(form), typed, refused: false });
    }
  });

  const isChoice = (one) => one.type === "radio" || one.type === "checkbox";
  const restore = (form, typed) => {
    let changed = false;
    const left = [...typed];
    for (const one of controls(form)) {
      const at = left.findIndex(
        ([name, value]) => name === one.name && (!isChoice(one) || value === one.value),
      );
      if (at < 0) continue;
      const [[, value, checked]] = left.splice(at, 1);
      if (isChoice(one) ? one.checked === checked : one.value === value) continue;
      if (isChoice(one)) one.checked = checked;
      else one.value = value;
      changed ||= one.type !== "hidden";
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (!changed) return;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    for (const fold of [form.closest("details"), ...form.querySelectorAll("details")]) {
      if (fold) fold.open = true;
    }
    const note = document.createElement("p");
    note.className = "notice warn";
    note.setAttribute("role", "status");
    note.textContent = word("Isian Anda yang tadi belum tersimpan kami kembalikan. Periksa, lalu kirim.");
    form.prepend(note);
  };

  const wrong = document.querySelector(".errors");
  const entry = read();
  if (entry) {
    const form = forms().find((one) => named(one) === entry.form);
    const came = performance.getEntriesByType("navigation")[0]?.type;
    if (who && who !== entry.who) {
      write(null); // a counter's computer: another person sits here now
    } else if (wrong || document.querySelector("[type=password]")) {
      write({ ...entry, refused: true });
    } else if (form && (entry.refused || came !== "navigate")) {
      restore(form, entry.typed);
    } else {
      write(null);
    }
  }

  // The answer to a refused form is no page to come back to: coming back opens the page the form
  // stands on, instead of asking whether to send it again.
  const status = performance.getEntriesByType("navigation")[0]?.responseStatus || 0;
  if (wrong && status >= 400) {
    for (const form of document.forms) form.setAttribute("action", form.action);
    for (const link of document.querySelectorAll("a[href^='?']")) link.setAttribute("href", link.href);
    const from = document.referrer.startsWith(`${location.origin}/`)
      ? new URL(document.referrer)
      : location;
    history.replaceState(history.state, "", from.pathname === location.pathname ? location.href : from.href);
  }
})();
