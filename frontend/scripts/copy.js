// Buttons that copy a value, and say so to everybody, screen readers too.
export const bindCopyButtons = (part) => {
  part.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return; // only on a secure address; the value can still be selected
    button.classList.remove("needs-script");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const said = button.parentElement.querySelector("[role=status]");
      said.textContent = button.dataset.copied;
      setTimeout(() => (said.textContent = ""), 3000);
    });
  });
};
