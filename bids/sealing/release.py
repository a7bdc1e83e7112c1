"""Handing pieces over at opening: each opener wraps the own pieces again to the key of the opening session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bids.sealing.errors import SealingError
from bids.sealing.tender_secret import OpenedPiece, Piece, checked, open_piece
from bids.sealing.wrapping import decode, encode, unwrap, wrap


@dataclass(frozen=True)
class ReleasedPiece:
    """A piece on its way to the server: base64 HPKE wrap to the session key."""

    opener: str
    subset: tuple[str, ...]
    wrapped: str

    def to_json(self) -> dict[str, Any]:
        """The form sent to the server."""
        return {"opener": self.opener, "subset": list(self.subset), "wrapped": self.wrapped}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ReleasedPiece":
        """The released piece as sent; SealingError when a field is missing or of another kind."""
        try:
            released = cls(value["opener"], tuple(value["subset"]), value["wrapped"])
        except (KeyError, TypeError) as error:
            raise SealingError("not a released piece") from error
        if not all(isinstance(text, str) for text in (released.opener, released.wrapped, *released.subset)):
            raise SealingError("not a released piece")
        return released


def check_pieces(pieces: Iterable[Piece], opener: str, opener_secret: bytes) -> int:
    """Number of the opener's pieces, at least one, all of which open and match their commitments (else an error)."""
    return len(_own(pieces, opener, opener_secret))


def release_pieces(
    pieces: Iterable[Piece], opener: str, opener_secret: bytes, *, session: str, session_public: str
) -> list[ReleasedPiece]:
    """All pieces of this opener, checked and wrapped to the session's base64 public key."""
    return [
        ReleasedPiece(opener, own.piece.subset, encode(wrap(own.value, session_public, _info(own.piece, session))))
        for own in _own(pieces, opener, opener_secret)
    ]


def accept_release(
    released: Iterable[ReleasedPiece], pieces: Iterable[Piece], opener: str, *, session: str, session_secret: bytes
) -> list[OpenedPiece]:
    """The opened pieces that the signed-in `opener` handed over, each checked against its stored commitment.

    Raises WrongPiece for a piece that differs, SealingError for one that is foreign or for another session.
    """
    stored = {piece.subset: piece for piece in pieces if piece.opener == opener}
    return [_accept(item, stored, opener, session, session_secret) for item in released]


def _own(pieces: Iterable[Piece], opener: str, opener_secret: bytes) -> list[OpenedPiece]:
    own = [open_piece(piece, opener_secret) for piece in pieces if piece.opener == opener]
    if not own:
        raise SealingError(f"opener {opener} has no piece of this tender key")
    return own


def _accept(
    item: ReleasedPiece, stored: Mapping[tuple[str, ...], Piece], opener: str, session: str, secret: bytes
) -> OpenedPiece:
    piece = stored.get(item.subset)
    if item.opener != opener or piece is None:
        raise SealingError(f"opener {opener} handed over a piece that is not theirs")
    value = unwrap(decode(item.wrapped, "released piece"), secret, _info(piece, session))
    return checked(OpenedPiece(piece, value))


def _info(piece: Piece, session: str) -> dict[str, Any]:
    return {**piece.info, "session": session}
