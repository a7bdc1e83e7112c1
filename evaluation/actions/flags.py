"""An officer says why a hint is harmless or what follows from it."""

from accounts import audit
from accounts.models import User
from evaluation.actions.access import begin, words
from evaluation.models import FlagNote


def note_flag(*, actor: User, tender_id: int, code: str, subject: str, value: str, reason: str) -> FlagNote:
    """Acknowledge a hint with a reason. The note stays; a later one stands beside it."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "note_flag")
        note = FlagNote(
            tender=tender, code=code, subject=subject, value=value, reason=words(reason, "reason"),
            noted_by=actor, noted_at=now,
        )  # fmt: skip
        note.full_clean()
        note.save()
        audit.record(tender.chain, "flag.noted", actor=actor, at=now, data={"code": code, "reason": note.reason})
    return note
