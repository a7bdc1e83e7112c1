"""What can go wrong with sealed things, each with a code that records and messages can carry."""

from typing import Literal

IntegrityCode = Literal[
    "damaged", "wrong_key", "foreign_slot", "size", "hash", "manifest", "files", "envelope", "replayed", "version",
    "edition", "lots",
]  # fmt: skip


class SealingError(ValueError):
    """A key, piece, slot or file cannot be used for sealing or opening."""


class IntegrityError(SealingError):
    """A sealed object is not what its bidder handed in. `code` says how it differs; nothing of it may be shown.

    damaged: changed or cut off; wrong_key: sealed for another tender key, or changed where its key is wrapped (the
    two look alike); foreign_slot: belongs to another place; size, hash: differs from the manifest or receipt;
    manifest: opened, but unreadable as a manifest; files: names other documents than those handed in with it;
    envelope: holds what belongs into the other envelope; replayed: stands where the receipt names another object;
    version, edition, lots: sealed for another version of the bid, another edition of the documents, or other lots.
    """

    def __init__(self, code: IntegrityCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class WrongPassSentence(SealingError):
    """The pass sentence does not open this key file, or the file is damaged."""


class WrongPiece(SealingError):
    """An opener handed in a piece that is not the one committed to at publication."""

    def __init__(self, opener_id: str) -> None:
        super().__init__(f"the piece of opener {opener_id} is not the one made at publication")
        self.opener_id = opener_id
