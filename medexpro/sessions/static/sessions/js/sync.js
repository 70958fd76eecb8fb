// Sending what lies in the outbox: one at a time, in order, again until the server has answered.
import * as outbox from "./outbox.js";

const WAITS = [1000, 2000, 4000, 8000, 15000, 30000];

export class Sync {
  // told: called with {kind: "state" | "answer" | "rejected", ...} whenever something is known.
  // member: whose entries are sent.
  constructor({ url, member, told }) {
    Object.assign(this, { url, member, told, tries: 0, reached: navigator.onLine, busy: false, timer: 0 });
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.lost());
    addEventListener("unlocked", () => this.now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
  }

  now() {
    clearTimeout(this.timer);
    this.tries = 0;
    return this.run();
  }

  lost() {
    this.reason = "offline";
    this.reached = false;
    return this.tell(false);
  }

  async run() {
    if (this.busy) return (this.again = true);
    this.busy = true;
    this.again = false;
    // One tab sends at a time, so that the order holds across tabs.
    const send = () => this.sendAll();
    const reached = await (navigator.locks ? navigator.locks.request("medexpro-sync", send) : send());
    this.busy = false;
    await this.tell(reached);
    if (!reached) this.timer = setTimeout(() => this.run(), WAITS[Math.min(this.tries++, WAITS.length - 1)]);
    else if (this.again) return this.run();
  }

  // A session whose entry the server fails on waits; the entries of others leave all the same.
  async sendAll() {
    const failing = new Set();
    for (;;) {
      const list = await outbox.pending(this.member);
      const next = list.find((command) => !failing.has(command.session));
      if (!next) break;
      await this.tell(this.reached, list.length);
      this.reached = await this.sendOne(next);
      if (this.reached) continue;
      if (this.reason !== "trouble") return false;
      failing.add(next.session);
    }
    if (failing.size) [this.reason, this.reached] = ["trouble", false];
    else this.reached = true;
    return this.reached;
  }

  async sendOne(command) {
    let response, said;
    const asked = Date.now();
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken"), Accept: "application/json" },
        // With this tablet's time now, the server sees how long the entry waited, whatever this clock says.
        body: JSON.stringify({ ...command, sent_at: new Date().toISOString() }),
        redirect: "manual",
      });
      said = response.type === "opaqueredirect" ? null : await response.json().catch(() => null);
    } catch {
      this.reason = "offline";
      return false;
    }
    if (!said?.outcome || response.status >= 500 || response.status === 423 || response.status === 401) {
      // Signed out, locked or in trouble: the entry stays here and is sent after the next sign-in.
      this.reason = said?.reason ?? (response.type === "opaqueredirect" ? "signed-out" : "trouble");
      return false;
    }
    this.reason = "";
    if (said.outcome === "waiting") return this.fillGap(command, said.expected);
    if (said.outcome === "applied" || (said.outcome === "duplicate" && said.first === "applied")) {
      await outbox.settle(command.id);
      this.told({ kind: "answer", command, said, asked });
    } else {
      await outbox.reject(command, said);
      if (["malformed", "mismatch", "turned_away"].includes(said.outcome)) await outbox.closeGap(command);
      this.told({ kind: "rejected", command, said, asked });
    }
    return true;
  }

  // The server waits for an earlier entry of this tab. It is still here, or another browser profile lost it:
  // then the numbers are closed up, so that what is here arrives all the same.
  async fillGap(command, expected) {
    const mine = (await outbox.pending(this.member, command.session)).filter((row) => row.device === command.device);
    if (mine.some((row) => row.seq < command.seq)) return true;
    for (let missing = command.seq - expected; missing > 0; missing--)
      await outbox.closeGap({ ...command, seq: expected });
    return true;
  }

  async tell(reached, sending = 0) {
    const waiting = sending || (await outbox.pending(this.member)).length;
    this.told({ kind: "state", reached, waiting, reason: this.reason });
  }
}

export function cookie(name) {
  return document.cookie.split("; ").find((row) => row.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
