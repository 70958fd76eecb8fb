// Leaving waits until what was typed is kept. The cards' entries are sent one behind the other, and a page that goes
// would take along those that still stand in the queue.
const changed = new Set(); // Forms typed into whose entry was not sent yet.
const sent = new Set(); // Forms whose entry is on its way.
let goOn = null;

const isBusy = () => changed.size + sent.size > 0;
const measuring = (target) => {
  const form = target?.form ?? target?.closest?.("form");
  return form?.matches(".as-work form[hx-post]") ? form : null;
};

function settled(form) {
  sent.delete(form);
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

export function leaving() {
  addEventListener("change", (event) => measuring(event.target) && changed.add(measuring(event.target)), true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = measuring(event.target);
    if (!form) return;
    changed.delete(form);
    sent.add(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => measuring(event.target) && settled(measuring(event.target)));
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
      if (form.matches("[data-measure], [hx-get], [hx-post]") || form.method === "dialog") return;
      waits(event, () => form.requestSubmit(event.submitter));
    },
    true,
  );
  addEventListener("beforeunload", (event) => {
    if (isBusy()) event.preventDefault();
  });
}
