// <form data-autosave="/bids/…/autosave/" data-saved="Last saved at {time}" data-failed="Not saved yet. …">
//   … <p role="status" data-autosave-status></p>
//
// Posts the form two seconds after the last key and when a field is left. The answer is JSON {"saved_at": RFC 3339, local time} and
// may carry {"version": n, "base": marks} for the form's hidden fields. 409 or a lost connection: the words of data-failed, and
// the next key tries again; nothing that was typed is ever touched.

const PAUSE = 2_000;

export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) watch(form);
}

function watch(form) {
  let timer = 0, changed = false, running = null;
  const later = (pause) => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const save = () => {
    if (running || !changed) return;
    changed = false;
    running = send(form).then((answer) => {
      report(form, answer);
      running = null;
      if (changed) later(PAUSE);
    });
  };
  form.addEventListener("input", (event) => event.target.type !== "file" && later(PAUSE));
  form.addEventListener("focusout", () => changed && later(0));
  // Pressing the button leaves the field, which saves: the submit waits for that answer, or it would carry the version
  // of before and meet the person's own save as somebody else's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    if (!running) return;
    event.preventDefault();
    running.then(() => form.requestSubmit(event.submitter));
  });
}

/** The server's answer, or null when the draft did not arrive. Files are left to the real submit. */
async function send(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function report(form, answer) {
  const line = form.querySelector("[data-autosave-status]");
  if (answer?.version && form.elements.version) form.elements.version.value = answer.version;
  if (answer?.base && form.elements.base) form.elements.base.value = answer.base;
  if (!line) return;
  // The clock on the page is the server's: its local time is taken as it stands in the answer.
  line.textContent = answer ? form.dataset.saved.replace("{time}", answer.saved_at.slice(11, 16)) : form.dataset.failed;
}
