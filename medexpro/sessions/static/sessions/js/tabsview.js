// The logs in progress as tabs: whose, since when, where each stands, and what of it still waits to be sent.
import { html, icon } from "./html.js";

export const ICONS = { first: "pulse", run: "timer", hold: "hold", stop: "stop", ready: "pen" };
const ENDED = ["signed", "awaiting_cosign", "void"];

// Where a log stands; rules/standing.py says the same of those that are not open here.
export function standingOf(state) {
  const { state: gate, findings } = state.gate;
  const found = findings.some((f) => !f.code.endsWith("-not-taken"));
  if (isEnded(state)) return { kind: "ready", words: state.state === "void" ? "Closed" : "Signed" };
  if (state.state === "held") return { kind: "stop", words: "Stopped" };
  if (gate === "stop") return { kind: "stop", words: "Stop" };
  if (gate !== "go" && found) return { kind: "hold", words: gate === "decide" ? "Decide" : "Hold" };
  if (!state.started_at) return { kind: "first", words: "Gate first" };
  if (gate !== "go") return { kind: "hold", words: "Hold" };
  if (state.state === "ready" || !state.entries.some((e) => e.state === "open")) return { kind: "ready", words: "Ready to sign" };
  return { kind: "run", words: "Running" };
}

// Signed, or closed, on another device meanwhile.
export const isEnded = (state) => ENDED.includes(state.state);

const minutes = (iso, now) => (iso ? ` ${Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000))} min` : "");

// here: the log on this page. counts: session to entries that wait on this tablet. now: by the server's clock.
export function tabsView(tabs, { here, counts, now, group }) {
  if (tabs.length < 2 && !group) return "";
  return html`<ul>${group ? html`<li><a href="${group}" data-key="t-group">${icon("users")}<span>Group</span></a></li>` : ""}${tabs.map((one) => {
    const waits = counts[one.id];
    return html`<li><a href="${one.url}" data-key="t-${one.id}" ${one.id === here ? html`aria-current="page"` : ""}>${icon(ICONS[one.kind])}<span><b>${one.name}</b><small data-kind="${one.kind}">${one.words}${one.kind === "run" ? minutes(one.started_at, now) : ""}${one.by ? ` · ${one.by}` : ""}${waits ? ` · ${waits} to send` : ""}</small></span></a></li>`;
  })}<li><a href="/" data-key="t-more">${icon("plus")}<span class="vh">Open the log of another client</span></a></li></ul>`;
}
