// The page "Check and hand in": prices and answers are sealed on this computer and sent; a small request that names them
// hands in, so that no size of a bid delays the moment that counts. A rehearsal sends all at once: nothing is kept of it.
// Without this file the ordinary form hands in, and the server seals. A refusal is told by the ordinary page: the form
// is sent with "look", which never hands in. A lost answer is asked for again with the same bytes and the same key.
import { startWorker } from "./parts/seal/call.js";
import { hex, sha256, toBase64 } from "./parts/seal/format.js";

const TRIES = 5;
const ID = "00000000-0000-0000-0000-000000000000"; // stands in an address for one that is known later
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

class Refusal extends Error {}

function start(form) {
  const say = form.dataset;
  const state = form.querySelector("[data-state]"), button = form.querySelector("button");
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  let ready = null; // {of, body}: what was sealed, kept so that a second press sends the same bytes

  async function send(method, address, body, more) {
    const answer = await fetch(address, { method, headers: { ...headers, ...more }, body });
    if (answer.ok) return answer.json();
    if (answer.status >= 500 || answer.status === 429) throw new TypeError(`server ${answer.status}`); // may pass
    throw new Refusal(String(answer.status));
  }

  const post = (address, body, more) => send("POST", address, JSON.stringify(body), more);

  async function put(part, bytes) {
    const address = `${say.store.replace(ID, part.object)}?envelope=${part.slot.envelope}&sealed_at=browser`;
    await send("PUT", address, bytes, { "Content-Type": "application/octet-stream" });
    return hex(await sha256(bytes));
  }

  async function sealed(declarant, keep_copy) {
    const of = JSON.stringify([declarant, keep_copy]);
    if (ready?.of === of) return ready.body;
    state.textContent = say.sealing;
    const wanted = await again(() => post(say.prepare, { declarant, rehearsal: "rehearsal" in say }));
    const call = startWorker(say.worker);
    const one = (part) => call("sealText", { text: part.manifest, slot: part.slot, recipient: part.recipient });
    const [main, price] = [await one(wanted), wanted.price && (await one(wanted.price))]; // two envelopes have a price
    const { object, version, bid_version, edition } = wanted;
    const body = { keep_copy, object, version, bid_version, edition, sealed_at: "browser" };
    if ("rehearsal" in say) {
      Object.assign(body, { declarant, manifest: toBase64(main) });
      if (price) Object.assign(body, { price_manifest: toBase64(price), price_object: wanted.price.object });
    } else {
      state.textContent = say.sending;
      body.sha256 = await again(() => put(wanted, main));
      if (price) Object.assign(body, { price_sha256: await again(() => put(wanted.price, price)), price_object: wanted.price.object });
    }
    ready = { of, body };
    return body;
  }

  async function again(work) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TypeError) || tries >= TRIES) throw error; // fetch reports a lost network as TypeError
        state.textContent = say.waiting;
        await pause(tries);
      }
    }
  }

  async function handIn() {
    const body = await sealed(form.elements.declarant.value, Boolean(form.elements.keep_copy?.checked));
    state.textContent = say.sending;
    const receipt = await again(() => post(say.submit, body, { "Idempotency-Key": form.elements.key.value }));
    location.assign(say.receipt.replace(ID, receipt.id));
  }

  function told(error) {
    if (error instanceof Refusal) {
      form.elements.look.value = "1";
      return form.submit();
    }
    button.disabled = false;
    if (error instanceof TypeError) return void (state.textContent = say.lost);
    state.textContent = say.cannot; // this browser cannot seal: the next press lets the server do it
    form.removeEventListener("submit", take);
  }

  function take(event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    handIn().catch(told);
  }

  form.addEventListener("submit", take);
  document.querySelector("[data-way]").textContent = say.way;
}

document.querySelectorAll("form[data-hand-in]").forEach(start);
