"""Statistics of a lot for its office and the audit, and the office's own figures beside the averages of the EU."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Final

from django.db.models import Count, F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from bids.models import Bid, BidLot
from evaluation.figures import money, number
from evaluation.inputs import bid_name
from evaluation.lifecycle import ExclusionCode
from evaluation.models import AbnormallyLowCheck, EvaluationRun
from evaluation.results import LotView, ResultView
from evaluation.scoring.catalogue import root
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.results import REJECTED
from tendering.models import Invitation, Tender
from tendering.spreadsheets import writer

SME: Final = frozenset({"micro", "small", "medium"})
EU: Final = Path(__file__).with_name("data") / "eu_averages.json"
Figure = tuple[str, str, Decimal | str | None]  # words, as shown, as written into a sheet


@dataclass(frozen=True, slots=True)
class Section:
    """Figures of one kind."""

    title: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class LotStatistics:
    """One lot."""

    code: str
    title: str
    sections: list[Section]


def _count(label: str, value: int) -> Figure:
    return label, str(value), Decimal(value)


def _amount(label: str, value: Decimal | None, currency: str) -> Figure:
    return label, money(value, currency), value


def _percent(label: str, value: Fraction | None) -> Figure:
    exact = None if value is None else as_decimal(value * 100, 2)
    return label, "–" if exact is None else f"{number(exact)}\u00a0%", exact


def statistics(tender: Tender, view: ResultView) -> list[LotStatistics]:
    """All lots of a result; six queries whatever the size."""
    found = Bid.objects.filter(tender=tender, superseded_at=None).select_related("company")
    bids = {bid_name(bid): bid for bid in found}
    asked = Counter(AbnormallyLowCheck.objects.filter(lot__tender=tender).values_list("lot__code", flat=True))
    invited = Invitation.objects.filter(tender=tender).count()
    times = Section(_("Duration"), list(_times(tender)))
    return [
        LotStatistics(lot.lot_id, lot.title, [
            Section(_("Bids"), list(_counts(tender, lot, bids, asked[lot.lot_id], invited))),
            Section(_("Prices of admissible bids"), list(_prices(lot, view.currency))),
            Section(_("Quality"), list(_quality(lot))),
            times, Section(_("How firm"), list(_firm(lot))),
        ])
        for lot in view.lots
    ]  # fmt: skip


def _counts(tender: Tender, lot: LotView, bids: dict[str, Bid], asked: int, invited: int) -> Iterator[Figure]:
    rows = lot.rows
    companies = [bids[row.bid_id].company for row in rows if row.bid_id in bids]
    if tender.is_invited_only:
        yield _count(_("Invited companies"), invited)
    yield _count(_("Received"), len(rows))
    yield _count(_("from small and medium companies"), sum(company.scale in SME for company in companies))
    yield _count(_("from other states"), sum(company.country != tender.buyer.country for company in companies))
    states = Counter(row.status for row in rows)
    for status, words in (("late", _("Late")), ("withdrawn", _("Withdrawn")), ("valid", _("Admissible"))):
        yield _count(words, states[status])
    names = dict(ExclusionCode.choices)
    for code, times in Counter(code for row in rows for code in row.reason_codes[:1]).items():
        yield _count(_("Excluded: %(reason)s") % {"reason": names.get(code, code)}, times)
    yield _count(_("Asked about a surprisingly low price"), asked)
    rejected = sum(row.low_price_outcome in REJECTED for row in rows)
    yield _count(_("Excluded for a low price"), rejected)


def _prices(lot: LotView, currency: str) -> Iterator[Figure]:
    valid = [row for row in lot.rows if row.status == "valid" and row.price is not None]
    prices = sorted(row.price for row in valid if row.price is not None)
    if not prices:
        return
    middle = Fraction(sum(prices)) / len(prices)
    yield _amount(_("Lowest"), prices[0], currency)
    yield _amount(_("Mean"), as_decimal(middle, 2), currency)
    yield _amount(_("Median"), as_decimal(Fraction(median(prices)), 2), currency)
    yield _amount(_("Highest"), prices[-1], currency)
    if len(prices) > 1 and prices[0] > 0:
        yield _percent(_("Spread, of the lowest"), Fraction(prices[-1] - prices[0]) / Fraction(prices[0]))
        squares = sum(((Fraction(price) - middle) ** 2 for price in prices), Fraction(0))
        yield _percent(_("Variation"), Fraction(root(squares / (len(prices) - 1))) / middle)
    winner = next((row for row in valid if row.is_winner), None)
    estimate = lot.input.estimated_value
    if winner is not None and winner.net is not None:
        yield _amount(_("Value of the first, net"), winner.net, currency)
        yield _amount(_("Estimate, net"), estimate, currency)
        if estimate:
            gap = winner.net - estimate
            yield _amount(_("Difference to the estimate"), gap, currency)
            yield _percent(_("Difference, of the estimate"), Fraction(gap) / Fraction(estimate))
        if winner.economics is not None and winner.economics.saving_per_year is not None:
            yield _amount(_("Saving per year against today"), winner.economics.saving_per_year, currency)


def _quality(lot: LotView) -> Iterator[Figure]:
    """Mean and standard deviation of each scored criterion over the admissible bids."""
    rows = [row for row in lot.rows if row.status == "valid"]
    for criterion in lot.criteria:
        scores = [row.criterion_scores[criterion.id] for row in rows if criterion.id in row.criterion_scores]
        if not criterion.is_scored or not scores:
            continue
        mean = Fraction(sum(scores)) / len(scores)
        value = as_decimal(mean, 2)
        yield _("%(code)s, mean") % {"code": criterion.id}, number(value), value
        if len(scores) > 1:
            squares = sum(((Fraction(score) - mean) ** 2 for score in scores), Fraction(0))
            spread = as_decimal(Fraction(root(squares / (len(scores) - 1))), 2)
            yield _("%(code)s, standard deviation") % {"code": criterion.id}, number(spread), spread


def _times(tender: Tender) -> Iterator[Figure]:
    run = EvaluationRun.objects.filter(tender=tender).order_by("pk").values_list("created_at", flat=True).first()
    points: Sequence[tuple[str, datetime | None, datetime | None]] = (
        (_("Days from publication to deadline"), tender.published_at, tender.tender_period_end),
        (_("Days from deadline to opening"), tender.tender_period_end, tender.opened_at),
        (_("Days from opening to first result"), tender.opened_at, run),
        (_("Days from deadline to award"), tender.tender_period_end, tender.awarded_at),
    )
    for label, start, end in points:
        if start is not None and end is not None:
            yield _count(label, (end - start).days)


def _firm(lot: LotView) -> Iterator[Figure]:
    report = lot.robustness
    if report.lead is not None:
        yield _("Lead of the first"), number(report.lead), report.lead
    second = next((row for row in lot.rows if row.bid_id in report.runner_up and row.break_even_pct is not None), None)
    if second is not None and second.break_even_pct is not None:
        yield _percent(_("The second would lead with a price lower by"), Fraction(second.break_even_pct) / 100)


def workbook(found: Sequence[LotStatistics]) -> bytes:
    """One sheet, a line per figure."""
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws, head = writer.add_sheet(book, _("Statistics")), book.add_format({"bold": True, "bottom": 1})
        for column, words in enumerate((_("Lot"), _("Part"), _("Figure"), _("Value"))):
            writer.text(ws, 0, column, words, head)
        row = 0
        for lot in found:
            for section in lot.sections:
                for label, _shown, value in section.figures:
                    row += 1
                    for column, words in enumerate((lot.code, section.title, label)):
                        writer.text(ws, row, column, words)
                    if isinstance(value, Decimal):
                        writer.number(ws, row, 3, value)
        ws.set_column(0, 1, 24)
        ws.set_column(2, 2, 44)
        ws.set_column(3, 3, 16)
        ws.freeze_panes(1, 0)
    return stream.getvalue()


# -- the office's own figures -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure of the board: own value or None, from how many, the EU average."""

    name: str
    own: Decimal | None
    n: int
    average: Decimal
    unit: str
    less_is_better: bool

    @property
    def word(self) -> str:
        if self.own is None:
            return ""
        if self.own == self.average:
            return "same"
        return "better" if (self.own < self.average) == self.less_is_better else "worse"


@cache
def eu_averages() -> dict[str, str]:
    """The averages with their source and date."""
    found: dict[str, str] = json.loads(EU.read_text("utf-8"))
    return found


NAMES: Final[dict[str, str | Promise]] = {
    "single_bid_pct": gettext_lazy("Lots with a single bid"),
    "decision_days": gettext_lazy("Days from deadline to award"),
    "sme_bids_pct": gettext_lazy("Bids from small and medium companies"),
}


def board(buyers: Sequence[int], now: datetime) -> list[Kpi]:
    """Over all awarded tenders of these buyers; three queries."""
    tenders = Tender.objects.filter(buyer__in=buyers, awarded_at__lte=now)
    days = [(end - start).days for start, end in tenders.filter(tender_period_end__isnull=False)
            .values_list("tender_period_end", "awarded_at")]  # fmt: skip
    rows = BidLot.objects.filter(
        lot__tender__in=tenders, bid__opened_at__isnull=False, bid__superseded_at=None, bid__withdrawn_at=None,
        bid__round=F("bid__tender__round"),
    )  # fmt: skip
    # by company: a variant of its own is no competitor
    counted = list(
        rows.order_by().values("lot").annotate(bids=Count("bid__company", distinct=True)).values_list("bids", flat=True)
    )
    scales = Counter(
        Bid.objects.live().filter(tender__in=tenders, opened_at__isnull=False).order_by()
        .values_list("company__scale", flat=True)
    )  # fmt: skip
    known = sum(times for scale, times in scales.items() if scale)
    small = sum(times for scale, times in scales.items() if scale in SME)
    single = _share(sum(bids == 1 for bids in counted), len(counted))
    return [
        _kpi("single_bid_pct", single, len(counted), "%", True),
        _kpi("decision_days", as_decimal(Fraction(sum(days), len(days)), 0) if days else None, len(days), "", True),
        _kpi("sme_bids_pct", _share(small, known), known, "%", False),
    ]


def _share(part: int, whole: int) -> Decimal | None:
    return as_decimal(Fraction(100 * part, whole), 0) if whole else None


def _kpi(key: str, own: Decimal | None, n: int, unit: str, less: bool) -> Kpi:
    return Kpi(str(NAMES[key]), own, n, Decimal(eu_averages()[key]), unit, less)


def organizations(ids: Sequence[int]) -> list[Organization]:
    """By name."""
    return list(Organization.objects.filter(pk__in=ids).order_by("name"))
