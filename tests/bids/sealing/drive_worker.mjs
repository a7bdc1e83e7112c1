// Drives a built worker as a page would: {op, args} per line of stdin, {result} or {error} per line of stdout.
// Bytes come out as base64.
//   node drive_worker.mjs var/static-build/js/opener-worker.js
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

let receive, answer;
globalThis.self = globalThis;
globalThis.crypto ??= (await import("node:crypto")).webcrypto;
self.addEventListener = (_name, listener) => { receive = listener; };
self.postMessage = (data) => answer(data);
await import(pathToFileURL(process.argv[2]));
for await (const line of createInterface({ input: process.stdin })) {
  const answered = new Promise((resolve) => { answer = resolve; });
  receive({ data: JSON.parse(line) });
  console.log(JSON.stringify(await answered, (_name, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value)));
}
