// The pages of an opening: unlocks the own part on this computer, shows "1 of 2" as it changes, goes on after a stop.
import { ownKeyForm, startForms } from "./parts/seal/opener_form.js";

const EVERY = 4_000; // milliseconds between two looks at how far the opening is

startForms(document, ownKeyForm);

/** [data-how-far]: data-state is what the page shows, data-url says what it is now. A form being filled in is left alone. */
function live(place) {
  const look = async () => {
    const answer = await fetch(place.dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const now = await answer.json();
    if (now.state === place.dataset.state) return;
    if (now.opened || !document.querySelector("form[data-own-key]")) return location.reload();
    place.dataset.state = now.state;
    place.textContent = now.sentence;
  };
  setInterval(look, EVERY);
}

document.querySelectorAll("[data-how-far]").forEach(live);
document.querySelectorAll("form[data-go-on]").forEach((form) => form.submit());
