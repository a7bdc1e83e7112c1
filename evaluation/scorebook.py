"""What the panel scores and has scored: cells (bid, lot, criterion), own scores, spread of all. No price is here."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from accounts.models import User
from bids.models import BidAnswer
from evaluation.inputs import bid_name, read_rows, spec_of, state_of
from evaluation.models import Consensus, PanelMember, Score
from evaluation.neutral import is_neutral, neutral_names
from tendering.models import CriterionKind, Tender

SCORE_MAXIMUM = Decimal(10)


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to score. `is_out`: the bid is excluded already, scoring it is allowed but not needed.

    `bid` and `company` are neutral names where the panel works without names.
    """

    bid_id: UUID
    bid: str
    company: str
    lot_id: int
    lot: str
    criterion_id: int
    criterion: str
    is_out: bool

    @property
    def key(self) -> tuple[UUID, int, int]:
        return self.bid_id, self.lot_id, self.criterion_id

    @property
    def ids(self) -> dict[str, Any]:
        """Foreign keys of a score of this cell."""
        return {"bid_id": self.bid_id, "lot_id": self.lot_id, "criterion_id": self.criterion_id}


def cells(tender: Tender) -> list[Cell]:
    """Every opened bid with every quality criterion of its lots, lot by lot, in the order of the opening record."""
    rows = read_rows(tender)
    neutral = neutral_names(rows.bids) if is_neutral(tender) else {}
    found = []
    for lot in rows.lots:
        criteria = [row for row in rows.criteria.get(lot.pk, []) if row.kind == CriterionKind.QUALITY and row.weight]
        for bid in rows.bids:
            if (bid.pk, lot.pk) not in rows.bid_lots or state_of(bid, tender) != "submitted":
                continue
            is_out, hidden = bool(rows.reasons(bid, lot)), neutral.get(bid.pk)
            name, company = hidden or bid_name(bid), hidden or bid.company.name
            found += [Cell(bid.pk, name, company, lot.pk, lot.code, row.pk, row.code, is_out) for row in criteria]
    return found if not neutral else sorted(found, key=lambda cell: list(neutral).index(cell.bid_id))


def has_quality(tender: Tender) -> bool:
    """Whether people score anything in this tender."""
    return bool(tender.criteria.filter(kind=CriterionKind.QUALITY, weight__gt=0).exists())


def open_cells(tender: Tender, user: User) -> list[Cell]:
    """What this evaluator still has to score before handing in."""
    own = Score.objects.filter(bid__tender=tender, evaluator=user)
    done = set(own.values_list("bid_id", "lot_id", "criterion_id"))
    return [cell for cell in cells(tender) if not cell.is_out and cell.key not in done]


@dataclass(frozen=True, slots=True)
class OwnScore:
    """One line of an evaluator's own sheet: what the bidder wrote, and the own score if there is one."""

    cell: Cell
    answer: str
    value: Decimal | None
    comment: str


def own_sheet(tender: Tender, user: User) -> list[OwnScore]:
    """The evaluator's own scores beside the bidders' answers; nobody else's scores, no price, no promised number."""
    answers = {
        (bid, lot, criterion): text
        for bid, lot, criterion, text in BidAnswer.objects.filter(bid_lot__bid__tender=tender).values_list(
            "bid_lot__bid_id", "bid_lot__lot_id", "criterion_id", "text"
        )
    }
    own = {
        (score.bid_id, score.lot_id, score.criterion_id): score
        for score in Score.objects.filter(bid__tender=tender, evaluator=user)
    }
    return [_own_score(cell, answers.get(cell.key, ""), own.get(cell.key)) for cell in cells(tender)]


def _own_score(cell: Cell, answer: str, score: Score | None) -> OwnScore:
    return OwnScore(cell, answer, score.value if score else None, score.comment if score else "")


@dataclass(frozen=True, slots=True)
class Given:
    """One evaluator's score with its reason. `evaluator` is the code of files, `name` what people call it."""

    evaluator: str
    value: Decimal
    comment: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """All scores of one cell, how far apart they lie, and what the panel agreed on."""

    cell: Cell
    given: tuple[Given, ...]
    level: Literal["", "note", "consensus"]
    consensus: Decimal | None = None
    consensus_reason: str = ""
    distance: Decimal = field(default=Decimal(0))

    @property
    def is_missing(self) -> bool:
        """The panel has to agree on a score and has not yet."""
        return self.level == "consensus" and self.consensus is None and not self.cell.is_out


def spreads(tender: Tender) -> list[Spread]:
    """Scores of the whole panel by cell; for the chair, once everyone has handed in."""
    spec, given = spec_of(tender), _given(tender)
    agreed = {(row.bid_id, row.lot_id, row.criterion_id): row for row in Consensus.objects.filter(bid__tender=tender)}
    found = []
    for cell in cells(tender):
        if scores := given.get(cell.key):
            distance = max(score.value for score in scores) - min(score.value for score in scores)
            level: Literal["", "note", "consensus"] = ""
            if distance >= spec.consensus_spread:
                level = "consensus"
            elif distance > spec.note_spread:
                level = "note"
            row = agreed.get(cell.key)
            found.append(Spread(cell, scores, level, row.value if row else None, row.reason if row else "", distance))
    return found


def _given(tender: Tender) -> Mapping[tuple[UUID, int, int], tuple[Given, ...]]:
    rows: dict[tuple[UUID, int, int], list[Given]] = defaultdict(list)
    for score in Score.objects.filter(bid__tender=tender).select_related("evaluator").order_by("evaluator"):
        name = score.evaluator.reference or f"u{score.evaluator_id}"
        rows[score.bid_id, score.lot_id, score.criterion_id].append(
            Given(name, score.value, score.comment, str(score.evaluator))
        )
    return {key: tuple(found) for key, found in rows.items()}


def progress(tender: Tender) -> tuple[int, int]:
    """(evaluators who have handed in, evaluators on the panel)."""
    moments = list(PanelMember.objects.filter(tender=tender).values_list("submitted_at", flat=True))
    return sum(moment is not None for moment in moments), len(moments)
