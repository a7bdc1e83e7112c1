// An opener's pieces of a tender's key: checked, and at the opening handed over. Formats are those of bids.sealing.
import { Fault } from "./fault.js";
import { canonical, fromBase64, hex, join, sha256, toBase64, utf8 } from "./format.js";
import { unwrap, wrap } from "./hpke.js";

const placeOf = ({ generation, opener, subset, tender }) => ({ generation, opener, subset, tender });
const info = (value) => utf8(canonical(value));
export const commitment = async (place, value) => hex(await sha256(utf8("zuschlag/piece/v1\n"), info(place), value));

/** The plain bytes of one own piece; Fault "piece" when it does not open or is not the one committed to. */
export async function openPiece(piece, pair) {
  let value;
  try {
    value = await unwrap(join(fromBase64(piece.enc), fromBase64(piece.ct)), pair, info(placeOf(piece)));
  } catch {
    throw new Fault("piece");
  }
  if ((await commitment(placeOf(piece), value)) !== piece.commit) throw new Fault("piece");
  return value;
}

/** How many own pieces there are, all of them good. Nothing secret leaves this computer. */
export async function checkPieces(pieces, id, pair) {
  const own = ownOf(pieces, id);
  for (const piece of own) (await openPiece(piece, pair)).fill(0);
  return own.length;
}

/** The own pieces, checked and wrapped again to the key of this opening session. */
export async function releasePieces(pieces, id, pair, session, sessionPublic) {
  const released = [];
  for (const piece of ownOf(pieces, id)) {
    const value = await openPiece(piece, pair);
    const wrapped = await wrap(value, fromBase64(sessionPublic), info({ ...placeOf(piece), session }));
    value.fill(0);
    released.push({ opener: id, subset: piece.subset, wrapped: toBase64(wrapped) });
  }
  return released;
}

function ownOf(pieces, id) {
  const own = pieces.filter((piece) => piece.opener === id);
  if (!own.length) throw new Fault("piece");
  return own;
}
