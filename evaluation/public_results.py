"""Awarded lots as everybody may read them: filters, sums against today, and the rows of the open files."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organization
from bids.models import BidLot
from tendering.models import LifeSituation, LotOutcome, Tender
from tendering.spreadsheets import writer

MOST_ROWS = 10_000
WIDTHS = (16, 30, 44, 8, 36, 36, 12, 12, 14, 14, 14, 14, 8)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filter of an address; a year that is none narrows nothing."""

    buyer: str = ""
    situation: str = ""
    year: int | None = None

    @classmethod
    def of(cls, given: QueryDict) -> "Chosen":
        year = given.get("year", "")
        is_year = year.isascii() and year.isdecimal() and len(year) == 4 and int(year) > 0
        return cls(given.get("buyer", ""), given.get("life_situation", ""), int(year) if is_year else None)

    @property
    def query(self) -> str:
        """The filter as it stands in an address."""
        words = {"buyer": self.buyer, "life_situation": self.situation, "year": str(self.year or "")}
        return urlencode({key: word for key, word in words.items() if word})

    def of_rows(self, rows: QuerySet[LotOutcome]) -> QuerySet[LotOutcome]:
        if self.buyer:
            rows = rows.filter(lot__tender__buyer__reference=self.buyer)
        if self.situation:
            rows = rows.filter(lot__tender__life_situation=self.situation)
        return rows.filter(at__year=self.year) if self.year else rows


@dataclass(frozen=True, slots=True)
class Savings:
    """What awards save in a year against today, where today's cost is stated; negative when they cost more."""

    total: Decimal
    currency: str
    lots: int


def awarded(user: Any, now: datetime) -> QuerySet[LotOutcome]:
    """Every award that is public, newest first by `at`, `id`."""
    visible = Tender.objects.visible_to(user, now).filter(awarded_at__lte=now, pk=OuterRef("lot__tender"))
    return LotOutcome.objects.filter(Exists(visible), kind="awarded", at__lte=now)  # row by row, in the order of `at`


def with_parts(rows: QuerySet[LotOutcome]) -> QuerySet[Any]:
    """With tender, buyer, winner and `bid_count` (opened bids of the lot) in the same query."""
    opened: QuerySet[Any] = BidLot.objects.filter(lot=OuterRef("lot"), bid__opened_at__isnull=False)
    opened = opened.filter(bid__superseded_at=None, bid__withdrawn_at=None)
    counted = opened.order_by().values("lot").annotate(n=Count("pk")).values("n")
    parts = rows.select_related("lot__tender__buyer", "winner")
    return parts.annotate(bid_count=Coalesce(Subquery(counted), 0))


def without_withheld(row: Any) -> Any:
    """The same row; what would tell a withheld value is None (R25)."""
    if row.lot.tender.withholds_award_value:
        row.value = row.cost_per_case = row.saving_per_year = None
    return row


def with_days(rows: Iterable[LotOutcome]) -> list[LotOutcome]:
    """The same rows; `day` is the date of the award at the buyer's place, for templates."""
    shown = list(rows)
    for row in shown:
        without_withheld(row)
        row.day = _day(row)  # type: ignore[attr-defined]  # for the template
    return shown


def _day(row: LotOutcome) -> date:
    return row.at.astimezone(ZoneInfo(row.lot.tender.buyer.time_zone)).date()


def savings(rows: QuerySet[LotOutcome]) -> Savings | None:
    """The sum in the currency most of the awards are in; None where today's cost is stated nowhere."""
    public = rows.exclude(saving_per_year=None).exclude(lot__tender__withholds_award_value=True)
    stated = public.order_by().values("lot__tender__currency")
    best = max(
        stated.annotate(total=Sum("saving_per_year"), lots=Count("pk")), key=lambda row: row["lots"], default=None
    )
    return Savings(best["total"], best["lot__tender__currency"], best["lots"]) if best else None


def choices(everything: QuerySet[LotOutcome]) -> dict[str, list[tuple[Any, Any]]]:
    """What can be filtered by: only what occurs."""
    keys = everything.order_by().values("lot__tender__buyer")
    used = set(everything.order_by().values_list(F("lot__tender__life_situation"), flat=True).distinct())
    years = everything.order_by().annotate(year=ExtractYear("at")).values_list("year", flat=True).distinct()
    return {
        "buyers": list(Organization.objects.filter(pk__in=keys).order_by("name").values_list("reference", "name")),
        "situations": [(one.value, one.label) for one in LifeSituation if one.value in used],
        "years": [(year, year) for year in sorted(years, reverse=True)],
    }


def heads() -> list[str]:
    return [
        _("Number"), _("Buyer"), _("Tender"), _("Lot"), _("Title of the lot"), _("Winner"), _("Awarded on"),
        _("Currency"), _("Value, net"), _("Cost per case"), _("Cost per case before"), _("Saving per year"), _("Bids"),
    ]  # fmt: skip


def lines(rows: QuerySet[LotOutcome]) -> Iterator[list[Any]]:
    """A line per award: texts, the day at the buyer's place, exact amounts or None."""
    for row in map(without_withheld, with_parts(rows).order_by("-at", "-pk")[:MOST_ROWS].iterator()):
        tender, lot = row.lot.tender, row.lot
        winner = row.winner.name if row.winner else ""
        yield [
            tender.reference, tender.buyer.name, tender.title, lot.code, lot.title, winner,
            _day(row).isoformat(), tender.currency,
            row.value, row.cost_per_case, lot.baseline_cost_per_case, row.saving_per_year, row.bid_count,
        ]  # fmt: skip


def as_csv(rows: QuerySet[LotOutcome]) -> bytes:
    """For programs and spreadsheets: with a mark of the encoding, numbers and separator as the language writes them."""
    german = (get_language() or "de").startswith("de")
    body: Iterable[list[Any]] = lines(rows)
    text = writer.safe_csv([heads(), *body], delimiter=";" if german else ",", decimal_mark="," if german else ".")
    return text.encode("utf-8-sig")


def as_workbook(rows: QuerySet[LotOutcome]) -> bytes:
    """One sheet with a frozen head and a filter; amounts are numbers, texts of people stay texts."""
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws = writer.add_sheet(book, _("Results"))
        head, plain = (
            book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            book.add_format({"valign": "top"}),
        )
        amount = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        count = 0
        for count, line in enumerate([heads(), *lines(rows)]):
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    writer.text(ws, count, column, cell, plain if count else head)
                elif cell is not None:
                    writer.number(ws, count, column, cell, amount if isinstance(cell, Decimal) else plain)
        for column, width in enumerate(WIDTHS):
            ws.set_column(column, column, width)
        ws.freeze_panes(1, 0)
        ws.autofilter(0, 0, max(1, count), len(WIDTHS) - 1)
        ws.set_landscape()
        ws.fit_to_pages(1, 0)
        ws.repeat_rows(0)
    return stream.getvalue()
