// Light, dark or as the system has it. Loaded before the first paint, so the page never flashes.
// Not a module for that reason; it keeps to itself.
(() => {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switch]")) {
      const paint = () => {
        const now = document.documentElement.dataset.theme ?? "";
        for (const button of group.querySelectorAll("button"))
          button.setAttribute("aria-pressed", String(button.dataset.set === now));
      };
      group.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        const choice = button.dataset.set;
        if (choice) {
          document.documentElement.dataset.theme = choice;
          localStorage.setItem("theme", choice);
        } else {
          delete document.documentElement.dataset.theme;
          localStorage.removeItem("theme");
        }
        paint();
      });
      paint();
    }
  });
})();
