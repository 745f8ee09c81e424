/* Small comforts on top of pages that work without them. */
(() => {
  "use strict";

  // Words in another language than Indonesian come with the page (platform/ui/language.py).
  const words = JSON.parse(document.getElementById("kata")?.textContent || "{}");
  const kata = (text, values = {}) =>
    (words[text] || text).replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Without a connection nothing is lost: the page keeps what was typed and sends it later.
  const sendLater = (form, pressed) => {
    if (form.dataset.waiting) return;
    form.dataset.waiting = "1";
    const note = document.createElement("p");
    note.className = "notice warn";
    note.setAttribute("role", "status");
    note.textContent = kata(
      "Tidak ada sambungan internet. Isian Anda tetap di halaman ini dan kami kirim begitu tersambung. Jangan tutup halamannya.",
    );
    // Beside the button that was pressed: at the end of a long form nobody would see it.
    const button = pressed && form.contains(pressed) ? pressed.closest("p") || pressed : null;
    if (button) button.before(note);
    else form.append(note);
    note.scrollIntoView({ block: "nearest" });
    const again = async () => {
      try {
        await fetch("/manifest.webmanifest", { method: "HEAD", cache: "no-store" });
      } catch {
        return; // "online" may only mean a network without internet
      }
      clearInterval(timer);
      delete form.dataset.waiting;
      note.remove();
      form.requestSubmit(pressed && form.contains(pressed) ? pressed : undefined);
    };
    const timer = setInterval(again, 3000);
  };

  // Forms of an area that is kept on this device are put by, and outlive the page (device.js).
  const isKeptHere = (form) => {
    const areas = document.querySelector("[data-device]")?.dataset.device.split(" ");
    if (!areas || !navigator.serviceWorker?.controller) return false;
    const { pathname } = new URL(form.action);
    return areas.some((start) => pathname.startsWith(start)) || pathname === "/keluar/";
  };

  // One press sends once. The button keeps its name and value, so it is disabled a moment later.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method.toLowerCase() !== "post") return;
    if (!navigator.onLine && !isKeptHere(form)) {
      event.preventDefault();
      sendLater(form, event.submitter);
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        button.setAttribute("aria-disabled", "true");
      }
      const pressed = event.submitter;
      if (pressed && pressed.dataset.busy) {
        const label = pressed.querySelector("[data-label]") || pressed;
        pressed.dataset.text = label.textContent;
        label.textContent = pressed.dataset.busy;
      }
    }, 0);
  });

  // The back button brings the page as it was left: make it usable again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) {
        button.removeAttribute("aria-disabled");
        if (button.dataset.text) {
          (button.querySelector("[data-label]") || button).textContent = button.dataset.text;
        }
      }
    }
  });

  const size = (bytes) =>
    bytes < 1048576
      ? `${Math.max(1, Math.round(bytes / 1024))} kB`
      : `${(bytes / 1048576).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;

  // A photo of a phone is larger than what is kept of it: send a smaller one where the browser
  // can make it. What it cannot read (HEIC in most) is sent as it is.
  const EDGE = 2400; // pixels, as services/cases/judge.py keeps
  const smaller = async (file) => {
    if (!/^image\/(jpeg|webp)$/.test(file.type) || file.size < 1048576) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "white";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  };
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.dataset.shrinks || event.detail === "smaller") return;
    const before = Array.from(input.files);
    const after = await Promise.all(before.map(smaller));
    const same = before.every((file, place) => file === after[place]);
    if (same || before.some((file, place) => file !== input.files[place])) return; // chosen anew
    const held = new DataTransfer();
    after.forEach((file) => held.items.add(file));
    input.files = held.files;
    input.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "smaller" }));
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type === "file") {
      const note = document.getElementById(`${input.id}_chosen`);
      if (!note) return;
      const limit = Number(input.dataset.limit || 0);
      const files = Array.from(input.files);
      const heavy = limit ? files.find((file) => file.size > limit) : undefined;
      note.textContent = heavy
        ? kata("{name} terlalu besar ({size}). Paling besar {limit}.", {
            name: heavy.name, size: size(heavy.size), limit: size(limit),
          })
        : files.map((file) => `${file.name} (${size(file.size)})`).join(", ");
      note.classList.toggle("err", Boolean(heavy));
    }
    if (input.dataset.submits !== undefined) input.form.requestSubmit();
  });

  for (const zone of document.querySelectorAll(".file")) {
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, () => zone.classList.add("over"));
    }
    for (const name of ["dragleave", "drop"]) {
      zone.addEventListener(name, () => zone.classList.remove("over"));
    }
  }

  // Menus close with Escape or a press elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.who[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.who[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  if ("serviceWorker" in navigator && isSecureContext) {
    addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }

  // A new password may be looked at while it is typed.
  for (const input of document.querySelectorAll("input[type=password][autocomplete=new-password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link small";
    button.textContent = kata("Tampilkan kata sandi");
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.textContent = shown ? kata("Tampilkan kata sandi") : kata("Sembunyikan kata sandi");
    });
    input.after(button);
    input.form.addEventListener("submit", () => (input.type = "password"));
  }

  // A page that only says "wait" looks again by itself.
  const again = document.querySelector("meta[name=reload]");
  if (again) setTimeout(() => location.reload(), Number(again.content) * 1000);

  // A row of links that scrolls on a phone shows where one is.
  for (const here of document.querySelectorAll(".rail [aria-current]")) {
    const row = here.closest("ul");
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - 20;
  }

  // A page that reports errors starts reading there.
  const errors = document.querySelector(".errors");
  if (errors) errors.focus();

  // Offers matches below a text field. Nothing is chosen unless somebody chooses it: what stands
  // in the field is sent as it is, and the server asks when several are meant.
  if (window.accessibleAutocomplete) {
    for (const field of document.querySelectorAll("input[data-suggest]")) {
      const { id, name, value } = field;
      const described = field.getAttribute("aria-describedby");
      const place = document.createElement("div");
      let latest = 0;
      field.replaceWith(place);
      window.accessibleAutocomplete({
        element: place,
        id,
        name,
        defaultValue: value,
        autoselect: false,
        confirmOnBlur: false,
        minLength: 2,
        inputClasses: "in",
        source: async (typed, offer) => {
          const mine = ++latest;
          const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ [name]: typed })}`);
          const found = answer.ok ? (await answer.json())[name] : [];
          if (mine === latest) offer(found);
        },
        tNoResults: () => kata("Tidak ada yang cocok"),
        tStatusQueryTooShort: (n) => kata("Ketik {n} huruf atau lebih", { n }),
        tStatusNoResults: () => kata("Tidak ada yang cocok"),
        tStatusSelectedOption: (option, length, index) =>
          kata("{option}, {number} dari {length}", { option, number: index + 1, length }),
        tStatusResults: (length, option) => kata("{length} pilihan. {option}", { length, option }),
        tAssistiveHint: () =>
          kata("Ketik sebagian nama, lalu pilih dengan panah atas dan bawah dan Enter."),
      });
      const input = document.getElementById(id);
      if (input && described) {
        input.setAttribute("aria-describedby", `${described} ${id}__assistiveHint`);
      }
    }
  }

  // Questions that depend on another answer appear when they are asked.
  // Reads numbers as kernel/numbers.py does; tests/catalogue/numbers.json and conditions.json hold both to it.
  const folded = (text) =>
    text.normalize("NFC").replace(/[\p{Cf}\p{Cc}]/gu, "").normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
  const number = (text, unit = "") => {
    let plain = folded(text);
    const behind = folded(unit);
    if (behind && plain.endsWith(behind)) plain = plain.slice(0, -behind.length).trim();
    plain = plain.replace(/^rp\.?\s*/, "").replace(/[.,]-$/, "");
    if ((plain.match(/\d/g) || []).length > 20) return NaN;
    if (/^-?[1-9]\d{0,2}((\.\d{3})+(,\d+)?|( \d{3})+)$/.test(plain)) {
      return Number(plain.replace(/[. ]/g, "").replace(",", "."));
    }
    return /^-?\d+([.,]\d+)?$/.test(plain) ? Number(plain.replace(",", ".")) : NaN;
  };
  const compared = {
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    in: (a, b) => b.includes(a),
  };
  // Whether an answer meets a condition (services.catalogue.rules.holds).
  const holds = ({ op, value, unit }, typed) => {
    const text = typed.trim();
    if (text === "") return op === "!=";
    if (op === "in" && unit === undefined) return value.includes(text);
    if (unit === undefined && (op === "=" || op === "!=")) {
      return compared[op](text.toLowerCase(), String(value).toLowerCase());
    }
    const given = number(text, unit || "");
    if (Number.isNaN(given)) return false;
    return compared[op](given, op === "in" ? value.map(Number) : Number(value));
  };
  window.balai = Object.freeze({ number, holds });
  const asks = (form) => {
    const conditions = JSON.parse(form.dataset.conditions);
    const show = () => {
      const answers = new FormData(form);
      for (const [key, all] of Object.entries(conditions)) {
        const field = form.querySelector(`[data-field="${key}"]`);
        if (!field) continue;
        field.hidden = !all.every((one) => {
          const asked = form.querySelector(`[data-field="${one.field}"]`);
          const visible = asked && !asked.hidden;
          return visible && holds(one, String(answers.get(one.field) || ""));
        });
      }
    };
    form.addEventListener("input", show);
    show();
  };
  document.querySelectorAll("form[data-conditions]").forEach(asks);
  document.addEventListener("htmx:load", ({ target }) => {
    target.querySelectorAll("form[data-conditions]").forEach(asks);
  });
  // A form that is only looked at sends nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.preview !== undefined) event.preventDefault();
  });

  // Somebody of the family is chosen: nothing more to type about them.
  for (const select of document.querySelectorAll("select[name$='-anggota']")) {
    const rest = select.closest(".stack").querySelectorAll(":scope > .grid, :scope > p");
    const show = () => rest.forEach((part) => (part.hidden = Boolean(select.value)));
    select.addEventListener("change", show);
    show();
  }

  // A place can be filled in by the phone that stands there.
  for (const place of document.querySelectorAll("[data-place]")) {
    if (!navigator.geolocation) break;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn slim";
    button.textContent = kata("Pakai lokasi saya sekarang");
    const note = document.createElement("p");
    note.className = "small muted";
    note.setAttribute("role", "status");
    button.addEventListener("click", () => {
      note.textContent = kata("Mencari lokasi…");
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          place.querySelector("[name$='-lintang']").value = coords.latitude.toFixed(6);
          place.querySelector("[name$='-bujur']").value = coords.longitude.toFixed(6);
          place.querySelector("[name$='-bujur']").dispatchEvent(new Event("change", { bubbles: true }));
          note.textContent = kata("Lokasi terisi, ketelitian sekitar {meters} meter.", {
            meters: Math.round(coords.accuracy),
          });
        },
        () => {
          note.textContent = kata("Lokasi tidak didapat. Tulis alamat dan patokannya saja.");
        },
        { enableHighAccuracy: true, timeout: 15000 },
      );
    });
    const hidden = place.querySelector("[type=hidden][name$='-bujur']");
    if (hidden && hidden.value) note.textContent = kata("Titik lokasi sudah terisi.");
    place.after(button, note);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A link is shared by whatever the phone offers; elsewhere it is copied.
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const url = new URL(button.dataset.share, location.href).href;
      try {
        if (navigator.share) {
          await navigator.share({ title: button.dataset.title, url });
          return;
        }
        await navigator.clipboard.writeText(url);
        button.textContent = kata("Tautan disalin");
      } catch (error) {
        if (error.name !== "AbortError") button.textContent = url;
      }
    });
  }
})();
