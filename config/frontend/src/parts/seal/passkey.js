// A passkey as second lock of the own key: WebAuthn with PRF, in the form of age's recipient "fido2prf". The locked file is
// opened in the worker; the worker asks this page, because only a page may ask an authenticator.
import { fromBase64, join, toBase64, utf8 } from "./format.js";
import { Fault } from "./fault.js";

const LABEL = utf8("age-encryption.org/fido2prf");
const ALGORITHMS = [-8, -7, -257]; // Ed25519, ECDSA P-256, RSA: the public key is not used

/** Whether this browser knows passkeys that derive secrets, as far as it says. An address of digits has no passkeys. */
export async function knowsPasskeys() {
  if (!window.isSecureContext || !window.PublicKeyCredential || /^[\d.]+$|:/.test(location.hostname)) return false;
  const told = await PublicKeyCredential.getClientCapabilities?.().catch(() => null);
  return told?.["extension:prf"] !== false;
}

async function asked(work) {
  const credential = await work.catch(() => null); // closed, refused or timed out: the browser does not tell which
  if (!credential) throw new Fault("passkey");
  return credential;
}

/** The id (base64) of a new passkey; Fault "prf" when it cannot derive secrets. */
export async function createPasskey(place, person) {
  const credential = await asked(navigator.credentials.create({
    publicKey: {
      rp: { name: place },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: person, displayName: person },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      extensions: { prf: {} },
      challenge: new Uint8Array(16), // nothing is proven to the server by it
    },
  }));
  if (!credential.getClientExtensionResults().prf?.enabled) throw new Fault("prf");
  return toBase64(new Uint8Array(credential.rawId));
}

/** {first, second} that this passkey derives for the nonce of a locked file. */
export async function derived(credential, nonce) {
  const eval_ = { first: join(LABEL, Uint8Array.of(1), nonce), second: join(LABEL, Uint8Array.of(2), nonce) };
  const assertion = await asked(navigator.credentials.get({
    publicKey: {
      allowCredentials: [{ type: "public-key", id: fromBase64(credential) }],
      challenge: crypto.getRandomValues(new Uint8Array(16)),
      userVerification: "required",
      extensions: { prf: { eval: eval_ } },
    },
  }));
  const { first, second } = assertion.getClientExtensionResults().prf?.results ?? {};
  if (!first || !second) throw new Fault("prf");
  return { first, second };
}
