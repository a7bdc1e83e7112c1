"""From the rows of the database to the exact input of an evaluation, in a fixed number of queries."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db.models import DecimalField, F, Q, Value
from django.utils import translation

from bids.models import Bid, BidAnswer, BidLot, ItemPrice
from evaluation.figures import shortest
from evaluation.models import AbnormallyLowCheck, Consensus, Exclusion, Score, SupplementRequest
from evaluation.reasons import damaged_reason, formal_reasons, recorded_reasons
from evaluation.scoring import TenderInput
from evaluation.scoring import inputs as shapes
from evaluation.scoring.codec import decode
from evaluation.scoring.inputs import (
    BidState,
    BidTerms,
    Clarification,
    Criterion,
    CriterionScores,
    EvaluationSpec,
    LotBid,
    LotInput,
    LotRules,
    Position,
    Reason,
)
from tendering.models import Criterion as CriterionRow
from tendering.models import CriterionKind, Item, Lot, Tender

T = TypeVar("T")


def build_inputs(tender: Tender) -> TenderInput:
    """Everything the evaluation of this tender uses; ids are the references and codes people see.

    At most 12 queries whatever the size. Raises `scoring.InputError` when the stored rule cannot be read.
    Texts of reasons are in the tender's language, because they are part of the stored input.
    """
    with translation.override(tender.language):
        rows = read_rows(tender)
        lots = tuple(_lot_input(lot, tender, rows) for lot in rows.lots)
    return TenderInput(
        tender_id=tender.reference,
        spec=spec_of(tender),
        lots=lots,
        lot_rules=lot_rules_of(tender),
        bidders=tuple(_terms(bid) for bid in rows.bids if bid.opened_at),
    )


def spec_of(tender: Tender) -> EvaluationSpec:
    """The stored rule of a tender; raises `scoring.InputError` with the JSON path of a fault."""
    spec = decode(EvaluationSpec, tender.evaluation, "$.spec")
    assert isinstance(spec, EvaluationSpec)
    return spec


def lot_rules_of(tender: Tender) -> LotRules:
    """Limits on lots as published."""
    return LotRules(
        max_lots_bid=tender.max_lots_bid,
        max_lots_awarded=tender.max_lots_awarded,
        allocation_rule=decode(shapes.AllocationRule, tender.allocation_rule, "$.lot_rules.allocation_rule"),
        combination_discounts_allowed=tender.combination_discounts_allowed,
    )


def fingerprint(value: object) -> str:
    """SHA-256 of JSON with sorted keys and no spaces.

    Not `accounts.evidence`: position numbers and criterion codes ("1.1", "B1") are keys here, which it refuses.
    """
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    ).hexdigest()


def bid_name(bid: Bid) -> str:
    """Id of a bid in results: its number from the opening record; a bid never opened may have none."""
    return bid.reference or str(bid.imported_as.get("reference") or bid.pk)


def bid_lots_hint(bid: Bid) -> frozenset[str] | None:
    """Codes of the lots a bid was for although it was never opened; None when nobody can know."""
    for source in (bid.imported_as, bid.late_decision, bid.opened):
        if lots := (source or {}).get("lots"):
            return frozenset(str(code) for code in lots)
    return None


@dataclass(slots=True)
class Rows:
    """All rows of one tender that an evaluation looks at, by the ids they belong to."""

    lots: list[Lot]
    bids: list[Bid]
    criteria: dict[int, list[CriterionRow]]
    mandatory: list[str]
    items: dict[int, list[Item]]
    bid_lots: dict[tuple[Any, int], BidLot]
    prices: dict[int, dict[str, Decimal]]
    promised: dict[int, dict[str, Decimal]]
    life_cycle: dict[int, dict[str, dict[str, Decimal]]]
    supplements: dict[Any, dict[str, SupplementRequest]]
    exclusions: dict[Any, list[Exclusion]]
    clarifications: dict[tuple[Any, int], AbnormallyLowCheck]
    scores: dict[tuple[Any, int], dict[str, CriterionScores]] = field(default_factory=dict)

    def reasons(self, bid: Bid, lot: Lot | None = None) -> list[Reason]:
        """Why an opened bid is out before the calculation, in this lot; without a lot, as a whole."""
        if bid.damaged_at:
            return [damaged_reason()]
        check = getattr(bid, "formal_check", None)
        asked = self.supplements.get(bid.pk, {})
        findings = check.findings if check is not None and check.confirmed_at else {}
        reasons = formal_reasons(findings, self.mandatory, lambda name: name in asked and asked[name].counts)
        here = [item for item in self.exclusions.get(bid.pk, []) if item.lot_id in (None, lot.pk if lot else None)]
        return reasons + recorded_reasons(here, reasons)


def read_rows(tender: Tender) -> Rows:
    """Read once, in a fixed number of queries (11)."""
    of_bid = {"bid__tender": tender}
    lots = list(tender.lots.order_by("position", "id"))
    criteria, mandatory = _criteria(tender, lots)
    exclusions = Exclusion.objects.filter(confirmed_at__isnull=False, **of_bid)
    supplements: dict[Any, dict[str, SupplementRequest]] = defaultdict(dict)
    for request in SupplementRequest.objects.filter(**of_bid):
        supplements[request.bid_id][request.document] = request
    promised, life_cycle = _promised(tender)
    return Rows(
        lots=lots,
        bids=_bids(tender),
        criteria=criteria,
        mandatory=mandatory,
        items=_grouped(Item.objects.filter(lot__tender=tender).order_by("lot", "position", "id"), "lot_id"),
        bid_lots={(row.bid_id, row.lot_id): row for row in BidLot.objects.filter(**of_bid)},
        prices=_prices(tender),
        promised=promised,
        life_cycle=life_cycle,
        supplements=supplements,
        exclusions=_grouped(exclusions, "bid_id"),
        clarifications={(row.bid_id, row.lot_id): row for row in AbnormallyLowCheck.objects.filter(**of_bid)},
        scores=_scores(tender),
    )


def _grouped(rows: Iterable[T], key: str) -> dict[Any, list[T]]:
    groups: dict[Any, list[T]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def _criteria(tender: Tender, lots: list[Lot]) -> tuple[dict[int, list[CriterionRow]], list[str]]:
    """Scored criteria by lot (no lot named = all lots) and the codes of the requirements, in published order."""
    by_lot: dict[int, list[CriterionRow]] = defaultdict(list)
    mandatory: list[str] = []
    rows = CriterionRow.objects.filter(tender=tender).order_by("position", "id")
    for row in rows.annotate(for_lot=F("lots__id")):  # outer join: a row per lot named, one with NULL when none is
        if row.kind == CriterionKind.MANDATORY:
            mandatory.append(row.code)
        elif row.is_scored:
            for lot in lots:
                if row.for_lot in (None, lot.pk):
                    by_lot[lot.pk].append(row)
    return by_lot, list(dict.fromkeys(mandatory))


def _bids(tender: Tender) -> list[Bid]:
    """Every bid that gets a row, main bids and variants beside them; replaced versions and earlier rounds have none."""
    rows = Bid.objects.filter(tender=tender, superseded_at=None).select_related("company", "formal_check")
    same: dict[tuple[int, int], list[Bid]] = defaultdict(list)
    for bid in rows:
        same[bid.company_id, bid.variant].append(bid)
    return sorted((bid for bids in same.values() for bid in _that_count(bids)), key=_order)


def _that_count(bids: list[Bid]) -> list[Bid]:
    """Of one company and number: the live bid of its last round, and a late one beside it.

    A withdrawn one only if none is live. An admitted late bid stands in place of the bid received in time.
    """
    live = [bid for bid in bids if bid.withdrawn_at is None]
    if not live:
        return [max(bids, key=lambda bid: (bid.round, bid.received_at))]
    last = [bid for bid in live if bid.round == max(bid.round for bid in live)]
    return [bid for bid in last if bid.late_admitted_at] or last


def _order(bid: Bid) -> tuple[bool, list[tuple[bool, int, str]], Any]:
    """By number as people read it (B2 before B10); bids without one last."""
    name = bid.reference or bid.imported_as.get("reference") or ""
    parts = re.findall(r"\d+|\D+", name)
    named = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
    return not name, named, bid.received_at


def _prices(tender: Tender) -> dict[int, dict[str, Decimal]]:
    prices: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = ItemPrice.objects.filter(bid_lot__bid__tender=tender)
    for bid_lot, ref, places, price in rows.values_list(
        "bid_lot_id", "item__ref", "item__price_decimals", "unit_price"
    ):
        prices[bid_lot][ref] = shortest(price, places)
    return prices


def _promised(tender: Tender) -> tuple[dict[int, dict[str, Decimal]], dict[int, dict[str, dict[str, Decimal]]]]:
    """Promised numbers, and those of life-cycle costs by part, both by bid and lot; one query."""
    promised: dict[int, dict[str, Decimal]] = defaultdict(dict)
    life_cycle: dict[int, dict[str, dict[str, Decimal]]] = defaultdict(dict)
    stated = Q(value__isnull=False) | Q(criterion__kind=CriterionKind.COST)
    rows = BidAnswer.objects.filter(stated, bid_lot__bid__tender=tender)
    for bid_lot, code, value, numbers in rows.values_list("bid_lot_id", "criterion__code", "value", "numbers"):
        if value is not None:
            promised[bid_lot][code] = shortest(value)
        if numbers:
            life_cycle[bid_lot][code] = {part: shortest(Decimal(number)) for part, number in numbers.items()}
    return promised, life_cycle


def _in_lot(
    numbers: Mapping[str, Mapping[str, Decimal]], codes: Iterable[str]
) -> dict[str, Mapping[str, Decimal]] | None:
    """Those of the criteria of the lot; None instead of nothing, so that it is no part of the stored inputs."""
    return {code: numbers[code] for code in codes if code in numbers} or None


def _scores(tender: Tender) -> dict[tuple[Any, int], dict[str, CriterionScores]]:
    """Single scores and moderated ones in one query; what was scored is always a quality criterion."""
    columns = ("bid_id", "lot_id", "criterion__code", "value")
    decimal = DecimalField(max_digits=4, decimal_places=2)
    single = Score.objects.filter(bid__tender=tender).annotate(score=Value(True)).order_by()
    agreed = Consensus.objects.filter(bid__tender=tender).annotate(score=Value(False)).order_by()
    rows = single.values_list(*columns, "evaluator__reference", "evaluator_id", "score").union(
        agreed.values_list(*columns, "moderated_by__reference", "moderated_by_id", "score"), all=True
    )
    given: dict[tuple[Any, int, str], dict[str, Decimal]] = defaultdict(dict)
    consensus: dict[tuple[Any, int, str], Decimal] = {}
    for bid, lot, code, value, reference, person, is_single in rows:
        exact = shortest(decimal.to_python(value))
        if is_single:
            given[bid, lot, code][reference or f"u{person}"] = exact
        else:
            consensus[bid, lot, code] = exact
    scores: dict[tuple[Any, int], dict[str, CriterionScores]] = defaultdict(dict)
    for bid, lot, code in given.keys() | consensus.keys():
        single_scores = dict(sorted(given.get((bid, lot, code), {}).items()))
        scores[bid, lot][code] = CriterionScores(single_scores, consensus.get((bid, lot, code)))
    return scores


def _lot_input(lot: Lot, tender: Tender, rows: Rows) -> LotInput:
    bids = [bid for bid in rows.bids if _is_for(bid, lot, rows)]
    return LotInput(
        lot_id=lot.code,
        title=lot.title,
        positions=tuple(_position(item) for item in rows.items.get(lot.pk, [])),
        criteria=tuple(criterion_input(row) for row in rows.criteria.get(lot.pk, [])),
        bids=tuple(_lot_bid(bid, lot, tender, rows) for bid in bids),
        estimated_value=_optional(lot.value, 2),
        term_years=tender.term_years,
        reference_quantity=_optional(lot.reference_quantity),
        reference_unit=lot.reference_unit,
        baseline_cost_per_case=_optional(lot.baseline_cost_per_case, 2),
        baseline_minutes_per_case=_optional(lot.baseline_minutes_per_case),
    )


def _optional(value: Decimal | None, least: int = 0) -> Decimal | None:
    return None if value is None else shortest(value, least)


def _is_for(bid: Bid, lot: Lot, rows: Rows) -> bool:
    """Opened bids say so themselves; of a sealed one only a hint is known, else it is listed in every lot."""
    if bid.opened_at and not bid.damaged_at:
        return (bid.pk, lot.pk) in rows.bid_lots
    hint = bid_lots_hint(bid)
    return hint is None or lot.code in hint


def state_of(bid: Bid, tender: Tender) -> BidState:
    """Withdrawn (also: no final offer in the last round), late and not admitted, or submitted."""
    if bid.withdrawn_at or bid.round < tender.round:
        return "withdrawn"
    return "late" if bid.is_late and not bid.late_admitted_at else "submitted"


def _lot_bid(bid: Bid, lot: Lot, tender: Tender, rows: Rows) -> LotBid:
    name, provider, state = bid_name(bid), bid.company.reference, state_of(bid, tender)
    bid_lot = rows.bid_lots.get((bid.pk, lot.pk))
    if state != "submitted" or bid_lot is None:
        reasons = tuple(rows.reasons(bid, lot)) if state == "submitted" else ()
        return LotBid(name, provider, {}, vat_rate=Decimal(0), state=state, formal_reasons=reasons)
    codes = [row.code for row in rows.criteria.get(lot.pk, [])]
    scores = rows.scores.get((bid.pk, lot.pk), {})
    return LotBid(
        bid_id=name,
        provider_id=provider,
        prices={**rows.prices.get(bid_lot.pk, {})},
        vat_rate=shortest(bid.vat_rate or Decimal(0)),
        formal_reasons=tuple(rows.reasons(bid, lot)),
        stated_total=bid_lot.stated_total,
        discount_pct=shortest(bid_lot.discount_pct),
        scores={code: scores[code] for code in codes if code in scores},
        promised={code: value for code, value in rows.promised.get(bid_lot.pk, {}).items() if code in codes},
        clarification=_clarification(rows.clarifications.get((bid.pk, lot.pk))),
        life_cycle=_in_lot(rows.life_cycle.get(bid_lot.pk, {}), codes),
    )


def _clarification(row: AbnormallyLowCheck | None) -> Clarification | None:
    """A decision counts once a second person has confirmed it."""
    if row is None:
        return None
    if not row.outcome or row.second_person_id is None:
        return "open"
    return cast("Clarification", row.outcome)


def _position(item: Item) -> Position:
    return Position(
        ref=item.ref,
        text=item.text,
        unit=item.unit,
        quantity=shortest(item.quantity),
        price_decimals=item.price_decimals,
        is_optional=item.is_optional,
        in_evaluation=item.in_evaluation,
        essential=item.essential,
    )


def criterion_input(row: CriterionRow) -> Criterion:
    """An award criterion as the engine sees it; raises `scoring.InputError` for a curve it cannot read."""
    return Criterion(
        id=row.code,
        kind=decode(shapes.CriterionKind, row.kind, f"$.criteria['{row.code}'].kind"),
        name=row.name,
        weight=shortest(row.weight or Decimal(0)),
        minimum_score=_optional(row.minimum_score),
        unit=row.unit,
        direction="lower" if row.direction == "lower" else "higher",
        curve=decode(tuple[tuple[Decimal, Decimal], ...], row.curve, f"$.criteria['{row.code}'].curve"),
        measures="minutes_per_case" if row.measures else "",
        life_cycle=row.calculation,
    )


def _terms(bid: Bid) -> BidTerms:
    discounts = bid.opened.get("combination_discounts") or []
    return BidTerms(
        bid_id=bid_name(bid),
        provider_id=bid.company.reference,
        max_lots_capacity=bid.max_lots_capacity,
        combination_discounts=tuple((tuple(item["lot_ids"]), Decimal(item["discount_pct"])) for item in discounts),
    )
