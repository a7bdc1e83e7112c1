// A form whose pass sentence stays on this computer. Its field has no name, so it cannot be sent even by accident.
//
// form[data-own-key]: data-worker, data-op (release | check | prove), and the task either in data-task (JSON) or fetched
// by POST from data-part. The result goes into the hidden field named by data-result, then the form is sent.
// Words for what can go wrong: data-say-sentence, -file, -owner, -piece, -passkey, -prf, -failed; data-say-busy while it
// works. [data-by-passkey] is a second button where a passkey was added; its locked file is in data-passkey (JSON).
import { toBase64 } from "./format.js";
import { once } from "./opener_call.js";
import { createPasskey, derived, knowsPasskeys } from "./passkey.js";

class Refusal extends Error {}

/** Whether this browser has what is needed: X25519 in WebCrypto, workers. */
export async function isAble() {
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
    return typeof Worker === "function";
  } catch {
    return false;
  }
}

export function tell(form, words) {
  const place = form.querySelector("[data-fault]");
  place.hidden = !words;
  place.querySelector("[data-words]").textContent = words ?? "";
  const field = form.querySelector("[data-sentence]");
  field.toggleAttribute("aria-invalid", Boolean(words));
  if (words) field.focus();
}

/** The form cannot be used twice at a time, and says what it is doing. */
export async function busy(form, work) {
  const buttons = [...form.querySelectorAll("button")], state = form.querySelector("[data-busy]");
  tell(form, "");
  buttons.forEach((button) => (button.disabled = true));
  state.textContent = form.dataset.sayBusy;
  try {
    await work();
  } catch (error) {
    const say = form.dataset;
    const words = { sentence: say.saySentence, file: say.sayFile, owner: say.sayOwner, piece: say.sayPiece, passkey: say.sayPasskey, prf: say.sayPrf }[error.name];
    tell(form, error instanceof Refusal ? error.message : (words ?? form.dataset.sayFailed));
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    state.textContent = "";
  }
}

export async function post(form, address, fields = {}) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(found.detail ?? form.dataset.sayFailed);
  return found;
}

async function taskOf(form) {
  return form.dataset.part ? post(form, form.dataset.part) : JSON.parse(form.dataset.task);
}

/** A locked key from paper or stick: [data-locked] takes text or a scanner's keys, [data-locked-file] fills it from a file. */
function lockedFrom(chosen, pasted) {
  chosen?.addEventListener("change", async () => {
    if (!chosen.files.length) return;
    const bytes = new Uint8Array(await chosen.files[0].slice(0, 10_000).arrayBuffer()), text = new TextDecoder().decode(bytes);
    pasted.value = text.startsWith("age-encryption.org/v1") ? toBase64(bytes) : text;
  });
}

export function ownKeyForm(form) {
  const field = form.querySelector("[data-sentence]"), pasted = form.querySelector("[data-locked]");
  lockedFrom(form.querySelector("[data-locked-file]"), pasted);

  async function unlocked(more, ask) {
    const task = await taskOf(form);
    const args = { ...task, locked: task.locked || pasted?.value || "", ...more };
    const result = await once(form.dataset.worker, form.dataset.op, args, ask);
    form.elements[form.dataset.result].value = typeof result === "string" ? result : JSON.stringify(result);
    if (task.session) form.elements.session.value = task.session;
    field.value = "";
    if (pasted) pasted.value = "";
    form.submit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sentence = field.value;
    if (!sentence.trim()) return tell(form, form.dataset.sayEmpty);
    busy(form, () => unlocked({ sentence }));
  });
  byPasskey(form, unlocked);
}

/** The second way, where one was added and this browser can: the sentence's field stays empty. */
async function byPasskey(form, unlocked) {
  const button = form.querySelector("[data-by-passkey]");
  if (!button || !(await knowsPasskeys())) return;
  const { credential, locked } = JSON.parse(form.dataset.passkey);
  button.hidden = false;
  button.addEventListener("click", () => busy(form, () => unlocked({ locked, sentence: "" }, (nonce) => derived(credential, nonce))));
}

/** Adds a passkey: the sentence unlocks the key first, so that a wrong one leaves no passkey behind. */
export async function addPasskeyForm(form) {
  const field = form.querySelector("[data-sentence]"), say = form.dataset;
  const able = await knowsPasskeys();
  form.hidden = !able;
  document.querySelector("[data-no-passkeys]").hidden = able;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sentence = field.value;
    if (!sentence.trim()) return tell(form, say.sayEmpty);
    busy(form, async () => {
      let credential = "";
      const result = await once(say.worker, "addPasskey", { ...JSON.parse(say.task), sentence }, async (nonce) => {
        credential ||= await createPasskey(say.place, say.person);
        return derived(credential, nonce);
      });
      for (const [name, value] of Object.entries({ ...result, credential })) form.elements[name].value = value;
      field.value = "";
      form.submit();
    });
  });
}

/** Shows the forms of this computer, or says that the browser is too old for them. */
export async function startForms(root, start) {
  const places = root.querySelectorAll("[data-own-browser]");
  if (!places.length) return;
  const able = await isAble();
  for (const place of places) place.hidden = !able;
  for (const place of root.querySelectorAll("[data-too-old]")) place.hidden = able;
  if (able) root.querySelectorAll("form[data-own-key]").forEach(start);
}
