/* Lists put in order by dragging. The buttons in each row do the same, with or without this. */
(() => {
  "use strict";

  const rowsOf = (list) => Array.from(list.children).filter((row) => row.dataset.row !== undefined);

  // Inputs of a small table are numbered by their row: after a move the numbers follow.
  const renumber = (list) => {
    rowsOf(list).forEach((row, number) => {
      for (const input of row.querySelectorAll("[name]")) {
        if (input.name === "move") {
          input.value = input.value.replace(/-\d+-/, `-${number}-`);
          input.querySelector(".sr").textContent = input
            .querySelector(".sr")
            .textContent.replace(/baris \d+/, `baris ${number + 1}`);
          continue;
        }
        input.name = input.name.replace(/-\d+-/, `-${number}-`);
        const label = input.getAttribute("aria-label") || "";
        input.setAttribute("aria-label", label.replace(/baris \d+/, `baris ${number + 1}`));
      }
    });
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const settle = (list) => {
    const form = document.getElementById(list.dataset.susun);
    if (!form) {
      renumber(list);
      return;
    }
    form.elements.order.value = rowsOf(list).map((row) => row.dataset.row).join(",");
    form.requestSubmit();
  };

  const drag = (list, row, event) => {
    if (event.button) return;
    event.preventDefault();
    const before = rowsOf(list);
    row.classList.add("moving");
    const move = ({ clientY }) => {
      const others = rowsOf(list).filter((other) => other !== row);
      const next = others.find((other) => {
        const box = other.getBoundingClientRect();
        return clientY < box.top + box.height / 2;
      });
      const last = others.at(-1);
      if (next && row.nextElementSibling !== next) list.insertBefore(row, next);
      else if (!next && last && last.nextElementSibling !== row) last.after(row);
    };
    const end = (over) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      row.classList.remove("moving");
      if (over.type === "pointercancel") before.toReversed().forEach((one) => list.prepend(one));
      else if (rowsOf(list).some((one, place) => one !== before[place])) settle(list);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  };

  for (const list of document.querySelectorAll("[data-susun]")) {
    const rows = rowsOf(list);
    if (rows.length < 2) continue;
    for (const row of rows) {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.title = "Seret untuk mengurutkan";
      grip.setAttribute("aria-hidden", "true");
      (row.matches("tr") ? row.querySelector("td:last-child .row") : row).prepend(grip);
      grip.addEventListener("pointerdown", (event) => drag(list, row, event));
    }
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-step]");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("[data-row]");
      const all = rowsOf(list);
      const other = all[all.indexOf(row) + Number(button.dataset.step)];
      if (!other) return;
      if (Number(button.dataset.step) < 0) other.before(row);
      else other.after(row);
      renumber(list);
      button.focus();
    });
  }
})();
