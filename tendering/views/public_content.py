"""What everybody reads about a tender: the same content on its page, in the preview and before release."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import OpeningGroup, ready_recovery
from tendering import cpv, panels
from tendering.corrections import Change, change_of, published
from tendering.curve_picture import curve_svg
from tendering.forms.attachments import KINDS
from tendering.forms.judging import criterion_data
from tendering.lifecycle import PUBLIC_STATUSES, Status
from tendering.models import Criterion, CriterionKind, Document, Lot, Question, Tender
from tendering.rules.life_cycle import Amount, LifeCycle, invented
from tendering.weights import percent, plain, shares

BADGES = {
    Status.DRAFT: "neutral",
    Status.PREPARED: "warning",
    Status.SCHEDULED: "info",
    Status.OPEN: "success",
    Status.CLOSED: "neutral",
    Status.EVALUATION: "info",
    Status.SELECTED: "success",
    Status.AWARDED: "success",
    Status.CANCELLED: "danger",
}

INVENTED_PRICE = Decimal("10000.00")


@dataclass(frozen=True, slots=True)
class Promise:
    """A criterion with a published curve: its picture beside its points."""

    criterion: Criterion
    picture: SafeString
    calculation: "Calculation | None" = None


@dataclass(frozen=True, slots=True)
class Calculation:
    """A published life-cycle calculation with the amounts of an invented bid; `cost` is theirs and the price's."""

    rule: LifeCycle
    amounts: tuple[Amount, ...]
    price: Decimal | None
    cost: Decimal | None


def public_content(tender: Tender, now: datetime) -> dict[str, Any]:
    """Context of parts/tender_public.html and parts/tender_aside.html; ten queries, whatever the number of lots."""
    lots = list(tender.lots.prefetch_related("items"))
    criteria = list(tender.criteria.prefetch_related("lots"))
    return {
        "tender": tender,
        "status": tender.status(now),
        "status_kind": BADGES[tender.status(now)],
        "status_words": status_words(tender, tender.status(now)),
        "stages": list(_stages(tender, now)) if tender.stage else [],
        "now": now,
        "lots": lots,
        "cpv_label": cpv.label(tender.cpv_main),
        "has_baseline": any(lot.reference_quantity for lot in lots),
        **_judging(tender, criteria, lots),
        "required_documents": list(tender.required_documents.all()),
        "documents": _documents(tender),
        "questions": answered(tender),
        "changes": changes(tender),
        "opening_group": opening_group(tender),
    }


def status_words(tender: Tender, status: Status) -> str:
    """The status as people read it; in a call nobody bids yet."""
    of_call = {
        Status.OPEN: _("Open for requests to participate"),
        Status.EVALUATION: _("Candidates are being selected"),
    }
    return str(of_call.get(status, status.label) if tender.is_call else status.label)


def _stages(tender: Tender, now: datetime) -> Iterator[dict[str, Any]]:
    """The call and the stage of bids beside each other, with what everybody may know of each."""
    call = tender if tender.is_call else Tender.objects.filter(bid_stage=tender).first()
    bids = tender.bid_stage if tender.is_call else tender
    if call is None or bids is None:
        return
    state = call.status(now)
    published = state in PUBLIC_STATUSES
    yield {
        "title": _("1. Call for candidates %(reference)s") % {"reference": call.reference},
        "url": "" if call == tender else reverse("tender_detail", args=[call.pk]),
        "note": _("Requests to participate until") if call.tender_period_end else "", "at": call.tender_period_end,
        "kind": BADGES[state], "word": status_words(call, state) if published else _("not published yet"),
    }  # fmt: skip
    own = bids.status(now)
    asked = bids.published_at is not None and own in PUBLIC_STATUSES
    words = (
        _("Only invited companies see the documents. Bids until") if asked else _("Selected candidates are invited.")
    )
    yield {
        "title": _("2. Bids of the selected candidates %(reference)s") % {"reference": bids.reference},
        "url": reverse("tender_detail", args=[bids.pk]) if own == Status.AWARDED and bids != tender else "",
        "note": words,
        "at": bids.tender_period_end if asked else None,
        "kind": BADGES[own] if asked else "neutral",
        "word": own.label if asked else _("to come"),
    }


def _judging(tender: Tender, criteria: Sequence[Criterion], lots: Sequence[Lot]) -> dict[str, Any]:
    scored = [criterion for criterion in criteria if criterion.is_scored]
    formula, formula_fault = (None, "") if tender.is_call else _formula(tender, scored, lots)
    return {
        "compared": [criterion for criterion in criteria if criterion.kind == CriterionKind.SELECTION],
        "mandatory": [criterion for criterion in criteria if criterion.kind == CriterionKind.MANDATORY],
        "scored": [(criterion, _share_of(criterion, tender)) for criterion in scored],
        "promises": [_promise(criterion) for criterion in scored if criterion.is_promised and len(criterion.curve) > 1],
        "min_performance_points": tender.evaluation.get("min_performance_points"),
        "shares": shares(tender.evaluation, scored),
        "price_percent": percent(tender.evaluation.get("weight_price")),
        "price_is_gross": tender.evaluation.get("price_basis") == "gross",
        "formula": formula,
        "formula_fault": formula_fault,
    }


def _formula(tender: Tender, scored: Sequence[Criterion], lots: Sequence[Lot]) -> tuple[panels.Formula | None, str]:
    """The rule with its worked example; what stops a half-finished draft from being shown is told in words."""
    own = [criterion for criterion in scored if not lots or not criterion.lots.all() or lots[0] in criterion.lots.all()]
    middle = tender.value / len(lots) if tender.value and lots else None
    rows = [criterion_data(criterion) for criterion in own]
    try:
        return panels.formula(tender.evaluation, rows, middle, tender.currency), ""
    except ValueError as fault:
        return None, str(fault)


def _share_of(criterion: Criterion, tender: Tender) -> Decimal | None:
    """Share of the whole decision in per cent, where the method has shares."""
    whole = tender.evaluation.get("weight_quality")
    if criterion.weight is None or whole is None or not shares(tender.evaluation, []):
        return None
    return plain(percent(whole) * criterion.weight / 100)


def _promise(criterion: Criterion) -> Promise:
    picture = curve_svg(criterion.curve, criterion.name, criterion.unit, get_language() or "de")
    return Promise(criterion, picture, _calculation(criterion))


def _calculation(criterion: Criterion) -> Calculation | None:
    if (rule := criterion.calculation) is None:
        return None
    numbers, price = invented(rule.parts), INVENTED_PRICE if rule.with_price else None
    return Calculation(rule, rule.amounts(numbers), price, rule.cost(numbers, price))


def _documents(tender: Tender) -> list[Document]:
    """Without their bytes, each with the words of its kind."""
    words, found = dict(KINDS), list(tender.documents.in_force().defer("content"))
    for document in found:
        document.kind_label = words.get(document.kind, "")  # type: ignore[attr-defined]  # for the template
    return found


def answered(tender: Tender) -> list[Question]:
    """Answered questions only, without the asker: what is not loaded cannot be shown."""
    return list(tender.questions.exclude(answered_at=None).defer("asked_by", "answered_by"))


def changes(tender: Tender) -> list[Change]:
    """Approved amendments, newest first, with both versions side by side."""
    return [change_of(amendment) for amendment in published(tender)]


def opening_group(tender: Tender) -> tuple[int, int] | None:
    """(how many keys are needed, how many there are) of the buyer's standing group, its recovery key included."""
    groups = OpeningGroup.objects.filter(organization=tender.buyer_id)
    ready = ready_recovery("recovery_keys__") & Q(recovery_keys__isnull=False)
    spare = Count("recovery_keys", filter=ready, distinct=True)
    return groups.values_list("needed", Count("members", distinct=True) + spare).first()
