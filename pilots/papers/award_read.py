"""What an award paper is written from: the result, the bid proposed for each lot, what the public may not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.decision import refuse
from evaluation.figures import money, number, shortest
from evaluation.provision import Compared, of_view
from evaluation.result_tables import leading
from evaluation.results import LotView, ResultView, RowView
from evaluation.sentences import blocked_text
from pilots.models import CouncilPaper
from tendering.models import Tender

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Award:
    """What a paper is written from. `chosen` is the bid proposed for each lot, in the order of the lots.

    `own` is the full comparison with the own provision of each lot that has one.
    A lot for which nobody can be proposed yet is on hold: None in `chosen`, decided by a later paper.
    """

    paper: CouncilPaper
    tender: Tender
    view: ResultView
    chosen: tuple[RowView | None, ...]
    is_awarded: bool
    now: datetime
    own: Mapping[str, Compared]

    @property
    def single(self) -> LotView | None:
        """The lot of a tender with one lot."""
        return self.view.lots[0] if len(self.view.lots) == 1 else None

    @property
    def winners(self) -> list[tuple[LotView, RowView]]:
        """Lots that go to somebody."""
        return [(lot, row) for lot, row in zip(self.view.lots, self.chosen, strict=True) if row is not None]

    @property
    def on_hold(self) -> list[LotView]:
        """Lots in which lots have to be drawn or a price is being clarified first."""
        return [lot for lot in self.view.lots if lot.blocked]

    def money(self, value: Decimal | None) -> str:
        return money(value, self.tender.currency)


def award_of(paper: CouncilPaper, view: ResultView, now: datetime) -> Award:
    """Everything read together; `paper.tender` is loaded."""
    tender = paper.tender
    assert tender is not None
    is_awarded = bool(tender.awarded_at and tender.awarded_at <= now)
    chosen = tuple(None if lot.blocked else leading(lot) for lot in view.lots)
    return Award(paper, tender, view, chosen, is_awarded, now, of_view(tender, view))


def require_decidable(award: Award) -> None:
    """Refuse while lots have to be drawn or a price is being clarified in every lot that could be proposed.

    Lots beside one that can be decided are on hold: the paper says so and proposes nobody for them.
    """
    if award.winners:
        return
    for lot in award.on_hold:
        refuse("award_blocked", _blocked(prefix(award, lot), lot))


def _blocked_in_words(prefix: str, lot: LotView) -> str:
    codes = [code for code in lot.result.award_blocked if code != "draw_required" or lot.drawn is None]
    return f"{prefix}{' '.join(blocked_text(code) for code in codes)}"


# told in the language of whoever acts, not in the paper's
_blocked = lazy(_blocked_in_words, str)


def unnamed(award: Award) -> tuple[list[str], list[Decimal]]:
    """Names and prices that the public must not read: all bids but the proposed ones; before the award those too.

    Where the value of the award is withheld, the winner's price is among them.
    """
    rows = [row for lot in award.view.lots for row in lot.rows]
    chosen = [row for _lot, row in award.winners] if award.is_awarded else []
    allowed = {row.bidder for row in chosen}
    priced = [] if award.tender.withholds_award_value else chosen
    known = {amount for row in priced for amount in (row.price, row.net, row.gross)}
    prices = {a for row in rows if row not in priced for a in (row.price, row.net, row.gross, row.stated_total) if a}
    return sorted({row.bidder for row in rows} - allowed), sorted(prices - known)


def percent_of(share: Decimal) -> str:
    """0.4 -> "40"."""
    return number(shortest(share * 100))


def prefix(award: Award, lot: LotView) -> str:
    return "" if award.single else f"{lot.lot_id}: "


def day(moment: datetime) -> str:
    """The day of a moment at the town's own clocks."""
    return date_format(localtime(moment), "DATE_FORMAT")


def moment_words(moment: datetime) -> str:
    """Day and time at the town's own clocks."""
    local = localtime(moment)
    return _("%(day)s, %(time)s") % {"day": date_format(local, "DATE_FORMAT"), "time": f"{local:%H:%M}"}


def plain(value: Decimal) -> str:
    """A number as JSON text with its digits."""
    return format(value, "f")
