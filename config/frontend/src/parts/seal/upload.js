// A tus 1.0.0 client for what the server offers: announce, ask where it stands, send chunks with their checksum.
import { toBase64, utf8 } from "./format.js";

const CHUNK = 4 << 20;
const WAITS = [0.5, 1, 2, 4, 8, 15, 30]; // seconds before the next try
const AGAIN = [409, 423, 460]; // out of turn, busy, damaged: ask where it stands and go on
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** The server's refusal: `words` are for people. */
export class Refused extends Error {
  constructor(status, words) {
    super(`refused: ${status}`);
    this.status = status;
    this.words = words;
  }
}

async function send(address, method, headers, body) {
  const answer = await fetch(address, { method, body, headers: { "Tus-Resumable": "1.0.0", ...headers } });
  if (answer.ok) return answer;
  if (answer.status >= 500 || answer.status === 429) throw new TypeError(`server ${answer.status}`); // may pass
  const said = await answer.json().catch(() => ({}));
  if (AGAIN.includes(answer.status) && answer.headers.has("Tus-Resumable")) throw new TypeError(said.code);
  throw new Refused(answer.status, said.detail ?? "");
}

/** Tells the server what will come; the address to send it to. `fields` are texts. */
export async function announce(endpoint, size, fields, headers) {
  const meta = Object.entries(fields).map(([key, value]) => `${key} ${toBase64(utf8(String(value)))}`).join(",");
  const answer = await send(endpoint, "POST", { ...headers, "Upload-Length": String(size), "Upload-Metadata": meta });
  return new URL(answer.headers.get("Location"), location.href).pathname;
}

function offsetOf(answer) {
  const offset = Number(answer.headers.get("Upload-Offset") ?? NaN);
  if (!Number.isSafeInteger(offset)) throw new TypeError("no offset");
  return offset;
}

async function sendPart(address, blob, offset, headers) {
  const part = blob.slice(offset, offset + CHUNK);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await part.arrayBuffer()));
  const answer = await send(address, "PATCH", {
    ...headers,
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(offset),
    "Upload-Checksum": `sha256 ${toBase64(digest)}`,
  }, part); // a Blob, not bytes: Chromium sends bytes eight times slower
  return offsetOf(answer);
}

/** Sends what is still missing. Whatever may pass is answered by waiting and asking the server where it stands. */
export async function transfer(address, blob, headers, { onProgress = () => {}, onWait = () => {} } = {}) {
  let offset = null, failures = 0;
  while (offset !== blob.size) {
    try {
      offset = offset === null ? offsetOf(await send(address, "HEAD", headers)) : await sendPart(address, blob, offset, headers);
      onProgress(offset, blob.size);
      if (offset) failures = 0;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch reports a lost network as TypeError
      onWait();
      await pause(WAITS[Math.min(failures++, WAITS.length - 1)]);
      offset = null;
    }
  }
}
