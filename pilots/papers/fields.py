"""Every field of a council paper, with the rule who may read it. Nothing is shown that has no field here. Pure.

A paper's content is {"kind", "is_awarded", "fields": {name: value}} of plain texts in the paper's language; numbers of
pictures are decimal texts. Shapes of values:

text      a sentence                         lines   [sentence]
facts     [[label, value]]                   tiles   [{"label", "value", "note"?, "kind"?}]
tables    [{"caption", "heads": [[text, "number" | "text"]], "rows": [{"cells": [text], "mark"?}]}]
options   [{"code", "title", "text", "cost"?}]       checks  [{"text", "met": "yes" | "no" | "open", "note"?}]
points    {"currency", "today"?, "points": [{"label", "price", "performance", "winner", "valid"}]}
bars      {"title", "unit", "rows": [{"label", "value", "text", "winner"}]}
series    {"title", "unit", "months", "pilot", "control", "start", "target"?}; "" where a month has no value
effects   [{"label", "effect", "low", "high", "text", "verdict", "lower_is_better"}]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Content = dict[str, Any]


class Rule(StrEnum):
    """Who reads a field: everybody; everybody once the award was decided; council, office and audit only."""

    PUBLIC = "public"
    AFTER_AWARD = "after_award"
    NON_PUBLIC = "non_public"


class Place(StrEnum):
    """Where a field stands: above everything, in the first answer, on the page, behind it."""

    HEAD = "head"
    TOP = "top"
    MAIN = "main"
    ANNEX = "annex"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `gives_way_to` names a fuller field: where that one is there, this one is not shown beside it.

    `tells_value`: the public does not read it where the value of the award is withheld.
    """

    name: str
    label: str | Promise
    rule: Rule
    shape: str
    place: Place = Place.MAIN
    gives_way_to: str = ""
    tells_value: bool = False


PUBLIC, AFTER_AWARD, NON_PUBLIC = Rule.PUBLIC, Rule.AFTER_AWARD, Rule.NON_PUBLIC
AWARD = (
    Field("subject", _("Subject"), PUBLIC, "text", Place.HEAD),
    Field("header", _("Paper"), PUBLIC, "facts", Place.HEAD),
    Field("question", _("What is to be decided"), PUBLIC, "text", Place.TOP),
    Field("finding", _("Finding"), AFTER_AWARD, "text", Place.TOP, tells_value=True),
    Field("competence", _("Who decides"), AFTER_AWARD, "text", Place.TOP, tells_value=True),
    Field("wording", _("Proposed decision"), AFTER_AWARD, "text", Place.TOP),
    Field("picture_bids", _("Price and performance"), NON_PUBLIC, "points"),
    Field(
        "picture_cost",
        _("Cost per year: today and with this bid"),
        AFTER_AWARD,
        "bars",
        gives_way_to="picture_bids",
        tells_value=True,
    ),
    Field("lots", _("Who gets which lot"), AFTER_AWARD, "tables", tells_value=True),
    Field("result", _("The bid in first place"), AFTER_AWARD, "tables", gives_way_to="bids", tells_value=True),
    Field("bids", _("All bids"), NON_PUBLIC, "tables"),
    Field("figures", _("Money"), AFTER_AWARD, "tiles", tells_value=True),
    Field("funds", _("Funds"), NON_PUBLIC, "lines"),
    Field(
        "own_provision",
        _("Compared with doing it ourselves"),
        AFTER_AWARD,
        "lines",
        tells_value=True,
    ),
    Field("procedure", _("Course of the procedure"), PUBLIC, "lines"),
    Field("competition", _("Competition"), AFTER_AWARD, "lines"),
    Field("powers", _("What can be decided"), PUBLIC, "lines"),
    Field("alternatives", _("Alternatives"), AFTER_AWARD, "options", tells_value=True),
    Field("robustness", _("How firm is this?"), AFTER_AWARD, "lines"),
    Field("summary", _("What is needed"), PUBLIC, "text"),
    Field("note", _("Further remarks"), NON_PUBLIC, "text"),
    Field("robustness_detail", _("What would have to change"), NON_PUBLIC, "lines", Place.ANNEX),
    Field("bids_by_lot", _("All bids, lot by lot"), NON_PUBLIC, "tables", Place.ANNEX),
    Field("low_prices", _("Noticeably low prices"), NON_PUBLIC, "lines", Place.ANNEX),
    Field("exclusions", _("Bids that are out"), NON_PUBLIC, "lines", Place.ANNEX),
    Field("dissent", _("Where the evaluators differed"), NON_PUBLIC, "lines", Place.ANNEX),
    Field("sources", _("Where the figures come from"), AFTER_AWARD, "facts", Place.ANNEX),
)
PILOT = (
    Field("subject", _("Subject"), PUBLIC, "text", Place.HEAD),
    Field("header", _("Paper"), PUBLIC, "facts", Place.HEAD),
    Field("question", _("What is to be decided"), PUBLIC, "text", Place.TOP),
    Field("finding", _("Finding"), PUBLIC, "text", Place.TOP),
    Field("against_target", _("Target"), PUBLIC, "text", Place.TOP),
    Field("wording", _("Proposed decision"), PUBLIC, "text", Place.TOP),
    Field("picture_series", _("Month by month"), PUBLIC, "series"),
    Field("picture_effects", _("What the trial changed"), PUBLIC, "effects"),
    Field("effects", _("Effect for each group"), PUBLIC, "tables"),
    Field("figures", _("Money"), PUBLIC, "tiles"),
    Field("options", _("What can be decided"), PUBLIC, "options"),
    Field("spent", _("What the trial cost"), PUBLIC, "text"),
    Field("money_note", _("How to read the money"), PUBLIC, "text", Place.ANNEX),
    Field("promise", _("What was promised"), PUBLIC, "checks"),
    Field("control", _("Compared with"), PUBLIC, "lines"),
    Field("evidence", _("How sure is this?"), PUBLIC, "lines"),
    Field("summary", _("What was tried"), PUBLIC, "text"),
    Field("note", _("Further remarks"), NON_PUBLIC, "text"),
    Field("stop_rules", _("When it would have been stopped"), PUBLIC, "checks", Place.ANNEX),
    Field("sources", _("Where the figures come from"), PUBLIC, "facts", Place.ANNEX),
)
KINDS: Mapping[str, tuple[Field, ...]] = {"award": AWARD, "pilot": PILOT}
FREE_TEXTS = ("body", "agenda_item", "wording")  # what the office writes and the public may read


@dataclass(frozen=True, slots=True)
class Block:
    """A field with its value, as page and PDF show it."""

    name: str
    label: str
    shape: str
    place: Place
    value: Any


def is_public(field: Field, is_awarded: bool, withholds_value: bool = False) -> bool:
    """Whether everybody may read the field."""
    if withholds_value and field.tells_value:
        return False
    return field.rule == PUBLIC or (field.rule == AFTER_AWARD and is_awarded)


def contents(
    kind: str, values: Mapping[str, Any], *, is_awarded: bool, withholds_value: bool = False
) -> tuple[Content, Content]:
    """(full, public) of the given values; empty ones are left out. Raises KeyError for a value that has no field."""
    known = {field.name: field for field in KINDS[kind]}
    filled = {known[name].name: value for name, value in values.items() if value not in ("", [], {}, None)}
    public = {name: value for name, value in filled.items() if is_public(known[name], is_awarded, withholds_value)}
    head = {"kind": kind, "is_awarded": is_awarded}
    return {**head, "fields": filled}, {**head, "fields": public}


def blocks(content: Mapping[str, Any]) -> list[Block]:
    """What a reader sees of a content, in the order of the fields, labels in the active language."""
    values = content["fields"]
    return [
        Block(field.name, str(field.label), field.shape, field.place, values[field.name])
        for field in KINDS[content["kind"]]
        if field.name in values and field.gives_way_to not in values
    ]


def texts(value: Any) -> list[str]:
    """Every text inside a value, for search and for looking for what must not be there."""
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []
