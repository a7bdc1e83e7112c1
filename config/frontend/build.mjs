// Builds the static files that are not ours to commit, and bundles our own modules.   node config/frontend/build.mjs
//
// Into STATIC_BUILD_DIR (default var/static-build):
//   kern/       KERN's stylesheet as published, its licence, and the three cuts of Fira Sans the pages use
//   js/         one bundle per file of config/frontend/src; parts/ holds what they import
// Text files get .gz and .br beside them, so that the first visit stays small without a proxy in front.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const source = join(root, "config/frontend/src");
const kern = join(root, "node_modules/@kern-ux/native");
const out = resolve(root, process.env.STATIC_BUILD_DIR || "var/static-build");
const CUTS = ["Regular", "SemiBold", "Bold"];

/** KERN's own @font-face rules, only those of the cuts that are shipped: no rule may name a file that is not there. */
function faces() {
  const rules = readFileSync(join(kern, "dist/fonts/fira-sans.css"), "utf-8").match(/@font-face\s*{[^}]*}/g);
  const kept = rules.filter((rule) => CUTS.some((cut) => rule.includes(`FiraSans-${cut}.woff2`)));
  if (kept.length !== CUTS.length) throw new Error("KERN's fonts have changed: adapt CUTS");
  return `${kept.map((rule) => rule.replace("font-weight", "font-display: swap;\n    font-weight")).join("\n")}\n`;
}

function copyKern() {
  mkdirSync(join(out, "kern/fira-sans"), { recursive: true });
  cpSync(join(kern, "dist/kern.min.css"), join(out, "kern/kern.min.css"));
  cpSync(join(kern, "LICENSE.md"), join(out, "kern/LICENSE.md"));
  for (const cut of CUTS) {
    cpSync(join(kern, `dist/fonts/fira-sans/FiraSans-${cut}.woff2`), join(out, `kern/fira-sans/FiraSans-${cut}.woff2`));
  }
  writeFileSync(join(out, "kern/fonts.css"), faces());
}

async function bundle() {
  const entryPoints = readdirSync(source).filter((name) => name.endsWith(".js")).map((name) => join(source, name));
  await build({
    entryPoints, outdir: join(out, "js"), bundle: true, format: "esm", minify: true,
    target: ["chrome128", "firefox130", "safari17.4"], legalComments: "linked", logLevel: "warning",
  });
}

function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(css|js)$/.test(entry.name)) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name), text = readFileSync(file);
    const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(`${file}.br`, packed);
    console.log(`${file.slice(out.length + 1)}  ${text.length} bytes, ${packed.length} sent`);
  }
}

for (const part of ["kern", "js"]) rmSync(join(out, part), { recursive: true, force: true });
copyKern();
await bundle();
compress(out);
