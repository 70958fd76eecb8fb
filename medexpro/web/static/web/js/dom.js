// Small helpers the modules share.

const NS = "http://www.w3.org/2000/svg";

export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

const sprite = () => document.querySelector("svg.i use")?.getAttribute("href")?.split("#")[0] ?? "";

/** Draw an icon of the sprite, as the icon tag does. */
export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", `${sprite()}#i-${name}`);
  svg.append(use);
  return svg;
}

/** Say whether keys belong to what has the focus: a field, or something that is being edited. */
export const isTyping = (target) =>
  Boolean(target?.closest?.("input, textarea, select, [contenteditable=true], [role=listbox]"));

/** Wait until calls stop for a moment. */
export function after(ms, work) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), ms);
  };
}
