// The timer of the page: one dock below everything, in reach of a thumb. What it counts is timing.js; here are the
// buttons, the field a result goes into, and what keeps a running test through a swap, another tab and a reload.
import * as timing from "./timing.js";

const TICK_MS = 100;
const SHORT_MS = 120;
const KEPT = "medexpro:clock";
const WAYS = "medexpro:clock:ways";
const MOST_NOTE = 160;
const now = timing.clockOf(() => Date.now(), () => performance.now());

const read = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? null;
  } catch {
    return null;
  }
};
const keep = (key, value) => {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or closed store costs the reload its memory, and nothing else.
  }
};

let focused = null; // The field of a card that had the focus last.
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-measure] .input-num, [data-measure] [data-stepper] input")) focused = event.target;
});

const fieldsOf = (card) => [...card.querySelectorAll("[data-measure] .input-num, [data-measure] [data-stepper] input")];

/** The field a result goes into: the empty one that had the focus, else the first empty one, else the last. */
function placeOf(card) {
  const fields = fieldsOf(card);
  if (focused && fields.includes(focused) && !focused.value) return focused;
  return fields.find((field) => !field.value) ?? fields.at(-1);
}

const nameOf = (field) =>
  field.getAttribute("aria-label") || document.querySelector(`label[for="${field.id}"]`)?.textContent.trim() || "Result";

class Dock {
  constructor(box) {
    this.box = box;
    for (const part of box.querySelectorAll("*"))
      for (const [key] of Object.entries(part.dataset)) if (key.startsWith("dock")) this[key] ??= part;
    this.card = null;
    this.state = null;
    this.undo = null;
    this.lock = null;
    this.seen = {};
    this.dockBuzzRow.hidden = !navigator.vibrate;
    const ways = read(WAYS) ?? {};
    this.dockSound.checked = Boolean(ways.sound);
    this.dockBuzz.checked = Boolean(ways.buzz);
    box.addEventListener("click", (event) => this.clicked(event));
    box.addEventListener("change", (event) => this.changed(event));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || !this.state) return;
      this.tick();
      this.stayAwake();
    });
    // What is said about a result that was written stands above the dock, not behind it.
    document.addEventListener("htmx:afterSwap", (event) => {
      if (this.state?.kept && event.target.closest?.(`[id="${this.card}"]`))
        document.querySelector(`[id="${this.card}"] .ms-err`)?.scrollIntoView({ block: "nearest" });
    });
    this.recall();
  }

  get spec() {
    return this.state.spec;
  }

  // ---- Opening, closing, keeping

  open(holder) {
    const spec = JSON.parse(holder.dataset.clock);
    const card = holder.closest("[data-card]");
    if (this.state && this.card !== card.id && ["lead", "running"].includes(timing.phase(this.state, now()))) {
      this.say("Stop the running test first.");
      return;
    }
    if (this.card !== card.id || this.box.hidden) this.show(card, holder, timing.fresh(spec));
    this.dockMain.focus();
  }

  show(card, holder, state) {
    this.card = card.id;
    this.state = state;
    this.undo = null;
    this.seen = {};
    this.dockName.textContent = holder.dataset.name;
    this.dockLap.value = state.lap_m || "";
    this.dockPart.value = state.part || "";
    this.dockReason.value = state.reason;
    this.dockBpm.value = state.beat || "";
    this.dockRest.value = state.rest?.seconds ?? (state.spec.rest_s || "");
    for (const field of this.box.querySelectorAll("[data-dock-before]")) field.value = state.before[field.dataset.dockBefore] ?? "";
    for (const field of this.box.querySelectorAll("[data-dock-after]")) field.value = state.after[field.dataset.dockAfter] ?? "";
    this.places();
    this.box.hidden = false;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  close() {
    clearInterval(this.timer);
    this.box.hidden = true;
    this.state = this.card = null;
    document.documentElement.style.removeProperty("--dock");
    sessionStorage.removeItem(KEPT);
    this.lock?.release?.();
    this.lock = null;
  }

  keep() {
    keep(KEPT, { page: this.box.dataset.page, card: this.card, state: this.state });
  }

  recall() {
    const kept = read(KEPT);
    const card = kept?.page === this.box.dataset.page ? document.getElementById(kept.card) : null;
    const holder = card?.querySelector("[data-clock]");
    if (!holder) return;
    const state = timing.revive(JSON.stringify(kept.state), JSON.parse(holder.dataset.clock));
    if (state) this.show(card, holder, state);
    if (state && timing.phase(state, now()) === "running") this.stayAwake();
  }

  // ---- What the hand does

  set(state) {
    this.state = state;
    this.keep();
    this.draw();
  }

  clicked(event) {
    if (!this.state) return;
    const button = event.target.closest("button");
    if (!button) return;
    if (button === this.dockClose) return this.close();
    this.acts.find((one) => one.button === button)?.do();
  }

  changed(event) {
    const field = event.target;
    if (field === this.dockSound || field === this.dockBuzz) {
      keep(WAYS, { sound: this.dockSound.checked, buzz: this.dockBuzz.checked });
      if (field === this.dockSound && field.checked) this.beep(0.1);
      return;
    }
    if (!this.state) return;
    const number = (most) => Math.min(most, Math.max(0, Number.parseFloat(field.value.replace(",", ".")) || 0));
    if (field === this.dockLap) this.set({ ...this.state, lap_m: number(200) });
    else if (field === this.dockPart) this.set({ ...this.state, part: number(200) });
    else if (field === this.dockReason) this.set({ ...this.state, reason: field.value });
    else if (field === this.dockBpm) this.set({ ...this.state, beat: Math.min(240, Math.round(number(240))) });
    else if (field === this.dockRest && this.state.rest)
      this.set({ ...this.state, rest: { ...this.state.rest, seconds: number(600) } });
    else if (field.dataset.dockBefore) this.set({ ...this.state, before: { ...this.state.before, [field.dataset.dockBefore]: field.value } });
    else if (field.dataset.dockAfter) this.set({ ...this.state, after: { ...this.state.after, [field.dataset.dockAfter]: field.value } });
  }

  start() {
    this.seen = {};
    this.undo = null;
    this.stayAwake();
    this.places();
    // Whoever times with a stopwatch says the word and presses; all else counts three, two, one.
    this.set(timing.start(this.state, now(), this.spec.kind === "stopwatch" && !this.spec.reps ? 0 : timing.LEAD_MS));
    this.say(this.spec.kind === "stopwatch" && !this.spec.reps ? "Running" : "Three, two, one");
  }

  tap() {
    const before = this.state.marks.length;
    const state = timing.tap(this.state, now());
    if (state.marks.length > before) this.blink();
    this.set(state);
  }

  rest() {
    const seconds = Math.min(600, Math.max(0, Number.parseInt(this.dockRest.value, 10) || 60));
    this.dockRest.value = seconds;
    this.set({ ...this.state, rest: { from: now(), seconds } });
    this.say(`Rest, ${seconds} seconds. Nothing waits for it.`);
  }

  // ---- The field

  places() {
    const card = document.getElementById(this.card);
    const fields = fieldsOf(card);
    const chosen = placeOf(card)?.id;
    this.dockInto.replaceChildren(
      ...fields.map((field) => new Option(`${nameOf(field)}${field.value ? `: ${field.value}` : ""}`, field.id, false, field.id === chosen)),
    );
  }

  get finePlaces() {
    return document.getElementById(this.card)?.querySelector("[data-unit] option[value=s]") ? 2 : 1;
  }

  put() {
    const field = document.getElementById(this.dockInto.value);
    const text = timing.result(this.state, now(), this.finePlaces);
    if (!field || !text) return;
    const beside = document.getElementById(`${this.card}-modified`);
    const said = timing.note(this.state, now());
    const unit = field.form?.querySelector("[data-unit]");
    this.undo = { id: field.id, value: field.value, beside: beside?.value ?? "", unit: unit?.value };
    if (beside && said && !beside.value.includes(said))
      beside.value = [beside.value.trim(), said].filter(Boolean).join("; ").slice(0, MOST_NOTE);
    if (this.spec.kind === "stopwatch" && unit?.querySelector("option[value=s]")) this.typedIn(unit, "s");
    field.value = text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const state = { ...this.state, kept: { text, name: nameOf(field) } };
    this.places();
    const more = fieldsOf(document.getElementById(this.card)).some((one) => !one.value);
    this.set(more && this.spec.rest_s ? { ...state, rest: { from: now(), seconds: Number(this.dockRest.value) || this.spec.rest_s } } : state);
    document.getElementById(this.card).scrollIntoView({ block: "start" });
    this.say(`${text} written into ${nameOf(field)}`);
  }

  typedIn(unit, value) {
    unit.value = value;
    for (const label of unit.form.querySelectorAll("[data-unit-label]")) label.textContent = value;
  }

  takeBack() {
    const field = document.getElementById(this.undo.id);
    const beside = document.getElementById(`${this.card}-modified`);
    if (!field) return;
    if (beside) beside.value = this.undo.beside;
    field.value = this.undo.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    this.undo = null;
    this.places();
    this.set({ ...this.state, kept: null, rest: null });
    this.say("Taken back. The result is still here.");
  }

  // ---- What is shown

  tick() {
    const at = now();
    const what = timing.phase(this.state, at);
    const lead = timing.leadLeft(this.state, at);
    if (lead && lead !== this.seen.lead) this.signal(0.12);
    if (what === "running" && this.seen.phase === "lead") this.signal(0.35), this.say("Go");
    if (what === "over" && ["lead", "running"].includes(this.seen.phase)) {
      this.signal(0.5);
      this.say(this.spec.kind === "stages" && !timing.isEarly(this.state, at) ? "Held" : "Time is up");
      this.keep();
    }
    const minute = Math.floor(timing.gone(this.state, at) / 60000);
    if (what === "running" && this.spec.kind === "laps" && minute && minute !== this.seen.minute) {
      this.signal(0.2);
      this.say(`${minute} ${minute === 1 ? "minute" : "minutes"} done`);
    }
    if (what === "running" && this.state.beat) {
      const due = timing.nextBeat(this.state.from, this.state.beat, at);
      if (due - at <= SHORT_MS && due !== this.seen.beat) {
        this.seen.beat = due;
        setTimeout(() => this.signal(0.05), due - at);
      }
    }
    const rest = timing.restLeft(this.state.rest, at);
    if (this.seen.rest > 0 && rest === 0 && this.state.rest) this.signal(0.3), this.say("The rest is over");
    Object.assign(this.seen, { phase: what, lead, minute, rest });
    if (what === "over") this.lock?.release?.(), (this.lock = null);
    this.draw();
  }

  get acts() {
    return this.drawn ?? [];
  }

  draw() {
    const at = now();
    const what = timing.phase(this.state, at);
    const { kind } = this.spec;
    const [time, sub] = this.face(at, what);
    if (this.dockTime.textContent !== time) this.dockTime.textContent = time;
    if (this.dockSub.textContent !== sub) this.dockSub.textContent = sub;
    const shown = {
      into: kind !== "rest" && this.dockInto.options.length > 1 && what !== "running" && what !== "lead",
      lap_m: kind === "laps" && what === "ready",
      part: kind === "laps" && what === "over" && !this.state.kept,
      reason: kind === "laps" && what === "over" && timing.isEarly(this.state, at) && !this.state.kept,
      beat: kind !== "rest" && what === "ready",
      rest: what !== "running" && what !== "lead" && (kind === "rest" || Boolean(this.state.kept)),
      readings: this.spec.readings && (what === "ready" || what === "over") && !this.state.kept,
    };
    for (const part of this.box.querySelectorAll("[data-set]")) part.hidden = !shown[part.dataset.set];
    this.dockClose.hidden = what === "lead" || what === "running";
    const places = [this.dockMain, this.dockSecond, this.dockThird, this.dockFourth];
    const wanted = this.wanted(at, what).slice(0, places.length);
    this.drawn = wanted.map(([text, work], place) => ({ button: places[place], text, do: work }));
    places.forEach((button, place) => {
      const text = this.drawn[place]?.text ?? "";
      button.hidden = !text;
      if (button.textContent !== text) button.textContent = text;
    });
    this.dockMain.classList.toggle("is-tap", what === "running");
    document.documentElement.style.setProperty("--dock", `${this.box.offsetHeight}px`);
  }

  /** The big figure, and the line below it. */
  face(at, what) {
    const { kind, counts, stages, reps } = this.spec;
    const count = this.state.marks.length;
    const rest = timing.restLeft(this.state.rest, at);
    if (this.state.rest && (this.state.kept || kind === "rest"))
      return [timing.minuteWords(rest * 1000), rest ? "Rest. Start when the client is ready." : "The rest is over."];
    if (kind === "rest") return [timing.minuteWords((Number(this.dockRest.value) || 60) * 1000), "Rest between two trials"];
    const stage = kind === "stages" ? `Stage ${this.state.stage}: ${stages[this.state.stage - 1]}` : "";
    const whole = counts ? `${count} ${counts}${count === 1 ? "" : "s"}` : "";
    if (what === "lead") return [String(timing.leadLeft(this.state, at)), stage || "Get ready"];
    const gone = timing.seconds(timing.gone(this.state, at), what === "over" ? this.finePlaces : 1);
    const time = kind === "stopwatch" ? `${gone} s` : timing.minuteWords(Math.ceil(timing.left(this.state, at) / 1000) * 1000);
    if (this.state.kept) return [this.state.kept.text, `Written into ${this.state.kept.name}`];
    if (kind === "laps") {
      const minutes = timing.minutes(this.state, at).map(({ minute, laps }) => `${minute} min ${laps}`);
      const rests = this.state.rests.length ? [`${this.state.rests.length} rest${this.state.rests.length > 1 ? "s" : ""}`] : [];
      const line = [`${timing.metres(this.state)} m`, whole, ...rests, ...minutes].join(" · ");
      if (what === "over") return [`${Math.round(timing.metres(this.state))} m`, [whole, ...rests, ...minutes].join(" · ")];
      return [time, what === "ready" ? "" : line];
    }
    if (kind === "stages") {
      const held = `Last stage held: ${timing.held(this.state, at)}`;
      return what === "over" ? [timing.isEarly(this.state, at) ? `${gone} s` : "Held", `${stage}. ${held}`] : [time, stage];
    }
    if (kind === "stopwatch") return [time, reps && what !== "ready" ? `${count} of ${reps}` : ""];
    return what === "over" && !timing.isEarly(this.state, at) ? [String(count), whole] : [time, what === "ready" ? "" : whole];
  }

  /** What the buttons do, the most wanted first: it lies at the edge, under the thumb. */
  wanted(at, what) {
    const { kind, counts, reps } = this.spec;
    const state = this.state;
    const stop = () => (this.set(timing.stop(state, now())), this.tick());
    if (kind === "rest") return [[state.rest ? "Rest again" : "Start the rest", () => this.rest()]];
    if (what === "ready") return [["Start", () => this.start()]];
    if (what === "lead") return [["Not yet", stop]];
    if (what === "running") {
      const back = ["One less", () => this.set(timing.untap(this.state))];
      if (kind === "laps") {
        const resting = timing.isResting(state);
        const rest = resting ? ["Goes on", () => this.set(timing.goOn(this.state, now()))] : ["Rests", () => this.set(timing.pause(this.state, now()))];
        return [[`+ ${state.lap_m} m`, () => this.tap()], rest, ["Stop", stop], ...(state.marks.length && !resting ? [back] : [])];
      }
      if (kind === "stages") return [["Lost it", stop]];
      if (counts) return [[`+ 1 ${counts}`, () => this.tap()], ["Stop", stop], ...(state.marks.length ? [back] : [])];
      return [["Stop", stop]];
    }
    const again = ["Again", () => this.set(timing.again(this.state))];
    if (state.kept) {
      const more = fieldsOf(document.getElementById(this.card)).some((field) => !field.value);
      const undo = this.undo ? [["Undo", () => this.takeBack()]] : [];
      if (!more) return [["Done", () => this.close()], ...undo];
      return [["Next trial", () => (this.set(timing.again({ ...this.state, kept: null })), this.start())], ...undo, ["Rest", () => this.rest()]];
    }
    if (timing.hasNext(state, at)) return [["Next stage", () => (this.set(timing.next(this.state, now())), this.say("Three, two, one"))], again];
    const text = timing.result(state, at, this.finePlaces);
    const fix = counts && !reps && kind === "countdown" && text ? [["+ 1, more than half way", () => this.set(timing.countLast(this.state, now()))]] : [];
    if (!text) return [again];
    return [[`Keep ${text}`, () => this.put()], ...fix, again];
  }

  // ---- Signals: the beat is always seen; sound and vibration are asked for

  say(text) {
    this.dockSaid.textContent = text;
  }

  blink() {
    this.dockBeat.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 250 });
  }

  signal(length) {
    this.blink();
    if (this.dockSound.checked) this.beep(length);
    if (this.dockBuzz.checked) navigator.vibrate?.(length * 400);
  }

  beep(length) {
    this.sound ??= new AudioContext();
    const tone = this.sound.createOscillator();
    tone.frequency.value = 880;
    tone.connect(this.sound.destination);
    tone.start();
    tone.stop(this.sound.currentTime + length);
  }

  async stayAwake() {
    try {
      this.lock ??= (await navigator.wakeLock?.request("screen")) ?? null;
      this.lock?.addEventListener?.("release", () => (this.lock = null), { once: true });
    } catch {
      this.lock = null; // A browser without it, or a battery that is low: the time is right all the same.
    }
  }
}

/** Let every clock of the page run. */
export function clocks() {
  const box = document.querySelector("[data-dock]");
  if (!box) return;
  const dock = new Dock(box);
  document.addEventListener("click", (event) => {
    const holder = event.target.closest?.("[data-clock]");
    if (holder && event.target.closest("[data-clock-open]")) dock.open(holder);
  });
}
