"""The clarification of a surprisingly low price as a state machine (§ 60 VgV, § 44 UVgO). Pure.

asked -> answered (or overdue) -> decided -> accepted or rejected, the last step by a second person. Where State aid is
the cause, the bidder is asked for the proof that it was lawful before anything is decided; then only the missing proof
rejects, or a breach of law. A breach of environmental, social or labour law always rejects.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from evaluation.lifecycle import PriceOutcome

State = Literal[
    "asked", "answered", "overdue", "aid_asked", "aid_answered", "aid_overdue", "decided", "accepted", "rejected"
]
REJECTING: Final = frozenset({PriceOutcome.NOT_EXPLAINED, PriceOutcome.LAW_BREACHED, PriceOutcome.AID_UNLAWFUL})
EXAMINED: Final[Mapping[str, str | Promise]] = {  # § 60 (2) VgV nos. 1 to 5, § 44 (2) UVgO
    "process": _("how economic the service or the method is"),
    "conditions": _("technical solutions and favourable conditions"),
    "originality": _("how original the offer is"),
    "law": _("environmental, social and labour law"),
    "aid": _("State aid"),
}
WORDS: Final[Mapping[State, str | Promise]] = {
    "asked": _("asked"), "answered": _("answered"), "overdue": _("no answer in time"),
    "aid_asked": _("asked about the State aid"), "aid_answered": _("answered about the State aid"),
    "aid_overdue": _("no proof of the State aid in time"), "decided": _("decided, not confirmed"),
    "accepted": _("price accepted"), "rejected": _("bid excluded"),
}  # fmt: skip


class Clarified(Protocol):
    """The columns of evaluation.models.AbnormallyLowCheck that decide."""

    due_at: datetime
    answered_at: datetime | None
    aid_asked_at: datetime | None
    aid_due_at: datetime | None
    aid_answered_at: datetime | None
    outcome: str
    second_person_id: int | None


def state_of(check: Clarified, now: datetime) -> State:
    """Where the clarification stands."""
    if check.outcome:
        if check.second_person_id is None:
            return "decided"
        return "rejected" if check.outcome in REJECTING else "accepted"
    if check.aid_asked_at and check.aid_due_at:
        if check.aid_answered_at:
            return "aid_answered"
        return "aid_overdue" if now > check.aid_due_at else "aid_asked"
    if check.answered_at:
        return "answered"
    return "overdue" if now > check.due_at else "asked"


def decide_ask_aid(check: Clarified, now: datetime) -> Decision:
    """State aid may be asked about once, after the explanation, before the decision."""
    if check.aid_asked_at:
        return Refused("asked_already", _("The bidder has been asked about the State aid already."), 409)
    if state_of(check, now) not in ("answered", "overdue"):
        return Refused("answer_pending", _("Ask about the State aid after the explanation and before the decision."))
    return ALLOWED


def decide_outcome(check: Clarified, outcome: str, now: datetime) -> Decision:
    """Whether this may be decided now; an outcome that is not confirmed yet may be changed."""
    if check.second_person_id is not None:
        return Refused("confirmed_already", _("This has been confirmed already."), 409)
    waits = check.aid_answered_at is None and check.aid_due_at is not None and now <= check.aid_due_at
    if waits or (check.aid_asked_at is None and check.answered_at is None and now <= check.due_at):
        return Refused("answer_pending", _("The bidder may still answer."), 409)
    if outcome == PriceOutcome.AID_UNLAWFUL and check.aid_asked_at is None:
        return Refused("aid_not_asked", _("Ask the bidder for the proof that the State aid was lawful first."), 409)
    if outcome == PriceOutcome.NOT_EXPLAINED and check.aid_asked_at is not None:
        return Refused(
            "aid_is_cause",
            _("The price is low because of State aid: the bid is excluded only if its lawfulness is not shown."), 409,
        )  # fmt: skip
    return ALLOWED
