/* Checks the signed record in the fragment of a letter's address, with nothing but what this device
   keeps: the city's public keys and its list of letters taken back. The form of a record stands in
   services/letters/record.py. Also fetches both while there is a connection, and reads QR codes by
   the camera where the browser can. */
(() => {
  "use strict";

  const page = document.querySelector("[data-check]");
  if (!page) return;
  const { keys: keysAt, revoked: revokedAt, city, locale, zone } = page.dataset;
  const CACHE = "balai-data";
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const bytesOf = (text) => new TextEncoder().encode(text);

  // --- CBOR: the few kinds a record uses -----------------------------------------------------------
  const decode = (raw) => {
    let at = 0;
    const take = (count) => {
      if (at + count > raw.length) throw new Error("cut off");
      return raw.slice(at, (at += count));
    };
    const one = (depth) => {
      if (depth > 4) throw new Error("too deep");
      const [head] = take(1);
      const major = head >> 5;
      let count = head & 31;
      if (count > 27) throw new Error("unknown");
      if (count > 23) count = take(1 << (count - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
      if (!Number.isSafeInteger(count)) throw new Error("too large");
      if (major === 0) return count;
      if (major === 1) return -1 - count;
      if (major === 2) return take(count);
      if (major === 3) return utf8.decode(take(count));
      if (major > 5 || count > 64) throw new Error("unknown");
      if (major === 4) return Array.from({ length: count }, () => one(depth + 1));
      const map = new Map();
      for (let pair = 0; pair < count; pair += 1) map.set(one(depth + 1), one(depth + 1));
      return map;
    };
    const found = one(0);
    if (at !== raw.length) throw new Error("something follows");
    return found;
  };

  // --- and the other way, for what is signed -------------------------------------------------------
  const headed = (major, raw) => {
    const { length } = raw;
    const head = length < 24 ? [(major << 5) | length]
      : length < 256 ? [(major << 5) | 24, length]
      : [(major << 5) | 25, length >> 8, length & 255];
    return [...head, ...raw];
  };
  const toSign = (guarded, code, payload) =>
    Uint8Array.from([
      0x84, ...headed(3, bytesOf("Signature1")), ...headed(2, guarded), ...headed(2, bytesOf(code)),
      ...headed(2, payload),
    ]);

  const rawOf = (digits) => {
    if (!/^\d{100,2000}$/.test(digits)) return null;
    let hex = BigInt(digits).toString(16);
    if (hex.length % 2) hex = `0${hex}`;
    return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  };
  const base64 = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const hexOf = (raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");

  const holds = async (jwk, signature, signed) => {
    const { kty, crv, x, y } = jwk;
    const kind = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, kind, false, ["verify"]);
    return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
  };

  // --- what this device keeps ------------------------------------------------------------------------
  const kept = async (path) => {
    const cache = await caches.open(CACHE);
    const answer = await cache.match(path);
    if (!answer) return null;
    const at = Number(await (await cache.match(`${path}?kept-at`))?.text());
    return { at, facts: await answer.json() };
  };
  const renew = async (path) => {
    const answer = await fetch(path, { cache: "no-cache", credentials: "omit" }).catch(() => null);
    if (!answer?.ok) return;
    const cache = await caches.open(CACHE);
    await cache.put(path, answer);
    await cache.put(`${path}?kept-at`, new Response(String(Date.now())));
  };
  const publicKeys = async () => {
    const found = await kept(keysAt);
    return found && { at: found.at, keys: new Map(found.facts.keys.map((key) => [key.kid, key])) };
  };
  /* The list counts only where one of the city's own keys signed it. */
  const takenBack = async (keys) => {
    const found = await kept(revokedAt);
    if (!found) return null;
    const { protected: guarded, payload, signature } = found.facts;
    const { kid } = JSON.parse(utf8.decode(base64(guarded)));
    const key = keys.get(kid);
    if (!key || !(await holds(key, base64(signature), bytesOf(`${guarded}.${payload}`)))) return null;
    const list = JSON.parse(utf8.decode(base64(payload)));
    return { at: found.at, rows: new Map(list.revoked.map(([mark, ...row]) => [mark, row])) };
  };

  // --- a letter ----------------------------------------------------------------------------------------
  const DAY = 86_400_000;
  const day = (date) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(date);
  // The day of a moment in the city, in days since 1970 like the days of a record.
  const dayIn = (at) =>
    Date.parse(new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(at)) / DAY;
  const moment = (at) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(at));
  const masked = (about) =>
    about.split(" ").map((word) => {
      const [, first, count, rest] = /^(.)(\d+)(,?)$/u.exec(word) || [];
      return first ? first + "•".repeat(Math.min(Number(count), 30)) + rest : word;
    }).join(" ");
  const plainCode = (text) =>
    decodeURIComponent(text).toUpperCase().replace(/[\s-]/g, "")
      .replaceAll("O", "0").replaceAll("I", "1").replaceAll("L", "1");

  /* One of: unknown (nothing to read), keyless (no keys here), forged, revoked, replaced, expired,
     unlisted (no list here), sample (invented, or tried out) or good. */
  const judge = async (code, digits) => {
    const raw = rawOf(digits);
    if (!raw || raw[0] !== 1) return { verdict: "unknown" };
    const known = await publicKeys();
    if (!known) return { verdict: "keyless" };
    let facts;
    try {
      const [guarded, , payload, signature] = decode(raw.slice(1));
      const key = known.keys.get(hexOf(decode(guarded).get(4)));
      const isOurs = key && (await holds(key, signature, toSign(guarded, code, payload)));
      if (!isOurs) return { verdict: "forged", known };
      facts = decode(payload);
      const isLater = key.until && facts.get(3) > dayIn(new Date(key.until));
      if (isLater) return { verdict: "forged", known };
    } catch {
      return { verdict: "forged", known };
    }
    if (String(facts.get(7)) !== city) return { verdict: "forged", known };
    const list = await takenBack(known.keys).catch(() => null);
    const digest = await crypto.subtle.digest("SHA-256", bytesOf(code));
    const [since, how] = list?.rows.get(hexOf(new Uint8Array(digest).slice(0, 16))) || [];
    const issued = facts.get(3);
    const last = facts.has(4) ? new Date((issued + facts.get(4)) * DAY) : null;
    const isOver = last && dayIn(new Date()) > last.getTime() / DAY; // the last day is a whole day
    const isSample = facts.get(9);
    const verdict = how || (isSample ? "sample" : isOver ? "expired" : list ? "good" : "unlisted");
    return { verdict, facts, issued: new Date(issued * DAY), last, since, known, list };
  };

  const show = (name, text) => {
    for (const place of page.querySelectorAll(`[data-fact="${name}"]`)) {
      place.textContent = text || "";
      for (const part of place.closest("[data-row]") ? [place.closest("[data-row]")]
        : [place, place.previousElementSibling]) part.hidden = !text;
    }
  };
  const tell = async () => {
    const code = plainCode(location.pathname.split("/").pop() || "");
    const digits = location.hash.slice(1);
    const found = digits && code ? await judge(code, digits) : { verdict: code ? "unknown" : "start" };
    for (const card of page.querySelectorAll("[data-verdict]")) {
      card.hidden = !card.dataset.verdict.split(" ").includes(found.verdict);
    }
    const { facts, issued, last, since, known, list } = found;
    show("number", facts?.get(1));
    show("kind", facts?.get(2));
    show("unit", facts?.get(8));
    show("about", facts && masked(facts.get(5)));
    show("issued", issued && day(issued));
    show("last", last && day(last));
    show("since", since && day(new Date(since)));
    show("keys-at", known && moment(known.at));
    show("list-at", list && moment(list.at));
    page.querySelector("[data-facts]").hidden = !facts;
    page.dataset.told = found.verdict;
  };

  // --- the camera ------------------------------------------------------------------------------------
  const scan = async (button, video) => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
      video.hidden = true;
      button.hidden = false;
    };
    video.srcObject = stream;
    video.hidden = false;
    button.hidden = true;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (!video.hidden) {
      for (const { rawValue } of await detector.detect(video)) {
        let read;
        try {
          read = new URL(rawValue);
        } catch {
          continue;
        }
        stop();
        if (read.host !== location.host || !read.pathname.startsWith("/v/")) {
          page.querySelector("[data-elsewhere]").hidden = false;
          return;
        }
        location.assign(read.pathname + read.hash);
        return;
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  };
  const offerCamera = () => {
    const button = page.querySelector("[data-scan]");
    if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      scan(button, page.querySelector("video")).catch(() => {
        page.querySelector("[data-no-camera]").hidden = false;
      });
    });
  };

  const isAlone = page.dataset.check === "alone";
  if ("caches" in window && crypto.subtle && isAlone) {
    addEventListener("hashchange", tell);
    tell().catch(() => {});
  }
  if ("caches" in window && isSecureContext && navigator.onLine) {
    Promise.all([renew(keysAt), renew(revokedAt)])
      .then(() => isAlone && tell())
      .catch(() => {});
  }
  offerCamera();
})();
