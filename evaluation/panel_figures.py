"""How the panel agrees, for its chair; how mild one scores oneself, for the person: prompts to talk, never a gate."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import practice
from accounts.models import AuditEvent, User
from evaluation.benchmark.agreement import APART, alpha_interval, krippendorff_alpha, outliers
from evaluation.models import Score
from evaluation.scorebook import Cell, Spread
from tendering.models import Tender

FEWEST: Final = 8  # scored cells below which a coefficient says nothing
ONE_POINT: Final = 1.0
CLOSE, ROUGH = 0.8, 0.667  # Krippendorff's own marks


@dataclass(frozen=True, slots=True)
class Member:
    """One evaluator: mean deviation from the middle of the others here and over all closed panels, in points."""

    name: str
    here: Decimal
    always: Decimal | None
    tenders: int
    apart: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """A sentence for the chair with the figures behind it; `alpha` None where it is not defined or says nothing."""

    sentence: str
    alpha: Decimal | None
    low: Decimal | None
    high: Decimal | None
    cells: int
    members: list[Member]


def agreement(found: Sequence[Spread], tender: Tender) -> Agreement:
    """Of a complete panel with at least two evaluators. One query over the past panels."""
    people = sorted({given.evaluator: given.name for one in found for given in one.given}.items())
    whole = [one for one in found if len(one.given) == len(people)]
    table = {code: [_value(one, code) for one in whole] for code, _name in people}
    alpha, low, high = _alpha([table[code] for code, _name in people]) if len(people) > 1 else (None, None, None)
    members = _members(people, table, tender) if len(people) > 2 and whole else []
    return Agreement(_sentence(alpha, len(whole), len(people)), alpha, low, high, len(whole), members)


def _value(one: Spread, code: str) -> float:
    return float(next(given.value for given in one.given if given.evaluator == code))


def _alpha(ratings: Sequence[Sequence[float]]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    if len(ratings[0]) < FEWEST:
        return None, None, None
    alpha = krippendorff_alpha(ratings, "ordinal")
    interval = alpha_interval(ratings, "ordinal")
    low, high = interval or (None, None)
    return _two(alpha), _two(low), _two(high)


def _two(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 2)))


def _sentence(alpha: Decimal | None, cells: int, people: int) -> str:
    if people < 2:
        return _("With one evaluator there is nothing to compare.")
    if cells < FEWEST:
        return _("%(number)d scores are too few to say how well the panel agrees.") % {"number": cells}
    if alpha is None:
        return _("All scores are the same.")
    if alpha >= Decimal(str(CLOSE)):
        return _("The evaluators order the bids much alike.")
    if alpha >= Decimal(str(ROUGH)):
        return _("The evaluators agree roughly; the marked scores are worth a talk.")
    return _("The evaluators see the bids differently; talk about what each criterion means.")


def _members(people: Sequence[tuple[str, str]], table: dict[str, list[float]], tender: Tender) -> list[Member]:
    here, past = outliers(table), _past(tender)
    members = []
    for code, name in people:
        z, off = here.modified_z[code], here.mean_deviation[code]
        always = past.get(code, [])
        members.append(
            Member(
                name, Decimal(str(round(off, 2))),
                Decimal(str(round(sum(always) / len(always), 2))) if always else None, len(always),
                z is not None and abs(z) > APART and abs(off) >= ONE_POINT,
            )
        )  # fmt: skip
    return members


def _past(tender: Tender) -> dict[str, list[float]]:
    """Mean deviation of each evaluator of the buyer in each closed panel: {code: [per tender]}. One query."""
    rows = Score.objects.filter(bid__tender__buyer=tender.buyer_id, bid__tender__panel_lock__isnull=False)
    return _deviations(rows)


def _deviations(rows: Any) -> dict[str, list[float]]:
    tables: dict[int, dict[tuple[Any, ...], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    fields = ("bid__tender", "bid", "lot", "criterion", "evaluator__reference", "evaluator", "value")
    for tender, bid, lot, criterion, reference, person, value in rows.order_by().values_list(*fields):
        tables[tender][bid, lot, criterion][reference or f"u{person}"] = float(value)
    found: dict[str, list[float]] = defaultdict(list)
    for cells in tables.values():
        people = sorted({code for cell in cells.values() for code in cell})
        whole = [cell for cell in cells.values() if len(cell) == len(people)]
        if len(people) > 1 and whole:
            scores = {code: [cell[code] for cell in whole] for code in people}
            for code, off in outliers(scores).mean_deviation.items():
                found[code].append(off)
    return found


def own_leniency(user: User) -> tuple[Decimal, int] | None:
    """(mean deviation in points, number of closed panels) of this person, for nobody else. None without any."""
    mine = Score.objects.filter(evaluator=user).values("bid__tender")
    rows = Score.objects.filter(bid__tender__in=mine, bid__tender__panel_lock__isnull=False)
    found = _deviations(rows).get(user.reference or f"u{user.pk}", [])
    return (Decimal(str(round(sum(found) / len(found), 2))), len(found)) if found else None


@dataclass(frozen=True, slots=True)
class Moderated:
    """One agreed score as it was recorded; the trail keeps each."""

    at: datetime
    name: str
    score: str
    reason: str


def history(tender: Tender, cell: Cell, bid_id: UUID) -> list[Moderated]:
    """All agreed scores of a cell, oldest first, from the trail that nobody can change. Two queries."""
    rows = AuditEvent.objects.filter(chain=practice.own_chain(tender.chain), verb="scores.moderated").order_by("seq")
    events = [(row.at, json.loads(row.body)) for row in rows]
    mine = [
        (at, event) for at, event in events
        if event.get("object") == f"bid:{bid_id}"
        and (event["data"]["lot"], event["data"]["criterion"]) == (cell.lot, cell.criterion)
    ]  # fmt: skip
    names = {f"u:{user.pk}": str(user) for user in User.objects.filter(pk__in=[e["actor"][2:] for _at, e in mine])}
    return [
        Moderated(at, names.get(event["actor"], ""), event["data"]["score"], event["data"]["reason"])
        for at, event in mine
    ]
