// Shows the settings in which every typed word begins one. Without this script the same field asks the server.
const field = document.querySelector("[data-settings-find]");
const count = document.querySelector("[data-settings-count]");
const none = document.querySelector("[data-settings-none]");
const groups = [...document.querySelectorAll("[data-settings-group]")];
const rows = [...document.querySelectorAll("[data-words]")];

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  // What has to be put right stays in sight.
  const stays = (row) => row.querySelector("[aria-invalid=true]") || words.every((word) => ` ${row.dataset.words}`.includes(` ${word}`));
  for (const row of rows) row.hidden = !stays(row);
  for (const group of groups) group.hidden = !group.querySelector("[data-words]:not([hidden])");
  const shown = rows.filter((row) => !row.hidden).length;
  count.textContent = `${shown} of ${rows.length} settings`;
  none.hidden = shown > 0;
}

field?.addEventListener("input", narrow);
// Nothing typed below is lost by asking the server for what is here already.
field?.form.addEventListener("submit", (event) => {
  event.preventDefault();
  narrow();
});
