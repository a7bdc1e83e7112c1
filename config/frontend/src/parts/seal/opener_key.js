// An opener's key: an X25519 pair for HPKE only; its secret rests in an age passphrase file, as on the server.
// scrypt takes over a second without a pause: only in the worker.
import { Decrypter, Encrypter, webauthn } from "age-encryption";
import { Fault } from "./fault.js";
import { canonical, fromBase64, parseCanonical, toBase64 } from "./format.js";
import { generate, importSecret } from "./hpke.js";
import { normalized } from "./sentence.js";

const TYPE = "zuschlag.opener-secret";

/** {public, locked}, both base64. `workFactor` is scrypt's log2(N): 18 for people, less for demo and tests. */
export async function createKey(id, sentence, workFactor = 18) {
  const pair = await generate();
  const body = canonical({ id, kem: "x25519", secret: toBase64(pair.secret), type: TYPE, v: 1 });
  const locker = new Encrypter();
  locker.setScryptWorkFactor(workFactor);
  locker.setPassphrase(normalized(sentence));
  const locked = await locker.encrypt(body);
  pair.secret.fill(0);
  return { public: toBase64(pair.public), locked: toBase64(locked) };
}

/** {id, pair} of a locked file; Fault "sentence" when the sentence does not fit, "file" when it is no key file.
 *
 * Without a sentence it is locked under a passkey: `ask(nonce)` gives what that derives; Fault "passkey". */
export async function unlockKey(locked, sentence, ask) {
  return parsed(await opened(locked, sentence, ask));
}

/** The same secret, locked under the passkey that `ask` asks; base64. */
export async function lockAgain(locked, sentence, ask) {
  const locker = new Encrypter();
  locker.addRecipient(askedFor(webauthn.WebAuthnRecipient, ask));
  return toBase64(await locker.encrypt(await opened(locked, sentence)));
}

async function opened(locked, sentence, ask) {
  const bytes = fileBytes(locked);
  const opener = new Decrypter();
  if (sentence) opener.addPassphrase(normalized(sentence));
  else opener.addIdentity(askedFor(webauthn.WebAuthnIdentity, ask));
  try {
    return await opener.decrypt(bytes, "text");
  } catch {
    throw new Fault(sentence ? "sentence" : "passkey");
  }
}

/** age's own recipient or identity; where it would ask an authenticator, it asks the page. */
const askedFor = (Kind, ask) => Object.assign(new Kind(), { getCredential: ask });

/** Base64 as pasted from a sheet, with line breaks, or the armour-free bytes as text. */
function fileBytes(locked) {
  let bytes;
  try {
    bytes = fromBase64(locked.replace(/\s+/g, ""));
  } catch {
    throw new Fault("file");
  }
  if (!new TextDecoder().decode(bytes.subarray(0, 22)).startsWith("age-encryption.org/v1")) throw new Fault("file");
  return bytes;
}

async function parsed(text) {
  let body;
  try {
    body = parseCanonical(text);
  } catch {
    throw new Fault("file");
  }
  if (body.type !== TYPE || body.kem !== "x25519" || body.v !== 1) throw new Fault("file");
  return { id: body.id, pair: await importSecret(fromBase64(body.secret)) };
}
