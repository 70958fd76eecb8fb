// Wording: the offered word takes the place of the one out of scope, in the field it was typed in. Undo puts it back.
import { toast } from "./toast.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-replace]");
  const field = button && document.getElementById(button.dataset.replace);
  if (!field) return;
  const was = field.value;
  const put = (text) => {
    field.value = text;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    field.focus();
  };
  put(was.replaceAll(button.dataset.word, button.dataset.offer));
  if (field.value !== was) toast("Wording changed", { undo: () => put(was) });
});
