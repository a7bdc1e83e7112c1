"""What the council decided, written down by the officer as its clerk."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from pilots.actions.access import act_on, save
from pilots.models import Decision, Pilot

VOTES = ("yes", "no", "abstain")


def record_decision(
    *,
    actor: User,
    pilot_id: int,
    verdict: str,
    body: str,
    session_at: datetime,
    votes: dict[str, int],
    dissent: str = "",
    reason: str = "",
) -> Decision:
    """Record adopt, extend, adapt or stop with the votes {"yes", "no", "abstain"} and the dissent. Final."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "record_decision")
        decision = Decision(
            pilot=pilot, verdict=verdict, body=body, session_at=session_at, votes=_votes(votes), dissent=dissent,
            reason=reason, recorded_by=actor, recorded_at=now,
        )  # fmt: skip
        _check_session(pilot, session_at, now)
        decision.full_clean()
        decision.save()
        pilot.decided_at = session_at
        save(pilot)
        audit.record(
            pilot.chain, "pilot.decided", actor=actor, at=now, data={"verdict": verdict, "votes": decision.votes}
        )
    return decision


def _votes(given: Any) -> dict[str, int]:
    votes = {name: given.get(name, 0) for name in VOTES} if isinstance(given, dict) else {}
    is_count = [isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in votes.values()]
    if not votes or not all(is_count) or set(given) - set(VOTES):
        raise ValidationError({"votes": _("Votes are three whole numbers: yes, no, abstain.")})
    if not sum(votes.values()):
        raise ValidationError({"votes": _("Nobody has voted.")})
    return votes


def _check_session(pilot: Pilot, session_at: datetime, now: datetime) -> None:
    if session_at > now:
        raise ValidationError({"session_at": _("The session has not taken place yet.")})
    if pilot.analysed_at and session_at < pilot.analysed_at:
        raise ValidationError({"session_at": _("The session was before the analysis.")})
