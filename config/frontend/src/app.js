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
// What htmx puts into the page gets the same comfort, e.g. a swapped deadline block goes on counting.
document.addEventListener("htmx:after:swap", (event) => {
  for (const start of [countdown, copyButtons]) start(event.target);
});
