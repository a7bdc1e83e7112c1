// One operation of the opener's worker: started for it and ended after it, so that the unlocked key is gone.
// `ask` answers what the worker asks on the way (a passkey's secrets).
export function once(address, op, args, ask) {
  const worker = new Worker(address, { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => {
      if (data.question) ask(data.question).then((answer) => worker.postMessage({ answer }), reject);
      else if (data.error) reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
      else resolve(data.result);
    });
    worker.addEventListener("error", () => reject(new Error("the worker did not start")));
    worker.postMessage({ op, args });
  }).finally(() => worker.terminate());
}
