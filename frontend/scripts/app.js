// Everything here only adds comfort: each page works without it.
import htmx from "htmx.org";
import { bindBatches } from "./batches.js";
import { bindCopyButtons } from "./copy.js";
import { bindDevices } from "./device.js";
import { keepDrafts } from "./drafts.js";
import { bindFileInputs } from "./files.js";
import { bindMenus } from "./menus.js";
import { bindPasskeys } from "./passkeys.js";
import { bindPickers } from "./picker.js";
import { bindPlaces } from "./places.js";
import { bindPush } from "./push.js";
import { bindShortcuts } from "./shortcuts.js";
import { nameTableParts } from "./tables.js";

htmx.config.includeIndicatorStyles = false; // the policy of the pages forbids inline styles
htmx.config.allowEval = false; // and code made from text
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages of documents are not kept in the browser's storage

const bind = (part) => {
  bindBatches(part);
  bindCopyButtons(part);
  bindDevices(part);
  bindFileInputs(part);
  bindPasskeys(part);
  bindPickers(part);
  bindPlaces(part);
  bindPush(part);
  nameTableParts(part);
};

bindMenus();
bindShortcuts();
bind(document);
keepDrafts();
document.addEventListener("htmx:load", (event) => bind(event.detail.elt));

// The summary of errors is where a reader must start.
document.querySelector("[data-error-summary]")?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || "download" in form.dataset) return; // the page stays
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
});

// Coming back by the browser's history shows the form as it was: it may be sent again.
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});
