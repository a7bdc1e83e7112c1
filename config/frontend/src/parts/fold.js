// <details class="app-fold" open>: filters are open on wide screens and folded on small ones, unless they are in use.

export function fold(root) {
  if (!matchMedia("(max-width: 62rem)").matches) return;
  for (const box of root.querySelectorAll("details.app-fold:not([data-in-use])")) box.open = false;
}
