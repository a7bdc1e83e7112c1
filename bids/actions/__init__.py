"""The only writers of the bids app. Every act: lock, decide, check, write, outbox, audit last, in one transaction."""

from bids.actions.drafts import (
    attach_document,
    discard_draft,
    expire_drafts,
    own_draft,
    read_draft,
    remove_document,
    save_draft,
    start_draft,
)
from bids.actions.late import (
    admit_late_bid,
    confirm_late_decision,
    exclude_late_bid,
    start_late_opening,
)
from bids.actions.opening import hand_over_pieces, release_pieces, start_opening
from bids.actions.seal import current_seal, make_seal
from bids.actions.submission import submit_bid, submit_manifest
from bids.actions.withdrawal import withdraw_bid
from bids.keys import create_opener_key

__all__ = [
    "admit_late_bid",
    "attach_document",
    "confirm_late_decision",
    "create_opener_key",
    "current_seal",
    "discard_draft",
    "exclude_late_bid",
    "expire_drafts",
    "hand_over_pieces",
    "make_seal",
    "own_draft",
    "read_draft",
    "release_pieces",
    "remove_document",
    "save_draft",
    "start_draft",
    "start_late_opening",
    "start_opening",
    "submit_bid",
    "submit_manifest",
    "withdraw_bid",
]
