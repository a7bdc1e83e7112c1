// Documents of a bid: sealed on this computer, sent in chunks, gone on with after a cut or a reload.
// Takes the place of the ordinary form, which seals on the server; without this file that form does its work.
import { startWorker } from "./parts/seal/call.js";
import { doubtsOf } from "./parts/seal/look.js";
import { forget, recall, remember } from "./parts/seal/store.js";
import { announce, Refused, transfer } from "./parts/seal/upload.js";

function start(form) {
  const say = form.dataset;
  const input = form.querySelector("input[type=file]"), list = form.querySelector("[data-uploads]");
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  const slot = JSON.parse(say.slot), sentences = JSON.parse(say.doubts);
  let call = null, running = 0, failed = 0;

  function row(name) {
    const element = form.querySelector("template[data-upload]").content.firstElementChild.cloneNode(true);
    const [state, bar] = [element.querySelector("[data-state]"), element.querySelector("progress")];
    element.querySelector("[data-name]").textContent = name;
    bar.setAttribute("aria-label", name);
    list.append(element);
    return (words, done, total) => {
      state.textContent = words;
      bar.hidden = done === undefined;
      if (total) bar.value = done / total;
    };
  }

  /** Tells what the bidder should know of the chosen files, before anything is sent. It stops nothing. */
  async function warn(files) {
    const list = form.querySelector("[data-warnings]"), rows = [];
    for (const file of files) {
      for (const code of await doubtsOf(file)) {
        const element = form.querySelector("template[data-warning]").content.firstElementChild.cloneNode(true);
        element.querySelector("[data-name]").textContent = file.name;
        element.querySelector("[data-words]").textContent = sentences[code];
        rows.push(element);
      }
    }
    list.replaceChildren(...rows);
  }

  const percent = (words, done, total) => words.replace("{n}", `${Math.floor((100 * done) / total)} %`);

  async function deliver(object, facts, sealed, show) {
    await transfer(facts.url, sealed, headers, {
      onProgress: (done, total) => show(percent(say.sending, done, total), done, total),
      onWait: () => show(say.waiting, 0),
    });
    await forget(object).catch(() => {});
    show(say.arrived);
  }

  function fault(error) {
    if (error instanceof Refused) return error.words || say.failed;
    return error.name === "QuotaExceededError" ? say.full : say.failed;
  }

  async function guarded(show, work) {
    running += 1;
    try {
      await work();
    } catch (error) {
      failed += 1;
      show(fault(error));
    } finally {
      running -= 1;
    }
    if (!running && !failed) location.reload(); // the list above shows what is in the bid now
  }

  async function take(file, role) {
    const show = row(file.name);
    if (!file.size) return guarded(show, () => { throw new Refused(400, say.empty); });
    if (file.size > Number(say.limit)) return guarded(show, () => { throw new Refused(413, say.large); });
    return guarded(show, async () => {
      call ??= startWorker(say.worker);
      const place = { ...slot, object: crypto.randomUUID() };
      const { sealed, survives, ...made } = await call("seal", { file, slot: place, recipient: say.recipient },
        (done, total) => show(percent(say.sealing, done, total), done, total));
      const fields = { draft: slot.draft, object: place.object, sha256: made.sha256_cipher, sha256_plain: made.sha256_plain, size: file.size, name: file.name.normalize("NFC"), role, sealed_at: "browser", doubts: (await doubtsOf(file)).join(" ") };
      const facts = { draft: slot.draft, size: made.size, url: await announce(say.uploads, made.size, fields, headers) };
      if (survives) await remember(place.object, facts).catch(() => {});
      await deliver(place.object, facts, sealed, show);
    });
  }

  input.addEventListener("change", () => warn(input.files));

  form.addEventListener("submit", async (event) => {
    const files = [...input.files], role = form.elements.role?.value ?? "";
    if (!files.length) return; // the server says what is missing
    event.preventDefault();
    if (files.length > Number(say.left)) return row(files[0].name)(say.many);
    failed = 0;
    input.value = "";
    for (const file of files) await take(file, role);
  });

  recall(slot.draft).catch(() => []).then(async (left) => {
    for (const { name, facts, file } of left) {
      const show = row(say.earlier);
      await guarded(show, () => deliver(name, facts, file, show).catch(async (error) => {
        if (error instanceof Refused) await forget(name);
        throw error;
      }));
    }
  });

  window.addEventListener("beforeunload", (event) => running && event.preventDefault());
  form.querySelector("[data-way]").textContent = say.way;
}

document.querySelectorAll("form[data-seal]").forEach(start);
