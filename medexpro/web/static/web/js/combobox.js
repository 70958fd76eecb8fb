// Search as you type, by the ARIA combobox pattern: arrows move, Enter chooses, Escape closes, Tab chooses nothing.
// The address in data-combobox answers `?q=` with {"found": [{"value", "label", "detail", "code", "disabled"}], "more": bool}.
import { after } from "./dom.js";

const PAUSE_MS = 60;
const asked = new WeakMap(); // combobox -> AbortController
const wanted = new WeakSet(); // comboboxes whose text was typed and is not asked about yet

const parts = (box) => ({
  chosen: box.querySelector("input[type=hidden]"),
  field: box.querySelector("[role=combobox]"),
  list: box.querySelector("[role=listbox]"),
  count: box.querySelector("[data-count]"),
});

// Closed is closed: an answer still on its way doesn't open the list again.
function close(box) {
  wanted.delete(box);
  asked.get(box)?.abort();
  const { field, list } = parts(box);
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function option(box, item, n) {
  const line = document.createElement("li");
  line.role = "option";
  line.id = `${parts(box).list.id}_${n}`;
  line.dataset.value = item.value;
  line.dataset.label = item.label;
  line.setAttribute("aria-selected", "false");
  if (item.disabled) line.setAttribute("aria-disabled", "true"); // Shown on the way, not to be chosen.
  for (const [text, css] of [
    [item.code, "code"],
    [item.label, ""],
    [item.detail, "s"],
  ]) {
    if (!text) continue;
    const part = document.createElement("span");
    part.className = css;
    part.textContent = text;
    line.append(part);
  }
  return line;
}

function show(box, { found = [], more = false }) {
  const { field, list, count } = parts(box);
  const kept = list.hidden ? null : list.querySelector("[aria-selected=true]")?.dataset.value;
  list.replaceChildren(...found.map((item, n) => option(box, item, n)));
  count.textContent = found.length ? `${found.length}${more ? " or more" : ""} found` : "Nothing found";
  if (!found.length) {
    const none = document.createElement("li");
    none.role = "option";
    none.setAttribute("aria-disabled", "true");
    none.textContent = "Nothing found. Try fewer letters or another word.";
    list.append(none);
  }
  // Whoever has moved down already stays on the line they are on, also when a later answer comes.
  const again = kept && [...list.children].find((line) => line.dataset.value === kept && !line.ariaDisabled);
  again?.setAttribute("aria-selected", "true");
  if (again) field.setAttribute("aria-activedescendant", again.id);
  else field.removeAttribute("aria-activedescendant");
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
}

async function ask(box) {
  const { field } = parts(box);
  const text = field.value.trim();
  if (!text) return close(box);
  asked.get(box)?.abort();
  const control = new AbortController();
  asked.set(box, control);
  const address = new URL(box.dataset.combobox, location.href);
  address.searchParams.set("q", text);
  try {
    const answer = await fetch(address, { signal: control.signal, headers: { Accept: "application/json" } });
    if (answer.ok) show(box, await answer.json());
  } catch (fault) {
    if (fault.name !== "AbortError") parts(box).count.textContent = "The list can’t be reached just now.";
  }
}

function choose(box, line) {
  if (!line || line.getAttribute("aria-disabled")) return;
  const { chosen, field } = parts(box);
  chosen.value = line.dataset.value;
  field.value = line.dataset.label;
  field.removeAttribute("aria-invalid");
  close(box);
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  box.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: { ...line.dataset } }));
}

function go(box, by) {
  const { field, list } = parts(box);
  const lines = [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  if (!lines.length) return;
  const now = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const next = lines[(now + by + lines.length + (now < 0 && by < 0 ? 1 : 0)) % lines.length];
  for (const line of lines) line.setAttribute("aria-selected", String(line === next));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

const later = new WeakMap();
document.addEventListener("input", (event) => typed(event.target));

// What was typed while the page was still loading is asked about once this is here.
typed(document.activeElement, { untouched: true });

function typed(field, { untouched = false } = {}) {
  const box = field?.closest?.("[data-combobox]");
  if (!box || !field.matches("[role=combobox]")) return;
  if (untouched && (!field.value || field.value === field.defaultValue)) return;
  parts(box).chosen.value = ""; // What is typed anew is not what was chosen.
  if (!later.has(box))
    later.set(
      box,
      after(PAUSE_MS, () => wanted.delete(box) && ask(box)),
    );
  wanted.add(box);
  later.get(box)();
}

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-combobox]");
  if (!box || !event.target.matches("[role=combobox]")) return;
  const { list } = parts(box);
  const open = !list.hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) go(box, event.key === "ArrowDown" ? 1 : -1);
    else ask(box);
  } else if (event.key === "Enter" && open) {
    event.preventDefault();
    const lines = list.querySelectorAll("[role=option]:not([aria-disabled])");
    choose(box, list.querySelector("[aria-selected=true]") ?? (lines.length === 1 ? lines[0] : null));
  } else if (event.key === "Escape" && open) {
    event.stopPropagation();
    close(box);
  }
});

document.addEventListener("pointerdown", (event) => {
  const line = event.target.closest?.(".combobox-list [role=option]");
  if (!line) return;
  event.preventDefault(); // The field keeps the focus.
  choose(line.closest("[data-combobox]"), line);
});

document.addEventListener("focusout", (event) => {
  const box = event.target.closest?.("[data-combobox]");
  if (box && !box.contains(event.relatedTarget)) close(box);
});
