"""Before the award: the answer of the register about the intended winner, and the vote of the competent body."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse
from accounts.models import User
from evaluation.actions.access import begin, opened_bid, tender_of_bid
from evaluation.models import CouncilResolution, EvaluationRun, RegisterQuery
from evaluation.results import latest, proposable
from tendering.models import Tender


def record_register_query(
    *, actor: User, bid_id: UUID, answered_at: datetime | None = None, result: str = "clear", note: str = ""
) -> RegisterQuery:
    """Note what the register answered about a bidder, and when (not in the future). An entry needs words.

    The buyer asks the register itself; the answer is shown to the officers of the procedure only.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "ask_register")
        bid = opened_bid(bid_id, tender)
        answered = answered_at or now
        if answered > now:
            raise ValidationError({"answered_at": _("The answer cannot lie in the future.")})
        if result == "entry" and not note.strip():
            raise ValidationError({"note": _("Say what the entry is about and what follows for this award.")})
        query = RegisterQuery(
            tender=tender, company=bid.company, answered_at=answered, result=result, note=note.strip(),
            recorded_by=actor, recorded_at=now,
        )  # fmt: skip
        query.full_clean()
        query.save()
        data = {"query": query.pk, "answered_at": audit.stamp(answered)}
        audit.record(tender.chain, "register.answered", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return query


def record_resolution(
    *,
    actor: User,
    tender: Tender,
    at: datetime,
    body: str,
    outcome: str,
    decided_at: datetime,
    wording: str = "",
    run: EvaluationRun | None = None,
    awards: Mapping[str, Sequence[str]] | None = None,
) -> CouncilResolution:
    """What a body decided on the award, written by the act that records the vote on its paper.

    `run` and `awards` {lot code: bid numbers} are what the body had before it; left out, they are those of the newest
    result. The caller holds the lock on the tender, has asked whether the actor may, and records its own event.
    Refused before there is a result to vote on. Lots in which nobody can be proposed yet are not part of it.
    """
    voted_on = run or latest(tender)
    if voted_on is None:
        refuse("not_evaluated", _("The bids have not been evaluated yet."))
    resolution = CouncilResolution(
        tender=tender, body=body[:120], outcome=outcome, result_hash=voted_on.result_hash, wording=wording,
        awards={code: list(bids) for code, bids in (proposable(voted_on) if awards is None else awards).items()},
        decided_at=decided_at, recorded_by=actor, recorded_at=at,
    )  # fmt: skip
    resolution.full_clean()
    resolution.save()
    return resolution
