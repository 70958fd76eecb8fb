// A form sent the plain way takes its page along. Should the connection break then, the browser shows a page of its own
// and what was typed would be gone: so it is kept in this tab, and stands in its fields again when the page is back.
const PLACE = "medexpro-unsent";
// The page's own key, what is typed anew each time, and a drawing that would not be seen.
const NEVER = "[name=csrfmiddlewaretoken], [type=password], [type=file], [autocomplete=one-time-code], [data-signature] [type=hidden]";
const SENTENCE = "This may not have been saved: no answer came. What you typed is here again; look at it and send it once more.";

const member = () => document.querySelector("meta[name=member]")?.content ?? "";
const here = () => location.pathname + location.search;
const fieldsOf = (form) => [...form.elements].filter((one) => one.matches("input, select, textarea") && one.name && !one.matches(NEVER));
const isTick = (field) => field.type === "radio" || field.type === "checkbox";
const sendingTo = (action) => [...document.forms].filter((one) => one.getAttribute("action") === action && one.method === "post");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  const fields = fieldsOf(form);
  if (fields.every((one) => one.type === "hidden")) return; // A button alone is pressed again.
  const action = form.getAttribute("action");
  const kept = fields.map((one) => [one.name, isTick(one) ? one.checked : one.value]);
  const nth = sendingTo(action).indexOf(form);
  sessionStorage.setItem(PLACE, JSON.stringify({ member: member(), page: here(), action, nth, kept }));
});

// A page that comes anew from the form's own page is its answer: what was typed has arrived. One that was here before
// came by Back or by a reload.
const wasHere = history.state?.met;
history.replaceState({ ...history.state, met: true }, "");

function isAnswerTo(unsent) {
  if (wasHere || !document.referrer) return false;
  const from = new URL(document.referrer);
  return from.origin === location.origin && from.pathname + from.search === unsent.page;
}

function putBack(form, kept) {
  const left = [...kept];
  for (const field of fieldsOf(form)) {
    const place = left.findIndex(([name]) => name === field.name);
    if (place < 0) continue;
    const [[, value]] = left.splice(place, 1);
    if (isTick(field)) field.checked = value;
    else field.value = value;
  }
  form.closest("details")?.setAttribute("open", "");
  const note = document.createElement("p");
  note.className = "alert alert-hold";
  note.setAttribute("role", "alert");
  note.textContent = SENTENCE;
  form.prepend(note);
  note.scrollIntoView({ block: "center" });
}

const unsent = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
// A page that says sorry is no answer, and to whom it may be shown is known after the sign-in.
if (unsent && member() && !document.querySelector("[data-sorry]")) {
  const form = unsent.page === here() && sendingTo(unsent.action)[unsent.nth];
  if (unsent.member !== member() || isAnswerTo(unsent)) sessionStorage.removeItem(PLACE);
  else if (form) putBack(form, unsent.kept);
}
