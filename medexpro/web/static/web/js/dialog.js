// Dialogs: `data-open="id"` opens, `data-close` closes, and the focus goes back to who opened it.
const openers = new WeakMap();

/** Open a dialog by its id; answers whether there was one. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog?.showModal) return false;
  if (!dialog.open) {
    openers.set(dialog, document.activeElement);
    dialog.showModal();
    dialog.addEventListener("close", () => openers.get(dialog)?.focus?.(), { once: true });
  }
  return true;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    openDialog(opener.dataset.open);
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
});
