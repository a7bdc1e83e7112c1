"""What a workbook is about: inputs, result and the words around them, gathered before a cell is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from evaluation import sentences
from evaluation.provision import Compared
from evaluation.scoring import LotResult, LotRobustness, TenderInput, TenderResult, evaluate, robustness
from evaluation.scoring.inputs import Criterion, EvaluationSpec, LotBid, LotInput
from evaluation.scoring.life_cycle import worked_out
from evaluation.sentences import Naming


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a result comes from; texts as they are printed, hashes as hex, absent ones empty.

    `at` is the moment the file states as its creation, so that the same result gives the same bytes.
    """

    computed_at: str = ""
    computed_by: str = ""
    reason: str = ""
    run: str = ""
    spec_hash: str = ""
    inputs_hash: str = ""
    result_hash: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """A tender with its result. `comments` holds (evaluator, text) by bid, lot and criterion; `drawn` a bid by lot,
    `own` the comparison with the own provision by lot, `only` the code of the one lot to write about ("" for all)."""

    inputs: TenderInput
    result: TenderResult
    robustness: Mapping[str, LotRobustness]
    title: str = ""
    buyer: str = ""
    currency: str = "EUR"
    names: Mapping[str, str] = field(default_factory=dict)
    drawn: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[tuple[str, str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    origin: Origin = Origin()
    own: Mapping[str, Compared] = field(default_factory=dict)
    only: str = ""

    @property
    def naming(self) -> Naming:
        return Naming(self.names, self.currency)

    @property
    def spec(self) -> EvaluationSpec:
        return self.inputs.spec

    def lots(self) -> list[Lot]:
        """The lots to write about, in published order."""
        wanted = (lot for lot in self.inputs.lots if self.only in ("", lot.lot_id))
        return [Lot(self, lot, self.result.lot(lot.lot_id)) for lot in wanted]


@dataclass(frozen=True)
class Lot:
    """One lot of the subject. `bids` are those with figures to compare, in the order of the opening record, with
    their life-cycle costs worked out."""

    subject: Subject
    input: LotInput
    result: LotResult

    @property
    def id(self) -> str:
        return self.input.lot_id

    @cached_property  # asked for by every cell's address
    def bids(self) -> list[LotBid]:
        prices = {row.bid_id: row.evaluation_price or Decimal(0) for row in self.result.rows}
        figured = (bid for bid in self.input.bids if _has_figures(bid))
        return [worked_out(bid, self.input, Fraction(prices[bid.bid_id])) for bid in figured]

    @property
    def others(self) -> list[LotBid]:
        """Withdrawn, late and unreadable bids: named, never priced."""
        return [bid for bid in self.input.bids if not _has_figures(bid)]

    @property
    def criteria(self) -> list[Criterion]:
        """Criteria with points, also those that only inform (weight 0)."""
        return [criterion for criterion in self.input.criteria if criterion.kind != "price"]

    @property
    def robustness(self) -> LotRobustness:
        return self.subject.robustness[self.id]

    @property
    def sentence(self) -> str:
        return sentences.ranking_sentence(self.result, self.subject.naming, self.subject.drawn.get(self.id))

    @property
    def robustness_sentence(self) -> str:
        return sentences.robustness_sentence(self.result, self.robustness, self.subject.naming)

    def name(self, bid_id: str) -> str:
        return self.subject.naming.bid(bid_id)


def _has_figures(bid: LotBid) -> bool:
    return bid.state == "submitted" and (bool(bid.prices) or not bid.formal_reasons)


def subject_of_inputs(inputs: TenderInput, **words: object) -> Subject:
    """Evaluate and gather; `words` are the texts of `Subject`. Raises `scoring.InputError`."""
    reports = {lot.lot_id: robustness(inputs, lot.lot_id) for lot in inputs.lots}
    return Subject(inputs, evaluate(inputs), reports, **words)  # type: ignore[arg-type]  # names checked by dataclass
