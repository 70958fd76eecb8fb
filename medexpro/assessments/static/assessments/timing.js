// What a timed test counts, worked out of moments alone: no page, no clock of its own. A moment is a number of
// milliseconds; every figure comes from the moments between which time passed, never from ticks that were counted.

export const LEAD_MS = 3000;
// Two taps closer together than this are one tap of a shaking finger.
const APART_MS = { laps: 2000, countdown: 250, stopwatch: 250 };
const SECOND = 1000;

/** A test that has not begun. spec: kind (countdown, stopwatch, laps, stages, rest), seconds, lap_m, reps, stages. */
export const fresh = (spec) => ({
  spec, from: null, until: null, marks: [], rests: [], lap_m: spec.lap_m ?? 0, part: 0, reason: "",
  stage: 1, before: {}, after: {}, beat: 0, kept: null, rest: null,
});

/** The test begins after the lead: three, two, one. What was counted before is gone; what was set stays. */
export const start = (state, at, lead = LEAD_MS) => ({
  ...state, from: at + lead, until: null, marks: [], rests: [], part: 0, reason: "", kept: null, rest: null,
});

const whole = (state) => (state.spec.seconds ?? 0) * SECOND;

/** The moment a test ends by itself; null for one that waits for a hand. */
export const endOf = (state) => (state.from !== null && whole(state) ? state.from + whole(state) : null);

/** When it was over: by hand or by itself; null while it is not. */
function overAt(state, at) {
  const end = endOf(state);
  if (state.until !== null) return end === null ? state.until : Math.min(state.until, end);
  return end !== null && at >= end ? end : null;
}

/** ready, lead (three, two, one), running or over. */
export function phase(state, at) {
  if (state.from === null) return "ready";
  if (overAt(state, at) !== null) return "over";
  return at < state.from ? "lead" : "running";
}

/** Milliseconds since it began, at most its whole length. */
export function gone(state, at) {
  if (state.from === null) return 0;
  return Math.max(0, (overAt(state, at) ?? at) - state.from);
}

/** Milliseconds left of a test with an end. */
export const left = (state, at) => Math.max(0, whole(state) - gone(state, at));

/** The three, two, one before it: how many seconds still, 0 when it runs. */
export const leadLeft = (state, at) =>
  phase(state, at) === "lead" ? Math.ceil((state.from - at) / SECOND) : 0;

/** One more: a stand, a step, a length. The last of a known number of stands ends the test. */
export function tap(state, at) {
  if (phase(state, at) !== "running") return state;
  const last = state.marks.at(-1) ?? -Infinity;
  if (at - last < (APART_MS[state.spec.kind] ?? 0)) return state;
  const next = { ...goOn(state, at), marks: [...state.marks, at] };
  return state.spec.reps && next.marks.length >= state.spec.reps ? { ...next, until: at } : next;
}

/** One less, while it runs and after it. A test that the last tap ended runs on. */
export function untap(state) {
  if (!state.marks.length) return state;
  const ended = state.spec.reps && state.marks.length >= state.spec.reps && state.until === state.marks.at(-1);
  return { ...state, marks: state.marks.slice(0, -1), until: ended ? null : state.until };
}

/** One more after the time: more than half way up when it ended counts. */
export const countLast = (state, at) =>
  phase(state, at) === "over" ? { ...state, marks: [...state.marks, overAt(state, at)] } : state;

/** The client rests; the clock runs on. */
export const pause = (state, at) =>
  phase(state, at) === "running" && !isResting(state)
    ? { ...state, rests: [...state.rests, { from: at, until: null }] }
    : state;

/** The rest is over. */
export const goOn = (state, at) =>
  isResting(state)
    ? { ...state, rests: state.rests.map((one) => (one.until === null ? { ...one, until: at } : one)) }
    : state;

export const isResting = (state) => state.rests.some((one) => one.until === null);

/** Rested for so many milliseconds in all. */
export function rested(state, at) {
  const end = overAt(state, at) ?? at;
  return state.rests.reduce((sum, one) => sum + Math.max(0, Math.min(one.until ?? end, end) - one.from), 0);
}

/** A hand ends it. One that was over stays as it was; one that had not begun is as if never started. */
export function stop(state, at) {
  if (phase(state, at) === "lead") return { ...state, from: null };
  return phase(state, at) === "running" ? { ...state, until: at } : state;
}

/** Whether a test with an end was ended before it. */
export const isEarly = (state, at) =>
  phase(state, at) === "over" && endOf(state) !== null && overAt(state, at) < endOf(state);

/** Metres walked: whole lengths and the part of the last. */
export const metres = (state) => state.marks.length * state.lap_m + state.part;

/** Lengths walked at the end of each full minute. */
export function minutes(state, at) {
  const found = [];
  for (let minute = 1; minute * 60 * SECOND <= gone(state, at); minute += 1) {
    const moment = state.from + minute * 60 * SECOND;
    found.push({ minute, laps: state.marks.filter((mark) => mark <= moment).length });
  }
  return found;
}

/** The stage of a balance test that was last held for its whole time. */
export const held = (state, at) =>
  state.stage - 1 + (phase(state, at) === "over" && !isEarly(state, at) ? 1 : 0);

/** Whether another stage follows. */
export const hasNext = (state, at) =>
  phase(state, at) === "over" && !isEarly(state, at) && state.stage < state.spec.stages.length;

/** On to the next stage. */
export const next = (state, at, lead = LEAD_MS) => start({ ...state, stage: state.stage + 1 }, at, lead);

/** From the first stage again. */
export const again = (state) => ({
  ...fresh(state.spec), lap_m: state.lap_m, beat: state.beat, before: state.before, rest: state.rest,
});

/** Seconds of a stopwatch as they are written: hundredths where a speed is made of them. */
export const seconds = (ms, places = 1) => (ms / SECOND).toFixed(places);

/** What goes into the field; empty while there is nothing to keep. */
export function result(state, at, places = 1) {
  if (phase(state, at) !== "over") return "";
  switch (state.spec.kind) {
    case "stopwatch":
      // Fewer stands than asked for are no time for all of them.
      return state.spec.reps && state.marks.length < state.spec.reps ? "" : seconds(gone(state, at), places);
    case "laps":
      return String(Math.round(metres(state)));
    case "stages":
      return String(held(state, at));
    default:
      return isEarly(state, at) ? "" : String(state.marks.length);
  }
}

export const minuteWords = (ms) => {
  const all = Math.max(0, Math.floor(ms / SECOND));
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
};

const READINGS = [["pulse", "Pulse", "/min"], ["spo2", "saturation", "%"], ["breath", "breathlessness", ""], ["effort", "effort", ""]];

/** What is written beside the result: rests, an early end, the stage that failed, readings before and after. */
export function note(state, at) {
  const said = [];
  if (state.rests.length) said.push(`${state.rests.length} rest${state.rests.length > 1 ? "s" : ""}, ${minuteWords(rested(state, at))}`);
  if (state.spec.kind === "laps" && isEarly(state, at))
    said.push(`stopped at ${minuteWords(gone(state, at))}${state.reason ? `: ${state.reason}` : ""}`);
  if (state.spec.kind === "stages" && isEarly(state, at))
    said.push(`stage ${state.stage} held ${seconds(gone(state, at))} s`);
  if (state.beat) said.push(`metronome ${state.beat}/min`);
  for (const [key, name, unit] of READINGS) {
    const [first, then] = [state.before[key], state.after[key]];
    if (first || then) said.push(`${name} ${first || "?"} to ${then || "?"}${unit ? ` ${unit}` : ""}`);
  }
  const text = said.join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The next beat of a metronome after a moment. */
export const nextBeat = (from, bpm, at) => {
  const step = 60000 / bpm;
  return from + Math.max(0, Math.floor((at - from) / step) + 1) * step;
};

/** Seconds of a rest that are left. It never blocks: nothing waits for it. */
export const restLeft = (rest, at) => (rest ? Math.max(0, Math.ceil((rest.from + rest.seconds * SECOND - at) / SECOND)) : 0);

/** A test as it was kept in the tab, or null for what is none of this kind. */
export function revive(text, spec) {
  try {
    const kept = JSON.parse(text);
    const same = kept?.spec?.kind === spec.kind && Array.isArray(kept.marks) && Array.isArray(kept.rests);
    return same ? { ...fresh(spec), ...kept, spec } : null;
  } catch {
    return null;
  }
}

/** The moment now. The page's own clock goes on evenly; where the tablet slept, only the wall clock knows. */
export function clockOf(wall, even) {
  let origin = wall() - even();
  return () => {
    if (Math.abs(wall() - even() - origin) > 1500) origin = wall() - even();
    return origin + even();
  };
}
