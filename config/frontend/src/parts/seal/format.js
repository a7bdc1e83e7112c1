// Formats the browser shares with the server: canonical JSON, Padmé, hex, base64, SHA-256 of the parts.
const encoder = new TextEncoder();
export const utf8 = (text) => encoder.encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** Canonical JSON: sorted keys, no spaces, NFC text, whole numbers only. Throws on a value without canonical form. */
export function canonical(value) {
  if (typeof value === "string") {
    if (!value.isWellFormed() || value !== value.normalize("NFC")) throw new Error("text is not NFC");
    return JSON.stringify(value);
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("number is not a safe integer");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") throw new Error("type has no canonical form");
  const keys = Object.keys(value).sort();
  if (!keys.every((key) => /^[a-z0-9_]+$/.test(key))) throw new Error("key is not [a-z0-9_]+");
  return `{${keys.map((key) => `"${key}":${canonical(value[key])}`).join(",")}}`;
}

/** Reads JSON and refuses every text that is not its own canonical form (this also catches doubled keys). */
export function parseCanonical(text) {
  const value = JSON.parse(text);
  if (canonical(value) !== text) throw new Error("JSON is not canonical");
  return value;
}

/** Padmé length. Plain arithmetic: JavaScript's bit operators cut at 32 bits. */
export function padme(length) {
  if (length < 2) return length;
  const high = Math.floor(length / 2 ** 32);
  const exponent = high ? 63 - Math.clz32(high) : 31 - Math.clz32(length);
  const unit = 2 ** (exponent - (32 - Math.clz32(exponent)));
  return unit > 1 ? Math.ceil(length / unit) * unit : length;
}

export function join(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
}
