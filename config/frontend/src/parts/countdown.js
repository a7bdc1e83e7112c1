// <span data-deadline="…Z" data-server-now="…Z" data-years="…" data-days="{d} days, {h} hours left" data-day="…"
//   data-hours="…" data-minutes="…" data-over="…"> and beside it <span role="status">
//
// Counts by the server's clock: the offset is taken once from the page. The screen reader hears the marks only. At zero
// the text says so and the page is told by a "deadline-over" event; whether a bid is in time the server alone decides.

const MARKS = [3600, 900, 300, 60];

export function countdown(root) {
  for (const clock of root.querySelectorAll("[data-deadline]:not([data-counting])")) run(clock);
}

function run(clock) {
  clock.dataset.counting = "";
  const end = Date.parse(clock.dataset.deadline);
  const offset = Date.parse(clock.dataset.serverNow) - Date.now();
  const live = clock.parentElement.querySelector("[role=status]");
  let last = Infinity;
  const tick = () => {
    if (!clock.isConnected) return;
    const left = Math.ceil((end - Date.now() - offset) / 1000);
    clock.textContent = words(clock.dataset, left);
    if (live && last !== Infinity && MARKS.some((mark) => last > mark && left <= mark)) live.textContent = clock.textContent;
    last = left;
    if (left > 0) setTimeout(tick, left > 86_400 ? 60_000 : 1_000);
    else over(clock, live);
  };
  tick();
}

function over(clock, live) {
  if (live) live.textContent = clock.textContent;
  clock.dispatchEvent(new CustomEvent("deadline-over", { bubbles: true }));
}

/** The text for so many seconds left; the templates come translated from the server. */
export function words({ years, days, day, hours, minutes, over: past }, left) {
  if (left <= 0) return past;
  const part = { y: Math.floor(left / 31_536_000), d: Math.floor(left / 86_400), h: Math.floor(left / 3_600) % 24, m: Math.floor(left / 60) % 60, s: left % 60 };
  const pattern = left >= 63_072_000 ? years : left >= 172_800 ? days : left >= 86_400 ? day : left >= 3_600 ? hours : minutes;
  return pattern.replace(/{([ydhms])}/g, (_, key) => (key === "s" ? String(part.s).padStart(2, "0") : part[key]));
}
