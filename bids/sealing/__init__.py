"""Sealing of bids without Django: keys, pieces, sealed objects, manifest, store. `python -m bids.sealing --help`."""

from bids.sealing.errors import IntegrityError, SealingError, WrongPassSentence, WrongPiece
from bids.sealing.manifest import LARGEST_MANIFEST, FileEntry, Manifest, open_manifest, seal_manifest
from bids.sealing.objects import Sealed, StreamSealer, open_sealed, open_sealed_into, seal_bytes
from bids.sealing.opener_key import OpenerSecret, lock_opener_key, new_opener_key, unlock_opener_key
from bids.sealing.pass_sentence import WeakPassSentence, check_pass_sentence, propose_pass_sentence
from bids.sealing.receipt_check import verify_receipt
from bids.sealing.release import ReleasedPiece, accept_release, check_pieces, release_pieces
from bids.sealing.shape import check_file, check_shape, largest_sealed
from bids.sealing.slot import Slot, padme
from bids.sealing.store import StoreKey, StoreWriter
from bids.sealing.tender_secret import (
    OpenedPiece,
    Piece,
    SplitSecret,
    TenderSecret,
    new_tender_secret,
    open_piece,
    recover_secret,
    rewrap_clock_share,
    split_secret,
    unwrap_clock_share,
    whole_subset,
    whole_subsets,
)
from bids.sealing.wrapping import PlatformKey, new_keypair, unwrap, wrap

__all__ = [
    "LARGEST_MANIFEST",
    "FileEntry",
    "IntegrityError",
    "Manifest",
    "OpenedPiece",
    "OpenerSecret",
    "Piece",
    "PlatformKey",
    "ReleasedPiece",
    "Sealed",
    "SealingError",
    "Slot",
    "SplitSecret",
    "StoreKey",
    "StoreWriter",
    "StreamSealer",
    "TenderSecret",
    "WeakPassSentence",
    "WrongPassSentence",
    "WrongPiece",
    "accept_release",
    "check_file",
    "check_pass_sentence",
    "check_pieces",
    "check_shape",
    "largest_sealed",
    "lock_opener_key",
    "new_keypair",
    "new_opener_key",
    "new_tender_secret",
    "open_manifest",
    "open_piece",
    "open_sealed",
    "open_sealed_into",
    "padme",
    "propose_pass_sentence",
    "recover_secret",
    "release_pieces",
    "rewrap_clock_share",
    "seal_bytes",
    "seal_manifest",
    "split_secret",
    "unlock_opener_key",
    "unwrap",
    "unwrap_clock_share",
    "verify_receipt",
    "whole_subset",
    "whole_subsets",
    "wrap",
]
