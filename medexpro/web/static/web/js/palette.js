// The palette: find a client, go to a page, begin something. A combobox over a list in groups, by the ARIA pattern:
// arrows choose, Enter opens, Escape closes. What is typed goes in the body of a form, never into an address.
import { after, csrf, icon } from "./dom.js";
import { openDialog } from "./dialog.js";

const PAUSE_MS = 60;
const dialog = document.getElementById("palette");
const field = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const none = dialog?.querySelector("[data-none]");
const count = dialog?.querySelector("[data-count]");
const nothing = none?.textContent;
let asked = null;

/** Open the palette; answers whether it is open. Behind a lock, or over a question that is open, it stays closed. */
export function openPalette() {
  if (!dialog) return false;
  if (dialog.open) return true;
  if (document.querySelector("dialog[open]")) return false;
  openDialog("palette");
  field.focus();
  ask();
  return true;
}

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(line) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === line));
  if (line) {
    field.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function part(text, css) {
  const span = document.createElement("span");
  span.className = css;
  span.textContent = text;
  return span;
}

function option(item, n) {
  const line = document.createElement("div");
  line.role = "option";
  line.id = `palette-${n}`;
  line.dataset.url = item.url;
  line.append(icon(item.icon), part(item.label, ""));
  if (item.detail) line.append(part(item.detail, "s"));
  return line;
}

function show(groups, otherwise = nothing) {
  let n = 0;
  const drawn = groups.map((group, at) => {
    const box = document.createElement("div");
    box.role = "group";
    const name = document.createElement("div");
    name.className = "palette-group";
    name.id = `palette-group-${at}`;
    name.role = "presentation";
    name.textContent = group.name;
    box.setAttribute("aria-labelledby", name.id);
    box.append(name, ...group.found.map((item) => option(item, n++)));
    return box;
  });
  list.replaceChildren(...drawn);
  list.scrollTop = 0;
  none.hidden = n > 0;
  none.textContent = otherwise;
  field.setAttribute("aria-expanded", String(n > 0));
  count.textContent = n ? groups.map((group) => `${group.name}: ${group.found.length}`).join(", ") : otherwise;
  choose(options()[0]); // Enter opens the first without another key.
  list.scrollTop = 0;
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch(dialog.dataset.url, {
      method: "POST",
      signal,
      headers: { Accept: "application/json", "X-CSRFToken": csrf() },
      body: new URLSearchParams({ q: field.value.trim() }),
    });
    if (answer.status === 423) {
      // Locked meanwhile: the page is covered as when a part of it is refused.
      dialog.close();
      document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr: answer } }));
    } else if (answer.ok) {
      const { groups } = await answer.json();
      if (dialog.open && !signal.aborted) show(groups);
    } else throw new Error(String(answer.status));
  } catch (fault) {
    if (fault.name === "AbortError" || !dialog.open) return;
    show([], "The practice’s server can’t be reached just now. Try again in a moment.");
  }
}

function go(line) {
  if (!line) return;
  dialog.close();
  location.assign(line.dataset.url);
}

function move(by) {
  const lines = options();
  if (!lines.length) return;
  const now = lines.indexOf(chosen());
  choose(lines[(now + by + lines.length) % lines.length]);
}

if (dialog) {
  const later = after(PAUSE_MS, () => dialog.open && ask());
  field.addEventListener("input", later);
  dialog.addEventListener("keydown", (event) => {
    if (event.target !== field || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation(); // Not the page's main action behind it.
      go(chosen());
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // The field keeps the focus.
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // Beside it.
  dialog.addEventListener("close", () => {
    // No names stay behind on a shared tablet.
    asked?.abort();
    field.value = "";
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    choose(null);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener) return;
    opener.closest("[popover]")?.hidePopover();
    openPalette();
  });
}
