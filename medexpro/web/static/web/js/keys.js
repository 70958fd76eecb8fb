// Keys: letters work wherever nobody is typing. `/` finds, `g` and a letter goes, `?` lists, Esc closes.
import { isTyping } from "./dom.js";
import { openDialog } from "./dialog.js";

const PLACES = { t: "today", c: "clients", r: "referrals", b: "billing", u: "business", s: "skills", k: "knowledge" };
const PAUSE_MS = 900;
let gone = 0;

const press = (selector) => {
  const target = document.querySelector(selector);
  target?.click();
  return Boolean(target);
};

function step(by) {
  const items = [...document.querySelectorAll("[data-queue] a[href], a[data-queue]")];
  const now = items.indexOf(document.activeElement);
  items[Math.min(Math.max(now + by, 0), items.length - 1)]?.focus();
  return items.length > 0;
}

// A page without a search field of its own leads to the list of clients, and there into the field.
function find() {
  const list = document.querySelector('[data-go="clients"]');
  if (list) location.assign(`${list.href}#find`);
  return Boolean(list);
}

function answer(event) {
  if (event.key === "g") {
    gone = event.timeStamp;
    return true;
  }
  if (gone && event.timeStamp - gone < PAUSE_MS && PLACES[event.key]) {
    gone = 0;
    return press(`[data-go="${PLACES[event.key]}"]`);
  }
  gone = 0;
  switch (event.key) {
    case "/": {
      const field = document.querySelector("[data-find]");
      if (field?.matches("input")) field.focus();
      else if (field) field.click();
      return Boolean(field) || find();
    }
    case "?":
      return openDialog("keys");
    case "n":
      return press("[data-key=n]");
    case "e":
      return press("[data-key=e]");
    case "j":
      return step(1);
    case "k":
      return step(-1);
    default:
      return false;
  }
}

if (location.hash === "#find") document.getElementById("find")?.focus();

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    const form = event.target.closest?.("form");
    const main = form?.querySelector(".btn-primary") ?? document.querySelector("[data-key=main], main .btn-primary");
    if (main) {
      event.preventDefault();
      main.click();
    }
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (answer(event)) event.preventDefault();
});
