// The page "Check a receipt": drop or choose the receipt and saved envelopes. No file leaves this computer.
import { boundBy, commitmentOf, findObject, hashFile, verifyReceipt } from "./parts/seal/receipt.js";

const SMALL = 1 << 20; // a receipt is a short text

function start(place) {
  const say = place.dataset;
  const list = place.querySelector("[data-findings]");
  const keys = JSON.parse(say.keys);
  let receipt = null, listed = null;

  function tell(kind, name, words, detail = "") {
    const row = place.querySelector(`template[data-kind=${kind}]`).content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = name;
    row.querySelector("[data-words]").textContent = words;
    row.querySelector("[data-detail]").textContent = detail;
    list.append(row);
  }

  async function isReceipt(file) {
    return file.size < SMALL && (await file.slice(0, 16).text()).startsWith("zuschlag receipt");
  }

  async function takeReceipt(file) {
    receipt = null;
    try {
      receipt = await verifyReceipt(await file.text(), keys);
      const moment = new Date(receipt.received_at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "long" });
      if (receipt.act === "rehearsal") return tell("note", file.name, say.rehearsal, receipt.mark);
      if (receipt.mark) tell("note", file.name, "", receipt.mark);
      tell("good", file.name, say.good, `${moment} · ${receipt.received_at}`);
      listed = compareWithList(file.name, await hashFile(file));
    } catch (error) {
      tell("bad", file.name, say[error.code] ?? say.receipt);
    }
  }

  /** The public list of that tender is the only thing asked of the server. */
  async function compareWithList(name, digest) {
    if (Date.now() < Date.parse(receipt.deadline)) return tell("note", name, say.nolist);
    const answer = await fetch(say.list.replace("/0/", `/${encodeURIComponent(receipt.tender)}/`), { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return answer?.status === 404 ? tell("note", name, say.nolist) : tell("note", name, say.unreachable);
    const list = await answer.json();
    if (!list.nonce) return tell("note", name, say.committed, list.commitment);
    if ((await commitmentOf(list)) !== list.commitment) return tell("bad", name, say.wronglist);
    const found = [...list.receipts, ...list.later].includes(digest);
    tell(...(found ? ["good", name, say.listed] : ["note", name, say.unlisted]));
    return compareWithCheckpoint(name, list);
  }

  /** Whether the list is the one that a signed checkpoint bound; all of it is in the list's own file. */
  async function compareWithCheckpoint(name, list) {
    try {
      const tick = await boundBy(list, keys);
      tell(...(tick ? ["good", name, say.bound, tick] : ["note", name, say.unbound]));
    } catch (error) {
      tell("bad", name, { leaf: say.wrongleaf, checkpoint: say.wrongcheckpoint }[error.code] ?? say.wrongroot);
    }
  }

  async function takeEnvelope(file) {
    if (!receipt) return tell("bad", file.name, say.first);
    const object = await findObject(receipt, file);
    return object ? tell("good", file.name, say.same, `SHA-256 ${object.sha256}`) : tell("bad", file.name, say.other);
  }

  async function take(files) {
    list.replaceChildren();
    const sorted = await Promise.all([...files].map(async (file) => ({ file, first: await isReceipt(file) })));
    for (const { file } of sorted.filter((one) => one.first)) await takeReceipt(file);
    for (const { file } of sorted.filter((one) => !one.first)) await takeEnvelope(file);
    await listed;
  }

  place.hidden = false;
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  place.querySelector("input").addEventListener("change", (event) => take(event.target.files));
}

document.querySelectorAll("[data-receipt-check]").forEach(start);
