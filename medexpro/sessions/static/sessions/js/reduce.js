// What the session looks like with the entries that are still on their way. The server has the last word;
// its state replaces ours whenever it answers.

const HANDLERS = {
  reading: (state, body, command) =>
    state.readings.push({ measure: body.measure, value: String(body.value), unit: body.label ?? "", moment: body.moment ?? "pre", at: command.at, waiting: true }),
  red_flags: (state, body) => (state.red_flags = body.items),
  answer: (state, body) => (state.gate.answers[body.code] = { reason: body.reason }),
  start: (state, body, command) => (state.started_at ??= command.at),
  log: (state, body) =>
    change(state, body.entry, { state: "done", sets: body.sets, effort: body.effort, pain: body.pain, reason: body.reason ?? "" }),
  unlog: (state, body) => change(state, body.entry, { state: "open", sets: [], effort: null, pain: null, reason: "" }),
  skip: (state, body) => change(state, body.entry, { state: "skipped", sets: [], reason: body.reason }),
  swap: (state, body) => {
    const old = state.entries.find((entry) => entry.id === body.entry);
    if (!old || state.entries.some((entry) => entry.id === body.new_entry)) return;
    old.state = "swapped";
    state.entries.push({ ...body.as, id: body.new_entry, order: old.order, state: "open", sets: [], last: {}, effort: null, pain: null });
  },
  minutes: (state, body) => (state.minutes = body.seconds),
  note: (state, body) => (state.note = body.text),
  close: (state, body) => (state.close = { ...state.close, ...body }),
  ready: (state) => (state.state = "ready"),
  hold: (state) => (state.state = "held"),
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
