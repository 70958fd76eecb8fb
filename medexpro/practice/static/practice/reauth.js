// Confirming it is still you, without leaving the page. `confirmIdentity()` answers true once the sign-in is recent.
// A form with `data-confirm` asks by itself before it is sent. The page includes practice/confirm_dialog.html.

const dialog = document.getElementById("confirm-you");
let waiting = null;

/** Ask for password, code or passkey unless the sign-in is recent; answers whether it is now. */
export async function confirmIdentity() {
  const answer = await fetch(dialog.dataset.freshUrl, { headers: { Accept: "application/json" } });
  if (answer.ok && (await answer.json()).fresh) return true;
  const part = await fetch(dialog.dataset.confirmUrl, { headers: { "HX-Request": "true" } });
  if (!part.ok) return false;
  const body = dialog.querySelector("[data-confirm-body]");
  // Our own server's part of a page: the form that confirms.
  body.innerHTML = await part.text();
  window.htmx?.process(body);
  dialog.showModal();
  body.querySelector("input:not([type=hidden])")?.focus();
  return new Promise((resolve) => {
    waiting = resolve;
  });
}

function settle(confirmed) {
  waiting?.(confirmed);
  waiting = null;
}

if (dialog) {
  document.addEventListener("reauthenticated", () => {
    settle(true);
    dialog.close();
  });
  dialog.addEventListener("close", () => settle(false));
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (!form.matches("[data-confirm]") || form.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      if (!(await confirmIdentity())) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(button ?? undefined);
      delete form.dataset.confirmed;
    },
    { capture: true },
  );
}
