// Around htmx: the form's key, where the focus goes after a swap, what is said when a request fails.
import { csrf, isTyping } from "./dom.js";
import { toast } from "./toast.js";

const SLOW_MS = 300;
let before = null;

/**
 * Put the focus where work goes on: the first bad field, what asks for it, else where it was, if it was lost.
 * Whoever types elsewhere by now is left alone: the next digit belongs there.
 */
export function placeFocus(root) {
  const now = document.activeElement;
  if (isTyping(now) && !root.contains(now)) return;
  const lost = !now || now === document.body;
  const bad = root.querySelector("[data-problems]") && root.querySelector("[aria-invalid=true], [data-field] .error");
  const target = bad?.closest("[data-field]")?.querySelector("input:not([type=hidden]), select, textarea") ?? bad;
  (target ?? root.querySelector("[data-focus]") ?? (lost && before && document.getElementById(before) || null))?.focus();
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  before = document.activeElement?.id || null;
  const source = event.detail.elt;
  const button = source.matches("button") ? source : source.querySelector("button:not([type=button])");
  if (!button) return;
  const timer = setTimeout(() => button.setAttribute("aria-busy", "true"), SLOW_MS);
  event.detail.xhr.addEventListener("loadend", () => {
    clearTimeout(timer);
    button.removeAttribute("aria-busy");
  });
});

document.addEventListener("htmx:afterSwap", (event) => placeFocus(event.detail.elt));

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status === 423) return; // Locked: lock.js asks for a quick sign-in and goes on.
  const plain = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  toast(plain && responseText.length < 300 ? responseText : "That did not work. What you typed is still here.", {
    kind: "stop",
  });
});

document.addEventListener("htmx:sendError", () =>
  toast("The practice’s server can’t be reached. What you typed is still here; try again in a moment.", {
    kind: "stop",
  }),
);

// What was typed into a search while the page was still loading is asked about too.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[type=search][hx-get]"))
    if (field.value !== field.defaultValue) window.htmx.trigger(field, "search");
});

// A page that came back with errors, without htmx.
if (document.querySelector("[data-problems]")) placeFocus(document.body);

// A form that was sent must not go twice. Its own answer, or going back in the history, frees it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-back]")) history.back();
});
