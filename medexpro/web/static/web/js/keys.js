// Keys: Ctrl+K opens the palette anywhere. Letters work wherever nobody is typing, and can be switched off for those who
// speak to their device or touch keys by chance: `/` finds, `g` and a letter goes, `?` lists, Esc closes.
import { isTyping } from "./dom.js";
import { openDialog } from "./dialog.js";
import { openPalette } from "./palette.js";

const PAUSE_MS = 900;
const KEPT = "letters"; // In this browser: another device has another keyboard.
let gone = 0;

// On a Mac Ctrl+K belongs to the field: it clears to the end of the line.
const command = (event) => (/^(Mac|iP)/.test(navigator.platform) ? event.metaKey : event.ctrlKey);
const lettersWork = () => localStorage.getItem(KEPT) !== "off";

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

// A page's own search field comes first; elsewhere the palette finds.
function find() {
  const field = document.querySelector("[data-find]");
  if (field?.matches("input")) field.focus();
  else if (field) field.click();
  return Boolean(field) || openPalette();
}

function answer(event) {
  if (event.key === "g") {
    gone = event.timeStamp;
    return true;
  }
  if (gone && event.timeStamp - gone < PAUSE_MS && /^[a-z]$/.test(event.key)) {
    gone = 0;
    if (press(`[data-letter="${event.key}"]`)) return true;
  }
  gone = 0;
  switch (event.key) {
    case "/":
      return find();
    case "?":
      return openDialog("keys");
    case "n":
      return press("[data-key=n]");
    case "e":
      return press("[data-key=e]");
    case "t":
      return press("[data-key=t]");
    case "j":
      return step(1);
    case "k":
      return step(-1);
    default:
      return false;
  }
}

if (location.hash === "#find") document.getElementById("find")?.focus();

const keysSwitch = document.querySelector("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = lettersWork();
  keysSwitch.addEventListener("change", () => {
    if (keysSwitch.checked) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "k" && command(event) && !event.altKey && !event.shiftKey) {
    if (openPalette()) event.preventDefault();
    return;
  }
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    const dialog = event.target.closest?.("dialog[open]");
    const form = event.target.closest?.("form");
    const behind = dialog ? null : document.querySelector("[data-key=main], main .btn-primary");
    const main = form?.querySelector(".btn-primary") ?? behind;
    if (main) {
      event.preventDefault();
      main.click();
    }
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || !lettersWork()) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (answer(event)) event.preventDefault();
});
