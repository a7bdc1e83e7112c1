// What an opener's computer does with the own key. One request {op, args}, one answer; the page ends the worker after it,
// so that no secret stays in memory. With a passkey it asks the page on the way: {question}, then {answer}.
import { Fault } from "./parts/seal/fault.js";
import { canonical, fromBase64, toBase64, utf8 } from "./parts/seal/format.js";
import { piecesForNewcomer } from "./parts/seal/handover.js";
import { unwrap } from "./parts/seal/hpke.js";
import { createKey, lockAgain, unlockKey } from "./parts/seal/opener_key.js";
import { checkPieces, releasePieces } from "./parts/seal/pieces.js";

let answered = null;

const ask = (question) => new Promise((resolve) => {
  answered = resolve;
  self.postMessage({ question });
});

async function own({ locked, sentence, opener }) {
  const key = await unlockKey(locked, sentence, ask);
  if (key.id !== opener) throw new Fault("owner");
  return key.pair;
}

const proofOf = async (args, pair) => toBase64(await unwrap(fromBase64(args.challenge), pair, utf8(canonical(args.info))));

const operations = {
  createKey: ({ opener, sentence, workFactor }) => createKey(opener, sentence, workFactor),
  /** Proves that the key works: what the server wrapped to it, in clear. */
  async prove(args) {
    return proofOf(args, await own(args));
  },
  /** The same secret under a passkey, and the proof that the sentence has opened it. */
  async addPasskey(args) {
    const proof = await proofOf(args, await own(args));
    return { proof, locked: await lockAgain(args.locked, args.sentence, ask) };
  },
  async check(args) {
    return checkPieces(args.pieces, args.opener, await own(args));
  },
  /** Pieces for one more opener of a tender that runs. */
  async handover(args) {
    return piecesForNewcomer(args, await own(args));
  },
  /** The same in a rehearsal: no page and no server gets a part of a tender's key by this way. */
  async rehearse(args) {
    if (args.pieces.some((piece) => !piece.tender.startsWith("rehearsal/"))) throw new Fault("piece");
    return operations.release(args);
  },
  async release(args) {
    return releasePieces(args.pieces, args.opener, await own(args), args.session, args.session_public);
  },
};

self.addEventListener("message", async ({ data: { op, args, answer } }) => {
  if (answer) return answered(answer);
  try {
    self.postMessage({ result: await operations[op](args) });
  } catch (error) {
    self.postMessage({ error: { name: error.name, message: error.message } });
  }
});
