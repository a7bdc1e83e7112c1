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

/** Text of a note signed by one of the keys. A wrong signature in the name of a known key is a Fault. */
async function openNote(note, verifierTexts) {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  if (cut < 0) throw new Fault("receipt");
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
  return text;
}

/** Content of a receipt signed by one of the keys. */
export async function verifyReceipt(note, verifierTexts) {
  if (!note.startsWith(HEAD)) throw new Fault("receipt");
  const text = await openNote(note, verifierTexts);
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

/** The checkpoint that bound the list's commitment, "" while none has. Fault "leaf": the proof is about another list;
 * "root": it does not lead to the root that was signed; "checkpoint": signed by no known key. */
export async function boundBy(list, verifierTexts) {
  if (!list.proof?.event) return "";
  const { event, checkpoint } = list.proof, chain = `hash-list:${list.tender}:${list.round}`;
  const body = JSON.parse(event);
  if (body.chain !== chain || body.seq !== 1 || body.data?.commitment !== list.commitment) throw new Fault("leaf");
  const text = await openNote(checkpoint.note, verifierTexts).catch(() => { throw new Fault("checkpoint"); });
  const [, size, root, tick] = text.split("\n");
  const head = await sha256(utf8("zuschlag/audit/v1\n"), utf8(event));
  const commit = hex(await sha256(utf8("zuschlag/head/v1\n"), fromHex(checkpoint.nonce), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), head));
  const leaf = utf8(canonical({ commit, tender: chain, tick: tick.replace("tick ", ""), v: 1 }));
  const found = await rootOf(await sha256(Uint8Array.of(0), leaf), checkpoint.index, Number(size), checkpoint.path);
  if (found !== hex(fromBase64(root))) throw new Fault("root");
  return tick.replace("tick ", "");
}

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Root (hex) to which this leaf hash leads, RFC 9162 2.1.3.2; "" when the path has another length than its place. */
async function rootOf(leaf, index, size, path) {
  let position = index, last = size - 1, result = leaf;
  const half = (number) => Math.floor(number / 2);
  if (!(position >= 0 && position <= last)) return "";
  for (const sibling of path.map(fromHex)) {
    if (last === 0) return "";
    if (position % 2 || position === last) {
      result = await sha256(Uint8Array.of(1), sibling, result);
      while (position % 2 === 0 && position) [position, last] = [half(position), half(last)];
    } else result = await sha256(Uint8Array.of(1), result, sibling);
    [position, last] = [half(position), half(last)];
  }
  return last === 0 ? hex(result) : "";
}
