// Findings in words, as clearance/rules/sentences.py and verdict.py say them.

const CLEARS = {
  emergency: "The provider’s written answer and a new clearance decision.",
  refer: "The provider’s written answer and a new clearance decision.",
  stop: "Nothing today. The next session is weighed anew.",
  hold_recheck: "A later reading within the limit. Both readings are kept.",
  ask_provider: "The provider’s answer, recorded.",
};
const MARKS = { ">=": "at least", "<=": "at most", ">": "above", "<": "below" };

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
const listing = (items) => (items.length === 1 ? items[0] : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`);

// A phrase inside a sentence; an abbreviation in front keeps its capitals.
function lowered(text) {
  const first = text.split(" ")[0].slice(1);
  return first !== first.toLowerCase() ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

const label = (measure, figures) => figures.questions[measure] ?? figures.labels[measure]?.[0] ?? capital(measure.replaceAll("_", " "));

function number(value) {
  const text = String(value);
  return (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text).replaceAll("-", "\u2212");
}

function amount(measure, value, figures) {
  const unit = figures.labels[measure]?.[1] ?? "";
  return unit.startsWith("/") ? number(value) + unit : `${number(value)} ${unit}`.trim();
}

const part = (closes, figures) => {
  const [kind, exercise] = closes.split(":");
  return (exercise || figures.parts[kind] || kind).replaceAll("_", " ");
};

export function found(gate, hits, seen, day, { exercise, ended }) {
  const figures = day.figures, readings = hits.flatMap((h) => h.readings);
  let text = sentence(gate, hits, figures), clears = CLEARS[gate.action] ?? "";
  if (ended) clears = CLEARS.stop;
  else if (gate.clears_at && gate.action === "hold_recheck") {
    const marks = gate.clears_at.map((mark) => `${lowered(label(mark.measure, figures))} ${MARKS[mark.op]} ${amount(mark.measure, mark.value, figures)}`);
    clears = `A later reading of ${listing(marks)}. Both readings are kept.`;
    const last = readings.at(-1), later = last ? seen.filter((r) => r.measure === last.measure && r.t > last.t).at(-1) : null;
    if (later) text += ` The later ${amount(later.measure, later.value, figures)} does not clear it.`;
  }
  const closes = gate.closes ?? "";
  return {
    code: gate.id,
    sentence: text,
    weight: gate.weight,
    measure: readings[0]?.measure ?? "",
    figure: figure(hits, figures),
    source: gate.source,
    clears,
    closes: closes === "exercise" && exercise ? `${closes}:${exercise}` : closes,
    action: ended ? "stop" : gate.action,
    verification: gate.verification,
    tell_within_hours: gate.tell_within_hours ?? null,
  };
}

export function cleared(gate, clearings, day) {
  const figures = day.figures;
  const steps = clearings.map(([hits, lifting]) => {
    const closing = hits.flatMap((h) => h.readings), measures = new Set(closing.map((r) => r.measure));
    const same = lifting.every((r) => measures.has(r.measure));
    const before = closing.map((r) => amount(r.measure, r.value, figures));
    const after = lifting.map((r) => (same ? "" : `${lowered(label(r.measure, figures))} `) + amount(r.measure, r.value, figures));
    return `${listing(before)}, then ${listing(after)}`;
  });
  const measure = clearings.flatMap(([hits]) => hits.flatMap((h) => h.readings))[0]?.measure ?? "";
  return {
    code: `${gate.id}-cleared`,
    sentence: `${label(measure, figures)} ${steps.join("; ")}: within the limit again. Both readings are kept.`,
    weight: "note",
    measure,
    figure: steps.join("; "),
    source: gate.source,
    clears: "",
    closes: "",
    action: "record",
    verification: gate.verification,
    tell_within_hours: null,
  };
}

export function notTaken(item, day) {
  const question = item in day.figures.questions;
  return {
    code: `${item}-not-taken`,
    sentence: `${label(item, day.figures)} ${question ? "is not answered yet" : "is not taken yet"}: no session until it is.`,
    weight: "stop",
    measure: item,
    figure: "",
    source: "Safety gates: required each session, or listed by the client’s protocol or clearance",
    clears: question ? "Asking and recording the answer; “none” is an answer." : "Taking it and recording the value.",
    closes: "session",
    action: "hold_recheck",
    verification: "house_rule",
    tell_within_hours: null,
  };
}

function partition(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, "", ""] : [text.slice(0, at), mark, text.slice(at + mark.length)];
}

// What was found, then what the gate says to do. Where the gate's first words name the limit itself they give way
// to the reading and its limit.
function sentence(gate, hits, figures) {
  const [head, colon, tail] = partition(gate.text, ": ");
  const said = hits.map((h) => said1(h, figures));
  const all = (list) => listing([list[0], ...list.slice(1).map(lowered)]);
  if (colon && hits.every((h) => h.readings.length && !h.base && names(head, h)))
    return `${all(said.map((text, i) => `${text} ${pastLimit(hits[i], gate, figures)}`))}: ${tail}`;
  const spoken = said.filter(Boolean);
  // A gate on one sign alone says it in its own first words.
  const alone = hits.every((h) => !h.readings.length && (h.rule.symptoms?.length ?? 0) + (h.rule.histories?.length ?? 0) === 1);
  if (!spoken.length || alone) return gate.text;
  // What was said is the gate's own first words: once is enough.
  return colon && all(spoken).toLowerCase() === head.toLowerCase() ? gate.text : `${all(spoken)}. ${gate.text}`;
}

function pastLimit(hit, gate, figures) {
  const side = hit.rule.op === ">" ? "above" : "below";
  const limit = amount(hit.rule.measure, hit.rule.value ?? "0", figures);
  const whose = partition(partition(gate.text, ": ")[0], ", ")[2];
  return whose ? `is ${side} ${limit}, ${whose}` : `is ${side} ${limit}`;
}

const FIRST_WORDS = ["Above", "Under", "Below", "Resting pulse above"];
const names = (head, hit) =>
  hit.rule.value !== undefined &&
  FIRST_WORDS.some((words) => head.startsWith(words)) &&
  head.replaceAll(",", " ").split(/\s+/).includes(number(hit.rule.value));

function said1(hit, figures) {
  if (!hit.readings.length) {
    const said = hit.signs.map((s) => figures.signs[s] || s.replaceAll("_", " "));
    return said.length ? listing(said) : "";
  }
  const one = hit.readings.at(-1);
  let text = `${label(one.measure, figures)}${one.side ? ` ${one.side}` : ""} ${amount(one.measure, one.value, figures)}`;
  if (hit.base) {
    const before = amount(hit.base.measure, hit.base.value, figures);
    text += `, ${before} ${hit.rule.compare === "other_side" ? "on the other side" : "before"}`;
  }
  return text;
}

function figure(hits, figures) {
  return hits
    .map((hit) => {
      const text = said1(hit, figures);
      if (!hit.readings.length || hit.rule.value === undefined) return text;
      return `${text} (${hit.base ? "change allowed" : "limit"} ${amount(hit.rule.measure, hit.rule.value, figures)})`;
    })
    .filter(Boolean)
    .join("; ");
}

// What the findings add up to: the strictest weight decides. findings: sorted. answered: DECIDE codes with an answer.
export function verdict(findings, answered, figures) {
  const closing = findings.filter((f) => f.weight === "stop"), closes = (f) => f.closes || "session";
  const whole = closing.filter((f) => closes(f) === "session");
  const final = whole.filter((f) => f.action !== "hold_recheck");
  const asked = findings.filter((f) => f.weight === "decide" && !answered.includes(f.code));
  const held = closing.filter((f) => f.action === "hold_recheck");
  const missing = held.filter((f) => f.code.endsWith("-not-taken"));
  const again = final.length ? [] : held.filter((f) => !missing.includes(f) && f.measure);
  const kept = new Set(closing.filter((f) => !held.includes(f)).map(closes));
  let state = "go", text = goWords(findings, closing, figures);
  if (final.length) [state, text] = ["stop", final[0].sentence];
  else if (whole.length) [state, text] = ["hold", holdWords(whole, missing, figures)];
  else if (asked.length) [state, text] = ["decide", asked[0].sentence];
  return {
    state,
    sentence: text,
    closed: [...new Set(closing.map(closes))].sort(),
    reopens: final.length ? [] : [...new Set(held.map(closes))].filter((p) => !kept.has(p)).sort(),
    recheck: [...new Set(again.map((f) => f.measure))],
    missing: missing.map((f) => f.measure),
    undecided: asked.map((f) => f.code),
    emergency: closing.some((f) => f.action === "emergency"),
    tell: findings.filter((f) => f.tell_within_hours !== null).map((f) => f.code),
  };
}

function holdWords(whole, missing, figures) {
  const measured = whole.filter((f) => !missing.includes(f));
  if (measured.length) return measured[0].sentence;
  return `Still to take: ${listing(missing.map((f) => lowered(label(f.measure, figures))))}.`;
}

function goWords(findings, closing, figures) {
  if (closing.length) return `The session may go on without ${listing([...new Set(closing.map((f) => f.closes))].map((p) => part(p, figures)))}. ${closing[0].sentence}`;
  if (findings.some((f) => f.weight === "decide")) return "The session may go on as the provider’s recorded answer says.";
  return findings.length ? `The session may go on. ${findings[0].sentence}` : "All readings are inside the limits.";
}
