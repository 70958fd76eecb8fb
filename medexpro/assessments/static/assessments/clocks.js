// Stopwatch, countdown and lap counter. They write into the field that had the focus last, else the first empty one.
const TENTH_MS = 100;
const LAST_SECONDS = 3;
let focused = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-measure] .input-num")) focused = event.target;
});

/** The field a clock writes into. */
function place(card) {
  const fields = [...card.querySelectorAll(".input-num, [data-stepper] input")];
  if (focused && card.contains(focused) && !focused.value) return focused;
  return fields.find((field) => !field.value) ?? (fields.includes(focused) ? focused : fields.at(-1));
}

function write(card, text) {
  const field = place(card);
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
}

let sound = null;
function beep() {
  sound ??= new AudioContext();
  const tone = sound.createOscillator();
  tone.frequency.value = 880;
  tone.connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.4);
}

class Clock {
  constructor(holder) {
    this.holder = holder;
    this.card = holder.closest("[data-card]");
    this.text = holder.querySelector("[data-clock-text]");
    this.said = holder.querySelector("[data-clock-said]");
    this.lap = holder.querySelector("[data-clock-lap]");
    this.named = this.text.textContent;
    this.kind = holder.dataset.clock;
    this.whole = Number(holder.dataset.seconds) * 1000;
    this.laps = 0;
    this.timer = 0;
  }

  press() {
    if (this.timer) this.stop(false);
    else this.start();
  }

  start() {
    this.from = performance.now();
    this.laps = 0;
    if (this.lap) this.lap.hidden = false;
    this.said.textContent = "Running";
    this.timer = setInterval(() => this.tick(), TENTH_MS);
    this.tick();
  }

  tick() {
    const gone = performance.now() - this.from;
    if (this.kind === "stopwatch") {
      this.text.textContent = `${(gone / 1000).toFixed(1)} s, stop`;
      return;
    }
    const left = Math.max(0, this.whole - gone);
    const walked = this.lap ? ` · ${this.laps * Number(this.holder.dataset.lap)} m` : "";
    this.text.textContent = `${Math.ceil(left / 1000)} s${walked}, stop`;
    if (left === 0) this.stop(true);
    else if (left <= LAST_SECONDS * 1000) this.said.textContent = `${Math.ceil(left / 1000)}`;
  }

  stop(ended) {
    clearInterval(this.timer);
    this.timer = 0;
    const gone = performance.now() - this.from;
    this.text.textContent = this.named;
    if (this.lap) this.lap.hidden = true;
    if (this.kind === "stopwatch") {
      const seconds = (gone / 1000).toFixed(this.card.querySelector("[data-unit]") ? 2 : 1);
      this.said.textContent = `${seconds} seconds`;
      write(this.card, seconds);
      return;
    }
    this.said.textContent = ended ? "Time is up. Type the result." : "Stopped before the time was up.";
    if (!ended) return;
    beep();
    if (this.lap && this.laps) write(this.card, String(this.laps * Number(this.holder.dataset.lap)));
    else place(this.card)?.focus();
  }
}

/** Let every clock of the page run. */
export function clocks() {
  const known = new WeakMap();
  document.addEventListener("click", (event) => {
    const holder = event.target.closest?.("[data-clock]");
    if (!holder) return;
    if (!known.has(holder)) known.set(holder, new Clock(holder));
    const clock = known.get(holder);
    if (event.target.closest("[data-clock-run]")) clock.press();
    if (event.target.closest("[data-clock-lap]")) clock.laps += 1;
  });
}
