// The gate while entries are on their way: weighed here by the server's figures, until the server has answered.
import { sortFindings, verdict, weigh } from "../../clearance/gate.js";

const WHEN = { pre: "pre", in: "in_session", post: "post" };

// What on this page changes the gate. Everything else leaves the server's word as it is.
const WEIGHED = new Set(["reading", "red_flags", "signs", "answer", "start", "log", "unlog"]);

export const changesGate = (waiting) => waiting.some((command) => WEIGHED.has(command.kind));

// Return the gate of a session as the page knows it, in the server's shape. now: by the server's clock, as all times are.
export function localGate(state, figures, ruleMark, now) {
  const answered = [];
  if (state.red_flags !== null) answered.push("red_flag_question");
  if (state.signs !== null) answered.push("signs_question");
  const log = {
    stage: state.started_at ? "in_session" : "pre",
    readings: [...state.readings.map((r) => ({ measure: r.measure, value: r.value, at: r.at, when: WHEN[r.moment] })), ...state.entries.flatMap(ofEntry)],
    signs: [
      ...(state.red_flags ?? []).map((symptom) => ({ symptom, at: state.red_flags_at, when: "pre" })),
      ...(state.signs ?? []).map((s) => ({ symptom: s.symptom, at: s.at, when: WHEN[s.when] })),
    ],
    answered,
  };
  const findings = sortFindings([...weigh(figures, log, now), ...figures.start]);
  const said = verdict(findings, Object.keys(state.gate.answers), figures);
  const mark = (f) => (f.verification === "house_rule" && !f.code.endsWith("-not-taken") ? ruleMark : "");
  return { ...said, findings: findings.map((f) => ({ ...f, mark: mark(f) })), answers: state.gate.answers, here: true };
}

// Effort and pain of an exercise belong to it, and count as taken at work.
function ofEntry(entry) {
  if (entry.state !== "done" || !entry.logged_at) return [];
  return [["rpe_cr10", entry.effort], ["pain_nrs", entry.pain]]
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([measure, value]) => ({ measure, value: String(value), at: entry.logged_at, when: "in_session", exercise: entry.exercise }));
}
