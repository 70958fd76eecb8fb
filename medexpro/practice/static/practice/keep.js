// `data-keep="name"`: what is typed into a form of the set-up stays in this tab until it is sent. Passwords never.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const place = `medexpro:${form.dataset.keep}`;
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "{}");
  const fields = () => [...form.elements].filter((one) => one.name && !["hidden", "password", "file"].includes(one.type));
  if (!form.querySelector("[data-problems]"))
    for (const one of fields()) {
      if (!(one.name in kept)) continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = kept[one.name].includes(one.value);
      else one.value = kept[one.name];
    }
  form.addEventListener("input", () => {
    const now = {};
    for (const one of fields())
      if (one.type === "radio" || one.type === "checkbox") (now[one.name] ??= []).push(...(one.checked ? [one.value] : []));
      else now[one.name] = one.value;
    sessionStorage.setItem(place, JSON.stringify(now));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(place));
}
