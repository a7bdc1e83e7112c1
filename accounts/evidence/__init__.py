"""Evidence that others can check without us: canonical JSON, hash chain, Merkle tree, signed notes. No Django."""

from accounts.evidence.canonical import CanonicalError, canonical_bytes, digest, parse_canonical
from accounts.evidence.chain import GENESIS, Broken, chain_event, event_hash, head_leaf, verify_chain
from accounts.evidence.keyfiles import KeyFileError, read_key_file, read_or_create_key_file, write_new_file
from accounts.evidence.merkle import (
    GrowingTree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from accounts.evidence.notes import (
    NoteError,
    OpenedNote,
    checkpoint_text,
    open_note,
    parse_checkpoint,
    sign_note,
    verifier_key,
)
from accounts.evidence.signing import load_or_create_signing_key, load_signing_key, open_receipt, sign_receipt

__all__ = [
    "GENESIS",
    "Broken",
    "CanonicalError",
    "GrowingTree",
    "KeyFileError",
    "NoteError",
    "OpenedNote",
    "canonical_bytes",
    "chain_event",
    "checkpoint_text",
    "consistency_proof",
    "digest",
    "event_hash",
    "head_leaf",
    "inclusion_proof",
    "leaf_hash",
    "load_or_create_signing_key",
    "load_signing_key",
    "open_note",
    "open_receipt",
    "parse_canonical",
    "parse_checkpoint",
    "read_key_file",
    "read_or_create_key_file",
    "root",
    "sign_note",
    "sign_receipt",
    "verifier_key",
    "verify_chain",
    "verify_consistency",
    "verify_inclusion",
    "write_new_file",
]
