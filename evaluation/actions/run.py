"""The evaluation itself: when it may run, what it is computed from, what is stored; and draws between equal bids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import Refused, refuse, require
from accounts.models import User
from bids.models import Bid
from evaluation.actions.access import begin
from evaluation.actions.formal import unchecked_bids
from evaluation.actions.panel import is_closed
from evaluation.inputs import build_inputs, fingerprint
from evaluation.models import Draw, EvaluationRun, Exclusion, FormalCheck, SupplementRequest
from evaluation.reasons import COMPUTED
from evaluation.results import latest, result_of
from evaluation.scorebook import has_quality
from evaluation.scoring import InputError, TenderInput, TenderResult, evaluate, robustness
from evaluation.scoring.codec import encode
from evaluation.scoring.inputs import LotBid, Reason
from tendering.models import Lot, Tender


def evaluate_tender(*, actor: User, tender_id: int, reason: str = "") -> EvaluationRun:
    """Compute the result and store it with its inputs; the same inputs again give the run that is there.

    Refused while the panel is not closed, the formal check is not confirmed by a second person, or a document may
    still come in time.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "evaluate")
        require_ready(tender, now)
        inputs, result = calculate(tender)
        stored, shown = inputs.to_json(), result.to_json()
        before, inputs_hash = latest(tender), fingerprint(stored)
        if before is not None and before.inputs_hash == inputs_hash and before.method_version == result.method_version:
            return before
        run = EvaluationRun(
            tender=tender,
            spec_hash=tender.spec_hash or fingerprint(stored["spec"]),
            method=result.method,
            method_version=result.method_version,
            inputs=stored,
            inputs_hash=inputs_hash,
            result=shown,
            result_hash=fingerprint(shown),
            robustness={lot.lot_id: encode(robustness(inputs, lot.lot_id)) for lot in inputs.lots},
            reason=reason[:300],
            supersedes=before,
            created_by=actor,
            created_at=now,
        )
        run.full_clean(exclude=["inputs", "result", "robustness"])
        run.save()
        data = {"run": run.pk, "inputs_hash": run.inputs_hash, "result_hash": run.result_hash, "reason": run.reason}
        audit.record(tender.chain, "tender.evaluated", actor=actor, at=now, data=data)
    return run


def require_ready(tender: Tender, now: datetime) -> None:
    """Refuse while something that decides the result is still open."""
    for gap in gaps(tender, now):
        require(gap)


def gaps(tender: Tender, now: datetime) -> list[Refused]:
    """Everything that is still missing before the bids can be evaluated."""
    found = []
    if has_quality(tender) and not is_closed(tender):
        found.append(Refused("panel_open", _("The panel has not been closed yet.")))
    checks = FormalCheck.objects.filter(bid__tender=tender)
    if unchecked_bids(tender) or checks.filter(confirmed_at=None).exists():
        text = _("The formal check has not been confirmed by a second person yet.")
        found.append(Refused("checks_unconfirmed", text))
    if SupplementRequest.objects.filter(bid__tender=tender, received_at=None, due_at__gte=now).exists():
        found.append(Refused("documents_pending", _("A bidder may still hand in a missing document.")))
    if Bid.objects.live().filter(tender=tender, late_admitted_at__isnull=False, opened_at=None).exists():
        found.append(Refused("late_bid_sealed", _("An admitted late bid has not been opened yet.")))
    return found


def calculate(tender: Tender) -> tuple[TenderInput, TenderResult]:
    """Inputs and result as they are now. Refuses with the place of the fault when the input cannot be evaluated."""
    try:
        inputs = build_inputs(tender)
        result = evaluate(inputs)
        added = _with_recorded(tender, inputs, result)
        return (inputs, result) if added is inputs else (added, evaluate(added))
    except InputError as error:
        refuse("not_evaluable", _("The evaluation cannot be computed: %(fault)s") % {"fault": str(error)})


def _with_recorded(tender: Tender, inputs: TenderInput, result: TenderResult) -> TenderInput:
    """Add confirmed exclusions for a reason the calculation usually finds itself, but did not find here.

    For example a price below every threshold that was asked about by hand and not explained.
    """
    rows = Exclusion.objects.filter(bid__tender=tender, code__in=COMPUTED, confirmed_at__isnull=False)
    recorded = {
        (row.lot.code if row.lot else None, row.bid.reference): Reason(row.code, row.reason)
        for row in rows.select_related("lot", "bid")
    }

    def decided(lot_id: str, bid: LotBid) -> LotBid:
        reason = recorded.get((lot_id, bid.bid_id)) or recorded.get((None, bid.bid_id))
        if reason is None or result.lot(lot_id).row(bid.bid_id).status != "valid":
            return bid
        return replace(bid, formal_reasons=(reason,))

    lots = tuple(replace(lot, bids=tuple(decided(lot.lot_id, bid) for bid in lot.bids)) for lot in inputs.lots)
    return inputs if lots == inputs.lots else replace(inputs, lots=lots)


def record_draw(
    *,
    actor: User,
    lot_id: int,
    drawn_bid_id: UUID,
    between: Sequence[Any],
    place: str,
    persons: Sequence[Any],
    witnesses: Sequence[Any],
) -> Draw:
    """Record who was drawn among bids that the published rule leaves equal; two persons, place and witnesses named.

    Raises ValidationError when `between` is not exactly the tied bids of the latest result.
    """
    with audit.in_transaction():
        lot = Lot.objects.filter(pk=lot_id).first()
        if lot is None:
            raise Http404
        tender, now = begin(actor, lot.tender_id, "evaluate")
        run = latest(tender)
        tied = result_of(run).awards().get(lot.code, ()) if run else ()
        drawn = Bid.objects.filter(tender=tender, pk=drawn_bid_id).first()
        names = _bid_names(tender, between)
        if len(tied) < 2 or set(names) != set(tied) or drawn is None or drawn.reference not in tied:
            raise ValidationError({"between": _("Lots are drawn only among the bids that are equal in the result.")})
        if len(persons) < 2 or not witnesses or not place.strip():
            raise ValidationError({"persons": _("A draw needs a place, two persons and a witness.")})
        if Draw.objects.filter(lot=lot).exists():
            refuse("drawn_already", _("Lots have been drawn already."))
        draw = Draw(
            lot=lot,
            between=names,
            drawn=drawn,
            drawn_at=now,
            place=place.strip(),
            persons=[_name(person) for person in persons],
            witnesses=[_name(person) for person in witnesses],
            recorded_by=actor,
        )
        draw.full_clean()
        draw.save()
        data = {"lot": lot.code, "between": names, "drawn": drawn.reference}
        audit.record(tender.chain, "lots.drawn", actor=actor, at=now, subject=f"bid:{drawn.pk}", data=data)
    return draw


def _bid_names(tender: Tender, bids: Sequence[Any]) -> list[str]:
    """Numbers of bids given as rows, ids or numbers."""
    numbers = {str(pk): reference or "" for pk, reference in tender.bids.values_list("pk", "reference")}
    given = [str(bid.pk) if isinstance(bid, Bid) else str(bid) for bid in bids]
    return [numbers.get(name, name) for name in given]


def _name(person: Any) -> str:
    return (person.reference or str(person)) if isinstance(person, User) else str(person)
