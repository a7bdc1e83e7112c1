// Seals one document: slot line, bytes, zeros up to the Padmé length, as an age file, in constant memory, both hashes on the way.
import { SHA256 } from "@stablelib/sha256";
import { Encrypter } from "age-encryption";
import { canonical, hex, join, padme, utf8 } from "./format.js";

const STEP = 1 << 20; // bytes read and written at a time

function plaintext(file, line, total, hash) {
  const zeros = total - line.length - file.size;
  let at = -1, padded = 0; // -1: the slot line comes next
  return new ReadableStream({
    async pull(controller) {
      if (at < 0) {
        at = 0;
        controller.enqueue(line);
      } else if (at < file.size) {
        const bytes = new Uint8Array(await file.slice(at, at + STEP).arrayBuffer());
        at += bytes.length;
        hash.update(bytes);
        controller.enqueue(bytes);
      } else if (padded < zeros) {
        const part = new Uint8Array(Math.min(STEP, zeros - padded));
        padded += part.length;
        controller.enqueue(part);
      } else controller.close();
    },
  }, { highWaterMark: 0 });
}

/** The sealed bytes as a stream, their exact size known beforehand, and the hashes once all was read. */
async function sealedStream(file, slot, recipient) {
  const line = utf8(`${canonical(slot)}\n`);
  const total = padme(line.length + file.size);
  const plainHash = new SHA256(), cipherHash = new SHA256();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const age = await encrypter.encrypt(plaintext(file, line, total, plainHash));
  const stream = age.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      cipherHash.update(chunk);
      controller.enqueue(chunk);
    },
  }));
  const hashes = () => ({ sha256_cipher: hex(cipherHash.digest()), sha256_plain: hex(plainHash.digest()) });
  return { stream, size: age.size(total), hashes };
}

/** Seals into a sink {write(bytes), close()}; age's chunks of 64 KiB are gathered into writes of 1 MiB. */
export async function sealInto(sink, file, slot, recipient, onProgress) {
  const { stream, size, hashes } = await sealedStream(file, slot, recipient);
  const reader = stream.getReader(), buffer = new Uint8Array(STEP);
  let used = 0, written = 0;
  const flush = async () => {
    await sink.write(buffer.subarray(0, used));
    written += used;
    used = 0;
    onProgress(written, size);
  };
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (used + next.value.length > STEP) await flush();
    buffer.set(next.value, used);
    used += next.value.length;
  }
  await flush();
  await sink.close();
  if (written !== size) throw new Error("the sealed size differs from the one computed beforehand");
  return { ...hashes(), size };
}

/** The sealed bytes of a short text, such as a manifest: the same form as a document's, in memory. */
export async function sealText(text, slot, recipient) {
  const parts = [];
  const sink = { write: (bytes) => void parts.push(bytes.slice()), close() {} };
  await sealInto(sink, new Blob([text]), slot, recipient, () => {});
  return join(...parts);
}
