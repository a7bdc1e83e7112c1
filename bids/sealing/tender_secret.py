"""The tender secret T, split so that k openers and the clock must come together: T = P xor C.

P, the officers' part, is xor-split anew for each k-subset of the openers; C, the clock share, is wrapped to the
platform key and released by the server after the deadline. Each piece is wrapped to its opener and committed to, so
that a wrong piece names its sender. Formats are the browser's: see the fields of Piece and of the `info` objects.
"""

import hmac
import itertools
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from accounts.evidence import canonical_bytes, digest
from bids.sealing import age
from bids.sealing.errors import SealingError, WrongPiece
from bids.sealing.wrapping import ENC_LENGTH, decode, encode, unwrap, wrap

MOST_OPENERS: Final = 8


@dataclass(frozen=True)
class TenderSecret:
    """An age identity (74 ASCII bytes) and its public recipient `age1…`. Never stored."""

    secret: bytes
    recipient: str

    def __repr__(self) -> str:
        return f"TenderSecret(recipient={self.recipient!r})"  # a traceback must not print the secret


@dataclass(frozen=True)
class Piece:
    """One opener's piece for one subset, wrapped to that opener; `commit` is the hash of info and plain piece."""

    tender: str
    generation: int
    subset: tuple[str, ...]
    opener: str
    enc: str
    ct: str
    commit: str

    @property
    def info(self) -> dict[str, Any]:
        """What the piece is bound to."""
        return _info(self.tender, self.generation, self.subset, self.opener)

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {**self.info, "commit": self.commit, "ct": self.ct, "enc": self.enc, "v": 1}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Piece":
        """The piece of its stored form; SealingError when a field is missing or of another kind."""
        try:
            piece = cls(
                tender=value["tender"],
                generation=value["generation"],
                subset=tuple(value["subset"]),
                opener=value["opener"],
                enc=value["enc"],
                ct=value["ct"],
                commit=value["commit"],
            )
            texts = (piece.tender, piece.opener, piece.enc, piece.ct, piece.commit, *piece.subset)
            sound = value["v"] == 1 and isinstance(piece.generation, int) and all(isinstance(t, str) for t in texts)
        except (KeyError, TypeError) as error:
            raise SealingError(f"not a piece of a tender key: {error}") from error
        if not sound:
            raise SealingError("not a piece of a tender key")
        return piece


@dataclass(frozen=True)
class SplitSecret:
    """All that may be stored of a tender secret: nobody can open with it alone."""

    recipient: str
    pieces: tuple[Piece, ...]
    clock_platform: bytes
    clock_escrow: bytes | None


@dataclass(frozen=True)
class OpenedPiece:
    """A piece with its plain bytes, as an opener handed it over."""

    piece: Piece
    value: bytes

    def __repr__(self) -> str:
        return f"OpenedPiece(opener={self.piece.opener!r}, subset={self.piece.subset!r})"


def new_tender_secret() -> TenderSecret:
    """A fresh secret with its recipient."""
    return TenderSecret(*age.new_identity())


def split_secret(
    tender_secret: TenderSecret,
    *,
    tender: str,
    generation: int,
    openers: Mapping[str, str],
    k: int,
    platform_public: str,
    escrow_public: str | None = None,
) -> SplitSecret:
    """Pieces for every k of the openers ({id: base64 public key}) and the wrapped clock share.

    Every subset is recombined and compared before anything is returned: after that the secret is forgotten.
    Raises SealingError unless 2 <= k <= n <= 8 and all keys are usable and different.
    """
    _check_group(openers, k)
    clock = secrets.token_bytes(len(tender_secret.secret))
    shared = _xor(tender_secret.secret, clock)
    pieces: list[Piece] = []
    for subset in itertools.combinations(sorted(openers), k):
        values = split_part(shared, k)
        if not hmac.compare_digest(_combine(values, clock), tender_secret.secret):
            raise SealingError("the pieces do not recombine")
        for opener, value in zip(subset, values, strict=True):
            pieces.append(wrap_piece(value, _info(tender, generation, subset, opener), openers[opener]))
    info = clock_info(tender, generation)
    return SplitSecret(
        recipient=tender_secret.recipient,
        pieces=tuple(pieces),
        clock_platform=wrap(clock, platform_public, info),
        clock_escrow=wrap(clock, escrow_public, info) if escrow_public else None,
    )


def unwrap_clock_share(wrapped: bytes, platform_secret: bytes, *, tender: str, generation: int) -> bytes:
    """The clock share C. Whoever calls this has checked the deadline and recorded the release."""
    return unwrap(wrapped, platform_secret, clock_info(tender, generation))


def rewrap_clock_share(wrapped: bytes, old_secret: bytes, new_public: str, *, tender: str, generation: int) -> bytes:
    """The clock share wrapped to a new platform key (rotation)."""
    share = unwrap_clock_share(wrapped, old_secret, tender=tender, generation=generation)
    return wrap(share, new_public, clock_info(tender, generation))


def open_piece(piece: Piece, opener_secret: bytes) -> OpenedPiece:
    """An opener's own piece, checked against its commitment (WrongPiece) with the raw opener secret."""
    value = unwrap(decode(piece.enc, "piece") + decode(piece.ct, "piece"), opener_secret, piece.info)
    return checked(OpenedPiece(piece, value))


def checked(opened: OpenedPiece) -> OpenedPiece:
    """The same piece; WrongPiece naming its opener when it does not match the commitment."""
    if not hmac.compare_digest(_commitment(opened.piece.info, opened.value), opened.piece.commit):
        raise WrongPiece(opened.piece.opener)
    return opened


def recover_secret(pieces: Sequence[OpenedPiece], clock_share: bytes, recipient: str) -> TenderSecret:
    """T from the opened pieces of one whole subset and the clock share; its recipient must be the published one.

    Raises WrongPiece naming the opener whose piece does not match, SealingError for everything else.
    """
    _check_subset(pieces)
    values = [checked(piece).value for piece in pieces]
    secret = _combine(values, clock_share)
    try:
        fits = age.recipient_of(secret) == recipient
    except SealingError:
        fits = False
    if not fits:
        raise SealingError("pieces and clock share do not give the published tender key")
    return TenderSecret(secret, recipient)


def whole_subset(pieces: Iterable[OpenedPiece]) -> list[OpenedPiece] | None:
    """The pieces of the first subset that is complete among those handed over, None while openers are missing."""
    return next(whole_subsets(pieces), None)


def whole_subsets(pieces: Iterable[OpenedPiece]) -> Iterator[list[OpenedPiece]]:
    """The pieces of every subset that is complete among those handed over."""
    by_subset: dict[tuple[str, ...], dict[str, OpenedPiece]] = {}
    for opened in pieces:
        by_subset.setdefault(opened.piece.subset, {})[opened.piece.opener] = opened
    for subset in sorted(by_subset):
        if by_subset[subset].keys() == set(subset):
            yield [by_subset[subset][opener] for opener in subset]


def clock_info(tender: str, generation: int) -> dict[str, Any]:
    """What the wrapped clock share is bound to."""
    return {"generation": generation, "tender": tender, "what": "clock"}


def _info(tender: str, generation: int, subset: Sequence[str], opener: str) -> dict[str, Any]:
    return {"generation": generation, "opener": opener, "subset": list(subset), "tender": tender}


def _commitment(info: dict[str, Any], value: bytes) -> str:
    return digest("piece", canonical_bytes(info) + value)


def wrap_piece(value: bytes, info: dict[str, Any], public: str) -> Piece:
    """The piece wrapped to its opener's base64 public key, with its commitment."""
    wrapped = wrap(value, public, info)
    return Piece(
        tender=info["tender"],
        generation=info["generation"],
        subset=tuple(info["subset"]),
        opener=info["opener"],
        enc=encode(wrapped[:ENC_LENGTH]),
        ct=encode(wrapped[ENC_LENGTH:]),
        commit=_commitment(info, value),
    )


def _check_group(openers: Mapping[str, str], k: int) -> None:
    if not 2 <= k <= len(openers) <= MOST_OPENERS:
        raise SealingError(f"{k} of {len(openers)} openers: at least two open, and a group has at most {MOST_OPENERS}")
    if len(set(openers.values())) != len(openers):
        raise SealingError("two openers share one key")


def _check_subset(pieces: Sequence[OpenedPiece]) -> None:
    if not pieces:
        raise SealingError("no piece was handed over")
    first = pieces[0].piece
    place = (first.tender, first.generation, first.subset)
    if any((o.piece.tender, o.piece.generation, o.piece.subset) != place for o in pieces):
        raise SealingError("the pieces belong to different tenders or groups of openers")
    if sorted(o.piece.opener for o in pieces) != sorted(first.subset):
        raise SealingError("the pieces of this group of openers are not complete")


def split_part(shared: bytes, k: int) -> list[bytes]:
    """The officers' part as k random pieces."""
    random = [secrets.token_bytes(len(shared)) for _ in range(k - 1)]
    return [*random, reduce(_xor, random, shared)]


def combine(values: Sequence[bytes]) -> bytes:
    """The officers' part of the pieces of a whole subset."""
    return reduce(_xor, values)


def _combine(values: Sequence[bytes], clock: bytes) -> bytes:
    return reduce(_xor, values, clock)


def _xor(left: bytes, right: bytes) -> bytes:
    if len(left) != len(right):
        raise SealingError("pieces of different length")
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
