// My opening key: proposed sentence, key pair and lock are made on this computer; only the locked file and the public
// key are sent.
import { once } from "./parts/seal/opener_call.js";
import { addPasskeyForm, busy, ownKeyForm, post, startForms, tell } from "./parts/seal/opener_form.js";
import { drawing } from "./parts/seal/qr.js";
import { isStrong, normalized, proposeSentence } from "./parts/seal/sentence.js";

const GROUP = 48; // characters of a locked key per printed line

function makeKeyForm(form) {
  const [first, second] = ["[data-sentence]", "[data-again]"].map((one) => form.querySelector(one));
  const say = form.dataset;
  form.querySelector("[data-proposal]").textContent = proposeSentence(document.documentElement.lang);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sentence = normalized(first.value);
    if (!isStrong(sentence)) return tell(form, say.sayWeak);
    if (sentence !== normalized(second.value)) return tell(form, say.sayDiffer);
    busy(form, async () => {
      const made = await once(say.worker, "createKey", { opener: say.opener, sentence, workFactor: Number(say.workFactor) });
      const sent = Object.fromEntries([...form.querySelectorAll("[data-send]")].map((field) => [field.name, field.value]));
      // a recovery key exists on paper only: its locked file is not sent either
      const key = "paper" in say ? { public: made.public, name: say.opener } : made;
      await post(form, say.store, { act: "store", ...key, ...sent });
      showSheet(sent, sentence, made.locked);
    });
  });
}

/** The recovery sheet in place of the form: the sentence stands on no page of the server. */
function showSheet(words, sentence, locked) {
  const sheet = document.querySelector("template[data-sheet]").content.cloneNode(true);
  sheet.querySelector("[data-sheet-sentence]").textContent = sentence;
  sheet.querySelector("[data-sheet-locked]").textContent = locked.match(new RegExp(`.{1,${GROUP}}`, "g")).join("\n");
  const bytes = Uint8Array.from(atob(locked), (char) => char.charCodeAt(0));
  const save = sheet.querySelector("[data-save]");
  save.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  sheet.querySelector("[data-print]").addEventListener("click", () => window.print());
  const code = sheet.querySelector("img[data-src]"), drawn = sheet.querySelector("[data-sheet-code]");
  if (code) code.src = code.dataset.src;
  if (drawn) drawn.append(drawing(locked, drawn.dataset.words));
  for (const [name, text] of Object.entries(words)) sheet.querySelector(`[data-sheet-field="${name}"]`).textContent = text;
  const heading = sheet.querySelector("h1");
  document.querySelector("[data-sheet-place]").replaceChildren(sheet);
  heading.focus();
}

function startForm(form) {
  if ("makeKey" in form.dataset) return makeKeyForm(form);
  return "addPasskey" in form.dataset ? addPasskeyForm(form) : ownKeyForm(form);
}

startForms(document, startForm);
document.querySelectorAll("button[data-print-page]").forEach((button) => button.addEventListener("click", () => window.print()));
