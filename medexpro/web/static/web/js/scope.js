// Wording: the offered words take the place of those out of scope, in the field they were typed in. Undo puts them back.
// Where they stand was said when they were marked; if the text has moved since, they are looked for as whole words.
// What checks the words while somebody writes comes along only on pages that have such a field.
import { toast } from "./toast.js";

const placesOf = (button, text) => {
  const word = button.dataset.word;
  const told = (button.dataset.places ?? "").split(" ").filter(Boolean).map((one) => one.split("-").map(Number));
  if (told.length && told.every(([from, to]) => text.slice(from, to) === word)) return told;
  const whole = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_])${whole}(?![\\p{L}\\p{N}_])`, "gu"));
  return [...found].map((one) => [one.index, one.index + word.length]);
};

function put(field, text) {
  field.value = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  field.focus();
}

document.addEventListener("click", (event) => {
  const insert = event.target.closest?.("[data-insert]");
  if (insert) {
    const field = document.getElementById(insert.dataset.insert);
    const was = field?.value ?? "";
    if (!field || was.includes(insert.dataset.text)) return;
    put(field, [was.trim(), insert.dataset.text].filter(Boolean).join(" "));
    toast("Put in as observed", { undo: () => put(field, was) });
    return;
  }
  const button = event.target.closest?.("[data-replace], [data-show]");
  const field = button && document.getElementById(button.dataset.replace ?? button.dataset.show);
  if (!field) return;
  const was = field.value;
  const places = placesOf(button, was);
  if (!places.length) return;
  if (button.dataset.show !== undefined) {
    field.focus();
    field.setSelectionRange(...places[0]);
    return;
  }
  const changed = places
    .toReversed()
    .reduce((text, [from, to]) => text.slice(0, from) + button.dataset.offer + text.slice(to), was);
  put(field, changed);
  toast("Wording changed", { undo: () => put(field, was) });
});

const bring = () => document.querySelector("[data-wording]") && import("./wording.js");
bring();
document.addEventListener("htmx:load", bring);
