// The assessment page: what is typed is kept on change; the live part under it is swapped, the fields never are.
import { clocks } from "./clocks.js";

const say = (state, text = "") =>
  document.dispatchEvent(new CustomEvent("medexpro:sync", { detail: { state, count: 1, text } }));

const forms = new Set(); // Forms whose last sending failed.
const RETRY_MS = 4000;

/** Mark the fields that the live part speaks about, and write the figures that stand outside it. */
function settle(form) {
  const live = form.querySelector("[data-live]");
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  for (const line of live.querySelectorAll("[data-for]")) {
    const field = document.getElementById(line.dataset.for);
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", `${line.dataset.for}-said`);
  }
  for (const given of live.querySelectorAll("template[data-put]")) {
    const place = document.getElementById(given.dataset.put);
    if (place) place.textContent = given.content.textContent;
  }
  // Left and right changed places: the fields show what was kept.
  for (const given of live.querySelectorAll("template[data-fill]")) {
    const field = document.getElementById(given.dataset.fill);
    if (field) field.value = given.content.textContent;
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.closest?.("[data-measure]")) say("sending");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-measure]");
  if (!form) return;
  const { status } = event.detail.xhr;
  if (status === 0 || status >= 500) {
    forms.add(form);
    say("queued");
    setTimeout(again, RETRY_MS);
    return;
  }
  forms.delete(form);
  settle(form);
  const open = form.querySelector("[data-for]");
  say(forms.size || open ? "queued" : "saved", open ? "Not kept yet: see the field" : "");
});

function again() {
  for (const form of forms) {
    forms.delete(form);
    window.htmx.trigger(form, "again");
  }
}
addEventListener("online", again);
addEventListener("beforeunload", (event) => {
  if (forms.size) event.preventDefault();
});

// The proposed value takes the place of the slip before it is sent.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("button[data-use]");
    if (!button) return;
    const field = document.getElementById(button.closest("[data-for]").dataset.for);
    if (field) field.value = button.dataset.use;
  },
  true,
);

// The unit stands inside the fields too.
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-unit]")) return;
  const name = event.target.selectedOptions[0]?.textContent ?? "";
  const short = name.startsWith("raw sum") ? name.replace("raw sum, 0 to ", "/ ") : name.startsWith("score") ? "/ 100" : name;
  for (const label of event.target.form.querySelectorAll("[data-unit-label]")) label.textContent = short;
});

// Aid and instrument stand below the form they belong to; their change does not reach it by itself.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-measure]") && !form.contains(event.target)) window.htmx.trigger(form, "again");
});

// What was typed before anything listened, or put back by the browser, is kept like the rest.
const TYPED = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
const touched = (field) => field.matches(TYPED) && field.value !== field.defaultValue;
document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("[data-measure]"))
    if ([...form.elements].some(touched)) window.htmx.trigger(form, "again");
});

// The open step is in sight where the row of steps is wider than the screen.
const row = document.querySelector(".as-steps");
if (row) row.scrollLeft = row.querySelector("[aria-current]").offsetLeft - row.clientWidth / 3;

clocks();
