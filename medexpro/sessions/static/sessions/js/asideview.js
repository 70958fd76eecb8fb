// The right side: service time, note, how it went, and the signature.
import { html, icon } from "./html.js";
import { clockWords } from "./timer.js";

export function timeView(state, clock) {
  const total = state.categories.reduce((sum, c) => sum + clock.of(c.key), 0);
  const room = Math.floor(((Date.now() - new Date(state.opened_at)) / 1000 - total) / 60);
  return html`<div class="card-head"><h2 id="svc-h" class="h3">Service time</h2><span class="chip chip-info"><span class="num">${Math.round(total / 60)} min</span></span></div>
    <ul class="svc-list">${state.categories.map((c) => {
      const on = clock.running === c.key;
      return html`<li class="svc${on ? " is-run" : ""}"><button class="svc-btn" aria-pressed="${on}" data-act="clock" data-category="${c.key}" data-key="c-${c.key}"><span class="svc-ic">${icon(on ? "pause" : "play")}</span><span class="grow"><span class="t">${c.label}</span></span><span class="svc-min num"><b>${clockWords(clock.of(c.key))}</b></span></button></li>`;
    })}</ul>
    <p class="svc-why">${state.started_at && room > 0 ? `${room} min in the room without a category. ` : ""}One clock runs at a time, follows the open exercise, and stops with a hold.</p>`;
}

// Four of what the log says, then the practice's own; eight in all.
export function phrasesView(state) {
  const fresh = (phrases) => (phrases ?? []).filter((p) => !state.note.includes(p));
  const offered = [...fresh(state.phrases).slice(0, 4), ...fresh(state.own_phrases)].slice(0, 8);
  return offered.length ? html`<div class="phrases" role="group" aria-label="Phrases for the note">${offered.map((p, i) => html`<button class="chip chip-tap" data-act="phrase" data-phrase="${p}" data-key="p-${i}">${icon("plus")}${p}</button>`)}</div>` : "";
}

export function wordingView(hint) {
  if (!hint) return "";
  return html`<div class="scope" role="status">${icon("info")}<p><b>“${hint.found}”</b> ${hint.why}.</p><button class="btn btn-44" data-act="reword" data-from="${hint.found}" data-to="${hint.suggestion}" data-key="reword">“${hint.suggestion}”</button></div>`;
}

const RESPONSES = [["well", "Well"], ["tired", "Tired"], ["sore", "Sore"], ["worse", "Worse"]];
const DECISIONS = [["advance", "Advance"], ["hold", "Hold"], ["regress", "Step back"], ["stop", "Stop"]];

// A decision other than to go on as planned says why.
export const needsWhy = (close) => Boolean(close.decision) && close.decision !== "hold";

const PLACES = [["site", "Practice"], ["home", "Client’s home"], ["online", "Online"]];

const seg = (name, label, choices, value, of = "close") =>
  html`<div class="field"><span class="label" id="l-${name}">${label}</span><div class="seg seg-block" role="radiogroup" aria-labelledby="l-${name}">${choices.map(([key, words]) => html`<label><input type="radio" name="${name}" value="${key}" data-${of}="${name}" data-key="${name}-${key}" ${value === key ? html`checked` : ""}><span>${words}</span></label>`)}</div></div>`;

export function closeView(state, ui, data) {
  const evidence = state.phrases.filter((p) => p.startsWith("Highest") || p.startsWith("All "));
  return html`${seg("response", html`How it was taken <span class="muted">by the client</span>`, RESPONSES, state.close.response)}${seg("decision", data.cosign ? html`Next time <span class="muted">your proposal for the co-sign</span>` : state.close.proposed_by ? html`Next time <span class="muted">proposed by ${state.close.proposed_by}</span>` : "Next time", DECISIONS, state.close.decision)}
    ${needsWhy(state.close)
      ? html`<div class="field"><label class="label" for="dec-why">Why <span class="muted">one line</span></label><input class="input" id="dec-why" data-close="reason" data-key="dec-why" maxlength="240" value="${ui.closeWhy ?? state.close.reason ?? ""}">${state.close.reason ? "" : html`<div class="phrases" role="group" aria-label="Reasons from what was logged">${evidence.map((p, i) => html`<button class="chip chip-tap" data-act="why" data-why="${p}" data-key="why-${i}">${icon("plus")}${p}</button>`)}</div>`}</div>`
      : ""}${seg("place", "Where", PLACES, state.place, "place")}`;
}

export function signView(state, ui, data) {
  const open = state.entries.filter((e) => e.state === "open").length;
  const total = state.entries.filter((e) => e.state !== "swapped").length;
  const logged = total - open;
  let why = "", able = true;
  const stopped = state.state === "held";
  if (ui.ended) return html`<p role="status">${state.state === "void" ? "Closed on another device: it did not take place." : "Signed on another device. What is new here goes into an addendum."}</p><a class="btn btn-floor btn-block btn-primary" href="${location.pathname}" data-key="ended">Read the note</a>`;
  if (stopped && !ui.reached) [able, why] = [false, "Offline: a stopped session is signed when the connection is back."];
  else if (stopped) why = "Stopped. What is not logged was not done. The next session waits for the provider’s answer.";
  else if (ui.past && !state.started_at) [able, why] = [false, "This session never started."];
  else if (state.gate.state === "stop") [able, why] = [false, "Stopped: no signing here. Record and hold."];
  else if (state.gate.state !== "go") [able, why] = [false, "The gate comes first. What you entered is safe."];
  else if (open && !ui.past) [able, why] = [false, `${logged} of ${total} logged. Log or skip the rest.`];
  else if (needsWhy(state.close) && !state.close.reason) [able, why] = [false, "Say in one line why the next time is different."];
  else if (!ui.reached) why = "Offline: marks the note ready. Signing needs the connection and a recent sign-in.";
  else why = data.cosign ? "Your note then waits for a professional’s co-sign." : "After signing, additions are addenda.";
  if (stopped && needsWhy(state.close) && !state.close.reason) [able, why] = [false, "Say in one line why the next time is different."];
  const label = stopped ? "Sign as stopped" : ui.reached ? (data.cosign ? "Sign for co-sign" : "Sign and lock") : "Ready to sign";
  return html`<button class="btn btn-floor btn-block${able ? " btn-primary" : ""}" data-act="sign" data-key="sign" aria-describedby="sign-why" aria-disabled="${!able}">${icon("pen")}${label}</button><p class="xs muted" id="sign-why" role="status">${why}</p>${
    state.started_at || stopped || state.gate.state === "stop" ? "" : html`<a class="btn btn-44 btn-quiet btn-block" href="${data.urls.not_held}" data-key="not-held">Did not take place</a>`
  }`;
}

// here: the session shown; what else stands here is of a session this person can't open any more.
export function rejectedView(rejected, here) {
  return rejected.map(
    (one) => html`<section class="alert alert-hold" role="alert">${icon("warn")}<div><h2>${one.said.sentence}</h2>
    ${one.session === here ? "" : html`<p class="s">It is of another session, entered ${new Date(one.at).toLocaleString("en-US", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" })}.</p>`}
    ${one.said.outcome === "conflict" ? html`<dl class="two"><div><dt>Yours</dt><dd>${words(one.said.mine)}</dd></div><div><dt>Theirs</dt><dd>${words(one.said.theirs)}</dd></div></dl>` : html`<p class="s">You entered: ${words(one.body)}</p>`}</div>
    <div class="actions">${one.said.outcome === "conflict" ? html`<button class="btn btn-44 btn-primary" data-act="keep-mine" data-id="${one.id}" data-key="mine-${one.id}">Use mine</button>` : ""}<button class="btn btn-44" data-act="dismiss" data-id="${one.id}" data-key="dis-${one.id}">${one.said.outcome === "conflict" ? "Keep theirs" : "I have read it"}</button></div></section>`,
  );
}

function words(body) {
  if (!body) return "nothing";
  const parts = [];
  if (body.text !== undefined) parts.push(`“${body.text}”`);
  if (body.measure) parts.push(`${body.measure.replaceAll("_", " ")} ${body.value}`);
  if (body.sets?.length) parts.push(`${body.sets.length} × ${body.sets[0].quantity}${body.sets[0].load ? ` at ${body.sets[0].load}` : ""}`);
  if (body.effort ?? null) parts.push(`RPE ${body.effort}`);
  if (body.pain ?? null) parts.push(`pain ${body.pain}`);
  if (body.state === "skipped") parts.push("left out");
  if (body.as) parts.push(`swapped for ${body.as.name}`);
  if (body.reason) parts.push(body.reason);
  for (const [key, choices] of [["response", RESPONSES], ["decision", DECISIONS], ["place", PLACES]])
    if (body[key]) parts.push(choices.find(([one]) => one === body[key])?.[1].toLowerCase() ?? body[key]);
  return parts.join(", ") || "no details";
}
