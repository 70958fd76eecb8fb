// Small pieces of markup. `html` escapes every value that is not markup itself.
class Markup extends String {}

const escape = (value) =>
  String(value).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

const piece = (value) => {
  if (value === null || value === undefined || value === false) return "";
  if (Array.isArray(value)) return value.map(piece).join("");
  return value instanceof Markup ? value.toString() : escape(value);
};

export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, i) => text + part + (i < values.length ? piece(values[i]) : ""), ""));
}

let sprite = "";
export const useSprite = (url) => (sprite = url);
export const icon = (name, label = "") =>
  label
    ? html`<svg class="i" role="img" aria-label="${label}"><use href="${sprite}#i-${name}"/></svg>`
    : html`<svg class="i" aria-hidden="true"><use href="${sprite}#i-${name}"/></svg>`;

export const number = (value) => String(value).replace(/^-/, "−");

export const clockTime = (iso) =>
  new Date(iso).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase().replace(/\s?[ap]m/, "");

// A button that is replaced while a finger is on it loses the tap. So a place waits until the finger is lifted, and a
// second at most: a lift that never comes must not keep a gate from closing before the eyes.
const PRESS_MS = 1000;
const postponed = new Map();
let pressed = null, longest = 0;

function release() {
  pressed = null;
  clearTimeout(longest);
  for (const [place, markup] of [...postponed]) draw(place, markup);
}

addEventListener("pointerdown", (event) => {
  pressed = event.target;
  clearTimeout(longest);
  longest = setTimeout(release, PRESS_MS);
}, true);
// The click follows the lift in the same task, and what it does is drawn at once.
for (const lift of ["pointerup", "pointercancel"]) addEventListener(lift, () => setTimeout(release), true);
addEventListener("click", () => (pressed = null), true);

// Draw into a place, keeping focus, caret and scroll where they were. `data-key` names what may hold focus.
export function draw(place, markup) {
  const text = markup.toString();
  postponed.delete(place);
  if (place.dataset.drawn === text) return;
  if (pressed && place.contains(pressed)) return void postponed.set(place, markup);
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.closest("[data-key]")?.dataset.key ?? active?.dataset?.key;
  const caret = active?.selectionStart;
  place.innerHTML = text;
  place.dataset.drawn = text;
  if (!key) return;
  const again = place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  again?.focus({ preventScroll: true });
  if (caret !== undefined && caret !== null && again?.setSelectionRange) again.setSelectionRange(caret, caret);
}
