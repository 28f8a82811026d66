// Shows which files are chosen, how large they are, and which are over the limit, before anything is sent.
const size = (bytes) => {
  const units = ["B", "kB", "MB", "GB"];
  let step = 0;
  while (bytes >= 1000 && step < units.length - 1) {
    bytes /= 1000;
    step += 1;
  }
  return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes)} ${units[step]}`;
};

export const bindFileInputs = (part) => {
  part.querySelectorAll("input[type=file][data-chosen]").forEach((input) => {
    const list = document.getElementById(input.dataset.chosen);
    const limit = Number(input.dataset.limit);
    input.addEventListener("change", () => {
      list.replaceChildren(
        ...[...input.files].map((file) => {
          const item = document.createElement("li");
          item.textContent = `${file.name} — ${size(file.size)}`;
          if (limit && file.size > limit) {
            item.className = "text-danger";
            item.textContent += ` — ${input.dataset.tooLarge}`;
          }
          return item;
        }),
      );
    });
  });
};
