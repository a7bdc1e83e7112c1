// A QR code (ISO/IEC 18004) of a locked key, drawn here because a recovery key's locked file is not to reach the server:
// byte mode, error correction L, mask 0, versions 12 to 17 (367 to 644 characters). Compared with another program in tests.
const SVG = "http://www.w3.org/2000/svg";
// version: [error correction per block, blocks, data per block, blocks with one more, centres of alignment patterns]
const VERSIONS = {
  12: [24, 2, 92, 2, [6, 32, 58]], 13: [26, 4, 107, 0, [6, 34, 62]], 14: [30, 3, 115, 1, [6, 26, 46, 66]],
  15: [22, 5, 87, 1, [6, 26, 48, 70]], 16: [24, 5, 98, 1, [6, 26, 50, 74]], 17: [28, 1, 107, 5, [6, 30, 54, 78]],
};
const FORMAT_L_MASK_0 = 0x77c4;

const EXP = [], LOG = [];
for (let power = 0, value = 1; power < 255; power++, value = (value << 1) ^ (value > 127 ? 0x11d : 0)) [EXP[power], LOG[value]] = [value, power];
const times = (a, b) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

/** Rows of booleans, true is dark; an Error for text that is too long. */
export function matrix(text) {
  const bytes = new TextEncoder().encode(text);
  const version = Object.keys(VERSIONS).map(Number).find((one) => capacity(one) >= bytes.length + 3);
  if (!version) throw new Error("too long for a code");
  return drawn(version, interleaved(version, padded(bytes, capacity(version))));
}

/** The code as an SVG picture with its name. */
export function drawing(text, name) {
  const rows = matrix(text), edge = rows.length + 8;
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path"), ground = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${edge} ${edge}`, width: 240, height: 240, role: "img", "aria-label": name })) svg.setAttribute(key, value);
  for (const [key, value] of Object.entries({ width: edge, height: edge, fill: "#fff" })) ground.setAttribute(key, value);
  path.setAttribute("d", rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join(""));
  path.setAttribute("fill", "#000");
  svg.append(ground, path);
  return svg;
}

function capacity(version) {
  const [, blocks, size, more] = VERSIONS[version];
  return blocks * size + more * (size + 1);
}

/** Byte mode, 16 bits of length (versions from 10 on), the bytes, end mark, padding. */
function padded(bytes, length) {
  const out = [0x40 | (bytes.length >> 12), (bytes.length >> 4) & 255];
  let left = bytes.length & 15;
  for (const byte of bytes) [left] = [byte & 15, out.push((left << 4) | (byte >> 4))];
  out.push(left << 4);
  for (let pad = 0xec; out.length < length; pad ^= 0xec ^ 0x11) out.push(pad);
  return out;
}

function interleaved(version, data) {
  const [corrections, blocks, size, more] = VERSIONS[version];
  const parts = [];
  for (let number = 0, at = 0; number < blocks + more; number++) {
    const length = size + (number >= blocks ? 1 : 0);
    parts.push(data.slice(at, at += length));
  }
  const checks = parts.map((part) => remainder(part, corrections));
  const turn = (lists, longest) => Array.from({ length: longest }, (_, at) => lists.filter((list) => at < list.length).map((list) => list[at])).flat();
  return [...turn(parts, size + 1), ...turn(checks, corrections)];
}

/** Reed-Solomon over GF(256): the remainder of the part by the generator of this degree. */
function remainder(part, degree) {
  let generator = [1];
  for (let root = 0; root < degree; root++) generator = [...generator, 0].map((value, at) => value ^ (at ? times(generator[at - 1], EXP[root]) : 0));
  const left = [...part, ...Array(degree).fill(0)];
  for (let at = 0; at < part.length; at++) {
    const first = left[at];
    generator.forEach((value, offset) => { left[at + offset] ^= times(value, first); });
  }
  return left.slice(part.length);
}

function drawn(version, words) {
  const size = version * 4 + 17, centres = VERSIONS[version][4];
  const rows = Array.from({ length: size }, () => Array(size).fill(null));
  const set = (y, x, dark) => { if (y >= 0 && x >= 0 && y < size && x < size) rows[y][x] = dark; };
  for (const [top, left] of [[0, 0], [0, size - 7], [size - 7, 0]]) {
    for (let y = -1; y < 8; y++) for (let x = -1; x < 8; x++) {
      const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
      set(top + y, left + x, ring === 3 || ring < 2);
    }
  }
  for (const y of centres) for (const x of centres) {
    if (rows[y][x] !== null && (y < 9 && (x < 9 || x > size - 10) || (y > size - 10 && x < 9))) continue;
    for (let dy = -2; dy < 3; dy++) for (let dx = -2; dx < 3; dx++) set(y + dy, x + dx, Math.max(Math.abs(dy), Math.abs(dx)) !== 1);
  }
  for (let at = 8; at < size - 8; at++) {
    if (rows[6][at] === null) set(6, at, at % 2 === 0);
    if (rows[at][6] === null) set(at, 6, at % 2 === 0);
  }
  labels(version, size, set);
  fill(rows, size, words);
  return rows;
}

/** Format and version information, each twice. */
function labels(version, size, set) {
  for (let bit = 0; bit < 15; bit++) {
    const dark = ((FORMAT_L_MASK_0 >> bit) & 1) === 1;
    set(bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit, 8, dark);
    set(8, bit < 8 ? size - 1 - bit : bit < 9 ? 7 : 14 - bit, dark);
  }
  set(size - 8, 8, true);
  let rest = version << 12;
  for (let bit = 17; bit >= 12; bit--) if ((rest >> bit) & 1) rest ^= 0x1f25 << (bit - 12);
  const code = (version << 12) | rest;
  for (let bit = 0; bit < 18; bit++) {
    const dark = ((code >> bit) & 1) === 1;
    set(Math.floor(bit / 3), size - 11 + (bit % 3), dark);
    set(size - 11 + (bit % 3), Math.floor(bit / 3), dark);
  }
}

/** Two columns at a time from the right, up and down, left of the timing column from 5 on; mask 0 on the way. */
function fill(rows, size, words) {
  let bit = 0, up = true;
  for (let right = size - 1; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== null) continue;
        const dark = (words[bit >> 3] >> (7 - (bit & 7))) & 1;
        rows[y][x] = (dark === 1) !== ((y + x) % 2 === 0);
        bit += 1;
      }
    }
  }
}
