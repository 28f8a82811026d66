// The page menu on a small screen, and the drop-down menus of the header (plain <details>).
const closeOthers = (kept) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== kept) menu.open = false;
  });
};

export const bindMenus = () => {
  const button = document.querySelector("[data-menu-button]");
  button?.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open", open);
  });

  document.addEventListener("click", (event) => closeOthers(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    closeOthers(null);
    open?.querySelector("summary").focus();
  });
};
