"""Candidates of a call by its published criteria: who is suitable, how many points, who is within the number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bids.models import Bid
from evaluation.figures import number, shortest
from evaluation.inputs import bid_name, read_rows
from evaluation.models import CandidateScore
from tendering.models import Criterion, CriterionKind, Tender

TOP = 10
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One opened request. `reasons`: why it is not suitable; `total` in points of 100, None while points are missing.

    `rank` counts those with more points; equal candidates share it. `selected` is None while it cannot be told.
    """

    bid: Bid
    reasons: tuple[str, ...]
    scores: Mapping[str, CandidateScore]
    total: Decimal | None
    rank: int | None = None
    selected: bool | None = None

    @property
    def is_suitable(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Field:
    """All candidates of a call, best first. `is_limited`: more are suitable than the published highest number."""

    call: Tender
    criteria: tuple[Criterion, ...]
    candidates: tuple[Candidate, ...]
    is_limited: bool

    @property
    def suitable(self) -> list[Candidate]:
        return [one for one in self.candidates if one.is_suitable]

    @property
    def missing(self) -> list[Candidate]:
        """Suitable ones whose points are needed and not all there."""
        return [one for one in self.suitable if self.is_limited and one.total is None]

    @property
    def chosen(self) -> list[Candidate]:
        return [one for one in self.candidates if one.selected]

    def outcome(self) -> list[Json]:
        """As CandidateSelection keeps it."""
        return [
            {
                "bid": bid_name(one.bid),
                "company": one.bid.company.reference,
                "total": None if one.total is None else format(shortest(one.total), "f"),
                "rank": one.rank,
                "selected": bool(one.selected),
                "reasons": list(why(self, one)),
            }
            for one in self.candidates
        ]


def field_of(call: Tender) -> Field:
    """The candidates as they stand now; reasons in the active language."""
    rows = read_rows(call)
    criteria = tuple(call.criteria.filter(kind=CriterionKind.SELECTION).order_by("position", "id"))
    given: dict[Any, dict[str, CandidateScore]] = {}
    for score in CandidateScore.objects.filter(bid__tender=call).select_related("criterion"):
        given.setdefault(score.bid_id, {})[score.criterion.code] = score
    lot = rows.lots[0] if rows.lots else None
    found = []
    for bid in rows.bids:
        if bid.withdrawn_at or (bid.opened_at is None and bid.damaged_at is None and not bid.is_late):
            continue
        late = bid.is_late and bid.opened_at is None
        reasons = [_("The request arrived after the deadline.")] if late else [
            reason.text or str(reason.code) for reason in rows.reasons(bid, lot)
        ]  # fmt: skip
        own = given.get(bid.pk, {})
        found.append(Candidate(bid, tuple(reasons), own, total(criteria, own)))
    return ranked(call, criteria, found)


def total(criteria: Iterable[Criterion], scores: Mapping[str, CandidateScore]) -> Decimal | None:
    """Weighted points of 100, exact; None while one is missing or nothing is compared."""
    rows = list(criteria)
    if not rows or any(row.code not in scores for row in rows):
        return None
    return sum(((row.weight or Decimal(0)) * scores[row.code].value / TOP for row in rows), Decimal(0))


def ranked(call: Tender, criteria: tuple[Criterion, ...], candidates: list[Candidate]) -> Field:
    """Suitable ones are all selected up to the highest number; beyond it the points decide.

    Who has as many points as the last one within the number is selected, too: that is the published rule.
    """
    suitable = [one for one in candidates if one.is_suitable]
    most = call.max_candidates
    is_limited = most is not None and len(suitable) > most
    totals = sorted((one.total for one in suitable if one.total is not None), reverse=True)
    known = len(totals) == len(suitable)
    last = totals[most - 1] if is_limited and known and most is not None else None

    def placed(one: Candidate) -> Candidate:
        if not one.is_suitable:
            return Candidate(one.bid, one.reasons, one.scores, one.total, None, False)
        rank = 1 + sum(points > one.total for points in totals) if one.total is not None and known else None
        selected = True if not is_limited else None if last is None or one.total is None else one.total >= last
        return Candidate(one.bid, one.reasons, one.scores, one.total, rank, selected)

    order = sorted(map(placed, candidates), key=lambda one: (not one.is_suitable, one.rank or 0, one.bid.position or 0))
    return Field(call, criteria, tuple(order), is_limited)


def why(field: Field, one: Candidate) -> Iterable[str]:
    """Why a candidate is not selected, in sentences that name no other company; nothing for a selected one."""
    if one.selected:
        return
    yield from one.reasons
    chosen = [other.total for other in field.chosen if other.total is not None]
    if one.is_suitable and one.total is not None and chosen and one.rank is not None:
        words = {"points": number(shortest(one.total)), "rank": one.rank, "least": number(shortest(min(chosen)))}
        yield _("With %(points)s of 100 points it is on rank %(rank)s.") % words
        most = field.call.max_candidates or 0
        limit = ngettext(
            "At most %(most)s candidate is invited; the last one that is invited has %(least)s points.",
            "At most %(most)s candidates are invited; the last one that is invited has %(least)s points.",
            most,
        )
        yield limit % {"most": most, **words}
