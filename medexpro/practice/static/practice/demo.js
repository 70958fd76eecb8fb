// The demo's sign-in page: a tap on a person fills the form and signs in.
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-fill]");
  if (!person) return;
  const form = document.getElementById("id_login").form;
  form.elements.login.value = person.dataset.fill;
  form.elements.password.value = person.dataset.fillPassword;
  form.requestSubmit();
});
