"""Changes after publication: the deadline moves to a later moment with a second person; the tender is cancelled."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from tendering.actions.access import act_on, address
from tendering.actions.audience import tell_audience
from tendering.lifecycle import Status, decide_extension, decide_second_person
from tendering.models import Amendment, CancellationGround, LotOutcome, Tender
from tendering.zones import Moment


def request_extension(*, actor: User, tender_id: int, new_end: datetime, reason: str) -> Amendment:
    """Ask for a later deadline; nothing changes until another person approves it."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "extend")
        if new_end.tzinfo is None:
            raise ValidationError({"new_end": _("A moment needs its offset.")})
        if not reason.strip():
            raise ValidationError({"reason": _("Give the reason.")})
        require(decide_extension(tender.tender_period_end, new_end, now))
        assert tender.tender_period_end is not None
        changes = {
            "tender_period_end": {"before": audit.stamp(tender.tender_period_end), "after": audit.stamp(new_end)}
        }
        amendment = Amendment(tender=tender, at=now, by=actor, reason=reason, changes=changes)
        amendment.full_clean()
        amendment.save()
        data = {"to": audit.stamp(new_end), "reason": reason}
        audit.record(
            tender.chain, "extension.requested", actor=actor, at=now, subject=f"amendment:{amendment.pk}", data=data
        )
    return amendment


def approve_extension(*, actor: User, amendment_id: int) -> Tender:
    """The second person moves the deadline, before the old one has passed. The row lock orders it with submissions."""
    wanted = Amendment.objects.filter(pk=amendment_id, kind=Amendment.Kind.EXTENSION)
    tender_id = wanted.values_list("tender_id", flat=True).first()
    if tender_id is None:
        raise Http404
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "approve_extension")
        amendment = Amendment.objects.get(pk=amendment_id)
        require(decide_second_person(amendment.by_id, actor.pk))
        new_end = moved_end(tender, amendment)
        require(decide_extension(tender.tender_period_end, new_end, now))
        move_deadline(tender, new_end)
        amendment.approved_by, amendment.approved_at = actor, now
        amendment.full_clean()
        amendment.save()
        tell_audience(
            tender, now, f"extended:{amendment.pk}", "deadline_moved",
            gettext_lazy("Later deadline: %(title)s"),
            gettext_lazy("The deadline for bids has been moved to a later moment: %(end)s\n%(address)s"),
            {"title": tender.title, "end": Moment(new_end, tender.buyer), "address": address(tender)},
        )  # fmt: skip
        data = {"to": audit.stamp(new_end)}
        audit.record(
            tender.chain, "extension.approved", actor=actor, at=now, subject=f"amendment:{amendment.pk}", data=data
        )
    return tender


def cancel_tender(*, actor: User, tender_id: int, ground: str, reason: str) -> Tender:
    """End the procedure without award, with its ground (CancellationGround) and the reason told to all.

    From the opening on bids are known: then a second person confirms (evaluation.actions.request_cancellation).
    """
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "cancel")
        if tender.status(now) == Status.EVALUATION:
            refuse(
                "second_person_needed", _("The bids are open: ask for the end here, and a second person confirms it.")
            )
        if ground not in CancellationGround.values:
            raise ValidationError({"ground": _("Choose one of the grounds.")})
        if not reason.strip():
            raise ValidationError({"reason": _("Give the reason.")})
        end_without_award(tender, now, ground=ground, reason=reason)
        audit.record(tender.chain, "tender.cancelled", actor=actor, at=now, data={"ground": ground, "reason": reason})
    return tender


def end_without_award(tender: Tender, at: datetime, *, ground: str, reason: str) -> None:
    """Write the end of a locked procedure and tell everybody; the act that calls it records its event."""
    tender.cancelled_at, tender.cancellation_ground, tender.cancellation_reason = at, ground, reason
    tender.full_clean()
    tender.save()
    open_lots = tender.lots.exclude(outcomes__kind__in=["awarded", "contract", "cancelled", "unsuccessful"])
    LotOutcome.objects.bulk_create([LotOutcome(lot=lot, kind="cancelled", at=at) for lot in open_lots])
    tell_audience(
        tender, at, "cancelled", "cancelled",
        gettext_lazy("Cancelled: %(title)s"),
        gettext_lazy("This procedure has been cancelled. The reason:\n%(reason)s\n\n%(address)s"),
        {"title": tender.title, "reason": reason, "address": address(tender)},
    )  # fmt: skip


def pending_amendments(tender: Tender) -> list[Amendment]:
    """Later deadlines and corrections that wait for a second person."""
    return list(tender.amendments.filter(approved_by=None).select_related("by"))


def pending_extensions(tender: Tender) -> list[Amendment]:
    """Requested later deadlines nobody has approved and that still could be."""
    return [amendment for amendment in pending_amendments(tender) if amendment.kind == Amendment.Kind.EXTENSION]


def moved_end(tender: Tender, amendment: Amendment) -> datetime:
    """The moment asked for; refused when the amendment is done or was asked for another deadline than today's."""
    if amendment.approved_at:
        refuse("already_approved", gettext_lazy("This change has been approved already."))
    change = amendment.changes.get("tender_period_end", {})
    assert tender.tender_period_end is not None
    if change.get("before") != audit.stamp(tender.tender_period_end):
        refuse("stale", gettext_lazy("The deadline has changed since this was asked for. Ask again."))
    return datetime.fromisoformat(change["after"])


def move_deadline(tender: Tender, new_end: datetime) -> None:
    """The planned opening moves along by as much."""
    assert tender.tender_period_end is not None
    if tender.opening_planned_at:
        tender.opening_planned_at += new_end - tender.tender_period_end
    tender.tender_period_end = new_end
    tender.full_clean()
    tender.save()
