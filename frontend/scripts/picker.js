// A long list of checkboxes with a field that narrows it; diacritics and đ do not matter, as everywhere in the house.
const folded = (text) =>
  ` ${text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\d]+/gu, " ")}`;

const NAMED = 5; // so many of the chosen are named beside their number; the server does the same, so that nothing moves

export const bindPickers = (part) => {
  part.querySelectorAll("[data-picker]").forEach((picker) => {
    const field = picker.querySelector("[data-picker-search]");
    const count = picker.querySelector("[data-picker-count]");
    const choices = [...picker.querySelectorAll("[data-picker-choice]")].map((element) => ({
      element,
      box: element.querySelector("input"),
      text: folded(element.textContent),
    }));
    const groups = [...picker.querySelectorAll("[data-picker-group]")];

    const show = () => {
      const words = folded(field.value).split(" ").filter(Boolean);
      choices.forEach(({ element, box, text }) => {
        element.hidden = !box.checked && !words.every((word) => text.includes(` ${word}`));
      });
      groups.forEach((group) => {
        group.hidden = !group.querySelector("[data-picker-choice]:not([hidden])");
      });
    };
    const tell = () => {
      const chosen = choices.filter(({ box }) => box.checked);
      const names = chosen.slice(0, NAMED).map(({ element }) => element.querySelector("label").firstChild.textContent.trim());
      if (chosen.length > NAMED) names.push("…");
      count.textContent = `${picker.dataset.chosenLabel} ${chosen.length}${names.length ? ` — ${names.join("; ")}` : ""}`;
    };

    field.closest("[data-picker-tools]").classList.remove("needs-script");
    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // narrows the list, does not send the form
    });
    picker.addEventListener("change", tell);
    picker.querySelectorAll("[data-picker-group] [data-picker-all]").forEach((button) => {
      button.classList.remove("needs-script");
      button.addEventListener("click", () => {
        const boxes = [...button.closest("[data-picker-group]").querySelectorAll("[data-picker-choice]:not([hidden]) input")];
        const every = boxes.every((box) => box.checked);
        boxes.forEach((box) => (box.checked = !every));
        tell();
      });
    });
    tell(); // a browser may have kept other ticks than the server sent
  });
};
