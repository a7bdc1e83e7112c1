// <details class="app-menu">: closes on Escape (focus back on its button) and on a click elsewhere.

export function menus(root) {
  const open = () => root.querySelectorAll("details.app-menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
