"""Where a bid stands after it was handed in: what has happened and when, and what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from bids.lifecycle import Status
from bids.models import Bid
from bids.nouns import said
from tendering.lifecycle import Status as TenderStatus
from tendering.models import Tender


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `at` is when it happened, or when it is planned (`later`), or None where that is open."""

    title: str
    state: Literal["done", "now", "later"]
    at: datetime | None = None
    more: str = ""


def steps_of(bid: Bid, now: datetime) -> list[Step]:
    """All steps of this bid in their order; exactly one is `now` unless everything has happened."""
    return list(_steps(bid, bid.tender, now))


def current(steps: list[Step]) -> Step:
    """Where it stands: the step that runs, else the last that happened."""
    return next((step for step in steps if step.state == "now"), steps[-1])


def _steps(bid: Bid, tender: Tender, now: datetime) -> Iterator[Step]:
    yield Step(_("Received"), "done", bid.received_at)
    if ended := _ended(bid, tender, now):
        yield ended
        return
    if bid.is_late and not bid.late_admitted_at:
        text = _("Two people of the buyer decide whether the delay was your fault. You are told what they decide.")
        yield Step(_("Late: stays sealed"), "now", None, text)
        return
    status = tender.status(now)
    if bid.opened_at is None:
        yield _sealed(tender, status)
        yield Step(_("Opened by several people together"), "later", tender.opening_planned_at)
        yield from _judging(status, tender, opened=False)
        return
    yield Step(_("Opened by several people together"), "done", bid.opened_at)
    yield from _judging(status, tender, opened=True)


def _ended(bid: Bid, tender: Tender, now: datetime) -> Step | None:
    """What ends the way of a bid early."""
    if bid.status == Status.WITHDRAWN:
        return Step(_("Withdrawn"), "done", bid.withdrawn_at, said(tender, "It stays sealed for good."))
    if bid.status == Status.REPLACED:
        return Step(_("Replaced by a newer version"), "done", bid.superseded_at, _("The newer version counts."))
    if tender.status(now) == TenderStatus.CANCELLED:
        return Step(_("Tender cancelled"), "done", tender.cancelled_at, _("The buyer tells everybody why."))
    if bid.status == Status.DAMAGED:
        text = _("Your saved sealed files and the receipt may still prove what you handed in. Write to the buyer.")
        return Step(_("Could not be opened"), "done", bid.damaged_at, text)
    return None


def _sealed(tender: Tender, status: TenderStatus) -> Step:
    if status == TenderStatus.OPEN:
        text = said(tender, "Nobody can read it. Until the deadline you can replace or withdraw it.")
        return Step(_("Sealed until the deadline"), "now", tender.tender_period_end, text)
    unread = said(tender, "Nobody can read it yet.")
    return Step(_("The deadline has passed, the opening is to come"), "now", None, unread)


def _judging(status: TenderStatus, tender: Tender, *, opened: bool) -> Iterator[Step]:
    if tender.is_call:
        yield from _selecting(status, tender, opened=opened)
        return
    rule = _("The bids are judged by the published rule. If something is unclear, we write to you.")
    decided = opened and status == TenderStatus.AWARDED
    yield Step(_("In evaluation"), "done" if decided else "now" if opened else "later", None, "" if decided else rule)
    result = _("You get the result with reasons, whether you win or not.")
    yield Step(_("Decided"), "done" if decided else "later", tender.awarded_at if decided else None, result)


def _selecting(status: TenderStatus, tender: Tender, *, opened: bool) -> Iterator[Step]:
    """A request to participate: candidates are selected, the selected ones are invited to bid."""
    rule = _("The candidates are selected by the published criteria. If something is unclear, we write to you.")
    decided = opened and status == TenderStatus.SELECTED
    state: Literal["done", "now", "later"] = "done" if decided else "now" if opened else "later"
    yield Step(_("Candidates are being selected"), state, None, "" if decided else rule)
    result = _("You get a letter with reasons, whether you are invited to bid or not.")
    at = tender.candidates_decided_at if decided else None
    yield Step(_("Decided"), "done" if decided else "later", at, result)
