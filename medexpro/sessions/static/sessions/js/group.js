// A group: a card for each client and one tap to confirm an exercise for one of them. Every log keeps its own entries,
// its own gate and its own figures; nothing here starts one, and what stops one touches no other.
import { toast } from "../../web/js/toast.js";
import { rejectedView } from "./asideview.js";
import { isClosed, opening, setsOf, setsWords } from "./exview.js";
import { draw, html, icon, useSprite } from "./html.js";
import { changesGate, localGate } from "./localgate.js";
import * as outbox from "./outbox.js";
import { reduce } from "./reduce.js";
import { Sync } from "./sync.js";
import { ICONS, isEnded, standingOf } from "./tabsview.js";

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("group-data").textContent);
const device = outbox.deviceName();
// By log: what the server said of it, and what that looks like with the entries that wait on top.
const logs = new Map(data.logs.map((log) => [log.id, { ...log, server: null, state: null, waiting: [], rejected: [], ahead: 0 }]));
useSprite(data.sprite);

const sync = new Sync({ url: data.commands, member: data.member, told });

async function pull(log) {
  const asked = Date.now();
  const response = await fetch(log.state_url, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
  const fresh = response?.ok ? await response.json().catch(() => null) : null;
  if (!fresh || fresh.id !== log.id || (log.server && fresh.version < log.server.version)) return;
  log.server = fresh;
  // Not from an answer that was long on its way: the tablet slept meanwhile.
  if (Date.now() - asked < 30_000) log.ahead = new Date(fresh.gate.weighed_at) - Date.now();
  await refresh(log);
}

// Entries on their way stand where the server's clock would put them.
const timed = (log, command) => ({ ...command, at: new Date(Date.parse(command.at) + log.ahead).toISOString() });

async function refresh(log) {
  [log.waiting, log.rejected] = await Promise.all([outbox.pending(data.member, log.id), outbox.rejected(log.id)]);
  if (!log.server) return render();
  log.state = reduce(log.server, log.waiting.map((command) => timed(log, command)));
  if (changesGate(log.waiting)) log.state.gate = gateHere(log);
  render();
}

// As on a client's own page: where the tablet can't weigh, nothing opens.
function gateHere(log) {
  try {
    return localGate(log.state, log.server.figures, data.rule_mark, new Date(Date.now() + log.ahead).toISOString());
  } catch (fault) {
    console.error(fault);
    return { ...log.state.gate, state: "hold", sentence: "This tablet can’t weigh the gate by itself. It opens when the connection is back." };
  }
}

async function send(log, kind, body, base = log.server.version) {
  await outbox.put({ id: outbox.uuid7(), practice: log.server.practice, member: data.member, session: log.id, device, base_version: base, kind, at: new Date().toISOString(), body });
  await refresh(log);
  sync.run();
}

async function told(news) {
  if (news.kind === "state") {
    const state = news.waiting ? (news.reached ? "sending" : "queued") : news.reached ? "saved" : "queued";
    const text = !news.waiting && !news.reached ? "Offline · everything so far is saved" : "";
    document.dispatchEvent(new CustomEvent("medexpro:sync", { detail: { state, count: news.waiting, text } }));
    return;
  }
  const log = logs.get(news.command.session);
  if (!log?.server) return;
  // The whole state follows; until it is here the gate is the one that came with the answer.
  if (news.said.gate) log.server.gate = news.said.gate;
  if (news.kind === "answer") {
    log.server = reduce(log.server, [timed(log, news.command)]);
    log.server.version = Math.max(log.server.version, news.said.version);
  }
  await pull(log);
  await refresh(log);
}

// ---- Drawing

function render() {
  const all = [...logs.values()].filter((log) => log.state);
  draw($("clients"), html`<ul class="gp-cards">${[...logs.values()].map(cardView)}</ul>`);
  draw($("exercises"), exercisesView(all));
  draw($("rejected"), all.flatMap((log) => rejectedView(log.rejected, log.id).map((one) => html`<p><b>${log.name}</b></p>${one}`)).map(String).join(""));
}

function cardView(log) {
  if (!log.state) return html`<li class="card gp-card"><header><h2 class="h3">${log.name}</h2></header><p class="muted">Weighing the gate</p><a class="btn btn-44" href="${log.url}" data-key="o-${log.id}">Open the log</a></li>`;
  const { state } = log, { kind, words } = standingOf(state), counted = state.entries.filter((e) => e.state !== "swapped");
  const done = counted.filter((e) => e.state !== "open").length;
  return html`<li class="card gp-card" data-kind="${kind}"><header><h2 class="h3">${log.name}</h2><span class="chip ${{ stop: "chip-stop", hold: "chip-hold", run: "chip-ok", ready: "chip-ok" }[kind] ?? ""}">${words}</span></header>
    ${state.precautions?.length ? html`<p class="gp-pre">${icon("shield", "Precautions")} ${state.precautions.join(" · ")}</p>` : ""}
    <p class="sm">${kind === "first" ? "Readings and questions open the gate on the client’s own page." : kind === "run" || kind === "ready" ? `${done} of ${counted.length} logged` : state.stopped?.observed ?? state.gate.sentence}${log.waiting.length ? ` · ${log.waiting.length} to send` : ""}</p>
    <a class="btn btn-44${kind === "first" || kind === "hold" || kind === "stop" ? " btn-primary" : ""}" href="${log.url}" data-key="o-${log.id}">${kind === "first" ? "Take the readings" : "Open the log"}<span class="vh"> of ${log.name}</span></a></li>`;
}

// Exercises several share come first, then in the order of the program.
function exercisesView(all) {
  const rows = new Map();
  for (const log of all)
    for (const entry of log.state.entries.filter((e) => e.state !== "swapped")) {
      if (!rows.has(entry.exercise)) rows.set(entry.exercise, { name: entry.name, order: entry.order, cells: [] });
      rows.get(entry.exercise).cells.push({ log, entry });
    }
  if (!rows.size) return "";
  const sorted = [...rows.values()].sort((a, b) => b.cells.length - a.cells.length || a.order - b.order);
  return html`<section class="card" aria-labelledby="ex-h"><div class="card-head"><h2 class="h3" id="ex-h">Exercises</h2><p>A tap confirms the last time’s dose for one client</p></div><ul class="gp-exs">${sorted.map((row) => html`<li><h3>${row.name}</h3><div class="gp-who">${row.cells.map(cellView)}</div></li>`)}</ul></section>`;
}

const dose = (entry) => {
  const draft = opening(entry);
  return `${setsWords(setsOf(draft), entry.quantity_unit, entry.load_unit)}${draft.effort === null ? "" : `, RPE ${draft.effort}`}`;
};

// A dose over a ceiling wants words about it: that is said on the client's own page.
const isOver = ({ ceilings }, { effort, pain }) => (effort ?? 0) > ceilings.effort || (pain ?? 0) > ceilings.pain;

function cellView({ log, entry }) {
  const { state } = log, words = (mark, text, kind = "") => html`<span class="gp-one" data-kind="${kind}">${mark}<span><b>${log.name}</b><small class="num">${text}</small></span></span>`;
  if (entry.state === "done") return words(icon("check", "Logged"), setsWords(entry.sets, entry.quantity_unit, entry.load_unit));
  if (entry.state === "skipped") return words(icon("minus", "Left out"), `Left out: ${entry.reason}`);
  const { kind, words: stands } = standingOf(state);
  if (!isGoing(log)) return words(icon(ICONS[kind]), stands, kind);
  if (isClosed(entry, state.gate)) return words(icon("stop", "Closed"), "Closed today");
  if (isOver(state, opening(entry))) return words(icon("warn"), "Over a ceiling last time: log it on the own page");
  return html`<button class="gp-one" data-act="same" data-log="${log.id}" data-entry="${entry.id}" data-key="s-${entry.id}">${icon("check")}<span><b>${log.name}</b><small class="num">${dose(entry)}</small></span></button>`;
}

const isGoing = ({ state, ahead }) => state.gate.state === "go" && !!state.started_at && state.state !== "held" && !isEnded(state) && Date.now() + ahead < Date.parse(state.floor_closes_at);

// ---- Taps

async function same(log, id) {
  const entry = log.state.entries.find((e) => e.id === id);
  // What is drawn may be a moment old: only an open exercise behind this client's own open gate is confirmed.
  if (entry?.state !== "open" || !isGoing(log) || isClosed(entry, log.state.gate)) return render();
  const draft = opening(entry);
  await send(log, "log", { entry: id, sets: setsOf(draft), effort: draft.effort, pain: draft.pain, reason: "" });
  toast(`${entry.name}: ${log.name}`, { undo: () => send(log, "unlog", { entry: id }) });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || event.detail > 1) return;
  const { act, id, entry } = button.dataset;
  if (act === "same") return same(logs.get(button.dataset.log), entry);
  const log = [...logs.values()].find((one) => one.rejected.some((row) => row.id === id));
  const row = log?.rejected.find((one) => one.id === id);
  if (!row) return;
  await outbox.dismiss(id);
  await pull(log);
  if (act === "keep-mine") await send(log, row.kind, row.body);
  else await refresh(log);
});

// ---- Other devices, and the clients' own pages

const LOOK_MS = 15_000;
async function lookAround() {
  if (document.visibilityState !== "visible") return;
  const response = await fetch(data.running, { headers: { Accept: "application/json", "X-Background": "1" }, redirect: "manual" }).catch(() => null);
  const said = response?.ok ? await response.json().catch(() => null) : null;
  for (const one of said?.tabs ?? []) {
    const log = logs.get(one.id);
    if (log && (!log.server || one.version > log.server.version)) await pull(log);
  }
}
setInterval(lookAround, LOOK_MS);

render();
for (const log of logs.values()) pull(log).then(() => refresh(log));
sync.now();
