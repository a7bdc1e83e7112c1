// A new opener for a tender that runs: the officers' part is put together here for a moment, split anew for every group
// with the newcomer, and forgotten. Formats are those of bids.sealing.handover.
import { Fault } from "./fault.js";
import { canonical, fromBase64, toBase64, utf8 } from "./format.js";
import { unwrap, wrap } from "./hpke.js";
import { commitment, openPiece } from "./pieces.js";

const ENC_LENGTH = 32;
const info = (value) => utf8(canonical(value));
const xor = (left, right) => left.map((byte, at) => byte ^ right[at]);

/** Pieces of all seals for every group with the newcomer. `seals`: {tender, generation, needed, pieces, handed, openers}. */
export async function piecesForNewcomer({ seals, newcomer, opener, session }, pair) {
  const made = [];
  for (const seal of seals) {
    const part = await officersPart(seal, opener, pair, session);
    for (const subset of subsetsWith(newcomer, Object.keys(seal.openers).sort(), seal.needed)) made.push(...(await split(part, seal, subset)));
    part.fill(0);
  }
  return made;
}

/** Of the first group whose pieces are all here; Fault "piece" when none is whole or one is not the committed one. */
async function officersPart(seal, opener, pair, session) {
  for (const own of seal.pieces) {
    const others = own.subset.filter((id) => id !== opener);
    const handed = others.map((id) => seal.handed.filter((one) => one.opener === id && canonical(one.subset) === canonical(own.subset)));
    if (handed.some((some) => !some.length)) continue;
    let part = await openPiece(own, pair);
    for (const some of handed) part = xor(part, await firstGood(some, own, pair, session));
    return part;
  }
  throw new Fault("piece");
}

/** Where there are two envelopes, pieces of both come along; each opens at its own place only. */
async function firstGood(some, own, pair, session) {
  for (const one of some.slice(0, -1)) {
    try {
      return await handedPiece(one, own, pair, session);
    } catch {
      continue;
    }
  }
  return handedPiece(some.at(-1), own, pair, session);
}

async function handedPiece(one, own, pair, session) {
  const place = { generation: own.generation, opener: one.opener, subset: own.subset, tender: own.tender };
  let value;
  try {
    value = await unwrap(fromBase64(one.wrapped), pair, info({ ...place, session }));
  } catch {
    throw new Fault("piece");
  }
  if ((await commitment(place, value)) !== one.commit) throw new Fault("piece");
  return value;
}

async function split(part, seal, subset) {
  const values = subset.slice(1).map(() => crypto.getRandomValues(new Uint8Array(part.length)));
  values.push(values.reduce(xor, part));
  const pieces = [];
  for (const [at, opener] of subset.entries()) {
    const place = { generation: seal.generation, opener, subset, tender: seal.tender };
    const wrapped = await wrap(values[at], fromBase64(seal.openers[opener]), info(place));
    pieces.push({ ...place, commit: await commitment(place, values[at]), ct: toBase64(wrapped.slice(ENC_LENGTH)), enc: toBase64(wrapped.slice(0, ENC_LENGTH)), v: 1 });
  }
  return pieces;
}

function subsetsWith(newcomer, ids, size) {
  const all = (from, left) => (left === 0 ? [[]] : from.flatMap((id, at) => all(from.slice(at + 1), left - 1).map((rest) => [id, ...rest])));
  return all(ids, size).filter((subset) => subset.includes(newcomer));
}
