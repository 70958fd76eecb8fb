// The words of a draft are kept when a field is left; nobody signs a page that does not show them yet.
const unseen = () => document.querySelector("#sign[data-unseen]");

document.getElementById("words")?.addEventListener("input", () => {
  const sign = document.getElementById("sign");
  if (!sign || unseen()) return;
  // The answer that brings the new page also brings a card that may be signed again.
  sign.dataset.unseen = "yes";
  sign.querySelector("button:not([type=button])").setAttribute("aria-disabled", "true");
  const hint = sign.querySelector("[data-wait]");
  hint.textContent = hint.dataset.wait;
});

// Before anything asks for a password.
addEventListener(
  "submit",
  (event) => {
    if (!unseen()?.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
