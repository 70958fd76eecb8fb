// One clock at a time, by service category. Seconds come from the time that passed, not from ticks, so a
// sleeping tablet or a reload costs nothing.
import { keepClock, keptClock } from "./outbox.js";

export class Clock {
  constructor(session, seconds) {
    const kept = keptClock(session);
    this.session = session;
    this.seconds = { ...seconds, ...kept?.seconds };
    this.running = kept?.running ?? null;
    this.since = kept?.since ?? null;
  }

  start(category) {
    if (this.running === category) return;
    this.stop();
    this.running = category;
    this.since = Date.now();
    this.keep();
  }

  stop() {
    if (this.running) this.seconds[this.running] = this.exact(this.running);
    this.running = this.since = null;
    this.keep();
  }

  // Forget what ran on since it was last kept: on another day nobody knows when the work ended.
  drop(seconds) {
    this.seconds = { ...seconds };
    this.running = this.since = null;
    this.keep();
  }

  // With its part of a second: a clock that stops often must not lose one each time.
  exact(category) {
    const passed = this.running === category ? (Date.now() - this.since) / 1000 : 0;
    return (this.seconds[category] ?? 0) + passed;
  }

  of(category) {
    return Math.floor(this.exact(category));
  }

  all(categories) {
    return Object.fromEntries(categories.map((key) => [key, this.of(key)]).filter(([, value]) => value > 0));
  }

  keep() {
    keepClock(this.session, { seconds: this.seconds, running: this.running, since: this.since });
  }
}

export const clockWords = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
