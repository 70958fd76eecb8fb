// Autosave: in a form with `data-autosave`, each field is sent on change, one after the other, and the sync line
// says where it is. Leaving the page is held back only while something is still on its way.
import { after, csrf } from "./dom.js";
import { say } from "./sync.js";
import { toast } from "./toast.js";

const waiting = new Map(); // form -> Set of field names
let running = false;

async function send(form, names) {
  const all = new FormData(form);
  const body = new URLSearchParams();
  for (const name of names) for (const value of all.getAll(name)) body.append(name, value);
  const version = form.elements.namedItem("version");
  if (version) body.set("version", version.value);
  body.set("changed", [...names].join(","));
  const answer = await fetch(form.dataset.autosave || form.action, {
    method: "POST",
    headers: { "X-CSRFToken": csrf(), "X-Autosave": "1", Accept: "application/json" },
    body,
    credentials: "same-origin",
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  for (const name of names) mark(form, name, told.errors?.[name]);
  if (version && told.version) version.value = told.version;
  if (!answer.ok && !told.errors) throw new Error(String(answer.status));
}

function mark(form, name, sentence) {
  const field = form.elements.namedItem(name);
  const holder = (field?.length ? field[0] : field)?.closest?.("[data-field]");
  if (!holder) return;
  let line = holder.querySelector("[data-said]");
  if (!line && sentence) {
    line = document.createElement("p");
    line.className = "error";
    line.dataset.said = "";
    line.id = `${name}_said`;
    line.setAttribute("role", "alert");
    holder.append(line);
  }
  if (line) line.textContent = sentence ?? "";
  for (const input of holder.querySelectorAll("input, select, textarea"))
    if (sentence) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
}

async function run() {
  if (running) return;
  running = true;
  try {
    while (waiting.size) {
      const [form, names] = waiting.entries().next().value;
      waiting.delete(form);
      say("sending", [...names].length);
      try {
        await send(form, names);
      } catch (fault) {
        const kept = waiting.get(form) ?? new Set();
        waiting.set(form, new Set([...names, ...kept]));
        say("queued", total());
        if (fault instanceof TypeError)
          setTimeout(run, 4000); // No connection: try again by itself.
        else toast("A change was not taken. It is still in its field; change it once more.", { kind: "stop" });
        return;
      }
    }
    say("saved");
  } finally {
    running = false;
  }
}

const total = () => [...waiting.values()].reduce((sum, names) => sum + names.size, 0);
const soon = after(150, run);

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-autosave]") || !event.target.name) return;
  if (!waiting.has(form)) waiting.set(form, new Set());
  waiting.get(form).add(event.target.name);
  soon();
});
addEventListener("online", run);
addEventListener("beforeunload", (event) => {
  if (waiting.size || running) event.preventDefault();
});
