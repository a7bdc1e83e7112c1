"""A trial of a rule as a workbook: the answers in words, then each table with its numbers as numbers."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import simulation_words as words
from evaluation.method_words import method_names
from evaluation.simulation import Simulation
from evaluation.simulation_sentences import bid_word, bid_words, criterion_word
from evaluation.simulation_weights import PRICE
from tendering.spreadsheets import writer

Value = str | Decimal | int | None


def workbook(result: Simulation, currency: str) -> bytes:
    """One sheet of sentences, one per table. Everything on it is invented; nothing of a real bid."""
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        _sheet(book, head, _("Answers"), [_("What the rule does")], [[text] for text in _answers(result, currency)])
        _sheet(book, head, _("Invented bids"), *_placed(result))
        level = [_("Performance points"), _("Price at which it is level with the middle bid")]
        _sheet(book, head, _("What quality may cost"), level, result.indifferent)
        if result.worth:
            _sheet(book, head, _("Worth of euro and point"), *_worth(result, currency))
        if result.weighings:
            _sheet(book, head, _("Other weights"), *_weights(result))
        if order := words.order_sentences(result, currency):
            _sheet(book, head, _("The order"), [_("What would change the order")], [[text] for text in order])
        if result.reversal:
            example = [_("Bid"), _("Price"), _("Performance points")]
            _sheet(book, head, _("A losing bid decides"), example, result.reversal.bids)
        _sheet(book, head, _("Other methods"), *_methods(result))
        extremes = words.degenerate_table(result)
        _sheet(book, head, _("Extreme situations"), [str(one) for one in extremes.heads], extremes.rows)
    return stream.getvalue()


def _answers(result: Simulation, currency: str) -> list[str]:
    shown = words.context(result, currency)
    return [*shown["sentences"], *shown["warnings"], shown["drawn"], _("All bids here are invented.")]


def _placed(result: Simulation) -> tuple[list[str], list[list[Value]]]:
    heads = [_("Invented bid"), _("Price"), _("Performance points"), _("Price points"), _("Quality points"),
             _("Total"), _("Key figure"), _("Rank")]  # fmt: skip
    rows: list[list[Value]] = [
        [bid_word(one.name), one.price, one.performance, one.price_points, one.quality_points, one.total,
         one.figure, one.rank]
        for one in result.placed
    ]  # fmt: skip
    return heads, rows


def _worth(result: Simulation, currency: str) -> tuple[list[str], list[list[Value]]]:
    heads = [str(head[0] if isinstance(head, tuple) else head) for head in words.exchange_table(result, currency).heads]
    kept = [name for name in ("per_unit", "per_percent", "percent_in_quality", "per_point")
            if any(getattr(one, name) is not None for one in result.worth)]  # fmt: skip
    return heads, [[bid_word(one.bid), *(getattr(one, name) for name in kept)] for one in result.worth]


def _weights(result: Simulation) -> tuple[list[str], list[list[Value]]]:
    heads = [_("Weight of"), _("In the draft"), _("From this weight"), _("To this weight"), _("First place")]
    rows: list[list[Value]] = [
        [_("Price (per cent)") if one.what == PRICE else criterion_word(result, one.what), one.published, found.low,
         found.high, bid_words(found.winner)]
        for one in result.weighings
        for found in one.ranges
    ]  # fmt: skip
    return heads, rows


def _methods(result: Simulation) -> tuple[list[str], list[list[Value]]]:
    heads = [_("Method"), _("First of the invented bids"), _("Random sets with another first place"), _("Random sets")]
    names = method_names()
    counts = result.other_methods
    rows: list[list[Value]] = [
        [names[method], bid_words(winner) or "–", counts.get(method), result.sets if method in counts else None]
        for method, winner in result.other_winners.items()
    ]
    return heads, rows


def _sheet(book: Any, head: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    ws = writer.add_sheet(book, title)
    for column, text in enumerate(heads):
        writer.text(ws, 0, column, text, head)
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            if isinstance(value, str):
                writer.text(ws, row, column, value)
            elif value is not None:
                writer.number(ws, row, column, value)
    ws.set_column(0, 0, 100 if len(heads) == 1 else 44)
    ws.set_column(1, 8, 20)
    ws.freeze_panes(1, 0)
