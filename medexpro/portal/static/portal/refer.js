// Finding a code without sending the page, so that a chosen file stays chosen. Everything works without this, too.

const form = document.querySelector("form[data-codes]");
const found = document.getElementById("codes");

form?.addEventListener("submit", async (event) => {
  if (event.submitter?.name !== "find") return;
  event.preventDefault();
  const words = form.elements.icd10.value.trim() || form.elements.diagnosis.value.trim();
  const ticked = new Set([...found.querySelectorAll("input:checked")].map((box) => box.value));
  const answer = await fetch(`${form.dataset.codes}?q=${encodeURIComponent(words)}`).catch(() => null);
  if (!answer?.ok) {
    found.textContent = "The list can’t be read now. Type the code, or add the paper.";
    return;
  }
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const box of part.querySelectorAll("input")) box.checked = ticked.has(box.value);
  found.replaceChildren(...part.body.childNodes);
  found.querySelector("input")?.focus();
});

// A second click while the first is on its way sends nothing more.
form?.addEventListener("submit", (event) => {
  if (event.submitter?.name === "find") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
