// The right side: service time, note, how it went, and the signature.
import { html, icon } from "./html.js";
import { clockWords } from "./timer.js";

export function timeView(state, clock) {
  const total = state.categories.reduce((sum, c) => sum + clock.of(c.key), 0);
  return html`<div class="card-head"><h2 id="svc-h" class="h3">Service time</h2><span class="chip chip-info"><span class="num">${Math.round(total / 60)} min</span></span></div>
    <ul class="svc-list">${state.categories.map((c) => {
      const on = clock.running === c.key;
      return html`<li class="svc${on ? " is-run" : ""}"><button class="svc-btn" aria-pressed="${on}" data-act="clock" data-category="${c.key}" data-key="c-${c.key}"><span class="svc-ic">${icon(on ? "pause" : "play")}</span><span class="grow"><span class="t">${c.label}</span></span><span class="svc-min num"><b>${clockWords(clock.of(c.key))}</b></span></button></li>`;
    })}</ul>
    <p class="svc-why">One clock runs at a time, follows the open exercise, and stops with a hold.</p>`;
}

export function phrasesView(state) {
  const fresh = state.phrases.filter((p) => !state.note.includes(p));
  return fresh.length ? html`<div class="phrases" role="group" aria-label="Phrases from what was logged">${fresh.slice(0, 4).map((p, i) => html`<button class="chip chip-tap" data-act="phrase" data-phrase="${p}" data-key="p-${i}">${icon("plus")}${p}</button>`)}</div>` : "";
}

export function wordingView(hint) {
  if (!hint) return "";
  return html`<div class="scope" role="status">${icon("info")}<p><b>“${hint.found}”</b><br>${hint.why}</p><button class="btn btn-44" data-act="reword" data-from="${hint.found}" data-to="${hint.suggestion}" data-key="reword">“${hint.suggestion}”</button></div>`;
}

const DECISIONS = [["advance", "Advance"], ["hold", "Hold"], ["regress", "Step back"], ["stop", "Stop"]];

export function closeView(state, ui) {
  return html`<div class="field"><span class="label" id="l-dec">Next time</span><div class="seg seg-block" role="radiogroup" aria-labelledby="l-dec">${DECISIONS.map(([key, words]) => html`<label><input type="radio" name="decision" value="${key}" data-close="decision" data-key="dec-${key}" ${state.close.decision === key ? html`checked` : ""}><span>${words}</span></label>`)}</div></div>
    ${state.close.decision && state.close.decision !== "hold" ? html`<div class="field"><label class="label" for="dec-why">Why <span class="muted">one line</span></label><input class="input" id="dec-why" data-close="reason" data-key="dec-why" maxlength="240" value="${state.close.reason ?? ""}"></div>` : ""}`;
}

export function signView(state, ui, data) {
  const open = state.entries.filter((e) => e.state === "open").length;
  const total = state.entries.filter((e) => e.state !== "swapped").length;
  const logged = total - open;
  let why = "", able = true;
  if (state.state === "held") [able, why] = [false, "Held. The provider’s answer lifts it."];
  else if (state.gate.state === "stop") [able, why] = [false, "Stopped: no signing here. Record and hold."];
  else if (state.gate.state !== "go") [able, why] = [false, "The gate comes first. What you entered is safe."];
  else if (open) [able, why] = [false, `${logged} of ${total} logged. Log or skip the rest.`];
  else if (!ui.reached) why = "Offline: marks the note ready. Signing needs the connection and a recent sign-in.";
  else why = data.cosign ? "Your note then waits for a professional’s co-sign." : "After signing, additions are addenda.";
  const label = ui.reached ? (data.cosign ? "Sign for co-sign" : "Sign and lock") : "Ready to sign";
  return html`<button class="btn btn-floor btn-block${able ? " btn-primary" : ""}" data-act="sign" data-key="sign" aria-describedby="sign-why" aria-disabled="${!able}">${icon("pen")}${label}</button><p class="xs muted" id="sign-why" role="status">${why}</p>`;
}

export function rejectedView(rejected) {
  return rejected.map(
    (one) => html`<section class="alert alert-hold" role="alert">${icon("warn")}<div><h2>${one.said.sentence}</h2>
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
  if (body.reason) parts.push(body.reason);
  if (body.decision) parts.push(body.decision);
  return parts.join(", ") || "no details";
}
