// The outbox: every entry is on this tablet before it is on its way. Nothing leaves it until the server has answered.
// One database per browser; each tab is a device of its own and numbers its entries per session.

const NAME = "medexpro-outbox";
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const commands = request.result.createObjectStore("commands", { keyPath: "id" });
      commands.createIndex("session", "session");
      request.result.createObjectStore("rejected", { keyPath: "id" }).createIndex("session", "session");
      request.result.createObjectStore("numbers");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// A name for this tab. It outlives a reload, not the tab.
export function deviceName() {
  let name = sessionStorage.getItem("medexpro-device");
  if (!name) {
    name = `tab-${uuid7().slice(0, 13)}${Math.random().toString(36).slice(2, 8)}`;
    sessionStorage.setItem("medexpro-device", name);
  }
  return name;
}

// UUIDv7: the time in milliseconds, then chance (RFC 9562). Browsers have none of their own.
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// Number a command and keep it, in one transaction: a crash in between loses neither.
export async function put(command) {
  const db = await open();
  const transaction = db.transaction(["commands", "numbers"], "readwrite");
  const key = `${command.session} ${command.device}`;
  const last = (await answer(transaction.objectStore("numbers").get(key))) ?? 0;
  const numbered = { ...command, seq: last + 1 };
  transaction.objectStore("numbers").put(last + 1, key);
  transaction.objectStore("commands").put(numbered);
  await done(transaction);
  return numbered;
}

const inOrder = (a, b) => (a.device === b.device ? a.seq - b.seq : a.at < b.at ? -1 : 1);

// What waits to be sent: only what this member entered. Another's entries on the same tablet wait for their sign-in.
export async function pending(member, session) {
  const store = (await open()).transaction("commands").objectStore("commands");
  const rows = await answer(session ? store.index("session").getAll(session) : store.getAll());
  return rows.filter((row) => row.member === member).sort(inOrder);
}

// How many entries of this member wait, by session.
export async function waitingBySession(member) {
  const counts = {};
  for (const one of await pending(member)) counts[one.session] = (counts[one.session] ?? 0) + 1;
  return counts;
}

export async function rejected(session) {
  const store = (await open()).transaction("rejected").objectStore("rejected");
  return answer(store.index("session").getAll(session));
}

// What a person still has to read here: all of this session, and the member's own of sessions they can't open any more.
export async function toBeRead(member, session) {
  const store = (await open()).transaction("rejected").objectStore("rejected");
  const rows = await answer(store.getAll());
  return rows.filter((row) => row.session === session || (row.member === member && row.said.outcome === "turned_away"));
}

export async function settle(id) {
  const transaction = (await open()).transaction("commands", "readwrite");
  transaction.objectStore("commands").delete(id);
  await done(transaction);
}

// What the server did not take stays here, beside what it said, until a person has seen it.
export async function reject(command, said) {
  const transaction = (await open()).transaction(["commands", "rejected"], "readwrite");
  transaction.objectStore("commands").delete(command.id);
  transaction.objectStore("rejected").put({ ...command, said });
  await done(transaction);
}

export async function dismiss(id) {
  const transaction = (await open()).transaction("rejected", "readwrite");
  transaction.objectStore("rejected").delete(id);
  await done(transaction);
}

// The server could not even read one entry, or may not take it, so it took no number: the later ones move up.
export async function closeGap(command) {
  const transaction = (await open()).transaction(["commands", "numbers"], "readwrite");
  const store = transaction.objectStore("commands");
  const rows = await answer(store.index("session").getAll(command.session));
  for (const row of rows)
    if (row.device === command.device && row.seq > command.seq) store.put({ ...row, seq: row.seq - 1 });
  const key = `${command.session} ${command.device}`;
  const last = await answer(transaction.objectStore("numbers").get(key));
  transaction.objectStore("numbers").put(last - 1, key);
  await done(transaction);
}

// The clocks of the service categories live here too: a reload goes on where it was.
export const keepClock = (session, clock) => localStorage.setItem(`medexpro-clock ${session}`, JSON.stringify(clock));
export const keptClock = (session) => JSON.parse(localStorage.getItem(`medexpro-clock ${session}`) ?? "null");
export const dropClock = (session) => localStorage.removeItem(`medexpro-clock ${session}`);
