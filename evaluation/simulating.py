"""The simulator for a draft: its rule, invented bids, values of own finished tenders; no real bid of this one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from accounts.decision import refuse
from evaluation import simulation
from evaluation.fault_words import fault_words
from evaluation.inputs import lot_rules_of, spec_of
from evaluation.models import EvaluationRun
from evaluation.rule_checks import criteria_of, rule_lots
from evaluation.scoring import Finding, InputError, check_spec
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.inputs import Criterion, EvaluationSpec, LotInput
from evaluation.scoring.low_prices import estimate_on_basis
from evaluation.scoring.validation import SCALE_MAXIMUM
from evaluation.simulation import MOST_BIDS, Invented, Simulation
from tendering.models import Lot, LotOutcome, Tender

DEFAULT_SETS, DEFAULT_SEED = 200, 1
MIDDLE = Decimal(100_000)


class Draft:
    """A lot of a draft, as far as the simulator needs it. Refused (409) while the rule cannot be computed."""

    def __init__(self, tender: Tender, lot_code: str = "") -> None:
        self.tender = tender
        try:
            self.spec: EvaluationSpec = spec_of(tender)
            lots = tuple(rule_lots(tender, criteria_of(tender)))
            faults = [item for item in check_spec(self.spec, lots, lot_rules_of(tender)) if item.severity == "error"]
        except InputError as fault:
            refuse("rule_incomplete", fault_words(fault))
        if faults or not lots:
            refuse("rule_incomplete", _("The rule is not complete yet. Finish the step “How judged” first."))
        self.lots = lots
        self.lot: LotInput = next((lot for lot in lots if lot.lot_id == lot_code), lots[0])

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for criterion in self.lot.criteria if criterion.is_scored)

    @property
    def weights(self) -> dict[str, Fraction]:
        return {criterion.id: Fraction(criterion.weight) for criterion in self.criteria}

    @property
    def minima(self) -> dict[str, Decimal]:
        """The published least score of the criteria that have one."""
        return {one.id: one.minimum_score for one in self.criteria if one.minimum_score is not None}

    @property
    def middle(self) -> Decimal:
        """The estimate on the price basis; 100,000 where there is none."""
        estimate = estimate_on_basis(self.lot, self.spec)
        return MIDDLE if estimate is None else as_decimal(estimate, 2)

    def default_bids(self) -> tuple[Invented, ...]:
        return simulation.default_bids(self.weights, self.middle)

    def run(self, bids: Sequence[Invented], sets: int = DEFAULT_SETS, seed: int = DEFAULT_SEED) -> Simulation:
        """Try the rule on these bids and on random ones."""
        names = {one.id: one.name for one in self.criteria if one.name}
        return simulation.simulate(self.spec, self.weights, bids, self.middle, sets, seed, self.minima, names)


def bids_fault(bids: Sequence[Invented]) -> str:
    """What keeps invented bids from being tried; "" if nothing does."""
    if len({bid.name for bid in bids}) < len(bids):
        return _("Give each invented bid a name of its own.")
    return ""


def versions() -> dict[str, str]:
    """Libraries the draws depend on."""
    return {"numpy": np.__version__}


def lot_row(tender: Tender, code: str) -> Lot:
    """The lot of a draft by its code."""
    return tender.lots.get(code=code)


def findings_of(result: Simulation) -> list[Finding]:
    """What the random sets say about the rule, as findings."""
    found = [
        Finding("dead_criterion", "$.criteria", {"criterion": key, "sets": str(result.checked_for_dead)}, "warning")
        for key in result.dead
    ]
    if result.rounding_decides * 100 > result.sets:
        percent = as_decimal(Fraction(result.rounding_decides * 100, result.sets), 1)
        found.append(Finding("rounding_decides", "$.spec.rounding", {"percent": str(percent)}, "warning"))
    return found


def sources(tender: Tender) -> list[tuple[str, str]]:
    """Own finished tenders whose values can be tried: (id, reference and title), newest first; one query."""
    done = LotOutcome.objects.filter(kind="awarded").values("lot__tender")
    runs = (
        EvaluationRun.objects.filter(tender__buyer=tender.buyer, tender__in=done)
        .exclude(tender=tender)
        .order_by("-tender__published_at")
        .values_list("tender", "tender__reference", "tender__title")
        .distinct()[:20]
    )
    return list({str(key): (str(key), f"{reference} {title}") for key, reference, title in runs}.values())


def past_bids(tender: Tender, source: str, draft: Draft) -> list[Invented]:
    """Prices and performance of the valid bids of an own finished tender: values only, numbered, no names."""
    if source not in {key for key, _label in sources(tender)}:
        return []
    run = EvaluationRun.objects.filter(tender=int(source)).order_by("-id").first()
    lots: list[Mapping[str, Any]] = run.result["lots"] if run else []
    rows = [row for row in lots[0]["rows"] if row["status"] == "valid"] if lots else []
    found = []
    for number, row in enumerate(rows[:MOST_BIDS], start=1):
        score = min(SCALE_MAXIMUM, Decimal(row.get("performance_points") or "0") / 100).quantize(Decimal("0.01"))
        scores = {criterion.id: score for criterion in draft.criteria}
        found.append(Invented(str(number), Decimal(row["evaluation_price"]), scores))
    return found


def stored_bids(bids: Sequence[Invented]) -> list[dict[str, Any]]:
    """Plain JSON of invented bids."""
    return [
        {
            "name": bid.name,
            "price": f"{bid.price:f}",
            "scores": {key: f"{score:f}" for key, score in bid.scores.items()},
        }
        for bid in bids
    ]
