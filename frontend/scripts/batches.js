// Ticks in a list: all of a page at once, and how many there are.
export const bindBatches = (part) => {
  part.querySelectorAll("form[data-batch]").forEach((form) => {
    const all = form.querySelector("[data-tick-all]");
    const said = form.querySelector("[data-ticked]");
    if (!all || form.dataset.batchBound) return; // htmx reports the first page as loaded once more
    form.dataset.batchBound = "yes";
    const boxes = () => [...form.querySelectorAll("[name=entry]")];
    const tell = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      all.checked = ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
      said.textContent = `${said.dataset.tickedLabel} ${ticked}`;
    };
    all.addEventListener("change", () => {
      boxes().forEach((box) => (box.checked = all.checked));
      tell();
    });
    form.addEventListener("change", (event) => event.target.name === "entry" && tell());
    // A table that is saved leads nowhere: the list can be used on.
    form.addEventListener("submit", () => setTimeout(() => delete form.dataset.sent, 1500));
    tell();
  });
};
