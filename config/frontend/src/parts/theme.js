// <button data-theme-switch data-to-light="…" data-to-dark="…" value="dark">: the server sets the theme it knows from the
// cookie. Only when the person never chose does this offer the opposite of what the system shows.

export function theme(root) {
  const button = root.querySelector("[data-theme-switch]");
  if (!button || document.documentElement.dataset.kernTheme) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  button.value = dark ? "light" : "dark";
  button.querySelector("[data-word]").textContent = dark ? button.dataset.toLight : button.dataset.toDark;
  button.querySelector(".kern-icon").className = `kern-icon kern-icon--small kern-icon--${dark ? "light" : "dark"}-mode`;
}
