"""What upper apps add to the pages of a tender: plain lists, filled at start-up, asked in their order.

Every function is asked with (request, tender, status, now) and may use two queries; None leaves the page as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.utils.functional import Promise

from tendering.lifecycle import Status
from tendering.models import Tender

Text: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the person should do now: a sentence and perhaps one button."""

    sentence: Text
    url: str = ""
    button: Text = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the second navigation."""

    text: Text
    url: str


@dataclass(frozen=True, slots=True)
class Formula:
    """How bids are judged, in words a bidder can follow, with three invented bids.

    `lines` are the formula; `heads` and `rows` have the shape of the `data_table` tag; `steps` redo each bid by hand.
    `doubts` and `hints` say what to think of before the rule is published.
    """

    name: Text
    sentence: Text
    lines: Sequence[Text] = ()
    heads: Sequence[Any] = ()
    rows: Sequence[Any] = ()
    outcome: Text = ""
    steps: Sequence[Text] = field(default=())
    doubts: Sequence[Text] = field(default=())
    hints: Sequence[Text] = field(default=())

    @property
    def short_heads(self) -> list[Any]:
        """Heads of the narrow table: bid, price, what decides, rank."""
        return [head[0] if isinstance(head, tuple) else head for head in _short(self.heads)]

    @property
    def short_rows(self) -> list[dict[str, Any]]:
        """Rows of the narrow table."""
        return [{"cells": _short(row["cells"]), "mark": row.get("mark", "")} for row in self.rows]


def _short(cells: Sequence[Any]) -> list[Any]:
    return list(cells) if len(cells) < 5 else [*cells[:2], *cells[-2:]]


Panel: TypeAlias = Callable[[HttpRequest, Tender, Status, datetime], str | None]
Navigation: TypeAlias = Callable[[HttpRequest, Tender, Status, datetime], Iterable[Entry]]
Steps: TypeAlias = Callable[[HttpRequest, Tender, Status, datetime], NextStep | None]
# (EvaluationSpec JSON, criteria as for actions.replace_criteria, middle price or None, currency); may raise ValueError
FormulaProvider: TypeAlias = Callable[
    [Mapping[str, Any], Sequence[Mapping[str, Any]], Decimal | None, str], Formula | None
]

# beside the deadline, e.g. the button "Prepare bid"
action_panels: list[Panel] = []
# first in the text, e.g. the result
body_panels: list[Panel] = []
# how bids are sealed, inside the section of that name
seal_panels: list[Panel] = []
# before a tender is published, for the person who releases it
release_panels: list[Panel] = []
navigation: list[Navigation] = []
next_steps: list[Steps] = []
formula_providers: list[FormulaProvider] = []


def rendered(slot: Iterable[Panel], request: HttpRequest, tender: Tender, status: Status, now: datetime) -> list[str]:
    """The markup of all panels of a slot that have something to say."""
    return [markup for panel in slot if (markup := panel(request, tender, status, now))]


def formula(
    spec: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]], middle_price: Decimal | None, currency: str
) -> Formula | None:
    """The first answer of the providers; ValueError says in words why the rule cannot be shown yet."""
    for provider in formula_providers:
        if found := provider(spec, criteria, middle_price, currency):
            return found
    return None
