/* Part of the service worker. Keeps the pages of one area on this device, sealed, and sends what was
   pressed there without a signal when the signal returns: each form once, in order. `DEVICE` names
   the area and its addresses (platform/ui/device.py); the key that seals never leaves the browser. */
"use strict";

const Device = ((places) => {
  const PATIENCE = { page: 8000, form: 20000 }; // milliseconds without an answer
  const WARM_EVERY = 10 * 60 * 1000;
  const FORGET = 30 * 24 * 3600 * 1000; // forms that were never taken, once that was told
  const UNANSWERED = 24 * 3600 * 1000; // how long a press without an answer is recognised again
  const TOLD = 20; // sent forms that are still listed

  const ENDED =
    "Jabatan Anda berakhir sebelum kiriman ini sampai. Sampaikan isinya kepada pengurus yang baru.";
  const TOO_OLD = "Sudah lebih dari 30 hari menunggu, jadi tidak dikirim lagi. Buka lagi isiannya bila masih perlu.";
  const OF_THE_PAGE = new Set(["csrfmiddlewaretoken", "_key", "_who", "_said", "_from", "_now"]);

  // The answer to what nobody pressed changes no cookie (offline.middleware).
  const IN_BACKGROUND = { "X-In-Background": "1" };

  const within = (answer, milliseconds) =>
    Promise.race([
      answer,
      new Promise((_, failed) => setTimeout(() => failed(new TypeError("no answer")), milliseconds)),
    ]);
  let warmed = 0; // when the pages were last fetched
  const isOurs = (path) => places.areas.some((start) => path.startsWith(start));

  // --- the store ---------------------------------------------------------------------------------
  let opened;
  const database = () =>
    (opened ??= new Promise((done, failed) => {
      const asked = indexedDB.open("balai-device", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("facts", { keyPath: "name" });
        asked.result.createObjectStore("pages", { keyPath: "path" });
        asked.result.createObjectStore("forms", { keyPath: "id", autoIncrement: true });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    }));
  const store = async (name, mode, act) => {
    const change = (await database()).transaction(name, mode);
    const asked = act(change.objectStore(name));
    return new Promise((done, failed) => {
      change.oncomplete = () => done(asked?.result);
      change.onerror = change.onabort = () => failed(change.error);
    });
  };
  const read = (name, key) => store(name, "readonly", (all) => all.get(key));
  const readAll = (name) => store(name, "readonly", (all) => all.getAll());
  const write = (name, row) => store(name, "readwrite", (all) => all.put(row));
  const remove = (name, key) => store(name, "readwrite", (all) => all.delete(key));
  const empty = (name) => store(name, "readwrite", (all) => all.clear());

  // --- sealing -----------------------------------------------------------------------------------
  const key = async () => {
    const kept = await read("facts", "key");
    if (kept) return kept.key;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt", "decrypt",
    ]);
    await write("facts", { name: "key", key: made });
    return made;
  };
  const seal = async (value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain) };
  };
  const unseal = async ({ iv, data }) => {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), data);
    return JSON.parse(new TextDecoder().decode(plain));
  };
  const base64 = (buffer) => {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const uuid = (digits) =>
    Array.from(digits.slice(0, 16), (one) => one.toString(16).padStart(2, "0"))
      .join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

  // --- whose device it is, and until when ---------------------------------------------------------
  const owner = async () => (await read("facts", "owner")) || null;
  const push = async () => (await owner())?.push || null;
  const forgetPages = () => empty("pages");
  const isOf = (row, who) => !row.who || row.who === who;
  /* No page can be read any more, and no notice arrives. What was pressed and not sent stays
     sealed; where nothing of it is left, the key goes too, without which rows are noise. */
  const forget = async () => {
    warmed = 0;
    const told = await registration.pushManager?.getSubscription().catch(() => null);
    if (told) await told.unsubscribe().catch(() => {}); // its service says "gone", and the server forgets it
    await Promise.all([forgetPages(), remove("facts", "owner")]);
    if (!(await readAll("forms")).length) await empty("facts");
  };
  /* The post of whoever is signed in ended. What they could not send is told to them as refused;
     what somebody else pressed on this device waits for them. */
  const end = async (who) => {
    for (const row of await readAll("forms")) {
      if (!isOf(row, who)) continue;
      if (row.state === "sent") await remove("forms", row.id);
      else await write("forms", { ...row, state: "refused", told: Date.now(), words: ENDED });
    }
    await forget();
    if ((await readAll("forms")).some((row) => isOf(row, who))) {
      await write("facts", { name: "owner", who, until: 0, pages: [], hasEnded: true });
    }
  };
  /* The server's word on who is signed in, until when this device may keep pages, and which. Null
     without an answer. Only here is it learned that a post has ended: any other page may be refused
     for a reason of its own. */
  const ask = async () => {
    const response = await within(
      fetch(places.facts, {
        headers: { ...IN_BACKGROUND, Accept: "application/json" }, redirect: "manual",
      }),
      PATIENCE.page,
    );
    const type = response.headers.get("Content-Type") || "";
    if (response.status === 403 && type.startsWith("application/json")) {
      const told = await response.json();
      if (told.ended) await end(told.who);
      return null;
    }
    if (!response.ok) return null; // signed out: what is kept stays until its day
    const told = await response.json();
    const before = await owner();
    if (before && before.who !== told.who) await forgetPages();
    const pages = told.pages.map(([path]) => path);
    await write("facts", {
      name: "owner", who: told.who, until: told.until, pages, push: told.push,
    });
    for (const row of await readAll("pages")) {
      if (!pages.includes(row.path)) await remove("pages", row.path);
    }
    return told;
  };

  // --- pages --------------------------------------------------------------------------------------
  /* Only what the server named. */
  const keep = async (path, response, version = "") => {
    const type = response.headers.get("Content-Type") || "";
    if (response.status !== 200 || response.redirected || !type.startsWith("text/html")) return;
    if (!(await owner())?.pages?.includes(path)) return;
    const sealed = await seal(await response.text());
    await write("pages", { path, version, at: Date.now(), ...sealed });
  };
  const kept = async (path) => {
    const whose = await owner();
    if (whose && !whose.hasEnded && whose.until <= Date.now()) {
      await forget();
      return null;
    }
    const row = whose && (await read("pages", path));
    if (!row) return null;
    const page = await unseal(row);
    const noted = page.replace("</head>", `<meta name="kept-at" content="${row.at}"></head>`);
    return new Response(noted, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  };
  /* The page that says there is no connection; where forms of whoever uses this device wait, it
     says so, and does not ask to send them again. */
  const offline = async () => {
    const found = await caches.match("/luring/");
    const whose = await owner().catch(() => null);
    if (!found || !whose || !(await waiting(whose.who)).length) return found;
    const text = (await found.text())
      .replace("data-waiting hidden", "data-waiting").replace("data-unsent", "data-unsent hidden");
    return new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  };
  const page = async (event) => {
    const { request } = event;
    const { pathname, search } = new URL(request.url);
    const answer = fetch(request);
    try {
      const response = await within(answer, PATIENCE.page);
      if (isOurs(pathname)) {
        if (response.status === 403) {
          await remove("pages", pathname + search);
          await ask().catch(() => null); // this page alone, or has the post ended?
          const unsent = (await owner())?.hasEnded && pathname !== places.outbox;
          if (unsent) return Response.redirect(`${places.outbox}?ended=1`, 303);
        } else event.waitUntil(keep(pathname + search, response.clone()));
      }
      return response;
    } catch {
      const found = isOurs(pathname) && (await kept(pathname + search).catch(() => null));
      return found || answer.catch(offline);
    }
  };

  /* Fetches the pages this device should have, the changed ones alone; forgets all others. */
  const warm = async () => {
    if (Date.now() - warmed < WARM_EVERY) return;
    warmed = Date.now();
    const told = await ask().catch(() => null);
    if (!told) return;
    for (const [path, version] of told.pages) {
      const known = await read("pages", path);
      if (known && known.version === version) continue;
      try {
        const asked = fetch(path, { headers: IN_BACKGROUND, redirect: "manual" });
        const response = await within(asked, PATIENCE.form);
        if (response.type === "opaqueredirect") return; // signed out meanwhile
        await keep(path, response, version);
      } catch {
        warmed = 0; // the signal is gone: go on another time
        return;
      }
    }
  };

  // --- forms --------------------------------------------------------------------------------------
  const tellPages = async () => {
    for (const client of await clients.matchAll()) client.postMessage({ device: "changed" });
  };
  const entriesOf = async (form) => {
    const found = [];
    for (const [name, value] of form) {
      if (name === "csrfmiddlewaretoken") continue;
      found.push(
        typeof value === "string"
          ? [name, value]
          : [name, base64(await value.arrayBuffer()), value.name, value.type],
      );
    }
    return found;
  };
  const formOf = (entries) => {
    const form = new FormData();
    for (const [name, value, file, type] of entries) {
      if (file === undefined) form.append(name, value);
      else form.append(name, new File([bytes(value)], file, { type }));
    }
    return form;
  };
  const waiting = async (who) =>
    (await readAll("forms")).filter((row) => row.state === "waiting" && isOf(row, who));

  const digest = async (value) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(value))));
  /* The key of a press: of the form as it was shown, and what was typed into it. One that got no
     answer may have arrived: pressed again with the same answers, also from the same page fetched
     anew, it bears the key of the first try until it is answered. */
  const keyOf = async (path, form) => {
    const typed = [];
    for (const [name, value] of form) {
      if (OF_THE_PAGE.has(name)) continue;
      typed.push(typeof value === "string" ? [name, value] : [name, value.name, value.size]);
    }
    const name = `press:${base64(await digest([form.get("_who"), path, typed]))}`;
    for (const row of await readAll("facts")) {
      if (row.name.startsWith("press:") && row.at < Date.now() - UNANSWERED) {
        await remove("facts", row.name);
      }
    }
    const before = await read("facts", name);
    const shown = form.get("_key") || crypto.randomUUID();
    const sent = before?.key ?? uuid(await digest([shown, path, typed]));
    if (!before) await write("facts", { name, key: sent, at: Date.now() });
    return { sent, answered: () => remove("facts", name) };
  };
  const put = async (path, sent, form, whose) => {
    const said = String(form.get("_said") || "").slice(0, 200);
    const from = String(form.get("_from") || "").slice(0, 300);
    const sealed = await seal({ path, from, said, entries: await entriesOf(form) });
    await write("forms", {
      key: sent, who: whose.who, state: "waiting", at: Date.now(), words: "", ...sealed,
    });
    await tellPages();
    await registration.sync?.register("balai-forms").catch(() => {});
    return Response.redirect(places.outbox, 303);
  };
  /* A form of the area is sent under a key of its own. Without an answer it is put by and sent
     later under the same key: the server does it once, even if the first one arrived. */
  const submit = async (event) => {
    const { request } = event;
    const path = new URL(request.url).pathname;
    const type = request.headers.get("Content-Type") || "";
    const body = await request.arrayBuffer();
    const form = await new Response(body, { headers: { "Content-Type": type } }).formData();
    const { sent, answered } = await keyOf(path, form);
    const owns = async () => {
      const whose = await owner();
      const isTheirs = !form.get("_who") || form.get("_who") === whose?.who;
      // One that only asks, or leads to a next step, is never put by.
      return whose && !whose.hasEnded && isTheirs && !form.has("_now") ? whose : null;
    };
    const before = await owns();
    if (before && (await waiting(before.who)).length) {
      await flush();
      const whose = await owns();
      if (whose && (await waiting(whose.who)).length) { // behind those before it
        await answered();
        return put(path, sent, form, whose);
      }
    }
    const headers = { "Content-Type": type, Accept: "text/html", "Idempotency-Key": sent };
    try {
      const response = await within(
        fetch(request.url, { method: "POST", body, headers, redirect: "manual" }),
        PATIENCE.form,
      );
      if (response.status < 500) await answered();
      return response;
    } catch {
      const whose = await owns();
      if (!whose) return caches.match("/luring/");
      await answered();
      return put(path, sent, form, whose);
    }
  };

  let running;
  const flush = () => (running ??= send().finally(() => (running = undefined)));
  /* The browser wakes the worker again later only where the event was rejected. */
  const sync = async () => {
    await flush();
    const whose = await owner();
    if (whose && (await waiting(whose.who)).length) throw new Error("forms are still waiting");
  };
  const send = async () => {
    if (!(await readAll("forms")).some((row) => row.state === "waiting")) return;
    await clear();
    const told = await ask().catch(() => null);
    if (!told) return;
    for (const row of await waiting(told.who)) { // not what somebody else pressed on this device
      const form = await unseal(row);
      let response;
      try {
        response = await within(
          fetch(form.path, {
            method: "POST",
            body: formOf(form.entries),
            headers: {
              "X-CSRFToken": told.token,
              "Idempotency-Key": row.key,
              Accept: "application/problem+json, text/html",
            },
            redirect: "manual",
          }),
          PATIENCE.form,
        );
      } catch {
        break; // no signal: the rest waits too, in order
      }
      if (response.status === 204) { // the one answer that says it was done
        const short = await seal({ path: form.path, said: form.said });
        await write("forms", { ...row, ...short, state: "sent", sent: Date.now() });
      } else if (waitsOn(response)) {
        break;
      } else {
        const about = await refusal(response);
        await write("forms", { ...row, state: "refused", told: Date.now(), ...about });
      }
      await tellPages();
    }
    await clear();
  };
  /* Whoever pressed it is not signed in any more (a redirect, 401), the server cannot now, or the
     token was of another session (403 without a reason): it is tried again. */
  const waitsOn = ({ type, status, headers }) => {
    const isProblem = (headers.get("Content-Type") || "").startsWith("application/problem+json");
    if (type === "opaqueredirect" || status >= 500 || [401, 429].includes(status)) return true;
    return status === 403 && !isProblem;
  };
  /* Why it was not taken, and whether what was typed is worth opening again. */
  const refusal = async (response) => {
    const { status } = response;
    const type = response.headers.get("Content-Type") || "";
    if (type.startsWith("application/problem+json")) {
      const problem = await response.json();
      const mayMend = status === 422 || problem.type.endsWith("/langkah-lain");
      return { mayMend, words: problem.detail };
    }
    if (response.ok) {
      return { words: "Masih ada langkah berikutnya. Buka halamannya dan lanjutkan di sana." };
    }
    if (status === 422) {
      const words = "Ada isian yang belum benar. Buka lagi isiannya, perbaiki, lalu kirim.";
      return { mayMend: true, words };
    }
    return { words: "Tidak diterima. Buka halamannya dan periksa keadaannya sekarang." };
  };
  const clear = async () => {
    const rows = await readAll("forms");
    const told = rows.filter((row) => row.state === "sent");
    const before = Date.now() - FORGET;
    const old = rows.filter((row) => row.state === "refused" && (row.told ?? row.at) < before);
    for (const row of [...told.slice(0, -TOLD), ...old]) await remove("forms", row.id);
    for (const row of rows) {
      if (row.state !== "waiting" || row.at >= before) continue;
      await write("forms", { ...row, state: "refused", told: Date.now(), mayMend: true, words: TOO_OLD });
    }
  };
  const listed = async () => {
    const whose = await owner();
    const found = [];
    for (const row of await readAll("forms")) {
      if (!isOf(row, whose?.who)) continue;
      const { path, from, said, entries } = await unseal(row);
      const isToMend = row.state === "refused" && (row.mayMend || row.status === 422);
      const typed = isToMend ? entries.filter((one) => one.length === 2) : [];
      found.push({ id: row.id, state: row.state, at: row.at, sent: row.sent, words: row.words,
                   path, from, said, typed, kind: entries?.find(([name]) => name === "kind")?.[1] });
    }
    return found;
  };

  // --- signing out --------------------------------------------------------------------------------
  /* First what waits is sent, then the device forgets, also without a signal; what could not be
     sent stays a reason to stay. What somebody else pressed here stays sealed for them. */
  const signOut = async (request) => {
    await flush();
    const whose = await owner();
    if (whose && (await waiting(whose.who)).length) {
      return Response.redirect(`${places.outbox}?stay=1`, 303);
    }
    const answer = fetch(request);
    for (const row of await readAll("forms")) {
      if (isOf(row, whose?.who)) await remove("forms", row.id);
    }
    await forget();
    try {
      return await answer;
    } catch {
      return caches.match("/luring/");
    }
  };

  return { page, submit, signOut, isOurs, flush, sync, warm, listed, push,
           drop: (id) => remove("forms", id) };
})(DEVICE);

addEventListener("sync", (event) => {
  if (event.tag === "balai-forms") event.waitUntil(Device.sync());
});
addEventListener("message", (event) => {
  const { ask, id } = event.data || {};
  const answers = {
    list: Device.listed,
    flush: Device.flush,
    warm: Device.warm,
    push: Device.push,
    drop: () => Device.drop(id),
  };
  if (!answers[ask]) return;
  event.waitUntil(
    answers[ask]()
      .catch(() => null)
      .then((answer) => event.ports[0]?.postMessage(answer ?? null)),
  );
});

// Somebody waits: a notice without a name. A press opens the page, in the window that is open.
addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  event.waitUntil(
    registration.showNotification(told.title || "Balai", {
      body: told.body || "", tag: told.tag || "balai", lang: "id", data: told.link || "/",
    }),
  );
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data, location.origin);
  if (wanted.origin !== location.origin) return;
  const open = async () => {
    const [window] = await clients.matchAll({ type: "window" });
    if (!window) return clients.openWindow(wanted.href);
    await window.focus();
    return window.navigate(wanted.href);
  };
  event.waitUntil(open());
});
