// Fields that most searches do not need are folded away where they would fill the whole screen of a telephone.
export const foldOnNarrowScreens = (part) => {
  if (!matchMedia("(max-width: 40rem)").matches) return;
  part.querySelectorAll("details[data-fold-narrow=yes]").forEach((details) => {
    details.open = false;
    details.dataset.folded = "yes"; // until then the style sheet hides the fields, so that nothing moves
  });
};
