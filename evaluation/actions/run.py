"""The evaluation itself: when it may run, what it is computed from, what is stored; and draws between equal bids."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import Refused, refuse, require
from accounts.models import User
from bids.models import Bid
from evaluation.actions.access import DAMAGED_OPEN, PRICES_SEALED, begin
from evaluation.actions.formal import unchecked_bids
from evaluation.actions.panel import is_closed
from evaluation.actions.supplements import supplements_with_files
from evaluation.fault_words import fault_words
from evaluation.inputs import build_inputs, fingerprint
from evaluation.models import EvaluationRun, Exclusion, FormalCheck, SupplementRequest
from evaluation.reasons import COMPUTED
from evaluation.results import latest
from evaluation.scorebook import has_quality
from evaluation.scoring import InputError, TenderInput, TenderResult, evaluate, robustness
from evaluation.scoring.codec import encode
from evaluation.scoring.inputs import LotBid, Reason
from tendering.models import Tender


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
    if tender.prices_sealed:
        found.append(Refused("prices_sealed", PRICES_SEALED))
    checks = FormalCheck.objects.filter(bid__tender=tender)
    if unchecked_bids(tender) or checks.filter(confirmed_at=None).exists():
        text = _("The formal check has not been confirmed by a second person yet.")
        found.append(Refused("checks_unconfirmed", text))
    if SupplementRequest.objects.filter(bid__tender=tender, received_at=None, due_at__gte=now).exists():
        found.append(Refused("documents_pending", _("A bidder may still hand in a missing document.")))
    if any(row.needs_judging or row.needs_second for row in supplements_with_files(tender)):
        text = _("A document that was handed in has not been judged yet, or waits for a second person.")
        found.append(Refused("documents_unjudged", text))
    if (
        Bid.objects.live()
        .filter(tender=tender, late_admitted_at__isnull=False, opened_at=None, damaged_at=None)
        .exists()
    ):
        found.append(Refused("late_bid_sealed", _("An admitted late bid has not been opened yet.")))
    if Bid.objects.mendable().filter(tender=tender, round=tender.round).exists():
        found.append(Refused("damaged_bid_open", DAMAGED_OPEN))
    return found


def calculate(tender: Tender) -> tuple[TenderInput, TenderResult]:
    """Inputs and result as they are now. Refuses with the place of the fault when the input cannot be evaluated."""
    try:
        inputs = build_inputs(tender)
        result = evaluate(inputs)
        added = _with_recorded(tender, inputs, result)
        return (inputs, result) if added is inputs else (added, evaluate(added))
    except InputError as error:
        refuse("not_evaluable", _("The evaluation cannot be computed: %(fault)s") % {"fault": fault_words(error)})


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
