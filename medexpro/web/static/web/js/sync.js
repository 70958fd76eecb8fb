// The sync line says in words where the data is: saved, being sent, or safe here until the connection is back.
const clock = () =>
  new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" }).format(new Date()).toLowerCase();

const entries = (count) => (count === 1 ? "1 entry" : `${count} entries`);

/** state: saved, sending or queued; count: entries under way. text: other words for the same. */
export function say(state, count = 0, text = "") {
  const words = {
    saved: `Everything saved, ${clock()}`,
    sending: `Sending ${entries(count)}`,
    queued: navigator.onLine
      ? `${entries(count)} safe here, not yet sent`
      : `Offline · ${entries(count)} safe on this tablet`,
  };
  const pictures = { saved: "sync", sending: "loader", queued: "queued" };
  for (const line of document.querySelectorAll("[data-sync]")) {
    line.dataset.state = state;
    const said = text || words[state];
    const place = line.querySelector("[data-sync-text]");
    if (place.textContent !== said) place.textContent = said;
    const use = line.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${pictures[state]}`));
  }
}

document.addEventListener("medexpro:sync", (event) => say(event.detail.state, event.detail.count, event.detail.text));
addEventListener("offline", () => say("queued", 0, "Offline · what you enter stays on this page"));
addEventListener("online", () => say("saved", 0, "Connected again"));
