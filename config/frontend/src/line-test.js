// The page "Test browser and line": seals a line of text in the worker and measures a small real upload.
import { startWorker } from "./parts/seal/call.js";

const WARM = 256 << 10, MEASURED = 1 << 20; // bytes; the first upload opens the line, the second is timed

function start(place) {
  const say = place.dataset;
  const button = place.querySelector("button"), list = place.querySelector("[data-findings]");

  function tell(kind, words) {
    const row = place.querySelector(`template[data-kind=${kind}]`).content.firstElementChild.cloneNode(true);
    row.querySelector("[data-words]").textContent = words;
    list.append(row);
  }

  async function canSeal() {
    try {
      const call = startWorker(say.worker);
      return (await call("sealText", { text: "test", slot: JSON.parse(say.slot), recipient: say.recipient })).length > 0;
    } catch {
      return false;
    }
  }

  const keeps = () => navigator.storage?.getDirectory?.().then(() => true, () => false) ?? Promise.resolve(false);

  /** Seconds of one upload of random bytes, which no proxy can make smaller. */
  async function seconds(size) {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    const headers = { "X-CSRFToken": place.querySelector("[name=csrfmiddlewaretoken]").value };
    const begun = performance.now();
    const answer = await fetch(say.bytes, { method: "POST", body: new Blob([bytes]), headers });
    if (!answer.ok) throw Object.assign(new Error("refused"), { often: answer.status === 429 });
    return (performance.now() - begun) / 1000;
  }

  async function line() {
    try {
      await seconds(WARM);
      const whole = ((await seconds(MEASURED)) / MEASURED) * Number(say.megabytes) * 1e6;
      const words = whole < 90 ? say.seconds.replace("{n}", Math.max(1, Math.round(whole))) : say.minutes.replace("{n}", Math.round(whole / 60));
      tell("good", words);
    } catch (error) {
      tell("note", error.often ? say.often : say.offline);
    }
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    list.replaceChildren();
    tell("note", say.running);
    const [seals, kept] = await Promise.all([canSeal(), keeps()]);
    list.replaceChildren();
    tell(seals ? "good" : "note", seals ? say.seals : say.sealsNot);
    tell(kept ? "good" : "note", kept ? say.keeps : say.keepsNot);
    await line();
    button.disabled = false;
  });
  place.hidden = false;
}

document.querySelectorAll("[data-line-test]").forEach(start);
