// What is written on the page "Send a document" is saved on the server while one writes. Without a line it is kept in this
// browser, by account, draft and page, and goes up from whatever page is opened next; the server never lets one page
// overwrite another. It is wiped from here once it is saved or sent, on signing out, and after a week.
const EVERY = 4000;
const AFTER_TYPING = 300; // kept on this device
const AFTER_PAUSE = 1200; // and saved
const PREFIX = "hienluong.draft.";
const LEFT_DAYS = 7;
const UPLOAD_AGAIN = 30_000; // files that did not arrive rest so long: they may be large
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "version", "turn", "not_secret", "attachments"]);

const mine = () => `${PREFIX}${document.body.dataset.account}.`;
const place = (form) => `${mine()}${form.elements.draft.value}.${form.elements.page.value}`;
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const places = (beginning) => Object.keys(localStorage).filter((name) => name.startsWith(beginning));

const forget = (name, asItWas) => {
  if (asItWas === undefined || localStorage.getItem(name) === asItWas) localStorage.removeItem(name);
};

// Says what became of it: saved, sent (before), line (nobody answered), left (the form was sent meanwhile), ended (not signed in as then), refused.
const post = async (fields, files = [], signal = undefined) => {
  const body = new FormData();
  fields.forEach(([name, value]) => body.append(name, value));
  files.forEach((file) => body.append("attachments", file));
  body.append("csrfmiddlewaretoken", token());
  try {
    const answer = await fetch(document.body.dataset.drafts, { method: "POST", body, redirect: "manual", signal });
    const said = (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? await answer.json() : null;
    if (answer.ok && said) return { state: "saved", ...said };
    if (said && "sent" in said) return { state: "sent", ...said };
    if (answer.status >= 500) return { state: "line" };
    return { state: [0, 401, 403, 404].includes(answer.status) ? "ended" : "refused" };
  } catch {
    return { state: signal?.aborted ? "left" : "line" };
  }
};

// Sends up what other pages could not: of tabs that were closed, of a browser that was ended.
const sendLeftBehind = async (form) => {
  for (const name of places(mine())) {
    if (form && name === place(form)) continue;
    const kept = localStorage.getItem(name);
    if (kept === null) continue; // another page was quicker
    const { fields, version, turn } = JSON.parse(kept);
    if (Date.now() - turn > LEFT_DAYS * 86_400_000) {
      forget(name);
      continue;
    }
    const answer = await post([...fields, ["version", version], ["turn", turn]]);
    if (answer.state === "saved" || answer.state === "sent") forget(name, kept);
    const isShown = form && answer.draft === form.elements.draft.value;
    if (isShown && answer.version > Number(form.elements.version.value)) location.replace(answer.address);
  }
};

const follow = (form) => {
  const field = form.elements;
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("[data-draft-state]");
  const says = bar.querySelector("[data-draft-says]");
  const again = bar.querySelector("[data-draft-again]");
  const told = form.querySelector("[data-draft-told]");
  const other = form.querySelector("[data-draft-other]");
  const faults = form.querySelector("[data-draft-faults]");
  let requests = new AbortController();

  const written = () => [...new FormData(form)].filter(([name, value]) => !NOT_KEPT.has(name) && typeof value === "string");
  let saved = JSON.stringify(written());
  let kept = saved;
  let state = "";
  let turn = 0;
  let underWay = null; // the saving whose answer is awaited
  let isUploading = false;
  let isOver = false;
  let tried = { files: null, again: 0 }; // files that the server did not take, and when they may go up again

  const show = (now, words) => {
    form.querySelector("[data-draft-bar]").hidden = false;
    says.textContent = words;
    again.hidden = now !== "ended";
    bar.dataset.now = now;
    if (now !== state && (state || now !== "saved")) told.textContent = words; // read out when it changes, not every time
    state = now;
  };

  const keep = () => {
    const fields = written();
    const text = JSON.stringify(fields);
    if (isOver || text === saved || text === kept) return;
    turn = Math.max(Date.now(), turn + 1);
    try {
      localStorage.setItem(place(form), JSON.stringify({ fields, version: field.version.value, turn }));
      kept = text;
      const address = new URL(location);
      address.searchParams.set("draft", field.draft.value); // where this text is found again
      history.replaceState(null, "", address);
      if (!state || state === "saved") show("waiting", bar.dataset.waiting);
    } catch {
      show("nowhere", bar.dataset.nowhere);
    }
  };

  const tellOf = (words, address) => {
    other.firstElementChild.textContent = words;
    other.querySelector("a").href = address;
    other.hidden = false;
  };

  const take = (answer, text) => {
    if (answer.state === "left") return;
    if (answer.state !== "saved") {
      isOver = answer.state === "sent";
      if (isOver) tellOf(answer.said, answer.sent);
      if (isOver) forget(place(form));
      if (isOver || state !== "nowhere") show(answer.state, bar.dataset[answer.state]);
      return;
    }
    forget(place(form));
    if (answer.elsewhere) tellOf(answer.elsewhere.said, answer.elsewhere.address);
    const before = field.draft.value;
    field.draft.value = answer.draft;
    field.version.value = answer.version;
    again.href = answer.address;
    history.replaceState(null, "", answer.address);
    saved = kept = answer.draft === before ? text : text.replaceAll(before, answer.draft);
    show("saved", bar.dataset.saved.replace("{time}", answer.at));
  };

  const save = async () => {
    const { signal } = requests;
    keep();
    while (underWay) await underWay; // then goes up what was typed meanwhile
    const fields = written();
    const text = JSON.stringify(fields);
    if (isOver || signal.aborted || text === saved) return;
    turn = Math.max(Date.now(), turn + 1);
    underWay = post([...fields, ["version", field.version.value], ["turn", turn]], [], signal);
    const answer = await underWay;
    underWay = null;
    take(answer, text);
    keep();
  };

  const chosen = () => [...form.querySelectorAll("[data-draft-files] [name=kept]")];

  const upload = async () => {
    const files = input.files;
    const limit = Number(input.dataset.limit);
    if (isUploading || isOver || !files.length || [...files].some((file) => file.size > limit)) return;
    if (files === tried.files && Date.now() < tried.again) return;
    isUploading = true;
    const answer = await post(
      [...written(), ["version", field.version.value], ["turn", turn]],
      [...files],
      requests.signal,
    );
    isUploading = false;
    if (answer.state === "left") return;
    if (answer.state !== "saved") {
      tried = { files, again: answer.state === "refused" ? Infinity : Date.now() + UPLOAD_AGAIN };
      if (answer.state === "sent") take(answer);
      return;
    }
    field.draft.value = answer.draft;
    field.version.value = answer.version;
    history.replaceState(null, "", answer.address);
    const ticks = new Map(chosen().map((box) => [box.value, box.checked]));
    form.querySelector("[data-draft-files]").innerHTML = answer.files;
    chosen().forEach((box) => (box.checked = ticks.get(box.value) ?? box.checked)); // as they are now, not when it went up
    faults.textContent = answer.faults.join(" ");
    faults.hidden = !answer.faults.length;
    if (input.files !== files) return; // others were chosen meanwhile
    input.value = "";
    document.getElementById(input.dataset.chosen).replaceChildren();
  };

  const tick = async () => {
    await save();
    await upload();
  };
  const due = [];
  form.addEventListener("input", () => {
    due.splice(0).forEach(clearTimeout);
    due.push(setTimeout(keep, AFTER_TYPING), setTimeout(tick, AFTER_PAUSE));
  });
  input.addEventListener("change", upload);
  setInterval(tick, EVERY);
  addEventListener("online", tick);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tick());
  addEventListener("beforeunload", (event) => state === "nowhere" && event.preventDefault());
  form.addEventListener("submit", () => {
    keep();
    requests.abort(); // the form carries all of it
    requests = new AbortController();
    field.turn.value = Math.max(Date.now(), turn + 1);
  });
  return { tick, end: () => (isOver = true) };
};

export const keepDrafts = () => {
  if (!document.body.dataset.account) return;
  document.querySelectorAll("[data-draft-kept]").forEach(({ dataset }) => forget(`${mine()}${dataset.draftKept}.${dataset.draftPage}`));
  const form = document.querySelector("[data-draft-form]");
  const page = form && follow(form);
  sendLeftBehind(form);
  addEventListener("online", () => sendLeftBehind(form));

  document.addEventListener(
    "submit",
    async (event) => {
      const { draftOver } = event.target.dataset;
      if (draftOver) places(`${mine()}${draftOver}.`).forEach((name) => forget(name));
      if (!event.target.action.endsWith("/sign-out/") || !(form || places(mine()).length)) return;
      event.preventDefault();
      const sent = Promise.all([page?.tick(), sendLeftBehind(form)]);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 3000))]);
      if (places(mine()).length && !confirm(document.body.dataset.unsaved)) return;
      page?.end();
      places(mine()).forEach((name) => forget(name));
      event.target.submit();
    },
    { capture: true },
  );
};
