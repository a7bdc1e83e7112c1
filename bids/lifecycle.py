"""Where a bid stands and what its company may do with it. Pure; the server's clock alone decides."""

from datetime import datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from tendering.lifecycle import Status as TenderStatus


class Status(models.TextChoices):
    RECEIVED = "received", _("Received and sealed")
    LATE = "late", _("Received late")
    REPLACED = "replaced", _("Replaced by a newer version")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OPENED = "opened", _("Opened")
    DAMAGED = "damaged", _("Could not be opened: integrity violated")


class Moments(Protocol):
    is_late: bool
    superseded_at: datetime | None
    withdrawn_at: datetime | None
    opened_at: datetime | None
    damaged_at: datetime | None


def status(bid: Moments) -> Status:
    """Worked out from stored moments; the first matching line decides."""
    if bid.withdrawn_at:
        return Status.WITHDRAWN
    if bid.superseded_at:
        return Status.REPLACED
    if bid.damaged_at:
        return Status.DAMAGED
    if bid.opened_at:
        return Status.OPENED
    return Status.LATE if bid.is_late else Status.RECEIVED


def decide_submit(tender_status: TenderStatus) -> Decision:
    """Bids are taken while the tender is open; afterwards they are recorded as late, sealed and unopened."""
    if tender_status == TenderStatus.CANCELLED:
        return Refused("tender_cancelled", _("This tender has been cancelled. No bids are taken."))
    if tender_status in {TenderStatus.OPEN, TenderStatus.CLOSED}:
        return ALLOWED
    if tender_status in {TenderStatus.EVALUATION, TenderStatus.SELECTED, TenderStatus.AWARDED}:
        return Refused(
            "opened", _("The bids have been opened already. Your draft is kept; contact the procurement office.")
        )
    return Refused("not_open", _("This tender does not take bids yet."))


def decide_confirm(tender_status: TenderStatus, bid: Moments) -> Decision:
    """After a correction a live bid is confirmed before the deadline only."""
    if tender_status != TenderStatus.OPEN:
        return Refused("deadline_passed", _("A bid can be confirmed only before the deadline."))
    if bid.withdrawn_at or bid.superseded_at:
        return Refused("not_live", _("This bid is not the current one any more."))
    return ALLOWED


def decide_withdraw(tender_status: TenderStatus, bid: Moments) -> Decision:
    """Only a live bid, only before the deadline."""
    if tender_status != TenderStatus.OPEN:
        return Refused("deadline_passed", _("A bid can be withdrawn only before the deadline."))
    if bid.withdrawn_at or bid.superseded_at:
        return Refused("not_live", _("This bid is not the current one any more."))
    return ALLOWED
