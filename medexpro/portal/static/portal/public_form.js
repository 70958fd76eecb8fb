// The lead form goes on in its place, without loading the page anew, so that the phone's Back leaves the form and loses
// nothing. In this tab alone it remembers the form's key, so that who comes back may go on. Without this script every
// step is a page of its own.
const KEY = "lead-form";
const place = () => document.querySelector("[data-lead-form], [data-first-step]");

async function send(action, data) {
  const answer = await fetch(action, { method: "POST", body: data });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("#main .lead");
  if (!next) throw new Error("no form came back");
  place().replaceWith(next);
  document.title = page.title;
  remember(next);
  const wrong = next.querySelector("[aria-invalid], [role=alert]");
  const head = wrong?.matches("input") ? wrong : (next.querySelector("h1, h2") ?? next);
  if (!head.matches("input")) head.tabIndex = -1;
  head.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function remember(form) {
  const stamp = form.elements?.stamp?.value;
  if (stamp) sessionStorage.setItem(KEY, JSON.stringify({ path: form.action, stamp, step: form.elements.step.value }));
  else sessionStorage.removeItem(KEY);
}

function offer(form) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept || kept.path !== form.action || form.elements.stamp) return;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-44";
  again.textContent = "Go on where you stopped";
  again.addEventListener("click", () => {
    const data = new FormData();
    data.set("stamp", kept.stamp);
    data.set("go", kept.step);
    send(kept.path, data).catch(() => sessionStorage.removeItem(KEY));
  });
  form.querySelector("fieldset").before(again);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form !== place()) return;
  event.preventDefault();
  form.setAttribute("aria-busy", "true");
  const data = new FormData(form, event.submitter);
  send(form.action, data).catch(() => {
    // Sent as a page: the browser then says by itself what is wrong with the connection.
    if (event.submitter?.name) {
      const chosen = document.createElement("input");
      Object.assign(chosen, { type: "hidden", name: event.submitter.name, value: event.submitter.value });
      form.append(chosen);
    }
    form.submit();
  });
});

if (place()) offer(place());
