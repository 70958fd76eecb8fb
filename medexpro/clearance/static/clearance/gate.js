// The gate, weighed on the tablet by the same figures as on the server while there is no connection.
// `weigh(figures, log, at)` walks a session's readings and signs as clearance/rules/gates.py does;
// rules/tablet.py says in words how. Both are held to tests/clearance/gate_vectors.json.
import { cleared, found, notTaken } from "./gatewords.js";

export { verdict } from "./gatewords.js";

const PRE = "pre", IN_SESSION = "in_session", POST = "post", ANY = "any";
const STAGES = [PRE, IN_SESSION, POST];
const WEIGHTS = ["stop", "decide", "note"];
const ACTIONS = ["emergency", "refer", "stop", "hold_recheck", "ask_provider", "modify", "inform", "record", ""];
const HOUR = 3_600_000;

// Decimals are compared exactly: as whole millionths, never as floating point numbers.
export function exact(text) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,6})\d*)?$/.exec(String(text)) ?? [];
  if (whole === undefined) throw new Error(`no value: ${text}`);
  const size = BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, "0") || 0);
  return sign ? -size : size;
}

const time = (iso) => (iso ? Date.parse(iso) : null);
const reading = (r) => ({ side: "", exercise: "", when: PRE, ...r, size: exact(r.value), t: time(r.at) });
const sign = (s) => ({ when: PRE, ...s, t: time(s.at) });

// Returns the findings, the strictest first; an empty list means go on.
// log: {stage, readings: [{measure, value, at, when, side, exercise, work_rising}], signs: [{symptom, at, when}], answered}
export function weigh(figures, log, at) {
  const day = {
    figures,
    at: time(at),
    readings: (log.readings ?? []).map(reading),
    signs: (log.signs ?? []).map(sign),
    answered: new Set(log.answered ?? []),
    earlier: figures.earlier.map(reading),
    lastSession: figures.last_session.map(reading),
  };
  const stage = Math.max(...[log.stage ?? PRE, ...[...day.readings, ...day.signs].map((one) => one.when)].map((s) => STAGES.indexOf(s)));
  const findings = figures.gates.filter((gate) => gate.when === ANY || STAGES.indexOf(gate.when) <= stage).flatMap((gate) => weighGate(gate, day));
  return sortFindings([...findings, ...missing(day)]);
}

export function sortFindings(findings) {
  const rank = (f) => WEIGHTS.indexOf(f.weight) * 100 + Math.max(0, ACTIONS.indexOf(ACTIONS.includes(f.action) ? f.action : ""));
  return findings.map((f, i) => [f, i]).sort(([a, i], [b, j]) => rank(a) - rank(b) || i - j).map(([f]) => f);
}

// ---- One gate over one day

// The latest reading of each measure and side, and every sign so far.
class Known {
  current = new Map();
  seen = [];
  signs = new Set();

  add(one) {
    // Two readings of one moment (two arms, two cuffs) both count; a later one takes the place of an earlier one.
    for (const side of new Set([one.side, ""])) {
      const key = `${one.measure} ${side}`, known = this.current.get(key);
      if (known?.length && known[0].t < one.t) this.current.delete(key);
    }
    const key = `${one.measure} ${one.side}`;
    if (!this.current.has(key)) this.current.set(key, []);
    this.current.get(key).push(one);
    this.seen.push(one);
  }

  latest(measure) {
    return [...this.current.values()].flat().filter((one) => one.measure === measure);
  }
}

function weighGate(gate, day) {
  const readings = day.readings.filter((r) => gate.when === ANY || r.when === gate.when);
  const signs = day.signs.filter((s) => gate.when === ANY || s.when === gate.when);
  if (gate.closes !== "exercise") return walk(gate, readings, signs, day, "");
  // What closes one exercise is weighed exercise by exercise; the others stay open.
  const names = [...new Set(readings.map((r) => r.exercise))];
  return (names.length ? names : [""]).flatMap((name) => walk(gate, readings.filter((r) => r.exercise === name), signs, day, name));
}

function walk(gate, readings, signs, day, exercise) {
  const known = new Known(), reported = new Set(signs.map((s) => s.symptom));
  const recheck = gate.action === "hold_recheck", clearings = [], findings = [];
  let standing = [], since = null, fired = 0;
  const ends = () => fired >= (gate.ends_after ?? fired + 1);

  for (const moment of moments(readings, signs)) {
    moment.readings.forEach((one) => known.add(one));
    moment.signs.forEach((one) => known.signs.add(one.symptom));
    const hits = concerns(gate, moment) ? fires(gate, known, reported, day) : [];
    if (hits.length) {
      fired += 1;
      [standing, since] = [hits, moment.t];
    } else if (standing.length && recheck && !ends()) {
      const lifting = lifts(gate, standing, since, known, moment.readings);
      if (lifting.length) {
        clearings.push([standing, lifting]);
        standing = [];
      }
    }
  }
  if (standing.length) findings.push(found(gate, standing, known.seen, day, { exercise, ended: recheck && ends() }));
  if (clearings.length) findings.push(cleared(gate, clearings, day));
  return findings;
}

// The moments of the day in order, beginning with the one before any reading.
function moments(readings, signs) {
  const first = { t: null, readings: [], signs: signs.filter((s) => s.t === null) };
  const later = new Map();
  const at = (t) => later.get(t) ?? later.set(t, { t, readings: [], signs: [] }).get(t);
  for (const one of readings) at(one.t).readings.push(one);
  for (const one of signs) if (one.t !== null) at(one.t).signs.push(one);
  return [first, ...[...later.values()].sort((a, b) => a.t - b.t)];
}

const concerns = (gate, moment) =>
  moment.t === null ||
  moment.readings.some((r) => gate.rules.some((rule) => rule.measure === r.measure)) ||
  moment.signs.some((s) => gate.rules.some((rule) => rule.symptoms?.includes(s.symptom)));

function fires(gate, known, reported, day) {
  const all = gate.rules.map((rule) => hit(rule, gate, known, reported, day));
  const hits = all.filter(Boolean);
  return gate.logic === "all" && hits.length < all.length ? [] : hits;
}

const made = (rule, more = {}) => ({ rule, readings: [], base: null, signs: [], ...more });

function hit(rule, gate, known, reported, day) {
  if (rule.symptoms) {
    if (rule.op === "absent") return rule.symptoms.some((s) => reported.has(s)) ? null : made(rule);
    const present = rule.symptoms.filter((s) => known.signs.has(s));
    return present.length ? made(rule, { signs: present }) : null;
  }
  if (rule.histories) {
    const so = rule.histories.filter((h) => counts(h, rule.window_hours || gate.window_hours, known, day));
    if (rule.op === "absent") return so.length ? null : made(rule);
    return so.length ? made(rule, { signs: so }) : null;
  }
  if (rule.op === "change>") return change(rule, known, day);
  const past = known.latest(rule.measure).filter((r) => isPast(r.size, rule));
  return past.length ? made(rule, { readings: past }) : null;
}

// A value at its limit passes.
const isPast = (size, rule) => rule.value !== undefined && (rule.op === "<" ? size < exact(rule.value) : size > exact(rule.value));

function counts(history, windowHours, known, day) {
  const proof = day.figures.not_tested[history];
  if (proof && !known.latest(proof).length) return true;
  if (!(history in day.figures.histories)) return false;
  const at = time(day.figures.histories[history]);
  return at === null || windowHours == null || day.at - at <= windowHours * HOUR;
}

function change(rule, known, day) {
  for (const one of known.latest(rule.measure)) {
    // The largest change counts, so that a gain in small steps inside one week is still a gain in a week.
    let most = null;
    for (const base of bases(rule, one, known, day)) {
      const size = sized(one.size - base.size, rule.direction);
      if (most === null || size > most.size) most = { size, base };
    }
    if (most && rule.value !== undefined && most.size > exact(rule.value)) return made(rule, { readings: [one], base: most.base });
  }
  return null;
}

function sized(difference, direction) {
  if (direction === "rise") return difference;
  return direction === "fall" || difference < 0n ? -difference : difference;
}

const byTime = (list) => [...list].sort((a, b) => a.t - b.t);

function bases(rule, one, known, day) {
  let list;
  if (rule.compare === "other_side") {
    list = known.latest(rule.measure).filter((r) => r.side && one.side && r.side !== one.side);
  } else if (rule.compare === "earlier_in_session") {
    // The fall counts while the work is rising; easing off lowers pressure in everyone.
    list = known.seen.filter((r) => r.measure === rule.measure && r.when === IN_SESSION && r.t < one.t && one.work_rising !== false);
  } else if (rule.compare === "last_session") {
    list = byTime(day.lastSession.filter((r) => r.measure === rule.measure)).slice(-1);
  } else {
    list = byTime([...day.earlier, ...known.seen].filter((r) => r.measure === rule.measure && r.t < one.t && (!r.side || !one.side || r.side === one.side)));
    // With a window every reading inside it counts; without one only the last.
    if (!rule.window_hours) list = list.slice(-1);
  }
  if (rule.window_hours == null) return list;
  return list.filter((base) => Math.abs(one.t - base.t) <= rule.window_hours * HOUR);
}

// The later readings that clear a hold, or nothing. Where a restart mark is given, all of its readings must meet it.
function lifts(gate, standing, since, known, fresh) {
  const closing = new Set(standing.flatMap((h) => h.readings).map((r) => r.measure));
  if (!gate.clears_at) return fresh.filter((r) => closing.has(r.measure));
  const lifting = [];
  for (const mark of gate.clears_at) {
    const list = known.latest(mark.measure).filter((r) => since === null || r.t > since || !closing.has(mark.measure));
    if (!list.length || !list.every((r) => meets(r.size, mark))) return [];
    lifting.push(...list);
  }
  return lifting.some((r) => fresh.includes(r)) ? lifting : [];
}

function meets(size, mark) {
  const at = exact(mark.value);
  return { ">=": size >= at, "<=": size <= at, ">": size > at, "<": size < at }[mark.op];
}

// ---- What is required and not taken

function missing(day) {
  const needed = new Set([...day.figures.required, ...neededByListed(day)]);
  const taken = new Set([...day.readings.filter((r) => r.when === PRE).map((r) => r.measure), ...day.answered]);
  return [...needed].filter((item) => !taken.has(item)).map((item) => notTaken(item, day));
}

function neededByListed(day) {
  const needed = [], listed = new Set(day.figures.listed);
  for (const gate of day.figures.gates) {
    if (!listed.has(gate.id) || gate.weight === "note") continue;
    if (gate.when === PRE) needed.push(...openMeasures(gate, day));
    if ([PRE, ANY].includes(gate.when) && gate.rules.some((r) => r.symptoms || r.histories)) needed.push("signs_question");
  }
  return needed;
}

// A gate already settled by what is recorded needs no more: ketones are asked for only when glucose is high.
function openMeasures(gate, day) {
  const known = new Known();
  byTime(day.readings.filter((r) => r.when === PRE)).forEach((one) => known.add(one));
  const reported = new Set(day.signs.filter((s) => s.when === PRE).map((s) => s.symptom));
  reported.forEach((s) => known.signs.add(s));
  const open = gate.rules.filter((rule) => rule.measure && !known.latest(rule.measure).length).map((rule) => rule.measure);
  if (gate.logic !== "all") return open;
  const taken = gate.rules.filter((rule) => !rule.measure || known.latest(rule.measure).length);
  return taken.some((rule) => hit(rule, gate, known, reported, day) === null) ? [] : open.slice(0, 1);
}
