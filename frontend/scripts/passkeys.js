// Passkeys (WebAuthn level 2): the form's button opens the browser's dialogue, and what it gives goes with the form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const created = async (options) => {
  const { response, ...credential } = await navigator.credentials
    .create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    })
    .then(plain);
  return {
    ...credential,
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
    },
  };
};

const got = async (options) => {
  const { response, ...credential } = await navigator.credentials
    .get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    })
    .then(plain);
  return {
    ...credential,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
};

// Credentials cannot be copied with a spread: their properties belong to the prototype.
const plain = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: credential.response,
});

const optionsOf = async (form) => {
  if (form.dataset.passkeyOptions) return JSON.parse(form.dataset.passkeyOptions).publicKey;
  const answer = await fetch(form.dataset.passkeyFrom, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  return (await answer.json()).request_options.publicKey;
};

export const bindPasskeys = (part) => {
  part.querySelectorAll("form[data-passkey]").forEach((form) => {
    if (form.dataset.passkeyBound) return; // htmx reports the first page as loaded once more
    form.dataset.passkeyBound = "yes";
    const says = form.querySelector("[data-passkey-says]");
    form.classList.remove("needs-script");
    if (!window.PublicKeyCredential) {
      form.querySelector("[type=submit]").hidden = true;
      says.textContent = says.dataset.passkeyUnable;
      return;
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.passkeyBusy) return; // one dialogue at a time
      form.dataset.passkeyBusy = "yes";
      says.textContent = "";
      try {
        const options = await optionsOf(form);
        const credential = await (form.dataset.passkey === "create" ? created(options) : got(options));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        says.textContent = says.dataset.passkeyNone;
        delete form.dataset.passkeyBusy;
      }
    });
  });
};
