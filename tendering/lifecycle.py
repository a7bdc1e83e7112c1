"""Where a tender stands and who may do what then. Pure: statuses are worked out from stored moments and `now`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from accounts.lifecycle import Role


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PREPARED = "prepared", _("Waiting for release")
    SCHEDULED = "scheduled", _("Released, not yet published")
    OPEN = "open", _("Open for bids")
    CLOSED = "closed", _("Deadline passed, not yet opened")
    EVALUATION = "evaluation", _("In evaluation")
    SELECTED = "selected", _("Candidates selected")
    AWARDED = "awarded", _("Awarded")
    CANCELLED = "cancelled", _("Cancelled")


PUBLIC_STATUSES = frozenset({
    Status.OPEN, Status.CLOSED, Status.EVALUATION, Status.SELECTED, Status.AWARDED, Status.CANCELLED,
})  # fmt: skip

FARTHEST: Final = timedelta(days=3653)  # ten years with their leap days
TOO_FAR: Final = _("A deadline lies at most ten years ahead.")


class Moments(Protocol):
    """The stored moments a status is worked out from."""

    prepared_at: datetime | None
    released_at: datetime | None
    published_at: datetime | None
    tender_period_end: datetime | None
    opened_at: datetime | None
    candidates_decided_at: datetime | None
    awarded_at: datetime | None
    cancelled_at: datetime | None


def status(tender: Moments, now: datetime) -> Status:
    """The first matching line decides; `TenderQuerySet.with_status` says the same in SQL (held equal by a test)."""
    if tender.cancelled_at and tender.cancelled_at <= now:
        return Status.CANCELLED
    if tender.awarded_at and tender.awarded_at <= now:
        return Status.AWARDED
    if tender.candidates_decided_at and tender.candidates_decided_at <= now:
        return Status.SELECTED
    if tender.opened_at and tender.opened_at <= now:
        return Status.EVALUATION
    if not tender.prepared_at:
        return Status.DRAFT
    if not tender.released_at:
        return Status.PREPARED
    if not tender.published_at or tender.published_at > now:
        return Status.SCHEDULED
    if tender.tender_period_end and now < tender.tender_period_end:
        return Status.OPEN
    return Status.CLOSED


@dataclass(frozen=True, slots=True)
class Rule:
    """An act: in which statuses, by which roles of the buyer; `why_not` is told when the status does not fit."""

    statuses: frozenset[Status]
    roles: frozenset[str]
    why_not: str | Promise


OFFICE = frozenset({Role.OFFICER})
RELEASERS = frozenset({Role.OFFICER, Role.APPROVER})
WRITERS = frozenset({Role.OFFICER, Role.REQUESTER})  # a requesting department: own drafts only, see decide_own_draft
ACTIONS: dict[str, Rule] = {
    "create": Rule(frozenset({Status.DRAFT}), WRITERS, _("A tender starts as a draft.")),
    "edit": Rule(
        frozenset({Status.DRAFT, Status.PREPARED}), WRITERS, _("A released tender is changed by an amendment only.")
    ),
    "prepare": Rule(frozenset({Status.DRAFT}), OFFICE, _("This tender has been handed over for release already.")),
    "release": Rule(
        frozenset({Status.PREPARED}), RELEASERS, _("Only a tender that waits for release can be released.")
    ),
    "send_back": Rule(
        frozenset({Status.PREPARED}), RELEASERS, _("Only a tender that waits for release can be sent back.")
    ),
    "invite": Rule(
        frozenset({Status.DRAFT, Status.PREPARED, Status.SCHEDULED, Status.OPEN}),
        OFFICE,
        _("Companies can be invited only before the deadline."),
    ),
    "approve_extension": Rule(
        frozenset({Status.OPEN}), RELEASERS, _("The deadline can be extended only before it has passed.")
    ),
    "correct": Rule(
        frozenset({Status.OPEN}), OFFICE, _("Text and documents can be corrected only before the deadline.")
    ),
    "publish_correction": Rule(
        frozenset({Status.OPEN}), RELEASERS, _("Text and documents can be corrected only before the deadline.")
    ),
    "next_round": Rule(
        frozenset({Status.EVALUATION}), OFFICE, _("The next round starts after the bids of this round were opened.")
    ),
    "extend": Rule(frozenset({Status.OPEN}), OFFICE, _("The deadline can be extended only before it has passed.")),
    "answer": Rule(frozenset({Status.OPEN}), OFFICE, _("Questions are answered while the tender is open.")),
    "cancel": Rule(
        frozenset({Status.OPEN, Status.CLOSED, Status.EVALUATION, Status.SCHEDULED}),
        OFFICE,
        _("This tender can no longer be cancelled."),
    ),
    "declare_conflict": Rule(
        frozenset({Status.OPEN, Status.CLOSED, Status.EVALUATION}),
        frozenset({Role.OFFICER, Role.APPROVER, Role.OPENER, Role.EVALUATOR, Role.PANEL_CHAIR, Role.REQUESTER}),
        _("Declarations are made between publication and award."),
    ),
    "evaluate": Rule(frozenset({Status.EVALUATION}), OFFICE, _("Bids can be evaluated once they have been opened.")),
    "score": Rule(
        frozenset({Status.EVALUATION}), frozenset({Role.EVALUATOR}), _("Bids can be scored once they have been opened.")
    ),
    "moderate": Rule(
        frozenset({Status.EVALUATION}), frozenset({Role.PANEL_CHAIR}), _("The panel works between opening and award.")
    ),
    "open": Rule(
        frozenset({Status.CLOSED}),
        frozenset({Role.OPENER}),
        _("Bids can be opened only after the deadline, and only once."),
    ),
}


def decide(action: str, status_now: Status, roles: frozenset[str]) -> Decision:
    """Whether a person with these roles at the buyer may do this now."""
    rule = ACTIONS[action]
    if roles.isdisjoint(rule.roles):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    if status_now not in rule.statuses:
        return Refused("not_now", rule.why_not, 409)
    return ALLOWED


def decide_second_person(first_id: int | None, second_id: int) -> Decision:
    """Whether a step that needs two people is done by another person than the one who prepared it."""
    if first_id == second_id:
        return Refused("second_person", _("A second person is needed here: you prepared this yourself."), 403)
    return ALLOWED


def decide_ask(status_now: Status, enquiry_period_end: datetime | None, now: datetime) -> Decision:
    """Questions are taken while the tender is open and the published question period runs."""
    if status_now != Status.OPEN:
        return Refused("not_now", _("Questions can be asked only while the tender is open."))
    if enquiry_period_end and now >= enquiry_period_end:
        return Refused("questions_closed", _("The time for questions has ended."))
    return ALLOWED


def decide_extension(current_end: datetime | None, new_end: datetime, now: datetime) -> Decision:
    """A deadline moves to a later moment only, and only before it has passed."""
    if current_end is None or now >= current_end:
        return Refused("deadline_passed", _("The deadline has passed and can no longer be extended."))
    if new_end <= current_end:
        return Refused("only_later", _("A deadline can only be moved to a later moment."))
    if is_too_far(new_end, now):
        return Refused("too_far", TOO_FAR)
    return ALLOWED


def is_too_far(end: datetime, now: datetime) -> bool:
    """More than ten years away is a slip of the pen: openers, keys and sealed bids must last until then."""
    return end > now + FARTHEST


def decide_own_draft(status_now: Status, roles: frozenset[str], is_own: bool) -> Decision:
    """A requesting department writes its own draft until it is handed over; the procurement office writes any."""
    if Role.OFFICER in roles or (is_own and status_now == Status.DRAFT):
        return ALLOWED
    return Refused("not_your_draft", _("The procurement office takes care of this tender now."), 403)


def decide_hand_over(status_now: Status, roles: frozenset[str], is_own: bool) -> Decision:
    """Officers pass on what is under way at their buyer, a requesting department its own draft."""
    if status_now in {Status.SELECTED, Status.AWARDED, Status.CANCELLED}:
        return Refused("not_now", _("This procedure has ended; there is nothing to hand over."))
    if Role.OFFICER in roles or (is_own and status_now == Status.DRAFT and Role.REQUESTER in roles):
        return ALLOWED
    return Refused("not_your_role", _("Your role does not include this."), 403)
