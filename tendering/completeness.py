"""What a tender must have before it can be handed over and released. Sentences by field, for the form and the API."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tendering.lifecycle import TOO_FAR, is_too_far
from tendering.models import INVITED_ONLY, AllocationRule, CriterionKind, Lot, Stage, Tender

FULL_WEIGHT = Decimal(100)
Gap = tuple[str, str]


def gaps(tender: Tender, now: datetime) -> list[Gap]:
    """(field, sentence) of everything that is missing or contradicts itself; empty when the tender is complete."""
    if tender.is_call:
        return [*_moments(tender, now), *_candidates(tender)]
    lots = list(tender.lots.prefetch_related("items"))
    found = (
        _moments(tender, now),
        _lots(tender, lots),
        _weights(tender, lots),
        _invitations(tender),
        _envelopes(tender),
    )
    return [gap for part in found for gap in part]


def stop_on_gaps(tender: Tender, now: datetime) -> None:
    """Raise ValidationError by field unless the tender is complete."""
    found: dict[str, list[str]] = {}
    for name, sentence in gaps(tender, now):
        found.setdefault(name, []).append(sentence)
    if found:
        raise ValidationError({name: list(sentences) for name, sentences in found.items()})


def _moments(tender: Tender, now: datetime) -> Iterator[Gap]:
    end = tender.tender_period_end
    if end is None:
        yield "tender_period_end", _("State until when bids or requests are taken.")
        return
    if end <= now:
        yield "tender_period_end", _("The deadline must lie in the future.")
    if is_too_far(end, now):
        yield "tender_period_end", str(TOO_FAR)
    if tender.enquiry_period_end and tender.enquiry_period_end > end:
        yield "enquiry_period_end", _("The time for questions must end before the deadline for bids.")
    if tender.opening_planned_at and tender.opening_planned_at < end:
        yield "opening_planned_at", _("Bids can be opened only after the deadline.")


def _lots(tender: Tender, lots: list[Lot]) -> Iterator[Gap]:
    if not lots:
        yield "lots", _("Describe at least one lot.")
    for lot in lots:
        if not any(item.in_evaluation for item in lot.items.all()):
            yield "lots", _("Lot %(code)s needs at least one position that counts.") % {"code": lot.code}
    limit = tender.max_lots_awarded
    if limit is not None and limit < len(lots) and tender.allocation_rule == AllocationRule.BEST_PER_LOT:
        yield "allocation_rule", _("A limit on lots needs a published rule for handing them out.")


def _weights(tender: Tender, lots: list[Lot]) -> Iterator[Gap]:
    """Scored criteria of each lot sum to 100 points, unless price alone decides and nothing is scored."""
    scored = [criterion for criterion in tender.criteria.prefetch_related("lots") if criterion.is_scored]
    if not scored and tender.evaluation.get("method") == "price_only":
        return
    for criterion in scored:
        if criterion.weight is None:
            yield "criteria", _("Criterion %(code)s needs a weight.") % {"code": criterion.code}
    for lot in lots:
        total = sum(
            (c.weight or Decimal(0) for c in scored if not c.lots.all() or lot in c.lots.all()),
            Decimal(0),
        )
        if total != FULL_WEIGHT:
            words = {"code": lot.code, "total": f"{total.normalize():f}"}
            yield "criteria", _("The weights of lot %(code)s add up to %(total)s instead of 100.") % words


def _envelopes(tender: Tender) -> Iterator[Gap]:
    """Prices wait for the panel's scores, so there must be something for it to score."""
    if tender.two_envelopes and not tender.criteria.filter(kind=CriterionKind.QUALITY, weight__gt=0).exists():
        yield "criteria", _("Prices in an envelope of their own need at least one quality criterion that people score.")


def _candidates(call: Tender) -> Iterator[Gap]:
    """Who is limited to a number must publish by what it is kept, in points that add up to 100."""
    rows = list(call.criteria.filter(kind=CriterionKind.SELECTION))
    total = sum((row.weight or Decimal(0) for row in rows), Decimal(0))
    if call.max_candidates is None and rows:
        yield "criteria", _("Criteria that compare candidates need a highest number of candidates.")
    elif call.max_candidates is not None and not rows:
        yield "criteria", _("A highest number of candidates needs published criteria by which they are compared.")
    elif rows and total != FULL_WEIGHT:
        words = {"total": f"{total.normalize():f}"}
        yield "criteria", _("The weights of the criteria for candidates add up to %(total)s instead of 100.") % words


def _invitations(tender: Tender) -> Iterator[Gap]:
    if tender.stage == Stage.BIDS:
        yield from _after_call(tender)
        return
    if tender.procedure_type in INVITED_ONLY and not tender.invitations.exists():
        yield "invitations", _("Invite at least one company.")


def _after_call(tender: Tender) -> Iterator[Gap]:
    """Bids are asked for only after the candidates are decided, of exactly the selected ones."""
    call = Tender.objects.get(bid_stage=tender)
    if call.cancelled_at is not None:
        yield "invitations", _("The call for candidates was cancelled. Copy this draft to begin a new procedure.")
    elif call.candidates_decided_at is None:
        yield "invitations", _("The candidates of the call are not decided yet.")
