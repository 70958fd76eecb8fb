// What the session looks like with the entries that are still on their way. The server has the last word;
// its state replaces ours whenever it answers.

const HANDLERS = {
  reading: (state, body, command) =>
    state.readings.push({ measure: body.measure, value: String(body.value), unit: body.label ?? "", moment: body.moment ?? "pre", at: command.at, waiting: true }),
  red_flags: (state, body, command) => Object.assign(state, { red_flags: body.items, red_flags_at: command.at }),
  signs: (state, body, command) => {
    const known = new Set((state.signs ?? []).map((s) => s.symptom));
    const fresh = body.items.filter((item) => !known.has(item));
    state.signs = [...(state.signs ?? []), ...fresh.map((symptom) => ({ symptom, at: command.at, when: state.started_at ? "in" : "pre" }))];
  },
  answer: (state, body) => (state.gate.answers[body.code] = { reason: body.reason }),
  start: (state, body, command) => (state.started_at ??= command.at),
  log: (state, body, command) =>
    change(state, body.entry, { state: "done", logged_at: command.at, sets: body.sets, effort: body.effort, pain: body.pain, reason: body.reason ?? "" }),
  unlog: (state, body) => {
    const old = state.entries.find((entry) => entry.id === body.entry);
    if (old?.state === "swapped")
      for (const one of state.entries) if (one !== old && one.order === old.order && one.state === "open") one.state = "swapped";
    change(state, body.entry, { state: "open", sets: [], effort: null, pain: null, reason: "" });
  },
  skip: (state, body) => change(state, body.entry, { state: "skipped", sets: [], reason: body.reason }),
  swap: (state, body) => {
    const old = state.entries.find((entry) => entry.id === body.entry);
    if (!old || state.entries.some((entry) => entry.id === body.new_entry)) return;
    Object.assign(old, { state: "swapped", reason: `Swapped for ${body.as.name}` });
    const target = { ...body.as.target, instead_of: old.name, why: body.reason ?? "" };
    state.entries.push({ parts: [body.as.part, `exercise:${body.as.exercise}`], last: {}, ...body.as, target, id: body.new_entry, order: old.order, state: "open", sets: [], effort: null, pain: null });
  },
  minutes: (state, body) => (state.minutes = body.seconds),
  note: (state, body) => (state.note = body.text),
  place: (state, body) => (state.place = body.place),
  close: (state, body) => (state.close = { ...state.close, ...body }),
  ready: (state) => (state.state = "ready"),
  hold: (state, body, command) => Object.assign(state, { state: "held", stopped: { at: command.at, observed: body.observed } }),
};

function change(state, id, values) {
  const entry = state.entries.find((one) => one.id === id);
  if (entry) Object.assign(entry, values);
}

// Return a new state: the server's, with the waiting commands on top. Neither argument is changed.
export function reduce(state, waiting) {
  const next = structuredClone(state);
  for (const command of waiting) HANDLERS[command.kind]?.(next, command.body, command);
  return next;
}
