// The page's side of the worker. The worker's address comes from the page, so that hashed names stay right.
export function startWorker(address) {
  const worker = new Worker(address, { type: "module" });
  const waiting = new Map();
  let last = 0;
  worker.addEventListener("message", ({ data }) => {
    const call = waiting.get(data.id);
    if (data.progress) return call.onProgress?.(...data.progress);
    waiting.delete(data.id);
    if (data.error) call.reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
    else call.resolve(data.result);
  });
  worker.addEventListener("error", () => waiting.forEach((call) => call.reject(new Error("the worker did not start"))));
  return (op, args, onProgress) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject, onProgress });
    worker.postMessage({ id: last, op, args });
  });
}
