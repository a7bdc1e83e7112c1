"""The latest result of a tender, read back from what was stored, and prepared for pages, workbook and letters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.decision import Refused, RefusedError
from accounts.models import Organization
from bids import variants
from bids.models import Bid
from evaluation import sentences
from evaluation.inputs import bid_name, fingerprint
from evaluation.models import Draw, EvaluationRun
from evaluation.reasons import reason_text
from evaluation.scoring import LotResult, LotRobustness, Row, TenderInput, TenderResult, evaluate, robustness
from evaluation.scoring.analysis import LotAnalysis
from evaluation.scoring.cases import to_expected_shape
from evaluation.scoring.codec import decode, encode
from evaluation.scoring.inputs import Criterion, EvaluationSpec, LotInput
from evaluation.scoring.life_cycle import worked_out
from evaluation.scoring.results import Allocation, Economics
from evaluation.scoring.robustness import LeftOut, LoserRobustness
from evaluation.sentences import Naming
from tendering.models import Lot, LotOutcome, Tender


def latest(tender: Tender) -> EvaluationRun | None:
    """The run that counts."""
    return EvaluationRun.objects.filter(tender=tender).order_by("-id").first()


def inputs_of(run: EvaluationRun) -> TenderInput:
    """The stored inputs of a run."""
    return TenderInput.from_json(run.inputs)


def result_of(run: EvaluationRun) -> TenderResult:
    """The result of a run, computed again from its stored inputs and held against the stored hash.

    Raises RefusedError (code "result_differs") if it is not the stored result: then nothing is shown.
    """
    result = evaluate(inputs_of(run))
    if fingerprint(result.to_json()) != run.result_hash:
        raise RefusedError(
            Refused("result_differs", _("The stored result cannot be reproduced. Please tell the operator."))
        )
    return result


def robustness_of(run: EvaluationRun, lot_id: str) -> LotRobustness:
    """The stored robustness of a lot; raises KeyError for an unknown lot. Not computed again: that takes long."""
    stored = run.robustness[lot_id]
    weight = stored.get("price_weight")
    return LotRobustness(
        lot_id=lot_id,
        winner=tuple(stored["winner"]),
        runner_up=tuple(stored["runner_up"]),
        lead=_number(stored.get("lead")),
        losers=tuple(_stored_loser(item) for item in stored["losers"]),
        left_out=tuple(
            LeftOut(**{**item, "winner": tuple(item["winner"]), "order": tuple(map(tuple, item["order"]))})
            for item in stored["left_out"]
        ),
        price_weight=(Fraction(weight[0]), Fraction(weight[1])) if weight else None,
        analysis=decode(LotAnalysis, stored["analysis"], "$.analysis") if stored.get("analysis") else None,
    )


def _stored_loser(item: Mapping[str, Any]) -> LoserRobustness:
    return LoserRobustness(
        bid_id=item["bid_id"],
        break_even_price=_number(item.get("break_even_price")),
        reduction=_number(item.get("reduction")),
        reduction_pct=_number(item.get("reduction_pct")),
        needed_scores={key: _number(score) for key, score in item["needed_scores"].items()},
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def differences(run: EvaluationRun) -> list[str]:
    """What is not as stored when a run is computed again; empty when everything is."""
    found = []
    if fingerprint(run.inputs) != run.inputs_hash:
        found.append("the stored inputs do not have the stored hash")
    if fingerprint(run.result) != run.result_hash:
        found.append("the stored result does not have the stored hash")
    inputs = inputs_of(run)
    if fingerprint(evaluate(inputs).to_json()) != run.result_hash:
        found.append("computing again gives another result")
    again = {lot.lot_id: encode(robustness(inputs, lot.lot_id)) for lot in inputs.lots}
    if fingerprint(_comparable(again, run.robustness)) != fingerprint(_comparable(run.robustness, run.robustness)):
        found.append("computing again gives another robustness")
    return found


def _comparable(reports: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Reports without simulations, which hang on the versions of libraries, and in the extent of what was stored."""

    def kept(lot_id: str, report: Mapping[str, Any]) -> dict[str, Any]:
        shown = {key: value for key, value in report.items() if key in stored.get(lot_id, {})}
        if "analysis" in shown:
            shown["analysis"] = {key: value for key, value in shown["analysis"].items() if key != "simulated"}
        return shown

    return {lot_id: kept(lot_id, report) for lot_id, report in reports.items()}


def expected_shape(run: EvaluationRun) -> dict[str, Any]:
    """The result in the shape of the cases' `expected.json`."""
    return to_expected_shape(result_of(run))


@dataclass(frozen=True, slots=True)
class RowView:
    """One bid in one lot, with everything that page, workbook and letter say about it.

    Amounts on the tender's price basis unless named net or gross; points as computed; texts in the active language.
    `subtotals` are performance points (0-1000 in sum) by kind; `needed_scores` the least score by criterion that would
    have won; `promised` the numbers the bidder promised.
    """

    bid_id: str
    bidder: str
    provider_id: str
    status: str
    rank: int | None
    is_winner: bool
    is_awarded: bool
    price: Decimal | None
    net: Decimal | None
    gross: Decimal | None
    stated_total: Decimal | None
    arithmetic_difference: Decimal | None
    price_points: Decimal | None
    quality_points: Decimal | None
    total: Decimal | None
    ratio: Decimal | None
    performance_points: Decimal | None
    subtotals: Mapping[str, Decimal]
    criterion_scores: Mapping[str, Decimal]
    promised: Mapping[str, Decimal]
    economics: Economics | None
    break_even_price: Decimal | None
    break_even_reduction: Decimal | None
    break_even_pct: Decimal | None
    break_even: str
    needed_scores: Mapping[str, Decimal | None]
    flags: tuple[str, ...]
    low_price_outcome: str
    reason_codes: tuple[str, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    explain: Mapping[str, str]
    result: Row
    figure: Decimal | None = None

    @property
    def eur_per_case(self) -> Decimal | None:
        """Price per case over the term."""
        return self.economics.eur_per_case if self.economics else None

    @property
    def saving_per_year(self) -> Decimal | None:
        """Saving a year against today's cost."""
        return self.economics.saving_per_year if self.economics else None


@dataclass(frozen=True, slots=True)
class LotView:
    """One lot: rows by rank, then the bids that are out; sentences in the active language."""

    lot_id: str
    title: str
    rows: tuple[RowView, ...]
    criteria: tuple[Criterion, ...]
    kinds: tuple[str, ...]
    sentence: str
    allocation_note: str
    robustness_sentence: str
    formula: tuple[str, ...]
    winner: tuple[str, ...]
    awards: tuple[str, ...]
    drawn: str | None
    tie_break_used: tuple[str, ...]
    unresolved_tie: bool
    blocked: tuple[str, ...]
    cancellation: str | None
    input: LotInput
    result: LotResult
    robustness: LotRobustness

    @property
    def has_baseline(self) -> bool:
        """Whether the municipality stated what a case costs today."""
        return self.input.baseline_cost_per_case is not None

    @property
    def valid_rows(self) -> tuple[RowView, ...]:
        return tuple(row for row in self.rows if row.status == "valid")


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result of a tender with its sources: who computed it when, by which rule, with which hashes."""

    tender_id: str
    title: str
    currency: str
    spec: EvaluationSpec
    lots: tuple[LotView, ...]
    allocation: Allocation | None
    created_at: datetime
    created_by: str
    method_version: str
    spec_hash: str
    inputs_hash: str
    result_hash: str
    reason: str
    run_id: int
    inputs: TenderInput = field(repr=False)
    result: TenderResult = field(repr=False)

    def lot(self, lot_id: str) -> LotView:
        """View of a lot; raises KeyError if unknown."""
        return {lot.lot_id: lot for lot in self.lots}[lot_id]


def view_of(run: EvaluationRun) -> ResultView:
    """Everything to show about a run, in the active language. Five queries at most, whatever the size."""
    inputs, result, tender = inputs_of(run), result_of(run), run.tender
    naming = Naming(bidder_names(tender), tender.currency)
    facts = _Facts(
        awards=result.awards(),
        drawn=_drawn(tender),
        awarded=_awarded(tender),
        naming=naming,
        spec=inputs.spec,
    )
    lots = tuple(_lot_view(lot, result.lot(lot.lot_id), robustness_of(run, lot.lot_id), facts) for lot in inputs.lots)
    return ResultView(
        tender_id=tender.reference,
        title=tender.title,
        currency=tender.currency,
        spec=inputs.spec,
        lots=lots,
        allocation=result.allocation,
        created_at=run.created_at,
        created_by=str(run.created_by or ""),
        method_version=run.method_version,
        spec_hash=run.spec_hash,
        inputs_hash=run.inputs_hash,
        result_hash=run.result_hash,
        reason=run.reason,
        run_id=run.pk,
        inputs=inputs,
        result=result,
    )


def proposable(run: EvaluationRun) -> dict[str, list[str]]:
    """{lot code: bid numbers} of the lots in which somebody, or nobody, can be proposed; a drawn bid stands alone."""
    lots = [lot for lot in view_of(run).lots if not lot.blocked]
    return {lot.lot_id: [lot.drawn] if lot.drawn else list(lot.awards) for lot in lots}


def bidder_names(tender: Tender) -> dict[str, str]:
    """Name of the company or consortium by bid number, with which variant the bid is; one query."""
    rows = Bid.objects.filter(tender=tender, superseded_at=None).select_related("company")
    return {bid_name(bid): _bidder(bid) for bid in rows}


def _bidder(bid: Bid) -> str:
    consortium = bid.opened.get("consortium") or {}
    name = str(consortium.get("name") or bid.company.name)
    variant = variants.words(bid)
    return str(_("%(bidder)s (%(variant)s)") % {"bidder": name, "variant": variant}) if variant else name


def _drawn(tender: Tender) -> dict[str, str]:
    rows = Draw.objects.filter(lot__tender=tender).values_list("lot__code", "drawn__reference")
    return {lot: str(bid) for lot, bid in rows}


def _awarded(tender: Tender) -> dict[str, str]:
    """Provider by lot of the awards that have been decided."""
    rows = LotOutcome.objects.filter(lot__tender=tender, kind="awarded", winner__isnull=False)
    return {str(lot): str(provider) for lot, provider in rows.values_list("lot__code", "winner__reference")}


def winning_bid(tender: Tender, lot: Lot, winner: Organization, result: TenderResult) -> str | None:
    """Number of the bid with which this company won the lot; one query."""
    drawn = _drawn(tender).get(lot.code)
    first = (drawn,) if drawn else result.awards().get(lot.code, ())
    return bid_of_winner(result.lot(lot.code), first, winner.reference)


def bid_of_winner(result: LotResult, first: Collection[str], provider: str | None) -> str | None:
    """Number of the decided winner's bid that the rule put first, or that was drawn; None without a winner.

    A company may stand in a lot with its main bid and with variants beside it; one of them wins.
    """
    own = [row.bid_id for row in result.rows if row.status == "valid" and row.provider_id == provider]
    return next((bid for bid in own if bid in first), next(iter(own), None))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all lots of a view have in common."""

    awards: Mapping[str, tuple[str, ...]]
    drawn: Mapping[str, str]
    awarded: dict[str, str]
    naming: Naming
    spec: EvaluationSpec


def _lot_view(lot: LotInput, result: LotResult, report: LotRobustness, facts: _Facts) -> LotView:
    drawn, awards = facts.drawn.get(lot.lot_id), facts.awards.get(lot.lot_id, ())
    awarded = bid_of_winner(result, (drawn,) if drawn else awards, facts.awarded.get(lot.lot_id))
    rows = [_row_view(row, lot, result, report, facts, awarded) for row in result.rows]
    scored = [criterion for criterion in lot.criteria if criterion.is_scored]
    return LotView(
        lot_id=lot.lot_id,
        title=lot.title,
        rows=tuple(sorted(rows, key=_by_rank)),
        criteria=lot.criteria,
        kinds=tuple(dict.fromkeys(criterion.kind for criterion in scored)),
        sentence=sentences.ranking_sentence(result, facts.naming, drawn),
        allocation_note=sentences.allocation_note(result, awards, facts.naming),
        robustness_sentence=sentences.robustness_sentence(result, report, facts.naming),
        formula=tuple(sentences.formula_sentences(facts.spec)),
        winner=result.winner,
        awards=awards,
        drawn=drawn,
        tie_break_used=result.tie_break_used,
        unresolved_tie=result.unresolved_tie,
        blocked=tuple(sentences.blocked_text(code) for code in _blocked(result, drawn)),
        cancellation=result.cancellation,
        input=lot,
        result=result,
        robustness=report,
    )


def _blocked(result: LotResult, drawn: str | None) -> list[str]:
    return [code for code in result.award_blocked if code != "draw_required" or drawn is None]


def _by_rank(row: RowView) -> tuple[bool, int, int]:
    """Ranked bids first; valid ones without a rank next; then excluded, withdrawn and late ones. Else as opened."""
    order = ("valid", "excluded", "withdrawn", "late")
    return row.rank is None, row.rank or 0, order.index(row.status)


def _row_view(
    row: Row, lot: LotInput, result: LotResult, report: LotRobustness, facts: _Facts, awarded: str | None
) -> RowView:
    bid = next(bid for bid in lot.bids if bid.bid_id == row.bid_id)
    loser = next((item for item in report.losers if item.bid_id == row.bid_id), None)
    priced = row.status != "late" and any(line.unit_price is not None for line in row.lines)
    return RowView(
        bid_id=row.bid_id,
        bidder=facts.naming.bid(row.bid_id),
        provider_id=row.provider_id,
        status=row.status,
        rank=row.rank,
        is_winner=row.bid_id in facts.awards.get(lot.lot_id, ()),
        is_awarded=row.bid_id == awarded,
        price=row.evaluation_price if priced else None,
        net=row.net if priced else None,
        gross=row.gross if priced else None,
        stated_total=row.stated_total,
        arithmetic_difference=row.arithmetic_difference,
        price_points=row.price_points,
        quality_points=row.quality_points,
        total=row.total,
        ratio=row.ratio,
        performance_points=row.performance_points,
        subtotals=row.subtotals,
        criterion_scores=row.criterion_scores,
        promised=worked_out(bid, lot, Fraction(row.evaluation_price or 0)).promised,
        economics=row.economics,
        break_even_price=loser.break_even_price if loser else None,
        break_even_reduction=loser.reduction if loser else None,
        break_even_pct=loser.reduction_pct if loser else None,
        break_even=_break_even(row, report, facts),
        needed_scores=loser.needed_scores if loser else {},
        flags=tuple(sentences.flag_text(flag) for flag in row.flags),
        low_price_outcome=row.abnormally_low_outcome or "",
        reason_codes=row.reason_codes,
        reasons=tuple(reason_text(reason) for reason in row.reasons),
        notes=tuple(reason_text(note) for note in row.notes),
        explain=row.explain,
        result=row,
        figure=row.figure,
    )


def _break_even(row: Row, report: LotRobustness, facts: _Facts) -> str:
    """Empty for bids that do not lose."""
    loser = next((item for item in report.losers if item.bid_id == row.bid_id), None)
    if loser is None:
        return ""
    return sentences.break_even_text(row.evaluation_price, loser.reduction, loser.reduction_pct, facts.naming)
