// Toasts: what was done, with Undo for 8 seconds. The clock stands still while focus or pointer is on it.
import { csrf, icon } from "./dom.js";

const SHOWN_MS = 8000;

const box = () => document.getElementById("toasts");

function count(toast) {
  let timer;
  const start = () => {
    timer = setTimeout(() => toast.remove(), SHOWN_MS);
  };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", () => {
    if (!toast.contains(document.activeElement)) start();
  });
  start();
}

/**
 * Say what was done. undo: a function to call, or an address that takes a POST; none shows no button.
 * kind: "stop" for what went wrong.
 */
export function toast(text, { undo, kind } = {}) {
  const region = box();
  if (!region) return;
  const item = document.createElement("div");
  item.className = kind ? `toast toast-${kind}` : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  item.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.className = "btn btn-44";
    button.append(icon("undo"), "Undo");
    if (typeof undo === "function") {
      button.type = "button";
      button.addEventListener("click", () => {
        item.remove();
        undo();
      });
      item.append(button);
    } else {
      const form = document.createElement("form");
      form.method = "post";
      form.action = undo;
      const key = document.createElement("input");
      key.type = "hidden";
      key.name = "csrfmiddlewaretoken";
      key.value = csrf();
      form.append(key, button);
      item.append(form);
    }
  }
  region.replaceChildren(item);
  count(item);
}

for (const drawn of box()?.querySelectorAll(".toast") ?? []) count(drawn);

document.addEventListener("toast", (event) => {
  for (const waiting of event.detail?.toasts ?? []) toast(waiting.text, { undo: waiting.undo || undefined });
});
