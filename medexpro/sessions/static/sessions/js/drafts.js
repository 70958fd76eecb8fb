// What is half done on this page and no entry yet: taps and steppers, readings being typed, the last words of a note.
// Kept in this browser until the log is signed, so that a reload, another log or a crash loses none of it.
const KEPT = ["open", "drafts", "typed", "meant", "flags", "rechecking", "reporting", "moment", "swapping", "skipping", "why", "closeWhy", "observed"];
const NAME = "medexpro-draft";
const DAYS_MS = 2 * 86_400_000;

const key = (member, session) => `${NAME} ${member} ${session}`;
let drawn = "";

// note: {text, base} where it is not on its way yet. Written only when something changed.
export function keepDraft(member, session, ui, note) {
  const kept = JSON.stringify({ ...Object.fromEntries(KEPT.map((name) => [name, ui[name]])), note });
  if (kept === drawn) return;
  drawn = kept;
  localStorage.setItem(key(member, session), JSON.stringify({ at: Date.now(), kept }));
}

export function keptDraft(member, session) {
  forgetOld();
  const found = JSON.parse(localStorage.getItem(key(member, session)) ?? "null");
  return found ? JSON.parse(found.kept) : null;
}

export const dropDraft = (member, session) => localStorage.removeItem(key(member, session));

// A log takes what happens on its own day; what was half typed in one of days ago is nothing any more.
function forgetOld() {
  for (const one of Object.keys(localStorage))
    if (one.startsWith(`${NAME} `) && JSON.parse(localStorage.getItem(one)).at < Date.now() - DAYS_MS) localStorage.removeItem(one);
}
