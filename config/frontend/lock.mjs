// Takes the last addresses (funding links of authors) out of package-lock.json; `npm ci` needs none of them.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf-8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (text.includes("http")) throw new Error("package-lock.json still names an address");
writeFileSync(file, text);
