// The session page: draws from the server's state with the waiting entries on top, and turns taps into commands.
import { toast } from "../../web/js/toast.js";
import { closeView, phrasesView, rejectedView, signView, timeView, wordingView } from "./asideview.js";
import { dropDraft, keepDraft, keptDraft } from "./drafts.js";
import { impossible, questionOf } from "./ranges.js";
import { exercisesView, isClosed, opening, setsOf } from "./exview.js";
import { gateView } from "./gateview.js";
import { draw, useSprite } from "./html.js";
import { changesGate, localGate } from "./localgate.js";
import * as outbox from "./outbox.js";
import { reduce } from "./reduce.js";
import { Sync } from "./sync.js";
import { isEnded, standingOf, tabsView } from "./tabsview.js";
import { Clock, clockWords } from "./timer.js";

const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);

const data = read("session-data");
let server = read("session-state");
let state = server;
let waiting = [];
let rejected = [];
let tabs = data.tabs;
let counts = {};
// How far the server's clock is ahead of this tablet's, in ms: entries on their way stand where the server would put
// them, so that a slow tablet's newest reading is not taken for an old one.
let ahead = new Date(server.gate.weighed_at) - Date.now();
const timed = (command) => ({ ...command, at: new Date(Date.parse(command.at) + ahead).toISOString() });
const serverNow = () => Date.now() + ahead;
// An answer says the server's time as of when it was asked for. One that was under way while the tablet slept says
// the time of days ago: it sets no clock, or the gate of that day would open today.
const LONGEST_ANSWER_MS = 60_000;
const keepTime = (gate, asked) => {
  if (gate?.weighed_at && Date.now() - asked < LONGEST_ANSWER_MS) ahead = new Date(gate.weighed_at) - Date.now();
};
// The log's day is over: by no reading of an earlier day is anything done today.
const isPast = () => serverNow() >= Date.parse(server.floor_closes_at);
const device = outbox.deviceName();
const clock = new Clock(server.id, server.minutes);
const ui = { open: null, drafts: {}, typed: {}, errors: {}, asks: {}, meant: {}, flags: [], rechecking: false, reporting: false, moment: "pre", swapping: null, skipping: null, why: "", reached: navigator.onLine, wording: null };
const kept = keptDraft(data.member, server.id);
Object.assign(ui, kept);
for (const [id, draft] of Object.entries(ui.drafts)) if (!draft.touched) delete ui.drafts[id];
if (!ui.drafts[ui.open] && server.entries.find((e) => e.id === ui.open)?.state !== "open") ui.open = null;
useSprite(data.sprite);

// ---- Sending

const sync = new Sync({ url: data.urls.commands, member: data.member, told });

let keeping; // The entry that is being kept at this moment.
// base: the version in which the person saw what they change; what another device changed since then is a conflict.
async function send(kind, body = {}, base = server.version) {
  const command = { id: outbox.uuid7(), practice: server.practice, member: data.member, session: server.id, device, base_version: base, kind, at: new Date().toISOString(), body };
  await (keeping = outbox.put(command));
  await refresh();
  sync.run();
  return command;
}

async function refresh() {
  [waiting, rejected, counts] = await Promise.all([outbox.pending(data.member, server.id), outbox.toBeRead(data.member, server.id), outbox.waitingBySession(data.member)]);
  state = reduce(server, waiting.map(timed));
  if (changesGate(waiting)) state.gate = gateHere();
  render();
}

// The gate as weighed on this tablet. Where that fails nothing opens: the server's last word stands, and it is asked again.
function gateHere() {
  try {
    return localGate(state, data.figures, data.rule_mark, new Date(serverNow()).toISOString());
  } catch (fault) {
    console.error(fault);
    return state.gate.state === "go" ? { ...state.gate, state: "hold", sentence: "This tablet can’t weigh the gate by itself. It opens when the connection is back." } : state.gate;
  }
}

async function told(news) {
  if (news.kind === "state") {
    ui.reached = news.reached;
    syncLine(news);
    if (news.reached && !news.waiting && server.version !== known) await pull();
    else render();
    return;
  }
  if (news.command.session !== server.id) return news.kind === "rejected" ? refresh() : undefined;
  keepTime(news.said.gate, news.asked);
  if (news.kind === "answer") {
    // Keep what was applied; the whole state is fetched once the outbox is empty.
    server = reduce(server, [timed(news.command)]);
    server.version = Math.max(server.version, news.said.version);
    if (news.said.gate) server.gate = news.said.gate;
  } else {
    if (news.said.gate) server.gate = news.said.gate;
    await showRefusal(news.command, news.said);
  }
  await refresh();
}

let known = server.version;
async function pull() {
  const asked = Date.now();
  const response = await fetch(data.urls.state, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = await response.json();
  if (fresh.version < server.version) return pull(); // An entry was taken while this answer was on its way.
  const was = server.entries.find((e) => e.id === ui.open), now = fresh.entries.find((e) => e.id === ui.open);
  server = fresh;
  // Done on another device meanwhile: what nobody has touched here gives way. What was touched meets it when it is logged.
  if (was && now && (was.state !== now.state || was.logged_at !== now.logged_at) && !ui.drafts[ui.open]?.touched) {
    delete ui.drafts[ui.open];
    ui.open = null;
  }
  keepTime(server.gate, asked);
  known = server.version;
  await refresh();
}

// What happens on other devices, and in the other logs of today: asked for while the page is looked at.
const LOOK_MS = 15_000;
async function lookAround() {
  if (document.visibilityState !== "visible" || !ui.reached) return;
  const response = await fetch(data.urls.running, { headers: { Accept: "application/json", "X-Background": "1" }, redirect: "manual" }).catch(() => null);
  const said = response?.ok ? await response.json().catch(() => null) : null;
  if (!said) return;
  const fresh = Object.fromEntries(said.tabs.map((one) => [one.id, one]));
  tabs = tabs.filter((one) => fresh[one.id] || one.id === server.id).map((one) => ({ ...one, ...fresh[one.id] }));
  const here = fresh[server.id], isToday = !isPast() && data.tabs.some((one) => one.id === server.id);
  if (here ? here.version > server.version : isToday && !ui.ended) await pull();
  else drawTabs();
}
setInterval(lookAround, LOOK_MS);

function drawTabs() {
  const standing = standingOf(state);
  const shown = tabs.map((one) => (one.id === server.id ? { ...one, ...standing, started_at: state.started_at } : one));
  draw($("tabs"), tabsView(shown, { here: server.id, counts, now: serverNow(), group: data.group }));
}

// The way to another log or page: what was typed last is on its way before, and without a connection nobody leads away
// from a page that would not come back.
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".sx-top a[href]");
  if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (!ui.reached && sync.reason === "offline") return toast("Offline. This opens when the connection is back; everything here is safe.");
  await keepNote(true);
  await sendMinutes();
  await keeping;
  location.assign(link.href);
});

function syncLine({ reached, waiting: count, reason }) {
  const entries = `${count} ${count === 1 ? "entry" : "entries"}`;
  const away = reason === "signed-out" || reason === "locked";
  const sending = { state: !count ? "saved" : reached ? "sending" : "queued", count };
  if (!count && !reached && reason === "offline") Object.assign(sending, { state: "queued", text: "Offline · everything so far is saved" });
  else if (count && !reached && away) sending.text = `Sign in again · ${entries} safe on this tablet`;
  else if (count && !reached && reason === "trouble") sending.text = `Not taken yet · ${entries} safe on this tablet`;
  else if (count && !reached) sending.text = `Offline · ${entries} safe on this tablet`;
  document.dispatchEvent(new CustomEvent("medexpro:sync", { detail: sending }));
}

// A refusal stands at the field it is about; what was typed stays.
async function showRefusal(command, said) {
  // A newer version of the same thing takes the place of the one that stood here: it says all of it.
  if (said.outcome === "conflict")
    for (const older of await outbox.rejected(server.id))
      if (older.id !== command.id && older.said.target === said.target) await outbox.dismiss(older.id);
  const field = said.field;
  const place = command.kind === "log" ? command.body.entry : field?.startsWith?.("d-") ? field : command.kind === "answer" ? `d-${command.body.code}` : field;
  if (said.outcome === "refused" && place) {
    (said.ask ? ui.asks : ui.errors)[place] = said.sentence;
    if (command.kind === "reading") ui.typed[command.body.measure] = command.body.value;
    if (command.kind === "reading") ui.rechecking = true;
    if (command.kind === "log") ui.open = command.body.entry;
    await outbox.dismiss(command.id);
  }
}

// ---- Drawing

function render() {
  ui.past = isPast();
  ui.ended = isEnded(state);
  ui.closed = ui.past || state.state === "held";
  startWhenOpen();
  if (!ui.open || !state.entries.some((e) => e.id === ui.open)) ui.open = state.started_at ? nextOpen() : null;
  if (ui.open) ui.drafts[ui.open] ??= draftOf(state.entries.find((e) => e.id === ui.open));
  drawTabs();
  if (state.gate.state === "stop" || ui.closed) ui.rechecking = ui.reporting = false;
  draw($("gate-place"), gateView(state, ui, data));
  draw($("exercises"), exercisesView(state, ui, data));
  draw($("service-time"), timeView(state, clock));
  draw($("phrases"), phrasesView(state));
  draw($("wording"), wordingView(ui.wording));
  draw($("how-it-went"), closeView(state, ui, data));
  draw($("sign"), signView(state, ui, data));
  draw($("rejected"), html_join(rejectedView(rejected, server.id)));
  const going = state.gate.state === "go" && !!state.started_at && !ui.closed && !ui.ended;
  $("exercises").inert = $("timers").inert = !going;
  $("gate-place").inert = ui.ended;
  $("note-card").inert = ui.ended || (state.gate.state === "stop" && !ui.closed);
  $("another-day").hidden = !ui.past;
  document.body.dataset.gate = state.gate.state;
  if (ui.past && clock.running) clock.drop(state.minutes);
  if (!going && clock.running) stopClock();
  const note = $("note");
  if (document.activeElement !== note && note.value !== state.note) note.value = state.note;
  bringIntoSight($("gate-h").closest(".gate"));
  keepDrafts();
}

// The button that weighs stands below its questions, and pain is logged far down: a gate that says something new is
// brought into sight, so that a hold is read and not looked for; and so is one that no longer asks.
let shown = null;
function bringIntoSight(gate) {
  const now = `${$("gate-h").textContent} ${gate.querySelector(".gate-ask") !== null}`;
  if (shown !== null && shown !== now && gate.getBoundingClientRect().top < headHeight()) gate.scrollIntoView();
  shown = now;
}

function keepDrafts() {
  const note = $("note");
  if (!ui.ended) keepDraft(data.member, server.id, ui, note.value === state.note ? undefined : { text: note.value, base: noteBase });
}

const html_join = (list) => list.map(String).join("");
const nextOpen = () => state.entries.filter((e) => e.state === "open" && !isClosed(e, state.gate)).sort((a, b) => a.order - b.order)[0]?.id ?? null;

const draftOf = (entry) => ({ ...valuesOf(entry), base: server.version });
const valuesOf = (entry) =>
  entry.state === "done"
    ? { sets: entry.sets.map(() => true), quantity: Number(entry.sets[0].quantity), load: entry.sets[0].load === null ? null : Number(entry.sets[0].load), effort: entry.effort, pain: entry.pain, reason: entry.reason }
    : opening(entry);

// The gate opened: the session starts by itself, and the clock of the first exercise with it.
let starting = false;
function startWhenOpen() {
  if (state.started_at || starting || state.gate.state !== "go" || state.state !== "open" || ui.rechecking || ui.closed) return;
  if (rejected.some((one) => one.kind === "start")) return; // Refused once: a person looks first.
  starting = true;
  send("start").then(() => {
    ui.open = nextOpen();
    runClockOf(ui.open);
    render();
    starting = false;
  });
}

function runClockOf(id) {
  const entry = state.entries.find((e) => e.id === id);
  if (entry) clock.start(entry.category);
}

function stopClock() {
  clock.stop();
  sendMinutes();
}

const minutesNow = () => clock.all(state.categories.map((c) => c.key));
let lastMinutes = JSON.stringify(server.minutes);
function sendMinutes() {
  const seconds = minutesNow();
  if (JSON.stringify(seconds) === lastMinutes || !state.started_at || isPast()) return Promise.resolve();
  lastMinutes = JSON.stringify(seconds);
  return send("minutes", { seconds });
}

setInterval(() => {
  if (isPast() !== ui.past) render();
  if (clock.running) draw($("service-time"), timeView(state, clock));
  drawTabs();
  const from = state.started_at ?? state.opened_at;
  if (!ui.past && (state.state === "open" || state.state === "ready")) $("elapsed").textContent = clockWords(Math.max(0, (Date.now() - new Date(from)) / 1000));
}, 1000);

// ---- Taps

const ACTS = {
  open: ({ entry }) => openEntry(entry),
  same: ({ entry }) => logEntry(entry, opening(state.entries.find((e) => e.id === entry))),
  log: ({ entry }) => logEntry(entry, ui.drafts[entry]),
  unlog: ({ entry }) => send("unlog", { entry }).then(() => openEntry(entry)),
  skip: ({ entry }) => { openEntry(entry); ui.skipping = ui.skipping === entry ? null : entry; ui.swapping = null; render(); },
  "skip-for": ({ entry, why }) => { const reason = why || ui.why.trim(); return reason ? leave(entry, "skip", { entry, reason }) : $("why")?.focus(); },
  "ask-swap": ({ entry }) => { ui.swapping = ui.swapping === entry ? null : entry; ui.skipping = null; render(); },
  swap: ({ entry, exercise }) => swap(entry, exercise),
  set: ({ set }) => { const d = touch(); d.sets[set] = !d.sets[set]; render(); },
  "more-sets": () => { const d = touch(); if (d.sets.length < 12) d.sets.push(true); render(); },
  step: ({ name, by }) => { const d = touch(); d[name] = Math.max(0, Math.round((Number(d[name]) + Number(by)) * 1000) / 1000); render(); },
  "add-load": () => { touch().load = data.load_step; render(); },
  clock: ({ category }) => { if (clock.running === category) stopClock(); else { clock.start(category); sendMinutes(); } render(); },
  phrase: ({ phrase }) => { const note = $("note"); note.value = [note.value.trim(), phrase].filter(Boolean).join(" "); keepNote(true); },
  reword: ({ from, to }) => { const note = $("note"), was = note.value; note.value = was.replace(from, to); keepNote(true); undo("Wording changed", () => { note.value = was; keepNote(true); }); },
  flags: () => answerQuestions(),
  report: () => { ui.reporting = true; render(); },
  "back-to-gate": () => { ui.rechecking = ui.reporting = false; ui.flags = []; ui.errors = {}; ui.asks = {}; render(); },
  recheck: () => { ui.rechecking = true; ui.moment = state.started_at && state.gate.state === "go" ? "in" : "pre"; ui.typed = {}; ui.errors = {}; ui.asks = {}; render(); document.querySelector("[data-reading]")?.focus(); },
  "keep-reading": ({ measure }) => { ui.meant[measure] = (ui.typed[measure] ?? "").trim(); takeReadings(false); },
  retype: ({ measure }) => { delete ui.typed[measure]; delete ui.asks[measure]; render(); $(`r-${measure}`)?.focus(); },
  why: ({ why }) => send("close", { ...state.close, reason: why }),
  decide: ({ code }) => { const reason = (ui.typed[`d-${code}`] ?? "").trim(); if (!reason) { ui.errors[`d-${code}`] = "Write what the provider answered."; return render(); } delete ui.errors[`d-${code}`]; send("answer", { code, reason }); },
  hold: () => holdDialog(),
  sign: (_, button) => sign(button),
  dismiss: async ({ id }) => { const one = rejected.find((r) => r.id === id); await outbox.dismiss(id); await pull(); if (one?.kind === "note") $("note").value = state.note; },
  "keep-mine": async ({ id }) => { const one = rejected.find((r) => r.id === id); await outbox.dismiss(id); await pull(); await send(one.kind, one.body); },
};
const touch = () => Object.assign(ui.drafts[ui.open], { touched: true });
// The second half of a double tap is no second wish; a stepper counts every tap.
const ONCE = new Set(["same", "log", "unlog", "skip-for", "swap", "phrase", "flags", "hold", "sign", "decide", "keep-mine"]);

// One tap answers both questions: the red flags, and the signs the protocol lists.
async function answerQuestions() {
  const chosen = ui.flags, isFlag = new Set(data.red_flags.map((f) => f.id));
  const flags = chosen.filter((id) => isFlag.has(id)), signs = chosen.filter((id) => !isFlag.has(id));
  const wasReporting = ui.reporting;
  ui.flags = [];
  ui.reporting = false;
  if (state.red_flags === null || flags.length) await send("red_flags", { items: [...new Set([...(state.red_flags ?? []), ...flags])] });
  if (signs.length || (data.ask_signs && !wasReporting)) await send("signs", { items: signs });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || button.closest("[inert]")) return;
  const act = ACTS[button.dataset.act];
  if (!act || (event.detail > 1 && ONCE.has(button.dataset.act))) return;
  if (button.getAttribute("aria-disabled") === "true") return button.closest("#sign")?.querySelector("[role=status]")?.focus();
  event.preventDefault();
  act(button.dataset, button);
});

function openEntry(id) {
  ui.open = id;
  ui.swapping = ui.skipping = null;
  ui.why = "";
  ui.drafts[id] = draftOf(state.entries.find((e) => e.id === id));
  runClockOf(id);
  render();
  document.querySelector(`[data-key="h-${id}"]`)?.focus({ preventScroll: false });
}

async function logEntry(id, draft) {
  if (!draft) return;
  const entry = state.entries.find((e) => e.id === id), before = { ...entry };
  const over = (draft.effort ?? 0) > state.ceilings.effort || (draft.pain ?? 0) > state.ceilings.pain;
  if (over && !draft.reason.trim()) {
    ui.drafts[id] = draft;
    ui.open = id;
    ui.errors[id] = "This is over the ceiling. Say what you did about it.";
    render();
    return $("reason")?.focus();
  }
  if (!draft.sets.some(Boolean)) {
    ui.errors[id] = "No set is marked as done. Mark one, or skip with a reason.";
    return render();
  }
  delete ui.errors[id];
  delete ui.drafts[id];
  if (ui.open === id) ui.open = null;
  await send("log", { entry: id, sets: setsOf(draft), effort: draft.effort, pain: draft.pain, reason: draft.reason }, draft.base);
  ui.open = nextOpen();
  if (ui.open) runClockOf(ui.open);
  else clock.stop();
  await sendMinutes();
  render();
  undo(`${entry.name} logged`, () => (before.state === "done" ? send("log", { entry: id, sets: before.sets, effort: before.effort, pain: before.pain, reason: before.reason }) : send("unlog", { entry: id })));
  document.querySelector(ui.open ? `[data-key="h-${ui.open}"]` : '[data-key="sign"]')?.focus({ preventScroll: true });
}

async function leave(id, kind, body) {
  const name = state.entries.find((e) => e.id === id).name, base = ui.drafts[id]?.base;
  ui.skipping = ui.swapping = ui.open = null;
  ui.why = "";
  delete ui.errors[`swap-${id}`];
  await send(kind, body, base);
  // What was swapped in is what comes now.
  const swappedIn = state.entries.find((e) => e.id === body.new_entry);
  ui.open = swappedIn && !isClosed(swappedIn, state.gate) ? swappedIn.id : nextOpen();
  runClockOf(ui.open);
  render();
  undo(kind === "skip" ? `${name} left out` : `${name} swapped`, () => send("unlog", { entry: id }));
}

function swap(id, exercise) {
  const { warning, blocked, ...as } = data.others[exercise], reason = ui.why.trim();
  if (warning && !reason) {
    ui.errors[`swap-${id}`] = "Say why it may be done all the same.";
    render();
    return $("why")?.focus();
  }
  return leave(id, "swap", { entry: id, exercise, new_entry: outbox.uuid7(), reason, as });
}

const undo = (text, back) => toast(text, { undo: back });

// ---- Typing

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset.reading) {
    ui.typed[field.dataset.reading] = field.value;
    delete ui.asks[field.dataset.reading];
    // A full number moves on by itself: three digits, or two that can't begin a longer one.
    const digits = Number(field.dataset.digits);
    const full = digits && (field.value.length >= 3 || (digits === 2 && field.value.length === 2 && Number(field.value) > 25));
    if (full) nextField(field);
  }
  if (field.dataset.decide) ui.typed[`d-${field.dataset.decide}`] = field.value;
  if (field.dataset.draft) touch()[field.dataset.draft] = field.value;
  if ("whyTyped" in field.dataset) ui.why = field.value;
  if (field.dataset.close === "reason") ui.closeWhy = field.value;
  if (field.id === "observed") ui.observed = field.value;
  if (field.id === "note") keepNote(false);
  keepDrafts();
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.reading) takeReadings(false);
  if (field.dataset.moment) { ui.moment = field.value; render(); }
  if (field.dataset.readingNow) { ui.pain = Number(field.value); takeReadings(true); }
  if (field.name === "flag") { ui.flags = [...document.querySelectorAll("input[name=flag]:checked")].map((box) => box.value); render(); }
  if (field.dataset.place) send("place", { place: field.value });
  if (field.dataset.tap) { touch()[field.dataset.tap] = Number(field.value); render(); }
  if (field.dataset.close) {
    delete ui.closeWhy;
    send("close", { ...state.close, [field.dataset.close]: field.value });
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.form !== "readings") return;
  event.preventDefault(); // Enter finishes a field like leaving it does.
  if (document.activeElement?.dataset.reading) nextField(document.activeElement);
  takeReadings(false);
});

function nextField(field) {
  const fields = [...document.querySelectorAll("[data-reading]")];
  fields[fields.indexOf(field) + 1]?.focus();
  if (fields.indexOf(field) === fields.length - 1) field.blur();
}

// Blood pressure goes out as a pair: the upper number waits for the lower one.
async function takeReadings(paintoo) {
  await null; // Focus is on its way to the next field; draw only when it has arrived.
  // A field that is being typed in is not finished: fast fingers are in the next one already.
  const busy = document.activeElement?.dataset.reading;
  const typed = (key) => (key === busy ? "" : (ui.typed[key] ?? "").trim().replace(",", "."));
  const out = [];
  if (typed("bp_systolic") && typed("bp_diastolic")) out.push("bp_systolic", "bp_diastolic");
  for (const key of Object.keys(data.measures)) if (!key.startsWith("bp_") && typed(key)) out.push(key);
  const again = state.gate.recheck.length ? [...state.gate.recheck] : ["bp_systolic"];
  const moment = ui.rechecking ? ui.moment : "pre"; // A rested recheck is a resting reading, whatever the minute.
  const values = Object.fromEntries(out.map((key) => [key, typed(key)]));
  for (const key of out) {
    delete ui.errors[key];
    delete ui.asks[key];
    const no = impossible(data.measures[key], values[key]);
    if (no) ui.errors[key] = no;
    else if (ui.meant[key] !== values[key]) {
      const question = questionOf(data.measures[key], values[key]);
      if (question) ui.asks[key] = question;
    }
  }
  // What is wrong or asked about stays in its field, and of a pressure both numbers do.
  const open = (key) => ui.errors[key] || ui.asks[key];
  const waits = (key) => open(key) || (key.startsWith("bp_") && (open("bp_systolic") || open("bp_diastolic")));
  const going = out.filter((key) => !waits(key));
  // Taken out of the fields at once: the next change may come while these are being kept.
  for (const key of going) delete ui.typed[key];
  for (const key of going) await send("reading", { measure: key, value: values[key], moment, confirmed: ui.meant[key] === values[key] });
  for (const key of going) delete ui.meant[key];
  if (paintoo && ui.pain !== undefined) {
    await send("reading", { measure: "pain_nrs", value: String(ui.pain), moment });
    delete ui.pain;
  }
  if (ui.rechecking && (out.length || paintoo) && !Object.keys(ui.errors).length && !Object.keys(ui.asks).length) {
    // A recheck after a hold is what held it again; one in the middle of the work is whatever was taken.
    if (state.gate.state === "go" || again.some((key) => out.includes(key) || (key === "pain_nrs" && paintoo))) ui.rechecking = false;
  }
  render();
}

let noteTimer, noteBase;
function keepNote(now) {
  clearTimeout(noteTimer);
  const save = async () => {
    const text = $("note").value, base = noteBase;
    noteBase = undefined;
    if (text !== state.note) await send("note", { text }, base);
  };
  noteBase ??= server.version;
  checkWording();
  if (now) return save();
  noteTimer = setTimeout(save, 900);
}
$("note").addEventListener("blur", () => keepNote(true));
addEventListener("pagehide", () => keepNote(true));

function checkWording() {
  let text = $("note").value.toLowerCase();
  for (const phrase of data.wording.allowed) text = text.replaceAll(phrase.toLowerCase(), (m) => " ".repeat(m.length));
  ui.wording = null;
  for (const entry of data.wording.entries)
    for (const word of entry.words) {
      const pattern = word.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace("*", "\\w*");
      const found = text.match(new RegExp(`(?<![\\w])${pattern}(?![\\w])`, "i"));
      if (found) {
        ui.wording ??= { found: $("note").value.slice(found.index, found.index + found[0].length), suggestion: entry.suggestion, why: entry.why };
      }
    }
  draw($("wording"), wordingView(ui.wording));
}

// ---- Hold and sign

function holdDialog() {
  const dialog = $("hold-dialog");
  $("observed").value ||= ui.observed || (state.gate.state === "go" ? "" : state.gate.sentence);
  dialog.showModal();
}
$("hold-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.submitter?.value === "hold") {
    await sendMinutes(); // Those until the stop.
    await send("hold", { observed: $("observed").value });
    delete ui.observed;
  }
  $("hold-dialog").close();
});

async function sign() {
  await sendMinutes();
  if (!ui.reached) return send("ready");
  $("sign-error").textContent = ui.wording ? `“${ui.wording.found}” is still in the note: ${ui.wording.why}. Sign all the same, or go back and change it.` : "";
  $("sign-dialog").showModal();
}
$("sign-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.submitter?.value !== "sign") return $("sign-dialog").close();
  await sync.now();
  const form = new FormData($("sign-form"));
  const response = await fetch(data.urls.sign, { method: "POST", body: form, headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
  if (!response) return ($("sign-error").textContent = "No connection. Nothing is lost; sign when it is back.");
  const said = await response.json().catch(() => ({ sentence: "Sign in again first. Nothing is lost." }));
  if (response.ok) {
    outbox.dropClock(server.id);
    dropDraft(data.member, server.id);
    return location.assign(said.next);
  }
  $("sign-error").textContent = said.sentence ?? "This can’t be signed yet.";
  $("sign-password").hidden = !said.reauthenticate;
  if (said.reauthenticate) $("password").focus();
});

// ---- Begin

// The strip of precautions may take several lines; what sticks or scrolls below it needs to know how many.
const head = document.querySelector(".sx-top"), strip = document.querySelector(".sx-pre");
const headHeight = () => head.offsetHeight + (strip?.offsetHeight ?? 0);
const measure = () => {
  document.documentElement.style.setProperty("--sx-top", `${head.offsetHeight}px`);
  document.documentElement.style.setProperty("--sx-head", `${headHeight()}px`);
};
const resized = new ResizeObserver(measure);
for (const one of [head, strip]) if (one) resized.observe(one);

if (server.started_at && !clock.running && server.state === "open") ui.open ??= nextOpen();
refresh().then(() => {
  // The last words of a note that this page was left with, unless they were on their way already.
  if (kept?.note && kept.note.text !== state.note && !rejected.some((one) => one.body.text === kept.note.text)) {
    $("note").value = kept.note.text;
    noteBase = kept.note.base;
    keepNote(true);
  }
  if (kept?.closeWhy) send("close", { ...state.close, reason: kept.closeWhy });
  delete ui.closeWhy;
  sync.now();
  checkWording();
  document.querySelector("[data-reading]")?.focus();
});
