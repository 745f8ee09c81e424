/* Lists of offices by the keyboard: j and k move, Enter opens the focused link, x marks, / searches,
   ? shows the keys. Nothing happens while something is typed, and nothing needs these keys. */
(() => {
  "use strict";

  const list = document.querySelector("[data-keys]");
  const search = document.querySelector("form[role=search] input[type=search]");
  const help = document.getElementById("tombol");
  const rows = () => Array.from(list ? list.querySelectorAll("tbody tr, :scope > li") : []);
  const typing = (target) =>
    target.isContentEditable || target.matches("input:not([type=checkbox]), select, textarea");

  const move = (event, step, inside) => {
    const here = inside ? rows().indexOf(event.target.closest("tr, li")) : -1;
    const next = rows()[here + step];
    const link = next && next.querySelector("a");
    if (!link) return;
    event.preventDefault();
    link.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const inside = Boolean(list && list.contains(event.target));
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && help) {
      event.preventDefault();
      help.open = !help.open;
      help.querySelector("summary").focus();
    } else if (event.key === "j" || (inside && event.key === "ArrowDown")) {
      move(event, 1, inside);
    } else if (event.key === "k" || (inside && event.key === "ArrowUp")) {
      move(event, -1, inside);
    } else if (event.key === "x" && inside) {
      const box = event.target.closest("tr, li").querySelector("input[type=checkbox]");
      if (box && event.target !== box) box.click();
    }
  });

  // How many are marked, and all of the page at once.
  for (const told of document.querySelectorAll("[data-chosen]")) {
    const form = told.closest("form");
    const boxes = () => Array.from(form.querySelectorAll("input[name=step]"));
    const usual = told.textContent;
    const all = form.querySelector("[data-choose-all]");
    const show = () => {
      const number = boxes().filter((box) => box.checked).length;
      told.textContent = number ? told.dataset.chosen.replace("{n}", number) : usual;
    };
    form.addEventListener("change", show);
    if (all) {
      all.hidden = false;
      all.addEventListener("click", () => {
        const some = boxes().some((box) => !box.checked);
        for (const box of boxes()) box.checked = some;
        show();
      });
    }
    show();
  }
})();
