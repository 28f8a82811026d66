// Checks a proof of the transparency log (c2sp.org/tlog-proof) in the browser alone: no request leaves the page.
import { verifyAsync } from "@noble/ed25519";

const fromBase64 = (encoded) => {
  const text = atob(encoded);
  if (btoa(text) !== encoded) throw new Malformed();
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
};
const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
const same = (one, other) => hex(one) === hex(other);
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
const half = (number) => Math.floor(number / 2);

class Malformed extends Error {}

const readKey = async (text) => {
  const [name, id, encoded] = text.trim().split(/\+(.*)/s).flatMap((part, place) => (place === 1 ? part.split(/\+(.*)/s) : [part]));
  try {
    const data = fromBase64(encoded);
    const expected = (await sha256(utf8(`${name}\n`), data)).slice(0, 4);
    if (data.length !== 33 || data[0] !== 1 || hex(expected) !== id) return null;
    return { name, id, key: data.slice(1) };
  } catch {
    return null;
  }
};

const readProof = (text) => {
  const [head, ...rest] = text.replaceAll("\r\n", "\n").split("\n\n");
  const note = rest.join("\n\n");
  const lines = head.split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1" || !rest.length) throw new Malformed();
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6)) : null;
  const index = /^index (0|[1-9]\d{0,14})$/.exec(lines.shift() ?? "");
  const way = lines.map(fromBase64);
  const end = note.lastIndexOf("\n\n");
  if (!index || end < 0 || way.length > 64 || way.some((one) => one.length !== 32)) throw new Malformed();
  const signed = note.slice(0, end + 1);
  const [origin, size, root] = signed.split("\n");
  if (!origin || !/^(0|[1-9]\d{0,14})$/.test(size) || fromBase64(root).length !== 32) throw new Malformed();
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [dash, name, encoded] = line.split(" ");
      if (dash !== "—" || !encoded) throw new Malformed();
      const data = fromBase64(encoded);
      return { name, id: hex(data.slice(0, 4)), signature: data.slice(4) };
    });
  return { extra, index: Number(index[1]), way, signed, origin, size: Number(size), root: fromBase64(root), signatures };
};

// RFC 9162, section 2.1.3.2; null: the proof has not the shape that index and size ask for.
const climb = async (leaf, { index, size, way }) => {
  let [place, last, found] = [index, size - 1, leaf];
  if (place > last) return null;
  for (const sibling of way) {
    if (last === 0) return null;
    if (place % 2 || place === last) {
      found = await sha256([1], sibling, found);
      while (place && place % 2 === 0) [place, last] = [half(place), half(last)];
    } else {
      found = await sha256([1], found, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? found : null;
};

// Ed25519 by the browser where it has it; by noble where it has not. Gives [holds, by the browser].
const checkSignature = async (key, signature, message) => {
  try {
    const own = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return [await crypto.subtle.verify({ name: "Ed25519" }, own, signature, message), true];
  } catch {
    try {
      return [await verifyAsync(signature, message, key), false];
    } catch {
      return [false, false];
    }
  }
};

// Returns the steps as [holds, words], and the entry; a step that fails is the last one.
export const check = async (proofText, keyText, words) => {
  const say = (name, values = {}) =>
    Object.entries(values).reduce((text, [place, value]) => text.replace(`{${place}}`, value), words[name]);
  const key = await readKey(keyText);
  if (!key) return { steps: [[false, say("key")]] };
  let proof;
  try {
    proof = readProof(proofText.trim() + "\n");
  } catch {
    return { steps: [[false, say("form")]] };
  }
  const steps = [[true, say("read", proof)]];
  const fails = (text) => ({ steps: [...steps, [false, text]] });
  if (proof.origin !== key.name) return fails(say("other", proof));
  if (!proof.extra || proof.extra.length < 17) return fails(say("noEntry"));
  const leaf = await sha256([0], [1], await sha256(proof.extra));
  steps.push([true, say("leaf", { hash: hex(leaf) })]);
  const root = await climb(leaf, proof);
  if (!root || !same(root, proof.root)) return fails(say("noRoot"));
  steps.push([true, say("root", { count: proof.way.length, hash: hex(root) })]);
  const ours = proof.signatures.find((one) => one.name === key.name && one.id === key.id);
  const [signed, byBrowser] = ours ? await checkSignature(key.key, ours.signature, utf8(proof.signed)) : [false, true];
  if (!signed) return fails(say("notSigned"));
  steps.push([true, say(byBrowser ? "signed" : "signedHere")]);
  return { steps, entry: new TextDecoder().decode(proof.extra.slice(16)) };
};

const made = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });

const readable = (entry) => {
  try {
    return JSON.stringify(JSON.parse(entry), null, 2);
  } catch {
    return entry;
  }
};

const show = (target, { steps, entry }) => {
  const holds = entry !== undefined;
  const list = made("ol", "", "proof-steps");
  steps.forEach(([good, text]) => {
    const item = made("li", "");
    item.append(made("span", good ? "✓" : "✗", `badge-state badge-${good ? "good" : "bad"}`), " ", made("span", text, "break-anywhere"));
    list.append(item);
  });
  const note = made("div", "", `note ${holds ? "badge-good" : "badge-bad"}`);
  note.append(made("strong", holds ? target.dataset.holds : target.dataset.fails));
  note.dataset.proofVerdict = holds ? "holds" : "fails";
  target.replaceChildren(note, list);
  if (holds) {
    const bytes = made("pre", "", "entry-bytes");
    bytes.tabIndex = 0;
    bytes.append(made("code", readable(entry)));
    target.append(made("h3", target.dataset.entry), bytes);
  }
  target.focus();
};

// What stands behind the # of the address, as the QR codes of receipts have it; browsers never send that part.
const fromAddress = async () => {
  const given = /^#p=([\w-]+)$/.exec(location.hash);
  if (!given || typeof DecompressionStream === "undefined") return "";
  const packed = atob(given[1].replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
};

const bind = (form) => {
  const target = document.querySelector("[data-proof-result]");
  const [file, text, key] = ["file", "text", "key"].map((name) => form.querySelector(`[data-proof-${name}]`));
  form.classList.remove("needs-script");
  const run = async () => {
    if (!crypto.subtle) {
      target.replaceChildren(made("div", target.dataset.unable, "note badge-progress"));
      return;
    }
    show(target, await check(text.value, key.value, target.dataset));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  file.addEventListener("change", async () => {
    if (file.files[0]) text.value = await file.files[0].text();
  });
  const scanned = () =>
    fromAddress()
      .then((proof) => {
        if (!proof) return;
        text.value = proof;
        return run();
      })
      .catch(() => {}); // an address that was cut off on its way; the form is there
  addEventListener("hashchange", scanned);
  scanned();
};

document.querySelectorAll("[data-proof-form]").forEach(bind);
