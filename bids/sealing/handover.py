"""Pieces for one more opener, computed by those who hold the officers' part together. Formats are the browser's."""

import itertools
from collections.abc import Iterable, Mapping

from bids.sealing.errors import SealingError
from bids.sealing.tender_secret import (
    MOST_OPENERS,
    OpenedPiece,
    Piece,
    checked,
    combine,
    split_part,
    whole_subset,
    wrap_piece,
)


def officers_part(pieces: Iterable[OpenedPiece]) -> bytes:
    """P of one whole subset; WrongPiece names the opener whose piece is not the committed one.

    Without the clock share it opens nothing.
    """
    subset = whole_subset(pieces)
    if subset is None:
        raise SealingError("the pieces do not complete a group")
    return combine([checked(piece).value for piece in subset])


def subsets_with(newcomer: str, openers: Iterable[str], k: int) -> list[tuple[str, ...]]:
    """Every k of the openers in which the newcomer is."""
    return [subset for subset in itertools.combinations(sorted(openers), k) if newcomer in subset]


def pieces_for(
    newcomer: str, part: bytes, *, scope: str, generation: int, openers: Mapping[str, str], k: int
) -> list[Piece]:
    """New pieces for every subset with the newcomer; `openers`: {id: base64 public key}, the newcomer's included."""
    if newcomer not in openers or len(openers) > MOST_OPENERS:
        raise SealingError(f"a seal has at most {MOST_OPENERS} openers")
    made = []
    for subset in subsets_with(newcomer, openers, k):
        for opener, value in zip(subset, split_part(part, k), strict=True):
            info = {"generation": generation, "opener": opener, "subset": list(subset), "tender": scope}
            made.append(wrap_piece(value, info, openers[opener]))
    return made
