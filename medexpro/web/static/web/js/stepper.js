// Steppers: one tap, one step; held down it repeats, faster after a while. The value is a field, so typing works too.
const HOLD_MS = 450;
const REPEAT_MS = 90;

const number = (text) => Number(String(text).replace(",", ".").replace("−", "-"));
const places = (step) => (String(step).split(".")[1] ?? "").length;

function move(stepper, direction) {
  const field = stepper.querySelector("input");
  const step = number(stepper.dataset.step) || 1;
  const start = number(field.value);
  const least = stepper.dataset.min === undefined ? 0 : number(stepper.dataset.min);
  const most = stepper.dataset.max === undefined ? Infinity : number(stepper.dataset.max);
  const next = Math.min(Math.max((Number.isFinite(start) ? start : 0) + direction * step, least), most);
  field.value = next.toFixed(Math.max(places(step), places(field.value)));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const settled = (stepper) => stepper.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));

const direction = (button) => (button?.matches("[data-more]") ? 1 : button?.matches("[data-less]") ? -1 : 0);

let timer = 0;
let held = false;

document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest?.("[data-stepper] button");
  if (!button || event.button !== 0) return;
  held = false;
  const stepper = button.closest("[data-stepper]");
  const repeat = () => {
    held = true;
    move(stepper, direction(button));
    timer = setTimeout(repeat, REPEAT_MS);
  };
  timer = setTimeout(repeat, HOLD_MS);
  const end = () => {
    clearTimeout(timer);
    for (const kind of ["pointerup", "pointerleave", "pointercancel"]) button.removeEventListener(kind, end);
    if (held) settled(stepper);
  };
  for (const kind of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(kind, end);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-stepper] button");
  if (!button) return;
  if (held) {
    held = false; // The holding has moved it; the click that follows must not move it once more.
    return;
  }
  const stepper = button.closest("[data-stepper]");
  move(stepper, direction(button));
  settled(stepper);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-stepper] input");
  if (!field || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(field.closest("[data-stepper]"), event.key === "ArrowUp" ? 1 : -1);
  settled(field.closest("[data-stepper]"));
});
