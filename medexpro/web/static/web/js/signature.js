// The signature pad writes what is drawn as an SVG path into a hidden field. Whoever can't draw types the name.
const strokes = new WeakMap(); // pad -> the path being drawn

const STEP = 2; // a point nearer than this adds nothing

function point(pad, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(pad.getScreenCTM().inverse());
  return [Math.min(Math.max(at.x, 0), 600).toFixed(1), Math.min(Math.max(at.y, 0), 180).toFixed(1)];
}

function write(pad, d) {
  pad.querySelector("path").setAttribute("d", d);
  const field = pad.closest("[data-signature]").querySelector("input[type=hidden]");
  field.value = d;
}

document.addEventListener("pointerdown", (event) => {
  const pad = event.target.closest?.("[data-pad]");
  if (!pad) return;
  event.preventDefault();
  pad.setPointerCapture(event.pointerId);
  const [x, y] = point(pad, event);
  const before = pad.querySelector("path").getAttribute("d") ?? "";
  // A tap alone is a dot: a line of no length with round ends.
  strokes.set(pad, { d: `${before}M${x} ${y} L${x} ${y} `, last: [x, y] });
  write(pad, strokes.get(pad).d);
});

document.addEventListener("pointermove", (event) => {
  const pad = event.target.closest?.("[data-pad]");
  const stroke = pad && strokes.get(pad);
  if (!stroke) return;
  for (const one of event.getCoalescedEvents?.() ?? [event]) {
    const [x, y] = point(pad, one);
    if (Math.hypot(x - stroke.last[0], y - stroke.last[1]) < STEP) continue;
    stroke.d += `L${x} ${y} `;
    stroke.last = [x, y];
  }
  write(pad, stroke.d);
});

for (const kind of ["pointerup", "pointercancel"])
  document.addEventListener(kind, (event) => {
    const pad = event.target.closest?.("[data-pad]");
    if (!pad || !strokes.has(pad)) return;
    strokes.delete(pad);
    pad
      .closest("[data-signature]")
      .querySelector("input[type=hidden]")
      .dispatchEvent(new Event("change", { bubbles: true }));
  });

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-signature] [data-clear]");
  if (!button) return;
  const pad = button.closest("[data-signature]").querySelector("[data-pad]");
  write(pad, "");
});
