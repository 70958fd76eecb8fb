// Passkeys. A button `data-passkey="get|create"` asks the device; its answer goes into the form's `credential`, and the
// form is sent. `data-options`: the address that gives the options, or "#id" of JSON in the page.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function readable(options) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return { publicKey: key };
}

function written(credential) {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (answer[part]) response[part] = text(answer[part]);
  if (answer.getTransports) response.transports = answer.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function optionsOf(source) {
  if (source.startsWith("#")) return JSON.parse(document.querySelector(source).textContent);
  const answer = await fetch(source, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(button) {
  const form = button.form ?? button.closest("form");
  const said = form.querySelector("[data-passkey-said]");
  if (said) said.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    const given = await optionsOf(button.dataset.options);
    const credential =
      button.dataset.passkey === "create"
        ? await navigator.credentials.create(readable(given.creation_options))
        : await navigator.credentials.get(readable(given.request_options));
    form.elements.namedItem("credential").value = written(credential);
    form.requestSubmit();
  } catch (fault) {
    if (!said) return;
    said.hidden = false;
    said.textContent = !window.PublicKeyCredential
      ? "This browser knows no passkeys. Use your password."
      : fault.name === "NotAllowedError"
        ? "No passkey was used. Try again, or use your password."
        : fault.name === "InvalidStateError"
          ? "This device has a passkey for you already."
          : "The passkey did not work. Try again, or use your password.";
  } finally {
    button.removeAttribute("aria-busy");
  }
}

if (!document.documentElement.dataset.passkeys) {
  // Loaded once by the page, and perhaps again by the lock.
  document.documentElement.dataset.passkeys = "on";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (button) ask(button);
  });
}
