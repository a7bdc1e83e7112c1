"""The only writers of the bids app. Every act: lock, decide, check, write, outbox, audit last, in one transaction."""

from bids.actions.drafts import (
    attach_document,
    discard_draft,
    expire_drafts,
    leave_out_lot,
    own_draft,
    read_draft,
    remove_document,
    save_draft,
    start_draft,
)
from bids.actions.editions import confirm_bid, see_corrections
from bids.actions.group_rehearsal import (
    group_rehearsal_task,
    rehearse_assisted,
    rehearse_hand_over,
    resume_group_rehearsal,
    start_group_rehearsal,
)
from bids.actions.handover import cancel_handover, complete_handover, help_handover, start_handover
from bids.actions.late import (
    admit_late_bid,
    confirm_late_decision,
    exclude_late_bid,
    start_late_opening,
)
from bids.actions.mending import check_restored, confirm_left_sealed, leave_sealed, start_again
from bids.actions.opener_keys import (
    report_key_lost,
    store_opener_key,
    try_opener_key,
    try_opener_key_assisted,
)
from bids.actions.opener_passkeys import add_passkey, remove_passkey
from bids.actions.opening import hand_over_pieces, release_pieces, release_task, resume_opening, start_opening
from bids.actions.opening_failure import end_failed_opening
from bids.actions.recovery_keys import report_recovery_key_lost, store_recovery_key, try_recovery_key
from bids.actions.recovery_use import confirm_envelope, put_back, release_recovery_key, take_recovery_key
from bids.actions.rehearsal import expire_rehearsals, prepare_rehearsal, rehearse
from bids.actions.seal import current_seal, current_seals, make_seal
from bids.actions.seal_check import record_seal_check
from bids.actions.sealed_before import NamedManifest, store_manifest, submit_stored
from bids.actions.sealed_outside import SealedOutside, prepare_manifest, submit_sealed
from bids.actions.submission import submit_bid, submit_manifest
from bids.actions.uploads import (
    announce_upload,
    attach_arrived,
    expire_uploads,
    own_upload,
    remove_upload,
    take_chunk,
)
from bids.actions.withdrawal import withdraw_bid
from bids.keys import create_opener_key

__all__ = [
    "NamedManifest",
    "SealedOutside",
    "add_passkey",
    "admit_late_bid",
    "announce_upload",
    "attach_arrived",
    "attach_document",
    "cancel_handover",
    "check_restored",
    "complete_handover",
    "confirm_bid",
    "confirm_envelope",
    "confirm_late_decision",
    "confirm_left_sealed",
    "create_opener_key",
    "current_seal",
    "current_seals",
    "discard_draft",
    "end_failed_opening",
    "exclude_late_bid",
    "expire_drafts",
    "expire_rehearsals",
    "expire_uploads",
    "group_rehearsal_task",
    "hand_over_pieces",
    "help_handover",
    "leave_out_lot",
    "leave_sealed",
    "make_seal",
    "own_draft",
    "own_upload",
    "prepare_manifest",
    "prepare_rehearsal",
    "put_back",
    "read_draft",
    "record_seal_check",
    "rehearse",
    "rehearse_assisted",
    "rehearse_hand_over",
    "release_pieces",
    "release_recovery_key",
    "release_task",
    "remove_document",
    "remove_passkey",
    "remove_upload",
    "report_key_lost",
    "report_recovery_key_lost",
    "resume_group_rehearsal",
    "resume_opening",
    "save_draft",
    "see_corrections",
    "start_again",
    "start_draft",
    "start_group_rehearsal",
    "start_handover",
    "start_late_opening",
    "start_opening",
    "store_manifest",
    "store_opener_key",
    "store_recovery_key",
    "submit_bid",
    "submit_manifest",
    "submit_sealed",
    "submit_stored",
    "take_chunk",
    "take_recovery_key",
    "try_opener_key",
    "try_opener_key_assisted",
    "try_recovery_key",
    "withdraw_bid",
]
