// Signs with the signer on the person's own machine: the server prepares hashes, the signer signs a batch after one
// question, the server completes each. What failed can be tried again; what was signed is kept until it is completed.
const BATCH = 20;

class Told extends Error {}

const asJson = async (answer) => {
  try {
    return await answer.json();
  } catch {
    return {};
  }
};

const post = async (form, url, body) => {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
        "X-Requested-With": "XMLHttpRequest",
      },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Told(form.dataset.deviceOffline);
  }
  const said = await asJson(answer);
  if (!answer.ok) throw new Told(said.says || form.dataset.deviceOffline);
  return said;
};

const askSigner = async (form, requests) => {
  let answer;
  try {
    answer = await fetch(`${form.dataset.device}/sign`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ requests }),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new Told(form.dataset.deviceUnreachable);
  }
  if (!answer.ok) throw new Told(form.dataset.deviceStranger);
  const { signatures } = await asJson(answer);
  return new Map((Array.isArray(signatures) ? signatures : []).map((one) => [one.id, one]));
};

// The certificates that the signer names go into the form's own field of files, as if their owner had chosen them.
const takeCertificate = async (place) => {
  const says = place.querySelector("[role=status]");
  const list = place.querySelector("ul");
  const input = place.closest("form").querySelector("input[type=file]");
  const put = (one) => {
    const held = new DataTransfer();
    held.items.add(new File([one.pem], `${one.sha256.slice(0, 16)}.pem`));
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    says.textContent = place.dataset.deviceTaken.replace("{name}", one.name);
  };
  list.replaceChildren();
  let answer;
  try {
    answer = await fetch(`${place.dataset.deviceTake}/`, { credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    says.textContent = place.dataset.deviceUnreachable;
    return;
  }
  const { certificates = [] } = await asJson(answer);
  if (!answer.ok) says.textContent = place.dataset.deviceStranger;
  else if (!certificates.length) says.textContent = place.dataset.deviceEmpty;
  else if (certificates.length === 1) put(certificates[0]);
  else {
    says.textContent = place.dataset.deviceChoose;
    for (const one of certificates) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn", textContent: one.name });
      button.addEventListener("click", () => put(one));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
  }
};

const say = (row, text, tone) => {
  const place = row.querySelector("[data-device-item-says]");
  place.textContent = text;
  place.className = `device-item-says${tone ? ` badge-state badge-${tone}` : ""}`;
};

const errorOf = (form, code) =>
  ({ refused: form.dataset.deviceRefused, "unknown-certificate": form.dataset.deviceUnknown })[code] ??
  form.dataset.deviceFailed;

const signBatch = async (form, rows) => {
  const asked = [];
  for (const row of rows) {
    if (row.deviceSigned) continue; // signed before, not completed yet
    try {
      asked.push({ row, request: await post(form, row.dataset.prepare) });
    } catch (problem) {
      say(row, problem.message, "bad");
    }
  }
  if (asked.length) {
    form.querySelector("[data-device-says]").textContent = form.dataset.deviceWaiting;
    const requests = asked.map(({ row, request }) => ({
      id: request.id,
      hash: request.hash,
      hash_algorithm: request.hash_algorithm,
      certificate: request.certificate,
      title: request.title ?? row.querySelector("span").textContent.trim(),
    }));
    let signed;
    try {
      signed = await askSigner(form, requests);
    } catch (problem) {
      asked.forEach(({ row }) => say(row, problem.message, "bad"));
      throw problem;
    }
    for (const { row, request } of asked) {
      const one = signed.get(request.id);
      if (one?.signature) row.deviceSigned = { id: request.id, signature: one.signature };
      else say(row, errorOf(form, one?.error), "bad");
    }
  }
  for (const row of rows.filter((one) => one.deviceSigned)) {
    try {
      const done = await post(form, row.dataset.complete, row.deviceSigned);
      row.dataset.deviceItemDone = "yes";
      say(row, done.says || form.dataset.deviceDone, "good");
    } catch (problem) {
      if (problem.message !== form.dataset.deviceOffline) delete row.deviceSigned; // refused: it is prepared anew
      say(row, problem.message, "bad");
    }
  }
};

const signAll = async (form) => {
  const all = [...form.querySelectorAll("[data-device-item]")];
  const waiting = all.filter((row) => !row.dataset.deviceItemDone);
  const progress = form.querySelector("[data-device-progress]");
  const says = form.querySelector("[data-device-says]");
  progress.max = all.length;
  let stopped = "";
  for (let at = 0; at < waiting.length && !stopped; at += BATCH) {
    const batch = waiting.slice(at, at + BATCH);
    batch.forEach((row) => say(row, ""));
    try {
      await signBatch(form, batch);
    } catch (problem) {
      stopped = problem.message; // without the signer the rest is not begun
    }
    progress.value = all.filter((row) => row.dataset.deviceItemDone).length;
    says.textContent = `${progress.value} / ${all.length}`;
  }
  if (progress.value < all.length) {
    says.textContent = stopped || form.dataset.deviceSome;
  } else {
    says.textContent = form.dataset.deviceDone;
    if (form.dataset.deviceThen) location.assign(form.dataset.deviceThen);
  }
};

export const bindDevices = (part) => {
  part.querySelectorAll("[data-device-take]").forEach((place) => {
    if (place.dataset.deviceBound) return;
    place.dataset.deviceBound = "yes";
    place.classList.remove("needs-script");
    place.querySelector("button").addEventListener("click", () => takeCertificate(place));
  });
  part.querySelectorAll("form[data-device]").forEach((form) => {
    const place = form.querySelector(".needs-script");
    if (!place || form.dataset.deviceBound) return; // htmx reports the first page as loaded once more
    form.dataset.deviceBound = "yes";
    place.classList.remove("needs-script");
    const button = form.querySelector("[type=submit]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      try {
        await signAll(form);
      } finally {
        button.removeAttribute("aria-disabled");
      }
    });
  });
};
