// The exercises: done rows shrink, the open one grows, the rest is one tap.
import { html, icon, number } from "./html.js";

// Whether the gate has closed one of the parts an exercise belongs to.
export const isClosed = (entry, gate) => entry.parts.some((part) => gate.closed.includes(part));

const UNITS = { reps: "Reps", seconds: "Seconds", minutes: "Minutes", metres: "Metres", flights: "Flights" };
const SHORT = { reps: "", seconds: " s", minutes: " min", metres: " m", flights: " flights" };
const NO_LOAD = new Set(["minutes", "metres", "flights"]); // Counted by time or way; a load can still be in the plan.
const STEPS = { reps: 1, seconds: 5, minutes: 1, metres: 10, flights: 1 };
const CATEGORY = { strength: "Strength", functional: "Functional", balance: "Balance", walking: "Walking" };

const trim = (value) => (String(value).includes(".") ? String(value).replace(/\.?0+$/, "") : String(value));

export function setsWords(sets, unit, loadUnit) {
  if (!sets?.length) return "";
  const quantities = sets.map((s) => trim(s.quantity));
  const same = new Set(quantities).size === 1;
  const words = (same && quantities.length > 1 ? `${quantities.length} × ${quantities[0]}` : quantities.join(", ")) + (SHORT[unit] ?? ` ${unit}`);
  const load = sets.at(-1).load;
  return load && Number(load) ? `${words} at ${trim(load)} ${loadUnit}` : words;
}

// The values an exercise opens with: last time's, else the program's.
export function opening(entry) {
  const count = entry.last?.sets?.length || Number(entry.target?.sets) || 1;
  const first = entry.last?.sets?.[0] ?? { quantity: entry.target?.quantity ?? 0, load: entry.target?.load ?? null };
  return {
    sets: Array(count).fill(true),
    quantity: Number(first.quantity),
    load: first.load === null || first.load === undefined ? null : Number(first.load),
    effort: entry.last?.effort ?? null,
    pain: entry.last?.pain ?? null,
    reason: "",
  };
}

export const setsOf = (draft) =>
  draft.sets.filter(Boolean).map(() => ({ quantity: String(draft.quantity), load: draft.load === null ? null : String(draft.load) }));

const isOver = (draft, ceilings) =>
  (draft.effort !== null && draft.effort > ceilings.effort) || (draft.pain !== null && draft.pain > ceilings.pain);

export function exercisesView(state, ui, data) {
  const shown = state.entries.filter((e) => e.state !== "swapped").sort((a, b) => a.order - b.order);
  if (!shown.length)
    return html`<div class="empty"><p><b>No exercises yet.</b></p><p>Make a program first, or add an exercise to this session.</p></div>`;
  return html`<ol class="exs">${shown.map((entry) => rowView(entry, state, ui, data))}</ol>`;
}

function rowView(entry, state, ui, data) {
  if (entry.id === ui.open) return openView(entry, state, ui, data);
  const closed = isClosed(entry, state.gate);
  if (entry.state === "done")
    return html`<li class="ex is-done"><span class="mark mark-ok">${icon("check", "Logged")}</span><div class="ex-main"><div class="t">${entry.name}</div><div class="s num">${setsWords(entry.sets, entry.quantity_unit, entry.load_unit)}</div></div>
      ${changeChip(entry)}${entry.effort === null ? "" : html`<span class="ex-mini num"><span>RPE</span> ${entry.effort}</span>`}${entry.pain === null ? "" : html`<span class="ex-mini num"><span>Pain</span> ${entry.pain}</span>`}
      <button class="btn btn-icon btn-44 btn-quiet" data-act="open" data-entry="${entry.id}" data-key="o-${entry.id}" aria-label="Change ${entry.name}">${icon("edit")}</button></li>`;
  if (entry.state === "skipped")
    return html`<li class="ex is-done"><span class="mark mark-wait">${icon("minus", "Left out")}</span><div class="ex-main"><div class="t">${entry.name}</div><div class="s">Left out: ${entry.reason}</div></div>
      <button class="btn btn-44 btn-quiet" data-act="unlog" data-entry="${entry.id}" data-key="u-${entry.id}">Take back in</button></li>`;
  const said = entry.last?.said ? `${entry.last.said}. ` : "";
  const last = entry.last?.sets?.length ? `${said ? "Before that" : "Last time"} ${setsWords(entry.last.sets, entry.quantity_unit, entry.load_unit)}${entry.last.effort === null || entry.last.effort === undefined ? "" : `, RPE ${entry.last.effort}`}` : planWords(entry);
  return html`<li class="ex is-todo"><span class="mark mark-wait"></span><div class="grow"><button class="ex-open" data-act="open" data-entry="${entry.id}" data-key="o-${entry.id}"><span class="t">${entry.name}</span><span class="s num">${insteadWords(entry)}${said}${last}</span></button></div>
    <span class="chip">${CATEGORY[entry.category]}</span>
    ${closed
      ? html`<span class="chip chip-stop">${icon("stop")}Closed today</span><button class="btn btn-44 btn-quiet" data-act="skip" data-entry="${entry.id}" data-key="k-${entry.id}">Skip with reason</button>`
      : html`<button class="btn btn-44 btn-same" data-act="same" data-entry="${entry.id}" data-key="s-${entry.id}">${icon("check")}${entry.last?.sets?.length ? "Same as last" : "As planned"}<span class="vh">, ${entry.name}</span></button>`}</li>`;
}

// What a swapped-in exercise stands for.
const insteadWords = (entry) => (entry.target?.instead_of ? `Instead of ${entry.target.instead_of}${entry.target.why ? `: ${entry.target.why}` : ""}. ` : "");

const planWords = (entry) =>
  `Planned ${setsWords(Array(Number(entry.target.sets) || 1).fill({ quantity: entry.target.quantity, load: entry.target.load }), entry.quantity_unit, entry.load_unit)}`;

function changeChip(entry) {
  const now = Number(entry.sets.at(-1)?.load ?? NaN), was = Number(entry.last?.sets?.at(-1)?.load ?? NaN);
  if (!(now > was)) return "";
  return html`<span class="chip chip-ok">${icon("up")}+${number(trim(now - was))} ${entry.load_unit}</span>`;
}

function openView(entry, state, ui, data) {
  const draft = ui.drafts[entry.id], unit = UNITS[entry.quantity_unit] ?? entry.quantity_unit, over = isOver(draft, state.ceilings);
  return html`<li class="ex is-open" aria-current="step" data-entry="${entry.id}">
    <div class="ex-head"><div class="grow"><h2 tabindex="-1" data-key="h-${entry.id}">${entry.name}</h2><p class="s num">${targetWords(entry, state)}</p></div><span class="chip">${CATEGORY[entry.category]}</span></div>
    <div class="ex-sets" role="group" aria-label="Sets done">${draft.sets.map((on, i) => html`<button class="set${on ? " is-on" : ""}" aria-pressed="${on}" data-act="set" data-set="${i}" data-key="set-${i}"><b>Set ${i + 1}</b><span class="num">${trim(draft.quantity)}</span>${on ? icon("check") : ""}</button>`)}<button class="set set-more" data-act="more-sets" data-key="more" aria-label="One more set">${icon("plus")}</button></div>
    <div class="ex-steps">
      ${stepper(unit, "quantity", draft.quantity, STEPS[entry.quantity_unit] ?? 1, entry.last?.sets?.[0] ? `last ${trim(entry.last.sets[0].quantity)}` : "planned")}
      ${draft.load === null && NO_LOAD.has(entry.quantity_unit) ? "" : draft.load === null ? html`<div class="field"><span class="label">Load</span><button class="btn btn-floor btn-block" data-act="add-load" data-key="add-load">${icon("plus")}Add load</button></div>` : stepper("Load", "load", draft.load, data.load_step, `${entry.load_unit || data.load_unit}${entry.last?.sets?.[0]?.load ? ` · last ${trim(entry.last.sets[0].load)}` : ""}`)}
    </div>
    <div class="ex-taps">
      ${taps("Effort, RPE", "effort", draft.effort, 1, state.ceilings.effort, `ceiling ${state.ceilings.effort}`)}
      ${taps("Pain", "pain", draft.pain, 0, state.ceilings.pain, `stop above ${state.ceilings.pain}`)}
    </div>
    ${over || ui.errors[entry.id] ? html`<div class="field ex-reason"><label class="label" for="reason">Over the ceiling: what did you do about it?</label><input class="input" id="reason" data-key="reason" data-draft="reason" value="${draft.reason}"><p class="error" role="alert">${ui.errors[entry.id] ?? ""}</p></div>` : ""}
    ${ui.swapping === entry.id
      ? swapView(entry, ui, data)
      : ""}
    ${ui.skipping === entry.id
      ? html`<div class="ex-swap" role="group" aria-label="Why is it left out?">${["Pain", "Tired", "No time", "Equipment taken", "Closed by the gate"].map((why) => html`<button class="btn btn-44" data-act="skip-for" data-entry="${entry.id}" data-why="${why}" data-key="y-${why}">${why}</button>`)}${whyField(ui, "Another reason")}<button class="btn btn-44" data-act="skip-for" data-entry="${entry.id}" data-why="" data-key="y-own">Skip</button></div>`
      : ""}
    <div class="ex-foot">${entry.state === "done" ? "" : html`<button class="btn btn-44 btn-quiet" data-act="ask-swap" data-entry="${entry.id}" data-key="swap" aria-expanded="${ui.swapping === entry.id}">${icon("swap")}Swap</button>`}${swappedOut(entry, state) ? html`<button class="btn btn-44 btn-quiet" data-act="unlog" data-entry="${swappedOut(entry, state).id}" data-key="back">${icon("undo")}Back to ${entry.target.instead_of}</button>` : ""}<button class="btn btn-44 btn-quiet" data-act="skip" data-entry="${entry.id}" data-key="skip" aria-expanded="${ui.skipping === entry.id}">Skip with reason</button>
      <button class="btn btn-primary btn-floor" data-act="log" data-entry="${entry.id}" data-key="log">Log and next ${icon("arrow")}</button></div>
  </li>`;
}

// The exercise an open one stands for, while it can still be taken back.
const swappedOut = (entry, state) => entry.state === "open" && entry.target?.instead_of && state.entries.find((one) => one.order === entry.order && one.state === "swapped" && one.name === entry.target.instead_of);

const whyField = (ui, label) => html`<div class="field"><label class="label" for="why">${label}</label><input class="input" id="why" data-key="why" data-why-typed maxlength="160" value="${ui.why ?? ""}"></div>`;

// What fits is one tap. What does not is named with whoever set the limit, as in the program: struck through where it is
// blocked, and with a reason where a limit asks for one.
function swapView(entry, ui, data) {
  const options = (data.instead[entry.exercise] ?? []).map((id) => data.others[id]);
  const button = (other) => html`<button class="btn btn-44" data-act="swap" data-entry="${entry.id}" data-exercise="${other.exercise}" data-key="w-${other.exercise}">${other.name}</button>`;
  const fits = options.filter((other) => !other.warning), warned = options.filter((other) => other.warning);
  return html`<div class="ex-swap" role="group" aria-label="Swap for">${fits.length ? fits.map(button) : html`<p class="muted">Nothing in the library fits all limits here.</p>`}${whyField(ui, "Why")}
    ${warned.map((other) => html`<div class="swap-no">${icon(other.blocked ? "ban" : "warn")}<p>${other.blocked ? html`<s>${other.name}</s> ` : ""}${other.warning}.${other.blocked ? "" : data.may_reason ? " Only with a reason." : " A professional decides that."}</p>${!other.blocked && data.may_reason ? button(other) : ""}</div>`)}
    ${ui.errors[`swap-${entry.id}`] ? html`<p class="error" role="alert">${ui.errors[`swap-${entry.id}`]}</p>` : ""}</div>`;
}

function targetWords(entry, state) {
  const parts = [`${insteadWords(entry)}${planWords(entry).replace("Planned", "Target")}${entry.target.effort ? `, RPE ${entry.target.effort}` : ""}, pain ${state.ceilings.pain} at most.`];
  if (entry.last?.said) parts.push(`${entry.last.said}.`);
  if (entry.last?.sets?.length) parts.push(`${entry.last.said ? "Before that" : "Last time"} ${setsWords(entry.last.sets, entry.quantity_unit, entry.load_unit)}.`);
  if (entry.target.cue) parts.push(entry.target.cue);
  return parts.join(" ");
}

const stepper = (label, name, value, step, hint) =>
  html`<div class="field"><span class="label">${label}</span><div class="stepper" role="group" aria-label="${label}"><button type="button" aria-label="${label}: ${step} less" data-act="step" data-name="${name}" data-by="${-step}" data-key="${name}-less">${icon("minus")}</button><output class="val"><span>${trim(value)}</span><small>${hint}</small></output><button type="button" aria-label="${label}: ${step} more" data-act="step" data-name="${name}" data-by="${step}" data-key="${name}-more">${icon("plus")}</button></div></div>`;

const taps = (label, name, value, from, ceiling, hint) =>
  html`<div class="field"><span class="label">${label} <span class="muted">${hint}</span></span><div class="taps" role="radiogroup" aria-label="${label} ${from} to 10, ${hint}">${[...Array(11 - from).keys()].map((i) => i + from).map((n) => html`<label class="${n === ceiling ? "is-ceiling" : n > ceiling ? "is-over" : ""}"><input type="radio" name="${name}" value="${n}" data-tap="${name}" data-key="${name}-${n}" ${n === value ? html`checked` : ""}><span>${n}</span></label>`)}</div></div>`;
