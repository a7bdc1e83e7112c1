"""What templates have achieved: how often they were used, what the awards cost and saved. Never of one town alone.

A figure is shown from K municipalities on; upper apps add what came of their own kinds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, F, Q, When

from tendering.models import LotOutcome, Tender

K: Final = 3
ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class CaseCost:
    """From the cheapest to the dearest award per case of a lot, where at least K municipalities counted the case.

    `unit` is what the first of them called a case.
    """

    lot: str
    unit: str
    currency: str
    low: Decimal
    high: Decimal
    municipalities: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of pilots: how many, in how many municipalities, and {decision in words: how often}."""

    pilots: int
    municipalities: int
    verdicts: Mapping[str, int]


@dataclass(slots=True)
class Achieved:
    """Use and results of one template. `saving_pct` is the median of the awarded lots against the cost before."""

    procedures: int = 0
    municipalities: int = 0
    awarded: int = 0
    awarded_municipalities: int = 0
    saving_pct: Decimal | None = None
    saving_municipalities: int = 0
    costs: list[CaseCost] = field(default_factory=list)
    tried: Tried | None = None

    @property
    def is_enough(self) -> bool:
        """Whether awards of enough municipalities are known to say anything."""
        return self.awarded_municipalities >= K


# each answers {template id: what was tried} in one query
tried: list[Callable[[list[UUID], datetime], dict[UUID, Tried]]] = []


def achieved(templates: Iterable[UUID], now: datetime) -> dict[UUID, Achieved]:
    """{template id: use and results}; two queries whatever the number of templates, and one per upper app."""
    ids = list(templates)
    found: dict[UUID, Achieved] = defaultdict(Achieved)
    if not ids:
        return found
    for row in _used(ids, now):
        found[row["template_version__template"]].procedures = row["procedures"]
        found[row["template_version__template"]].municipalities = row["towns"]
    awards: dict[UUID, dict[int, Any]] = defaultdict(dict)
    for template, lot, *rest in _awarded(ids, now):
        awards[template][lot] = rest  # the newest outcome of a lot counts
    for template, lots in awards.items():
        _summarise(found[template], list(lots.values()))
    for ask in tried:
        for template, outcome in ask(ids, now).items():
            found[template].tried = outcome
    return found


def _used(ids: list[UUID], now: datetime) -> Iterable[Mapping[str, Any]]:
    published = Tender.objects.filter(
        template_version__template__in=ids, published_at__lte=now, released_at__isnull=False, buyer__practice_run=None
    )
    counts = {"procedures": Count("pk"), "towns": Count("buyer", distinct=True)}
    return published.order_by().values("template_version__template").annotate(**counts)


def _awarded(ids: list[UUID], now: datetime) -> Iterable[tuple[Any, ...]]:
    """Every awarded lot counts; costs of a tender that withholds its value are left out."""
    done = Q(kind__in=("awarded", "contract"), at__lte=now, lot__tender__awarded_at__lte=now)
    rows = LotOutcome.objects.filter(
        done, lot__tender__template_version__template__in=ids, lot__tender__buyer__practice_run=None
    )
    return rows.order_by("at", "pk").values_list(
        "lot__tender__template_version__template", "lot", "lot__tender", "lot__tender__buyer", "lot__code",
        "lot__reference_unit", "lot__tender__currency", _unless_withheld("cost_per_case"),
        _unless_withheld("saving_per_year"),
        "lot__baseline_cost_per_case", "lot__reference_quantity",
    )  # fmt: skip


def _unless_withheld(name: str) -> Case:
    return Case(When(lot__tender__withholds_award_value=False, then=F(name)), default=None)


def _summarise(into: Achieved, lots: list[Any]) -> None:
    into.awarded = len({tender for tender, *_rest in lots})
    into.awarded_municipalities = len({town for _tender, town, *_rest in lots})
    savings: list[tuple[int, Decimal]] = []
    costs: dict[tuple[str, str], list[tuple[int, str, Decimal]]] = defaultdict(list)
    for _tender, town, code, unit, currency, per_case, saving, before, cases in lots:
        if saving is not None and before and cases:
            savings.append((town, saving * 100 / (before * cases)))
        if per_case is not None:
            costs[code, currency].append((town, unit, per_case))
    into.saving_municipalities = len({town for town, _share in savings})
    if into.saving_municipalities >= K:
        into.saving_pct = Decimal(median(share for _town, share in savings)).quantize(ONE_PLACE, ROUND_HALF_UP)
    into.costs = [
        cost for (code, currency), rows in sorted(costs.items()) if (cost := _case_cost(code, currency, rows))
    ]


def _case_cost(lot: str, currency: str, rows: list[tuple[int, str, Decimal]]) -> CaseCost | None:
    towns = {town for town, _unit, _cost in rows}
    if len(towns) < K:
        return None
    amounts = [cost for _town, _unit, cost in rows]
    return CaseCost(lot, rows[0][1], currency, min(amounts), max(amounts), len(towns))
