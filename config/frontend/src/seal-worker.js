// Everything that takes longer than a frame. One request {id, op, args}; progress any number of times; result or error.
import { sealInto, sealText } from "./parts/seal/sealing.js";
import { openSink } from "./parts/seal/store.js";

const operations = {
  async seal({ file, slot, recipient }, onProgress) {
    const sink = await openSink(slot.object);
    const facts = await sealInto(sink, file, slot, recipient, onProgress);
    return { ...facts, survives: sink.survives, sealed: await sink.result() };
  },
  sealText: ({ text, slot, recipient }) => sealText(text, slot, recipient),
};

self.addEventListener("message", async ({ data: { id, op, args } }) => {
  try {
    const onProgress = (...progress) => self.postMessage({ id, progress });
    self.postMessage({ id, result: await operations[op](args, onProgress) });
  } catch (error) {
    self.postMessage({ id, error: { name: error.name, message: error.message } });
  }
});
