// Checks a receipt on this computer: C2SP signed note, Ed25519, and the hash of a saved sealed envelope.
import { SHA256 } from "@stablelib/sha256";
import { canonical, fromBase64, hex, parseCanonical, sha256, utf8 } from "./format.js";

const HEAD = "zuschlag receipt v1\n";
const STEP = 4 << 20; // bytes read at a time

/** What went wrong, as a code the page has words for: receipt, signature, unknown_key. */
export class Fault extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Verifier key `name+keyid+base64(1 ‖ key)`; the key id is the start of SHA-256(name LF 1 key). */
async function parseVerifier(text) {
  const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = name ? fromBase64(key) : [];
  if (bytes[0] !== 1 || bytes.length !== 33) throw new Fault("unknown_key");
  if (hex((await sha256(utf8(`${name}\n`), bytes)).subarray(0, 4)) !== id) throw new Fault("unknown_key");
  return { name, id, key: await crypto.subtle.importKey("raw", bytes.slice(1), "Ed25519", false, ["verify"]) };
}

/** Content of a receipt signed by one of the keys. A wrong signature in the name of a known key is a Fault. */
export async function verifyReceipt(note, verifierTexts) {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  if (cut < 0 || !text.startsWith(HEAD)) throw new Fault("receipt");
  const verifiers = await Promise.all(verifierTexts.map(parseVerifier));
  let good = false;
  for (const line of note.slice(cut + 2).split("\n")) {
    const [, name, value] = /^— (\S+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = value ? fromBase64(value) : [];
    const verifier = verifiers.find((one) => one.name === name && bytes.length === 68 && hex(bytes.subarray(0, 4)) === one.id);
    if (!verifier) continue;
    if (!(await crypto.subtle.verify("Ed25519", verifier.key, bytes.slice(4), utf8(text)))) throw new Fault("signature");
    good = true;
  }
  if (!good) throw new Fault("unknown_key");
  try {
    return parseCanonical(text.slice(HEAD.length, -1));
  } catch {
    throw new Fault("receipt");
  }
}

export async function hashFile(file) {
  const hash = new SHA256();
  for (let at = 0; at < file.size; at += STEP) {
    hash.update(new Uint8Array(await file.slice(at, at + STEP).arrayBuffer()));
  }
  return hex(hash.digest());
}

/** The sealed object of the receipt that this file is, or undefined. */
export async function findObject(receipt, file) {
  const digest = await hashFile(file);
  return receipt.objects.find((object) => object.sha256 === digest && object.size === file.size);
}

/** The hash that a published list must have had at the deadline. */
export async function commitmentOf({ deadline, nonce, receipts, round, tender }) {
  const body = canonical({ deadline, nonce, receipts: [...receipts].sort(), round, tender, v: 1 });
  return hex(await sha256(utf8(`zuschlag/hash-list/v1\n${body}`)));
}
