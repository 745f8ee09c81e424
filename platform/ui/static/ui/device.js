/* Says on each page of an area that is kept on this device (device-worker.js) what is waiting for a
   signal, what was sent, and what was not taken. */
(() => {
  "use strict";
  const here = document.querySelector("[data-device]");
  const worker = navigator.serviceWorker;
  if (!here || !worker) return;
  const areas = here.dataset.device.split(" ");
  const { outbox } = here.dataset;
  const main = document.getElementById("utama");
  const list = document.querySelector("[data-forms]");

  const ask = (question) =>
    new Promise((done) => {
      if (!worker.controller) return done(null);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => done(event.data);
      worker.controller.postMessage(question, [port2]);
    });
  const make = (name, words = "", more = {}) => {
    const made = Object.assign(document.createElement(name), more);
    made.textContent = words;
    return made;
  };
  const hour = (moment) => {
    const at = new Date(moment);
    const clock = at.toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" });
    const isToday = at.toDateString() === new Date().toDateString();
    return isToday ? `pukul ${clock}` : `${at.toLocaleDateString("id-ID", { day: "numeric", month: "long" })} pukul ${clock}`;
  };

  // What a form is about, for the list of what waits: its button with the name only heard.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const { pathname } = new URL(form.action);
      if (form.method !== "post" || !areas.some((start) => pathname.startsWith(start))) return;
      const pressed = event.submitter || form.querySelector("button:not([type=button])");
      const button = (pressed?.textContent || "").replace(/\s+/g, " ").trim();
      const title = (document.querySelector("main h1")?.textContent || "").replace(/\s+/g, " ").trim();
      const said = button.includes(":") || !title ? button : `${title}: ${button}`;
      const who = document.querySelector("[data-siapa]")?.dataset.siapa || "";
      const more = [["_said", said], ["_from", location.pathname + location.search], ["_who", who]];
      if (form.matches("[role=search], [data-now]")) more.push(["_now", "1"]);
      for (const [name, value] of more) {
        form.querySelector(`[name=${name}]`)?.remove();
        form.append(make("input", "", { type: "hidden", name, value }));
      }
    },
    true,
  );

  const line = make("div", "", { className: "notices" });
  line.setAttribute("role", "status");
  main.prepend(line);
  const say = (tone, words, link) => {
    const note = make("p", words, { className: `notice ${tone}` });
    if (link) note.append(" ", make("a", link, { href: outbox }));
    line.append(note);
  };

  const keptAt = Number(document.querySelector("meta[name=kept-at]")?.content || 0);
  if (keptAt) { // opened anew without the server: what is pressed now is no repetition
    for (const one of document.querySelectorAll("[name=_key]")) one.value = crypto.randomUUID();
  }
  /* What was answered is not answered again. A form that sends to its own page may be sent many
     times, unless it says data-once. */
  const markForms = (rows) => {
    // data-once may say in which words it was. Of forms for several kinds on one page, those of the
    // kind that was sent are meant. A link with data-still leads there even so.
    for (const form of document.forms) {
      const path = new URL(form.action, location.href).pathname;
      const isRepeated = path === location.pathname && form.dataset.once === undefined;
      const { kind } = form.elements;
      const ofKind = (row) => kind?.type !== "hidden" || kind.value === (row.kind ?? kind.value);
      if (form.hidden || isRepeated || !rows.some((row) => row.path === path && ofKind(row))) continue;
      form.hidden = true;
      const words = form.dataset.once || "Sudah Anda jawab; dikirim begitu ada sinyal.";
      form.after(make("p", words, { className: "notice warn" }));
    }
    for (const link of main.querySelectorAll("a[href]")) {
      if (rows.some((row) => row.path === link.pathname && link.pathname !== location.pathname)) {
        if (link.dataset.still === undefined) link.hidden = true;
        else if (!link.querySelector("[data-stuck]")) {
          const tag = make("span", STATES.waiting[1], { className: "tag warn" });
          tag.dataset.stuck = "";
          link.append(tag);
        }
      }
    }
  };
  /* A page that was kept on an earlier day still proposes today. */
  const proposeToday = () => {
    const two = (number) => String(number).padStart(2, "0");
    const day = new Date();
    const written = `${two(day.getDate())}-${two(day.getMonth() + 1)}-${day.getFullYear()}`;
    for (const one of document.querySelectorAll("[data-today]")) one.value = written;
  };
  const STATES = {
    waiting: ["warn", "menunggu sinyal"],
    sent: ["ok", "terkirim"],
    refused: ["stop", "tidak diterima"],
  };
  const openAgain = (row) => {
    const who = document.querySelector("[data-siapa]")?.dataset.siapa || "";
    const form = `${location.origin}${row.path}#0`;
    const typed = row.typed.map(([name, value]) => [name, value, true]);
    try {
      sessionStorage.setItem("balai:isian", JSON.stringify({ who, form, typed, refused: true }));
    } catch {
      // kept nowhere: the page opens empty
    }
    location.href = row.from || areas[0];
  };
  const drop = async (row) => {
    const isWaiting = row.state === "waiting";
    if (isWaiting && !confirm("Hapus kiriman ini? Yang dihapus tidak akan terkirim.")) return;
    await ask({ ask: "drop", id: row.id });
    show();
  };
  const item = (row) => {
    const entry = make("li");
    const head = make("div", "", { className: "row between" });
    const about = make("span");
    about.append(make("b", row.said || "Kiriman"), make("br"));
    const when = row.sent ? `terkirim ${hour(row.sent)}, ditekan ${hour(row.at)}` : `ditekan ${hour(row.at)}`;
    about.append(make("span", when, { className: "small muted" }));
    const [tone, words] = STATES[row.state];
    head.append(about, make("span", words, { className: `tag ${tone}` }));
    entry.append(head);
    if (row.words) entry.append(make("p", row.words, { className: "gap-small" }));
    const acts = make("p", "", { className: "row tight gap-small" });
    if (row.state === "refused" && row.typed.length) {
      const again = make("button", "Buka lagi isiannya", { type: "button", className: "btn slim" });
      again.addEventListener("click", () => openAgain(row));
      acts.append(again);
    }
    if (row.state !== "sent") {
      const away = make("button", "Hapus", { type: "button", className: "btn slim" });
      away.setAttribute("aria-label", `Hapus: ${row.said}`);
      away.addEventListener("click", () => drop(row));
      acts.append(away);
    }
    if (acts.children.length) entry.append(acts);
    return entry;
  };
  const show = async () => {
    const rows = (await ask({ ask: "list" })) || [];
    const of = (state) => rows.filter((row) => row.state === state);
    const [stuck, refused] = [of("waiting"), of("refused")];
    line.replaceChildren();
    if (keptAt) say("warn", `Tanpa sinyal. Halaman ini disimpan di ponsel ${hour(keptAt)}.`);
    if (stuck.length && !list) {
      say("warn", `${stuck.length} kiriman menunggu sinyal, dan dikirim sendiri begitu ada.`, "Lihat");
    }
    if (refused.length && !list) say("stop", `${refused.length} kiriman tidak diterima.`, "Lihat sebabnya");
    const done = of("sent").filter((row) => row.sent > performance.timeOrigin);
    if (done.length && !list) {
      say("ok", `${done.length} kiriman baru saja terkirim.`, "Lihat");
    }
    markForms(stuck);
    if (!list) return;
    if (new URLSearchParams(location.search).has("stay") && stuck.length) {
      say("stop", "Belum bisa keluar: masih ada kiriman yang menunggu sinyal. Tunggu, atau hapus kirimannya.");
    }
    if (new URLSearchParams(location.search).has("ended") && refused.length) {
      say("stop", "Jabatan Anda di sini sudah berakhir. Kiriman di bawah ini tidak sampai: catat isinya, lalu hapus.");
    }
    list.replaceChildren(...rows.reverse().map(item));
    document.querySelector("[data-forms-none]").hidden = rows.length > 0;
  };

  // Being told on this device when somebody waits: offered on the area's first page.
  const offerNotices = async () => {
    const isFirst = areas.includes(location.pathname);
    if (!isFirst || keptAt || !("PushManager" in window) || Notification.permission === "denied") return;
    const push = await ask({ ask: "push" });
    if (!push?.key) return;
    const manager = (await worker.ready).pushManager;
    const place = make("p", "", { className: "gap-top" });
    const button = make("button", "", { type: "button", className: "btn wide" });
    place.append(button);
    main.append(place);
    const send = async (path, values) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(values)) body.append(name, value);
      const headers = { Accept: "application/json", "X-In-Background": "1" };
      const facts = await fetch(here.dataset.facts, { headers, redirect: "manual" });
      const { token } = await facts.json();
      const sent = await fetch(path, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!sent.ok) throw new Error(String(sent.status));
    };
    const base64 = (buffer) =>
      btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    const label = async () => {
      const isOn = Boolean(await manager.getSubscription());
      button.textContent = isOn ? "Jangan kabari saya lagi di ponsel ini" : "Kabari saya di ponsel ini bila ada yang menunggu";
    };
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const known = await manager.getSubscription();
        if (known) {
          await send(push.unsubscribe, { endpoint: known.endpoint });
          await known.unsubscribe();
        } else {
          const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: push.key });
          const keys = { p256dh: base64(made.getKey("p256dh")), auth: base64(made.getKey("auth")) };
          await send(push.subscribe, { endpoint: made.endpoint, ...keys }).catch(async (error) => {
            await made.unsubscribe();
            throw error;
          });
        }
        await label();
      } catch {
        place.append(make("span", "Belum bisa. Izinkan pemberitahuan di peramban Anda, lalu coba lagi.", { className: "small muted" }));
      }
      button.disabled = false;
    });
    await label();
  };

  worker.addEventListener("message", (event) => {
    if (event.data?.device === "changed") show();
  });
  const flush = async () => {
    await ask({ ask: "flush" });
    await show();
  };
  addEventListener("online", flush);
  setInterval(async () => {
    if (((await ask({ ask: "list" })) || []).some((row) => row.state === "waiting")) flush();
  }, 30000);
  if (keptAt) proposeToday();
  addEventListener("pageshow", (event) => event.persisted && show());
  worker.ready.then(async () => {
    await show();
    await ask({ ask: "flush" });
    await ask({ ask: "warm" });
    await show();
    await offerNotices();
  });
})();
