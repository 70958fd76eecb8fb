// Leaving waits until what was typed is kept, in forms that are sent with each change. Their entries go one behind the
// other, and a page that goes would take along those that still stand in the queue.
const changed = new Set(); // Forms typed into whose entry was not sent yet.
const sent = new Set(); // Forms whose entry is on its way.
let goOn = null;

const isBusy = () => changed.size + sent.size > 0;
const KEPT = "form[hx-post][hx-trigger^=change]";
const keeping = (target) => {
  const form = target?.form ?? target?.closest?.("form");
  return form?.matches(KEPT) ? form : null;
};

function answered(form, status) {
  if (status === 423) return; // Locked: it is sent once more after the sign-in.
  sent.delete(form);
  if (status === 0 || status >= 500) goOn = null; // Not kept: the page stays, and says so.
  if (isBusy() || !goOn) return;
  const then = goOn;
  goOn = null;
  // The answer is worked in first.
  setTimeout(then);
}

/** Whether it waits: then it goes on by itself. The last thing tapped counts. */
function waits(event, then) {
  if (event.defaultPrevented || !isBusy()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  goOn = then;
}

const isElsewhere = (link) =>
  !link.target && !link.hasAttribute("download") && link.href.split("#")[0] !== location.href.split("#")[0];

addEventListener("change", (event) => keeping(event.target) && changed.add(keeping(event.target)), true);
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = keeping(event.target);
  if (!form) return;
  changed.delete(form);
  sent.add(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (keeping(event.target)) answered(keeping(event.target), event.detail.xhr.status);
});
addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link && plain && isElsewhere(link)) waits(event, () => link.click());
  },
  true,
);
addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.matches("[hx-get], [hx-post]") || form.method === "dialog") return;
    waits(event, () => form.requestSubmit(event.submitter));
  },
  true,
);
addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});
