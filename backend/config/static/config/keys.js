// Security keys and passkeys: the browser signs what the server asks for, and the answer goes along with the form.
// Where the browser or the address cannot do it, nothing of this is shown.
const able =
  window.isSecureContext &&
  Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON) &&
  !/^[\d.]+$|^\[/.test(location.hostname);

const SAID = {
  NotAllowedError: "It was cancelled, or took too long. Try again.",
  InvalidStateError: "This key is set up already.",
  SecurityError: "Keys do not work at this address.",
};

async function create({ publicKey }, alone) {
  const wanted = structuredClone(publicKey);
  if (alone) {
    Object.assign(wanted.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
  }
  return navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted),
  });
}

async function get({ publicKey }) {
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
  });
}

async function options(form) {
  const given = document.getElementById("key-options");
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function answer(form) {
  const given = await options(form);
  const credential = given.creation_options
    ? await create(given.creation_options, form.elements.passwordless?.checked)
    : await get(given.request_options);
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const part of document.querySelectorAll("[data-with-keys]")) part.hidden = !able;
for (const part of document.querySelectorAll("[data-without-keys]")) part.hidden = able;
for (const form of document.querySelectorAll("form[data-key]")) {
  const told = form.querySelector("[role=alert]");
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.hidden = true;
    button.disabled = true;
    try {
      await answer(form);
    } catch (error) {
      told.textContent = SAID[error.name] ?? "The key could not be used. Try again.";
      told.hidden = false;
      button.disabled = false;
    }
  });
}
