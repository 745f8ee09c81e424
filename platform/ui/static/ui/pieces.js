// A form that sends a file too large for one request in pieces: each is kept by the server, and the
// form then names them all by the number of the first. What has arrived is not sent again.
(() => {
  const form = document.querySelector("form[data-pieces]");
  const input = form && form.querySelector("input[type=file]");
  if (!input) return;
  const size = Number(form.dataset.piece);
  const shown = form.querySelector("[data-sending]");
  const bar = shown.querySelector("progress");
  const said = shown.querySelector("[data-lost-here]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let sent = { file: null, run: "", number: 0 };

  const send = async (file) => {
    if (sent.file !== file) sent = { file, run: "", number: 0 };
    for (; sent.number * size < file.size; sent.number += 1) {
      const start = sent.number * size;
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token);
      body.append("piece", file.slice(start, start + size), "bagian");
      body.append("number", sent.number);
      body.append("name", file.name.slice(0, 200));
      if (sent.run) body.append("run", sent.run);
      const answer = await fetch(form.dataset.pieces, { method: "POST", body });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      sent.run = told.run;
      bar.value = Math.round((100 * (start + size)) / file.size);
    }
  };

  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file || file.size <= size || form.elements.run) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    shown.hidden = false;
    said.textContent = "";
    try {
      await send(file);
    } catch (error) {
      said.textContent = error instanceof TypeError || error instanceof SyntaxError
        ? form.dataset.lost : error.message;
      return;
    }
    const run = document.createElement("input");
    Object.assign(run, { type: "hidden", name: "run", value: sent.run });
    form.append(run);
    input.disabled = true;
    form.submit();
  }, true);
})();
