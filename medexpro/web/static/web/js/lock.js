// The idle lock: after some minutes without a touch the page is covered and asks for a quick sign-in.
// Nothing on the page is lost; unlocking uncovers it as it was. The server locks by its own clock too.
import { csrf } from "./dom.js";

const dialog = document.getElementById("lock");
const minutes = Number(dialog?.dataset.lockAfter ?? 0);
const title = document.title;
let last = Date.now();
let told = Date.now();

async function cover({ tell = true } = {}) {
  if (dialog.open) return;
  dialog.showModal();
  document.title = `Locked · ${document.title.split(" · ").at(-1)}`;
  const address = dialog.dataset.lockUrl;
  try {
    if (tell)
      await fetch(address, {
        method: "POST",
        headers: { "X-CSRFToken": csrf() },
        body: new URLSearchParams({ lock: "1" }),
      });
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    const body = dialog.querySelector("#lock-body");
    // Our own server's part of a page: the form that unlocks.
    body.innerHTML = await answer.text();
    window.htmx?.process(body);
    // What else the form needs (a passkey) comes as a module of its own.
    const module = body.querySelector("[data-module]")?.dataset.module;
    if (module) import(new URL(module, location.href).href).catch(() => {});
    body.querySelector("input:not([type=hidden])")?.focus();
  } catch {
    dialog.querySelector("p").textContent =
      "Locked. The server can’t be reached; what you entered is safe on this tablet.";
    setTimeout(() => dialog.open && retry(), 5000);
  }
}

function retry() {
  dialog.close();
  cover();
}

if (dialog && minutes > 0) {
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"])
    addEventListener(
      kind,
      () => {
        last = Date.now();
        // Work that stays on one page (a long note) must not look idle to the server.
        if (last - told > 60_000 && !dialog.open) {
          told = last;
          fetch(`${dialog.dataset.lockUrl}alive/`, { method: "POST", headers: { "X-CSRFToken": csrf() } }).catch(
            () => {},
          );
        }
      },
      { passive: true, capture: true },
    );
  setInterval(() => {
    if (Date.now() - last > minutes * 60_000) cover();
  }, 5000);
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // Escape does not open a lock.
  document.addEventListener("unlocked", () => {
    last = Date.now();
    told = last;
    dialog.close();
    document.title = title;
    document.dispatchEvent(new CustomEvent("medexpro:unlocked", { bubbles: true }));
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 423) cover({ tell: false });
  });
}
