// <section data-focus-on-load tabindex="-1">: the error summary is where reading goes on after a refused form.

export function focusOnLoad(root) {
  root.querySelector("[data-focus-on-load]")?.focus();
}
