// Lists and pages by single keys; never while somebody types, and off where they turned it off (WCAG 2.2, 2.1.4).
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

const rows = () => [...document.querySelectorAll("[data-row]")];
const present = () => document.activeElement?.closest("[data-row]");

const move = (step) => {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(present());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[next].querySelector("[data-row-link]").focus();
  return true;
};

const acts = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => Boolean(present()) && move(1),
  ArrowUp: () => Boolean(present()) && move(-1),
  o: () => present()?.querySelector("[data-row-link]").click(),
  x: () => present()?.querySelector("[name=entry]")?.click(),
  "/": () => document.querySelector("main input[name=q]")?.focus(),
  c: () => document.body.dataset.compose && location.assign(document.body.dataset.compose),
  "?": () => document.querySelector("[data-shortcuts-list]").showModal(),
};

export const bindShortcuts = () => {
  const list = document.querySelector("[data-shortcuts-list]");
  if (!list) return; // nobody is signed in, or they turned it off
  const opener = document.querySelector("[data-shortcuts-open]");
  opener.classList.remove("needs-script");
  opener.addEventListener("click", acts["?"]);
  list.querySelector("[data-shortcuts-close]").addEventListener("click", () => list.close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.matches?.(TYPING) || document.querySelector("dialog[open]")) return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (act && act() !== false) event.preventDefault();
  });
};
