// A form whose pass sentence stays on this computer. Its field has no name, so it cannot be sent even by accident.
//
// form[data-own-key]: data-worker, data-op (release | check | prove), and the task either in data-task (JSON) or fetched
// by POST from data-part. The result goes into the hidden field named by data-result, then the form is sent.
// Words for what can go wrong: data-say-sentence, -file, -owner, -piece, -failed; data-say-busy while it works.
import { toBase64 } from "./format.js";
import { once } from "./opener_call.js";

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
  const button = form.querySelector("button"), state = form.querySelector("[data-busy]");
  tell(form, "");
  button.disabled = true;
  state.textContent = form.dataset.sayBusy;
  try {
    await work();
  } catch (error) {
    const { sentence, file, owner, piece } = { sentence: form.dataset.saySentence, file: form.dataset.sayFile, owner: form.dataset.sayOwner, piece: form.dataset.sayPiece };
    const words = { sentence, file, owner, piece }[error.name];
    tell(form, error instanceof Refusal ? error.message : (words ?? form.dataset.sayFailed));
  } finally {
    button.disabled = false;
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
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sentence = field.value;
    if (!sentence.trim()) return tell(form, form.dataset.sayEmpty);
    busy(form, async () => {
      const task = await taskOf(form);
      const args = { ...task, sentence, locked: task.locked || pasted?.value || "" };
      const result = await once(form.dataset.worker, form.dataset.op, args);
      form.elements[form.dataset.result].value = typeof result === "string" ? result : JSON.stringify(result);
      if (task.session) form.elements.session.value = task.session;
      field.value = "";
      if (pasted) pasted.value = "";
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
