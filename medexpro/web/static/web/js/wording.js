// Words while somebody writes: a field with `data-wording` says who reads it, and words out of scope are marked under it
// with what to write instead. Nothing is changed by itself, and nothing is kept.
import { after, csrf } from "./dom.js";

const PAUSE = 500;
const asked = new WeakMap(); // field -> the text that was asked about last

function holder(field) {
  const id = `${field.id}_marks`;
  let place = document.getElementById(id);
  if (!place) {
    place = document.createElement("div");
    place.id = id;
    place.className = "marks";
    place.setAttribute("role", "status");
    field.after(place);
  }
  return place;
}

async function check(field) {
  const text = field.value;
  if (asked.get(field) === text || !field.id) return;
  asked.set(field, text);
  const place = holder(field);
  if (!text.trim()) {
    place.replaceChildren();
    return;
  }
  const body = new URLSearchParams({ text, to: field.dataset.wording, field: field.id });
  try {
    const answer = await fetch("/wording/check/", {
      method: "POST",
      headers: { "X-CSRFToken": csrf() },
      body,
      credentials: "same-origin",
    });
    // What was typed meanwhile is asked about by itself; an answer to older words would name wrong places.
    if (answer.status === 200 && field.value === text) place.innerHTML = await answer.text();
    else if (answer.status === 204) place.replaceChildren();
  } catch {
    asked.delete(field); // No connection: the words are asked about when they are signed.
  }
}

const soon = new WeakMap();
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-wording]")) return;
  if (!soon.has(field)) soon.set(field, after(PAUSE, () => check(field)));
  soon.get(field)();
});

const all = () => {
  for (const field of document.querySelectorAll("[data-wording]")) if (field.value.trim()) check(field);
};
all();
document.addEventListener("htmx:load", all);
