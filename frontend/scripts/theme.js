// Runs before the first paint: the reader's own choice of light or dark (paper is light), and a mark that scripts work.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");
const root = document.documentElement;
const follow = () => {
  root.dataset.bsTheme = dark.matches && !paper.matches ? "dark" : "light";
};

follow();
dark.addEventListener("change", follow);
paper.addEventListener("change", follow);
root.classList.add("js");
