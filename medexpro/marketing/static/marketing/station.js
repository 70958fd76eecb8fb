// Station mode. The station is chosen once; then number, value, next. Every entry is on this tablet before it is on its
// way, with an id of its own, so that sending it again is harmless; nothing leaves the tablet until the server answered.
import { say } from "../web/js/sync.js";
import { csrf, icon } from "../web/js/dom.js";
import { uuid7 } from "../sessions/js/outbox.js";

const form = document.getElementById("station");
const number = document.getElementById("number");
const asked = document.getElementById("asked");
const standing = document.getElementById("standing");
const look = document.getElementById("look");
const station = form.dataset.station;
const exerts = "exerts" in form.dataset;
let roster = JSON.parse(document.getElementById("roster").textContent);
// What a member entered and could not send waits for that member's sign-in, at whichever station.
const PLACE = `medexpro-screening ${roster.member} ${roster.day}`;
const RETRY_MS = 4000;
const REFRESH_MS = 6000;
const PATIENCE_MS = 8000;

const fields = () => [...form.querySelectorAll(".sd-field input")];
const waiting = () => JSON.parse(localStorage.getItem(PLACE) ?? "[]");
const keep = (entries) => localStorage.setItem(PLACE, JSON.stringify(entries));
const person = () => roster.people.find((one) => String(one.number) === number.value.trim());

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function alertBox(kind, title, text = "") {
  const box = element("div", "", `alert alert-${kind}`);
  const words = document.createElement("div");
  words.append(element("h2", title));
  if (text) words.append(element("p", text));
  box.append(icon(kind === "stop" ? "alert" : "warn"), words);
  return box;
}

// ---- Who stands here

function show() {
  const one = person();
  const typed = number.value.trim();
  const who = document.getElementById("who");
  const done = one?.done.includes(station) ? " · entered before" : "";
  who.textContent = one
    ? `${[one.name, one.about].filter(Boolean).join(", ")}${done}`
    : typed
      ? "Nobody wears this number yet."
      : "Type the number on the wristband.";
  const stopped = one && !one.may && (exerts || ["hold", "closed", "emergency"].includes(one.standing));
  standing.replaceChildren();
  if (stopped && one.said) standing.append(alertBox(one.look === "hold" || one.standing === "first" ? "hold" : "stop", one.word, one.said));
  form.classList.toggle("is-shut", Boolean(exerts && one && !one.may));
}

async function refresh() {
  try {
    const answer = await fetch(form.dataset.roster, { headers: { "X-Background": "1" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) roster = await answer.json();
  } catch {
    return; // The roster of a moment ago is good enough.
  }
  if (document.activeElement !== number || person()) show();
}

// ---- Sending

async function send(entry) {
  const body = new URLSearchParams(entry.fields);
  body.set("id", entry.id);
  body.set("waited_ms", String(Math.max(0, Date.now() - entry.at)));
  const answer = await fetch(entry.to, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": csrf() },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.json();
  // A record that is not there will not come back; anything else may be the connection, or a sign-in that is over.
  if (answer.status === 404) return { outcome: "refused", sentence: "This entry belongs to no day or station that is here.", field: "" };
  throw new Error(`${answer.status}`);
}

const drop = (id) => keep(waiting().filter((one) => one.id !== id));

function learn(row) {
  const place = roster.people.findIndex((one) => one.number === row.number);
  if (place < 0) roster.people.push(row);
  else roster.people[place] = row;
}

const tell = () => (waiting().length ? say("queued", waiting().length) : say("saved"));

let sending = false;
async function flush() {
  if (sending || !waiting().length) return;
  sending = true;
  try {
    for (const entry of waiting()) {
      if (entry.held) continue;
      const said = await send(entry);
      if (said.outcome === "kept" || said.outcome === "again") {
        drop(entry.id);
        learn(said.person);
      } else {
        keep(waiting().map((one) => (one.id === entry.id ? { ...one, held: said } : one)));
      }
    }
  } catch {
    // They stay here, and are sent again.
  }
  sending = false;
  tell();
  needsLook();
  show();
}

// An entry that waited and was not taken: what was typed stays in sight until somebody has settled it.
function needsLook() {
  look.replaceChildren();
  for (const entry of waiting().filter((one) => one.held)) {
    const box = alertBox("hold", `Number ${new URLSearchParams(entry.fields).get("number")}: ${entry.held.sentence}`);
    const actions = element("div", "", "actions");
    const again = (change) => {
      const fields = new URLSearchParams(entry.fields);
      change(fields);
      keep(waiting().map((one) => (one.id === entry.id ? { ...one, id: uuid7(), fields: fields.toString(), held: undefined } : one)));
      flush();
    };
    if (entry.held.outcome === "asks") {
      const meant = element("button", `Keep ${entry.held.typed}`, "btn btn-44");
      meant.type = "button";
      meant.addEventListener("click", () => again((fields) => fields.append("meant", entry.held.field)));
      actions.append(meant);
    } else {
      const retry = element("button", "Send again", "btn btn-44");
      retry.type = "button";
      retry.addEventListener("click", () => again(() => {}));
      actions.append(retry);
    }
    const away = element("button", "Leave it out", "btn btn-44 btn-quiet");
    away.type = "button";
    away.addEventListener("click", () => {
      drop(entry.id);
      needsLook();
      tell();
    });
    actions.append(away);
    box.append(actions);
    look.append(box);
  }
}

// ---- Entering

function clear() {
  for (const field of [number, ...fields()]) field.value = "";
  for (const tick of form.querySelectorAll("[type=checkbox]")) tick.checked = false;
  for (const part of form.querySelectorAll("details")) part.open = false;
  for (const bad of form.querySelectorAll("[aria-invalid]")) bad.removeAttribute("aria-invalid");
  asked.replaceChildren();
  choose(number);
  show();
}

function bad(said) {
  asked.replaceChildren();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const box = alertBox(said.outcome === "asks" ? "hold" : "stop", said.sentence);
  if (said.outcome === "asks") {
    const actions = element("div", "", "actions");
    if (said.instead) {
      const use = element("button", `Use ${said.instead}`, "btn btn-44");
      use.type = "button";
      use.addEventListener("click", () => {
        form.elements[said.field].value = said.instead;
        submit();
      });
      actions.append(use);
    }
    const meant = element("button", `Keep ${said.typed}`, "btn btn-44");
    meant.type = "button";
    meant.addEventListener("click", () => {
      means.add(said.field);
      submit();
    });
    actions.append(meant);
    box.append(actions);
  }
  asked.append(box);
  const field = form.elements[said.field];
  if (field instanceof HTMLInputElement) {
    field.setAttribute("aria-invalid", "true");
    choose(field);
  } else if (said.field === "signs") {
    form.querySelector(".sd-signs")?.setAttribute("aria-invalid", "true");
  }
}

const means = new Set();

let under = false;
async function submit(extra = {}) {
  if (under) return;
  const one = person();
  if (exerts && one && !one.may && !extra.left_out) {
    bad({ outcome: "refused", sentence: one.said, field: "" });
    return;
  }
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken") data.append(name, value);
  for (const [name, value] of Object.entries(extra)) data.set(name, value);
  for (const field of means) data.append("meant", field);
  const entry = { id: uuid7(), at: Date.now(), to: form.dataset.enter, fields: data.toString() };
  keep([...waiting(), entry]);
  under = true;
  say("sending", waiting().length);
  try {
    const said = await send(entry);
    drop(entry.id);
    if (said.outcome === "kept" || said.outcome === "again") {
      learn(said.person);
      done(said.person);
    } else {
      bad(said);
    }
  } catch {
    // No answer: the entry is safe here and goes on by itself; the next person may come.
    done(null);
  }
  under = false;
  tell();
}

function done(row) {
  const name = number.value.trim();
  means.clear();
  clear();
  if (row && ["hold", "closed", "emergency"].includes(row.standing))
    standing.replaceChildren(alertBox(row.look === "hold" ? "hold" : "stop", `Number ${row.number}: ${row.word}`, row.said));
  document.getElementById("who").textContent = row ? `Number ${name} is saved.` : `Number ${name} is safe on this tablet.`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  submit(button?.name === "left_out" ? { left_out: button.value } : {});
});

// ---- The keypad types into the field that is open, and goes on to the next

const FINGERS = matchMedia("(pointer: coarse) and (min-width: 44.01rem)");
let current = number;
function choose(field) {
  current = field;
  for (const one of [number, ...fields()]) one.toggleAttribute("data-current", one === field);
  if (!matchMedia("(pointer: coarse)").matches) field.focus();
}
for (const field of [number, ...fields()]) {
  field.addEventListener("focus", () => choose(field));
  // On a tablet the keypad is here; the system's own would cover the page.
  if (FINGERS.matches) field.inputMode = "none";
}
number.addEventListener("input", show);
form.addEventListener("input", (event) => means.delete(event.target.name));
const none = form.querySelector("[name=none]");
form.addEventListener("change", (event) => {
  if (event.target.matches("[name=sign], [name=history]") && event.target.checked) none.checked = false;
  if (event.target === none && none.checked)
    for (const sign of form.querySelectorAll("[name=sign], [name=history]")) sign.checked = false;
});
const keys = form.querySelector("[data-keys]");
keys.hidden = false;
keys.addEventListener("click", (event) => {
  const digit = event.target.closest("[data-digit]")?.dataset.digit;
  if (!digit) return;
  current.value = digit === "back" ? current.value.slice(0, -1) : current.value + digit;
  current.dispatchEvent(new Event("input", { bubbles: true }));
});
// Enter goes from the number to the first value and on; from the last one it saves.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
  const order = [number, ...fields()];
  const following = order[order.indexOf(event.target) + 1];
  if (!following) return;
  event.preventDefault();
  choose(following);
  following.focus();
});

choose(number);
show();
needsLook();
tell();
flush();
setInterval(flush, RETRY_MS);
setInterval(refresh, REFRESH_MS);
addEventListener("online", flush);
