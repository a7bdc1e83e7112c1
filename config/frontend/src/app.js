// Comfort for every page. Each part looks for its own attribute and does nothing where it is absent;
// every page works without this file.
import { autosave } from "./parts/autosave.js";
import { copyButtons } from "./parts/copy.js";
import { countdown } from "./parts/countdown.js";
import { focusOnLoad } from "./parts/focus.js";
import { fold } from "./parts/fold.js";
import { menus } from "./parts/menus.js";
import { theme } from "./parts/theme.js";

for (const start of [focusOnLoad, fold, menus, theme, countdown, copyButtons, autosave]) start(document);
// What htmx puts into the page gets the same comfort, e.g. a swapped deadline block goes on counting. htmx names the
// button, not the place, so the page is looked through again; what already runs is left alone. (htmx 4 and 2 names.)
for (const name of ["htmx:after:swap", "htmx:afterSwap"]) {
  document.addEventListener(name, () => {
    for (const start of [countdown, copyButtons]) start(document);
  });
}
