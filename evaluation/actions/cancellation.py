"""Lots, or all that are left, end without award: ground, reason, two people, and a message to all (R60).

Before the opening one officer cancels the whole procedure (tendering.actions.cancel_tender); from the opening on, when
bids are known, a second person confirms.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from evaluation.actions.access import begin, words
from evaluation.lifecycle import decide_second
from evaluation.models import LotCancellation
from tendering.actions import end_without_award, mark_awarded, record_lot_outcome
from tendering.actions.access import address
from tendering.actions.audience import tell_audience
from tendering.models import CancellationGround, Lot, LotOutcome, Tender


def request_cancellation(
    *, actor: User, tender_id: int, ground: str, reason: str, lots: Sequence[str] = ()
) -> LotCancellation:
    """Ask for the end of these lots (codes; none = all without an outcome); nothing changes until another confirms."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "cancel_lots")
        if ground not in CancellationGround.values:
            raise ValidationError({"ground": _("Choose one of the grounds.")})
        chosen = _open_lots(tender, lots)
        row = LotCancellation(
            tender=tender, ground=ground, reason=words(reason, "reason"), requested_by=actor, requested_at=now
        )
        row.full_clean()
        row.save()
        row.lots.set(chosen)
        data = {"cancellation": row.pk, "lots": [lot.code for lot in chosen], "ground": ground, "reason": row.reason}
        audit.record(tender.chain, "cancellation.requested", actor=actor, at=now, data=data)
    return row


def confirm_cancellation(*, actor: User, cancellation_id: int) -> LotCancellation:
    """The second person ends the lots; with no lot awarded or open any more, the procedure is cancelled."""
    with audit.in_transaction():
        found = LotCancellation.objects.filter(pk=cancellation_id).values_list("tender_id", flat=True).first()
        if found is None:
            raise Http404
        tender, now = begin(actor, found, "confirm_cancellation")
        row = LotCancellation.objects.get(pk=cancellation_id)
        if row.confirmed_at:
            refuse("confirmed_already", _("This has been confirmed already."))
        require(decide_second(row.requested_by_id, actor.pk))
        chosen = _open_lots(tender, list(row.lots.values_list("code", flat=True)))
        for lot in chosen:
            record_lot_outcome(lot=lot, kind="cancelled", at=now)
        row.confirmed_by, row.confirmed_at = actor, now
        row.full_clean()
        row.save()
        whole = _finish(tender, row, now)
        if not whole:
            tell_audience(
                tender, now, f"lots_cancelled:{row.pk}", "cancelled", _SUBJECT, _BODY,
                {"title": tender.title, "lots": ", ".join(lot.code for lot in chosen), "reason": row.reason,
                 "address": address(tender)},
            )  # fmt: skip
        data = {"cancellation": row.pk, "lots": [lot.code for lot in chosen], "whole": whole}
        audit.record(tender.chain, "cancellation.confirmed", actor=actor, at=now, data=data)
    return row


_SUBJECT = gettext_lazy("Cancelled in part: %(title)s")
_BODY = gettext_lazy("These lots have been cancelled: %(lots)s. The reason:\n%(reason)s\n\n%(address)s")


def _open_lots(tender: Tender, codes: Sequence[str]) -> list[Lot]:
    """The lots named, none of which has an outcome; ValidationError on `lots` otherwise."""
    settled = LotOutcome.objects.filter(lot__tender=tender).values("lot")
    free = {lot.code: lot for lot in tender.lots.exclude(pk__in=settled).order_by("position", "id")}
    chosen = [free[code] for code in codes or free if code in free]
    if not chosen or len(chosen) < len(codes):
        raise ValidationError({"lots": _("Choose lots that have no outcome yet.")})
    return chosen


def _finish(tender: Tender, row: LotCancellation, now: datetime) -> bool:
    """Whether the procedure ended as a whole; with an awarded lot and none open it is awarded instead."""
    outcomes = LotOutcome.objects.filter(lot__tender=tender)
    if tender.lots.exclude(pk__in=outcomes.values("lot")).exists():
        return False
    if outcomes.filter(kind="awarded").exists():
        mark_awarded(tender, now)
        return False
    end_without_award(tender, now, ground=row.ground, reason=row.reason)
    return True
