// The gate: readings in, verdict out. Every reading so far stays in sight with its time.
import { clockTime, html, icon, number } from "./html.js";

const WORDS = { go: "Go", hold: "Hold", stop: "Stop", decide: "Decide" };
const ICONS = { go: "check", hold: "hold", stop: "stop", decide: "hold" };

// Always asked for. What else a limit, the protocol or a recheck wants comes with the gate and the page's measures.
const FIELDS = [
  { key: "bp_systolic", label: "Systolic", unit: "mmHg", digits: 3 },
  { key: "bp_diastolic", label: "Diastolic", unit: "mmHg", digits: 2 },
  { key: "resting_hr", label: "Pulse", unit: "/min", digits: 2 },
  { key: "spo2", label: "SpO₂", unit: "%", digits: 2, optional: true },
];

const latest = (readings, measure) => readings.filter((r) => r.measure === measure).at(-1);

function pressures(readings) {
  const high = readings.filter((r) => r.measure === "bp_systolic");
  const low = readings.filter((r) => r.measure === "bp_diastolic");
  return high.map((one, i) => ({ text: `${number(one.value)}/${low[i] ? number(low[i].value) : "–"}`, at: one.at }));
}

const OWN_PLACE = new Set(["pain_nrs"]); // Asked for by eleven taps.

// Return the fields to ask for: label, unit, digits (0: any number), and what may be left out.
function fieldsOf(state, data) {
  const { missing, recheck } = state.gate;
  const fixed = FIELDS.map((field) => (missing.includes(field.key) ? { ...field, optional: false } : field));
  const more = [...new Set([...missing, ...recheck, ...data.limited])].filter(
    (key) => data.measures[key] && !OWN_PLACE.has(key) && !FIELDS.some((field) => field.key === key),
  );
  return [...fixed, ...more.map((key) => fieldOf(key, data.measures[key], !missing.includes(key) && !recheck.includes(key)))];
}

const fieldOf = (key, { label, unit, step, possible }, optional) => ({ key, label, unit, optional, digits: step < 1 ? 0 : Math.min(3, String(Math.trunc(possible[1])).length) });

export function gateView(state, ui, data) {
  if (ui.closed) return closedView(state, ui, data);
  const gate = state.gate;
  const asking = gate.state !== "stop" && (gate.missing.length > 0 || ui.rechecking || ui.reporting);
  const shown = gate.state === "hold" && gate.missing.length && !gate.recheck.length && !gate.closedByReading ? "wait" : gate.state;
  // What the verdict says already is not said again: only its source stands with it.
  const said = gate.findings.filter((f) => !f.code.endsWith("-not-taken"));
  let sentence = shown === "wait" ? missingWords(gate) : gate.sentence;
  let first = shown === "wait" ? null : said.find((f) => sentence.endsWith(f.sentence));
  if (gate.state === "go" && first?.weight === "note") {
    // A remark on an open gate stands below, so that the verdict stays one short line.
    sentence = sentence.slice(0, -first.sentence.length).trim();
    first = null;
  }
  const actions = html`<div class="actions gate-act">${actionsView(state, gate, asking, data)}</div>`;
  return html`<section class="gate" data-gate="${shown === "wait" || shown === "decide" ? "hold" : shown}" data-state="${gate.state}" aria-labelledby="gate-h">
    <div class="gate-verdict">
      <span class="gate-badge">${icon(shown === "wait" ? "pulse" : ICONS[gate.state])}<b id="gate-h">${shown === "wait" ? "Before we start" : WORDS[gate.state]}</b></span>
      <p data-gate-sentence role="status">${sentence}</p>
      ${gate.state === "go" && !first ? limitWords(data.figures) : ""}${first ? sourceView(first) : ""}
      ${gate.emergency ? html`<p class="stop"><b>Call emergency services first.</b></p>` : ""}
    </div>
    ${readingsView(state, data)}
    ${asking ? "" : actions}
    ${asking ? askView(state, ui, data) : ""}
    ${gate.state === "decide" ? decideView(state, ui) : ""}
    ${findingsView(said.filter((f) => f !== first && !(gate.state === "decide" && gate.undecided.includes(f.code))))}
    ${asking ? actions : ""}
  </section>`;
}

// A log that takes no more work: stopped, or of an earlier day. What was read stays in sight; a finding can still go back.
function closedView(state, ui, data) {
  const stopped = state.state === "held", gate = state.gate;
  const found = gate.findings.filter((f) => !f.code.endsWith("-not-taken"));
  const words = stopped ? `${state.stopped?.observed ?? gate.sentence} It is back with the provider.` : "Its gate is of that day and opens nothing today.";
  return html`<section class="gate" data-gate="${stopped ? "stop" : "hold"}" data-state="closed" aria-labelledby="gate-h">
    <div class="gate-verdict"><span class="gate-badge">${icon(stopped ? "stop" : "hold")}<b id="gate-h">${stopped ? "Stopped" : "Another day"}</b></span><p data-gate-sentence role="status">${words}</p></div>
    ${readingsView(state, data)}
    <div class="actions gate-act">${stopped ? callLink(data) : found.length && gate.state !== "go" ? holdButton() : ""}</div>
    ${findingsView(found.filter((f) => f.sentence !== state.stopped?.observed))}
  </section>`;
}

const holdButton = () => html`<button class="btn btn-floor" data-act="hold" data-key="hold">${icon("pen")}Record and hold</button>`;

// Rest seated before the next reading: safety_gates.yaml, hold_recheck, in 5-10 minutes.
const REST_MINUTES = 5;

function restedAt(state, gate) {
  const last = state.readings.filter((r) => gate.recheck.includes(r.measure)).at(-1);
  return last ? `, from ${clockTime(new Date(new Date(last.at).getTime() + REST_MINUTES * 60_000))}` : "";
}

function actionsView(state, gate, asking, data) {
  const hold = holdButton();
  if (gate.state === "stop") return html`${callLink(data)}${hold}`;
  if (asking) return gate.missing.length ? "" : html`<button class="btn btn-44 btn-quiet" data-act="back-to-gate" data-key="back-to-gate">Back without a new entry</button>`;
  if (gate.state === "hold") return html`<button class="btn btn-floor btn-primary" data-act="recheck" data-key="recheck">Recheck${restedAt(state, gate)}</button>${hold}`;
  if (gate.state === "go") return html`<button class="btn btn-44" data-act="recheck" data-key="recheck">Recheck</button><button class="btn btn-44" data-act="report" data-key="report">New symptom</button>`;
  return "";
}

// What a higher pressure would close first: the strictest limits in force for this client, as the tablet weighs them.
function limitWords(figures) {
  const strictest = ["bp_systolic", "bp_diastolic"].map((measure) =>
    figures.gates
      .filter((gate) => gate.when === "pre" && gate.logic !== "all" && gate.weight === "stop")
      .flatMap((gate) => gate.rules.filter((rule) => rule.measure === measure && rule.op === ">" && rule.value !== undefined).map((rule) => ({ at: Number(rule.value), closes: gate.closes ?? "session" })))
      .sort((a, b) => a.at - b.at)[0],
  );
  if (strictest.includes(undefined)) return "";
  const [high, low] = strictest, part = figures.parts[high.closes];
  return html`<p>Above ${high.at}/${low.at} mmHg ${part && high.closes !== "session" ? `no ${part}` : "no session"}.</p>`;
}

const missingWords = (gate) =>
  gate.missing.length ? "Readings and two questions open the gate. What is not taken keeps it closed." : gate.sentence;

const callLink = (data) =>
  data.provider_phone
    ? html`<a class="btn btn-floor btn-stop" href="tel:${data.provider_phone}" data-key="call">${icon("phone")}Call provider</a>`
    : html`<span class="btn btn-floor btn-stop" role="note">${icon("phone")}Call provider: no number on file</span>`;

function readingsView(state, data) {
  const bps = pressures(state.readings);
  const rest = [["Heart rate", "resting_hr", ""], ["SpO₂", "spo2", "%"], ["Pain now", "pain_nrs", "/10"]];
  const named = new Set(["bp_systolic", "bp_diastolic", ...rest.map(([, key]) => key)]);
  for (const key of new Set(state.readings.map((r) => r.measure)))
    if (!named.has(key) && data.measures[key]) rest.push([data.measures[key].label, key, ` ${data.measures[key].unit}`]);
  const taken = rest.map(([label, key, unit]) => [label, latest(state.readings, key), unit]).filter(([, r]) => r);
  if (!bps.length && !taken.length) return "";
  return html`<dl class="gate-read">
    ${bps.length ? html`<div><dt>Blood pressure</dt><dd class="num gate-bps">${bps.map((bp) => html`<span><b>${bp.text}</b> <time datetime="${bp.at}">${clockTime(bp.at)}</time></span>`)}</dd></div>` : ""}
    ${taken.map(([label, r, unit]) => html`<div><dt>${label}</dt><dd class="num">${number(r.value)}<small>${unit}</small></dd></div>`)}
    ${state.red_flags ? html`<div><dt>Red flags</dt><dd>${state.red_flags.length ? `${state.red_flags.length} new` : "None new"}</dd></div>` : ""}
    ${state.signs?.length ? html`<div><dt>Signs today</dt><dd>${state.signs.length}</dd></div>` : ""}
  </dl>`;
}

function askView(state, ui, data) {
  const again = ui.rechecking;
  const atRest = state.readings.filter((r) => r.moment === "pre");
  const left = state.gate.missing.length > 0;
  const wanted = fieldsOf(state, data).filter((f) => (again ? f.key !== "resting_hr" || ui.moment === "pre" : left && !latest(atRest, f.key)));
  const pain = again || (left && !latest(atRest, "pain_nrs"));
  return html`<form class="gate-ask" data-form="readings" autocomplete="off">
    ${again && state.started_at && state.gate.state === "go" ? momentView(ui) : ""}
    ${wanted.length
      ? html`<div class="gate-fields">${wanted.map(
          (f) => html`<div class="field"><label class="label" for="r-${f.key}">${f.label}${f.optional ? html` <span class="muted">if taken</span>` : ""}</label>
        <div class="with-unit"><input class="input input-num" id="r-${f.key}" name="${f.key}" data-key="r-${f.key}" data-reading="${f.key}" data-digits="${f.digits}" inputmode="${f.digits ? "numeric" : "decimal"}" ${f.digits ? html`pattern="[0-9]*"` : ""} value="${ui.typed[f.key] ?? ""}" ${ui.errors[f.key] || ui.asks[f.key] ? html`aria-invalid="true" aria-describedby="e-${f.key}"` : ""}><span class="unit">${f.unit}</span></div>
        ${ui.errors[f.key] ? html`<p class="error" id="e-${f.key}" role="alert">${ui.errors[f.key]}</p>` : ui.asks[f.key] ? askedView(f, ui) : ""}</div>`,
        )}</div>`
      : ""}
    ${pain
      ? html`<div class="field"><span class="label" id="l-pain">${again && ui.moment === "in" ? "Pain now" : "Pain now, at rest"}</span><div class="taps" role="radiogroup" aria-labelledby="l-pain">${[...Array(11).keys()].map((n) => html`<label><input type="radio" name="pain_nrs" value="${n}" data-key="pain-${n}" data-reading-now="pain_nrs"><span>${n}</span></label>`)}</div></div>`
      : ""}
    ${asksQuestions(state, data) || ui.reporting ? flagsView(state, ui, data) : ""}
  </form>`;
}

const askedView = (f, ui) =>
  html`<p class="asked" id="e-${f.key}" role="alert">${ui.asks[f.key]}</p><div class="actions"><button type="button" class="btn btn-44" data-act="keep-reading" data-measure="${f.key}" data-key="keep-${f.key}">Keep ${ui.typed[f.key]}</button><button type="button" class="btn btn-44 btn-quiet" data-act="retype" data-measure="${f.key}" data-key="again-${f.key}">Type again</button></div>`;

// The two questions before the start: the red flags, and the signs the client's protocol lists. One tap answers both.
const asksQuestions = (state, data) => state.red_flags === null || (data.ask_signs && state.signs === null);

const momentView = (ui) =>
  html`<div class="field"><span class="label" id="l-moment">Taken</span><div class="seg" role="radiogroup" aria-labelledby="l-moment">${[["in", "During exercise"], ["pre", "After 5 minutes of rest"]].map(([key, words]) => html`<label><input type="radio" name="moment" value="${key}" data-moment="${key}" data-key="moment-${key}" ${ui.moment === key ? html`checked` : ""}><span>${words}</span></label>`)}</div></div>`;

function flagsView(state, ui, data) {
  const said = new Set([...(state.red_flags ?? []), ...(state.signs ?? []).map((s) => s.symptom)]);
  const list = (items) => items.filter((one) => !said.has(one.id)).map((one) => html`<label class="flag"><input type="checkbox" name="flag" value="${one.id}" data-key="flag-${one.id}" ${ui.flags.includes(one.id) ? html`checked` : ""}><span>${one.words}</span></label>`);
  const asked = data.ask_signs || ui.reporting, count = ui.flags.length;
  return html`<fieldset class="flags"><legend class="label">${data.red_flag_question}</legend><div class="flag-list">${list(data.red_flags)}</div></fieldset>
    ${asked ? html`<fieldset class="flags"><legend class="label">Any of these signs ${ui.reporting ? "now" : "today"}?</legend><div class="flag-list">${list(data.signs)}</div></fieldset>` : ""}
    <div class="flag-answer">${count
      ? html`<button type="button" class="btn btn-floor btn-danger" data-act="flags" data-key="flags">Record ${count} ${count > 1 ? "answers" : "answer"}</button>`
      : ui.reporting
        ? ""
        : html`<button type="button" class="btn btn-floor btn-primary" data-act="flags" data-key="flags">${icon("check")}None of these</button>`}</div>`;
}

function decideView(state, ui) {
  return state.gate.undecided.map((code) => {
    const finding = state.gate.findings.find((f) => f.code === code);
    return html`<div class="gate-decide">${state.gate.sentence.endsWith(finding.sentence) ? "" : html`<p>${finding.sentence}</p>`}
      <div class="field"><label class="label" for="d-${code}">What the provider answered</label>
      <textarea class="input" rows="2" id="d-${code}" data-key="d-${code}" data-decide="${code}">${ui.typed[`d-${code}`] ?? ""}</textarea><p class="error">${ui.errors[`d-${code}`] ?? ""}</p></div>
      <button type="button" class="btn btn-floor btn-primary" data-act="decide" data-code="${code}" data-key="b-${code}">Record and go on</button>
      <button type="button" class="btn btn-floor" data-act="hold" data-key="h-${code}">${icon("pen")}Record and hold</button></div>`;
  });
}

const sourceView = (f) => html`<p class="src">${[f.mark, f.source].filter(Boolean).join(": ")}</p>`;

function findingsView(rest) {
  if (!rest.length) return "";
  // Several gates may say the same of one reading: said once, with the source of each.
  const once = rest.filter((f, i) => rest.findIndex((other) => other.sentence === f.sentence) === i).map((f) => ({ ...f, source: rest.filter((other) => other.sentence === f.sentence).map((other) => other.source).join("; ") }));
  return html`<ul class="gate-findings">${once.map((f) => html`<li data-weight="${f.weight}">${icon(f.weight === "stop" ? "stop" : f.weight === "decide" ? "hold" : "info")}<div><p>${f.sentence}</p>${sourceView(f)}</div></li>`)}</ul>`;
}
