// Where sealed bytes wait for their upload: the origin private file system (survives a reload), else memory (does not).
// Written there: ciphertext and the address of its upload. Never a document, a file name or a price.
const folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle("sealed", { create: true });
const NO_STORE = ["SecurityError", "NotFoundError", "NotSupportedError", "TypeError", "InvalidStateError"];

/** For the worker: createSyncAccessHandle does not exist on a page. */
export async function openSink(name) {
  try {
    const handle = await (await folder()).getFileHandle(`${name}.age`, { create: true });
    const access = await handle.createSyncAccessHandle();
    access.truncate(0);
    let at = 0;
    return {
      write(bytes) {
        const done = access.write(bytes, { at });
        if (done !== bytes.length) throw new DOMException("the disk is full", "QuotaExceededError");
        at += done;
      },
      close() {
        access.flush();
        access.close();
      },
      result: () => handle.getFile(),
      survives: true,
    };
  } catch (error) {
    if (!NO_STORE.includes(error.name)) throw error;
    const parts = [];
    return {
      write: (bytes) => void parts.push(new Blob([bytes])), // the copy leaves the JavaScript heap
      close() {},
      result: () => new Blob(parts),
      survives: false,
    };
  }
}

export async function remember(name, facts) {
  const handle = await (await folder()).getFileHandle(`${name}.json`, { create: true });
  const writer = await handle.createWritable();
  await writer.write(JSON.stringify(facts));
  await writer.close();
}

/** Envelopes of this draft left by an earlier life of the page: [{name, facts, file}]. */
export async function recall(draft) {
  const found = [];
  const place = await folder();
  for await (const [entry, handle] of place.entries()) {
    if (!entry.endsWith(".json")) continue;
    const name = entry.slice(0, -5);
    const facts = JSON.parse(await (await handle.getFile()).text());
    const file = await place.getFileHandle(`${name}.age`).then((sealed) => sealed.getFile(), () => null);
    if (facts.draft === draft && file?.size === facts.size) found.push({ name, facts, file });
  }
  return found;
}

export async function forget(name) {
  const place = await folder();
  for (const entry of [`${name}.age`, `${name}.json`]) await place.removeEntry(entry).catch(() => {});
}

/** Takes away everything: after signing out nothing of a bid stays on this computer. */
export async function forgetAll() {
  const root = await navigator.storage?.getDirectory?.().catch(() => null);
  await root?.removeEntry("sealed", { recursive: true }).catch(() => {});
}
