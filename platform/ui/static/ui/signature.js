/* A signature drawn on the screen: pointer, pen or finger. The picture goes into the hidden field of
   the form; without script the other proofs remain. */
(() => {
  "use strict";
  const part = document.querySelector("[data-signature]");
  if (!part) return;
  const form = part.closest("form");
  const field = form.querySelector("[name=signature]");
  const canvas = part.querySelector("canvas");
  const pen = canvas.getContext("2d");
  let drawn = false;
  let last = null;

  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn = false;
    field.value = "";
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * canvas.width) / box.width,
      ((event.clientY - box.top) * canvas.height) / box.height,
    ];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = at(event);
    pen.strokeStyle = "#111";
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    drawn = true;
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, () => {
      last = null;
      if (drawn) field.value = canvas.toDataURL("image/png");
    });
  }
  part.querySelector("[data-clear]").addEventListener("click", clear);

  const show = () => {
    const chosen = form.querySelector("[name=proof]:checked");
    part.hidden = chosen?.value !== "signature";
  };
  form.addEventListener("change", show);
  clear();
  show();
})();
