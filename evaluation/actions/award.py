"""The award: proposed by one person, decided by another, only for bids the published rule puts first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import refuse, require
from accounts.models import User
from bids.actions import once
from bids.models import Bid
from evaluation import award_rules
from evaluation.actions.access import begin, words
from evaluation.actions.run import calculate
from evaluation.inputs import fingerprint
from evaluation.lifecycle import decide_second
from evaluation.models import AbnormallyLowCheck, Draw, EvaluationRun
from evaluation.results import latest, result_of
from evaluation.scoring import TenderResult
from tendering.actions import mark_awarded, record_lot_outcome
from tendering.models import Approval, Lot, LotOutcome, Tender


def propose_award(*, actor: User, tender_id: int, lots: Mapping[str, Any], reason: str) -> Approval:
    """Propose {lot code: bid}; a lot without any admissible bid is proposed with None and ends unsuccessful.

    A bid is named by its id or number. Refused with the same reasons as the decision.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "propose_award")
        chosen = _chosen(tender, lots)
        run = _require_awardable(tender, chosen)
        names = {lot.code: (bid.reference or "") if bid else "" for lot, bid in chosen.items()}
        data = {"lots": names, "reason": words(reason, "reason"), "run": run.pk, "result_hash": run.result_hash}
        approval = Approval(tender=tender, kind="award", requested_by=actor, requested_at=now, data=data)
        approval.full_clean()
        approval.save()
        event = {
            "approval": approval.pk,
            "lots": _pairs(names),
            "reason": data["reason"],
            "result_hash": run.result_hash,
        }
        audit.record(tender.chain, "award.proposed", actor=actor, at=now, data=event)
    return approval


def decide_award(*, actor: User, approval_id: int, idempotency_key: str = "") -> list[LotOutcome]:
    """A second person awards as proposed; the tender is awarded when every lot has an outcome.

    Repeated with the same key it answers with the same outcomes and does nothing.
    """
    with audit.in_transaction():
        if not idempotency_key:
            return _decide(actor, approval_id)
        request = {"approval": approval_id}
        row = once.begin(actor=actor, key=idempotency_key, act="award", request=request, at=clock.now())
        if not row.answer:
            once.finish(row, {"outcomes": [outcome.pk for outcome in _decide(actor, approval_id)]})
        return list(LotOutcome.objects.filter(pk__in=row.answer["outcomes"]).select_related("lot", "winner"))


def _decide(actor: User, approval_id: int) -> list[LotOutcome]:
    found = Approval.objects.filter(pk=approval_id, kind="award").first()
    if found is None:
        raise Http404
    tender, now = begin(actor, found.tender_id, "decide_award")
    approval = Approval.objects.get(pk=approval_id)
    if approval.approved_at:
        refuse("decided_already", _("This has been decided already."))
    require(decide_second(approval.requested_by_id, actor.pk))
    chosen = _chosen(tender, {code: name or None for code, name in approval.data["lots"].items()})
    run = _require_awardable(tender, chosen)
    if run.pk != approval.data["run"]:
        refuse("result_changed", _("The result has changed since the proposal. Propose the award again."))
    _require_surroundings(tender, chosen, run, now)
    approval.approved_by, approval.approved_at = actor, now
    approval.full_clean()
    approval.save()
    outcomes = _record(tender, chosen, result_of(run), now)
    data = {"approval": approval.pk, "lots": _pairs(approval.data["lots"]), "result_hash": run.result_hash}
    audit.record(tender.chain, "award.decided", actor=actor, at=now, data=data)
    return outcomes


def _pairs(names: Mapping[str, str]) -> list[list[str]]:
    """Lot codes cannot be keys of an audit event."""
    return [[code, name] for code, name in names.items()]


def _chosen(tender: Tender, lots: Mapping[str, Any]) -> dict[Lot, Bid | None]:
    """Lots and bids named; ValidationError on `lots` for anything unknown."""
    by_code = {lot.code: lot for lot in tender.lots.order_by("position", "id")}
    bids: dict[str, Bid] = {}
    for bid in Bid.objects.filter(tender=tender).select_related("company"):
        bids |= {str(bid.pk): bid, bid.reference or str(bid.pk): bid}
    unknown = [code for code, name in lots.items() if code not in by_code or (name and str(name) not in bids)]
    if unknown or not lots:
        raise ValidationError({"lots": _("Name a lot of this tender and the bid that wins it.")})
    return {by_code[code]: bids[str(name)] if name else None for code, name in lots.items()}


def _require_awardable(tender: Tender, chosen: Mapping[Lot, Bid | None]) -> EvaluationRun:
    """The run the award rests on; refuses when it is outdated or a lot cannot be awarded as named."""
    run = latest(tender)
    if run is None:
        refuse("not_evaluated", _("The bids have not been evaluated yet."))
    result = result_of(run)
    for lot, bid in chosen.items():
        in_question = [row.bid_id for row in result.lot(lot.code).valid_rows]
        asked = AbnormallyLowCheck.objects.filter(lot=lot, second_person=None, bid__reference__in=in_question)
        if bid is not None and asked.exists():
            _refuse_open_price(lot)
    inputs, _result = calculate(tender)
    if fingerprint(inputs.to_json()) != run.inputs_hash:
        refuse("evaluate_again", _("Something has changed since the evaluation. Evaluate again first."))
    if LotOutcome.objects.filter(lot__in=[lot.pk for lot in chosen]).exists():
        refuse("awarded_already", _("This lot has an outcome already."))
    for lot, bid in chosen.items():
        _require_lot(lot, bid, result)
    return run


def _require_surroundings(tender: Tender, chosen: Mapping[Lot, Bid | None], run: EvaluationRun, now: datetime) -> None:
    """What the decision needs besides the result: the register was asked (R44), the competent body has confirmed."""
    require(award_rules.decide_register(tender, {bid.company_id for bid in chosen.values() if bid}, now))
    names = {lot.code: bid.reference if bid else None for lot, bid in chosen.items()}
    needed = award_rules.competence(tender, award_rules.award_value(tender, result_of(run), names))
    require(award_rules.decide_vote(needed, award_rules.newest_resolution(tender), names))


def _refuse_open_price(lot: Lot) -> NoReturn:
    refuse("price_open", _("The clarification of the price is still open in lot %(lot)s.") % {"lot": lot.code})


def _require_lot(lot: Lot, bid: Bid | None, result: TenderResult) -> None:
    first = result.awards().get(lot.code, ())
    if bid is None:
        if first:
            refuse("has_winner", _("Lot %(lot)s has an admissible bid.") % {"lot": lot.code})
        return
    row = next((row for row in result.lot(lot.code).rows if row.bid_id == bid.reference), None)
    if row is None or row.status != "valid":
        refuse("excluded", _("An excluded bid cannot win the award."))
    if bid.reference not in first:
        refuse("not_first", _("By the published rule another bid comes first in lot %(lot)s.") % {"lot": lot.code})
    if len(first) > 1 and not Draw.objects.filter(lot=lot, drawn=bid).exists():
        refuse(
            "draw_required", _("Several bids are equal in lot %(lot)s: lots must be drawn first.") % {"lot": lot.code}
        )
    if any(other.abnormally_low_outcome == "clarification_required" for other in result.lot(lot.code).valid_rows):
        _refuse_open_price(lot)


def _record(tender: Tender, chosen: Mapping[Lot, Bid | None], result: TenderResult, now: datetime) -> list[LotOutcome]:
    outcomes = [_outcome(lot, bid, result, now) for lot, bid in chosen.items()]
    with_outcome = LotOutcome.objects.filter(lot__tender=tender).values("lot")
    if not tender.lots.exclude(pk__in=with_outcome).exists():
        mark_awarded(tender, now)
    return outcomes


def _outcome(lot: Lot, bid: Bid | None, result: TenderResult, now: datetime) -> LotOutcome:
    """Net value of the bid, and what it costs and saves per case and year."""
    if bid is None:
        return record_lot_outcome(lot=lot, kind="unsuccessful", at=now)
    row = result.lot(lot.code).row(bid.reference or "")
    figures = row.economics
    return record_lot_outcome(
        lot=lot,
        kind="awarded",
        at=now,
        winner=bid.company,
        value=row.net,
        saving_per_year=figures.saving_per_year if figures else None,
        cost_per_case=figures.eur_per_case if figures else None,
    )
