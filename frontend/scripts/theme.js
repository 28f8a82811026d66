// Runs before the first paint: the reader's own choice of light or dark, and a mark that scripts work.
const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const follow = () => {
  root.dataset.bsTheme = dark.matches ? "dark" : "light";
};

follow();
dark.addEventListener("change", follow);
root.classList.add("js");
