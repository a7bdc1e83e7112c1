// Opens the vectors of RFC 9180 with the library and the key import of our own pages: {"A.1": {…}} on stdin, plain hex per line.
import { readFileSync } from "node:fs";
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";

globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const { importSecret, unwrap } = await import("../../../config/frontend/src/parts/seal/hpke.js");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const { published, ours } = JSON.parse(readFileSync(0, "utf-8"));
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
const recipientKey = await importSecret(bytes(published.skRm));
const context = await suite.createRecipientContext({ recipientKey, enc: bytes(published.enc), info: bytes(published.info) });
for (const { ct, aad } of published.encryptions) {
  console.log(Buffer.from(await context.open(bytes(ct), bytes(aad))).toString("hex"));
}
console.log(Buffer.from(recipientKey.publicRaw).toString("hex"));
console.log(Buffer.from(await unwrap(bytes(ours.wrapped), recipientKey, bytes(ours.info))).toString("hex"));
