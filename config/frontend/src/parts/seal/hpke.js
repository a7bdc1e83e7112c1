// HPKE (RFC 9180) base mode, DHKEM(X25519) / HKDF-SHA256 / AES-256-GCM. Wire form as on the server: enc (32 bytes), then ct.
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { join } from "./format.js";

const ENC_LENGTH = 32;
// PKCS #8 around a raw X25519 secret: WebCrypto imports no raw one
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
export const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** `plain` for a raw public key, bound to the bytes of `info`. */
export async function wrap(plain, publicRaw, info) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicRaw);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plain);
  return join(new Uint8Array(enc), new Uint8Array(ct));
}

/** The plain bytes; throws when key, info or bytes do not belong together. */
export async function unwrap(wrapped, recipientKey, info) {
  const enc = wrapped.slice(0, ENC_LENGTH);
  return new Uint8Array(await suite.open({ recipientKey, enc, info }, wrapped.slice(ENC_LENGTH)));
}

/** A fresh pair as raw bytes. */
export async function generate() {
  const pair = await suite.kem.generateKeyPair();
  const raw = async (key, how) => new Uint8Array(await suite.kem[how](key));
  return { secret: await raw(pair.privateKey, "serializePrivateKey"), public: await raw(pair.publicKey, "serializePublicKey") };
}

/** The pair of a raw secret, not to be taken out again. HPKE needs the public key, too: X25519(secret, base point 9). */
export async function importSecret(secretRaw) {
  const privateKey = await crypto.subtle.importKey("pkcs8", join(PKCS8, secretRaw), "X25519", false, ["deriveBits"]);
  const base = await suite.kem.deserializePublicKey(Uint8Array.of(9, ...new Uint8Array(31)));
  const publicRaw = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: base }, privateKey, 256));
  return { privateKey, publicKey: await suite.kem.deserializePublicKey(publicRaw), publicRaw };
}
