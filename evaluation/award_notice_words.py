"""A notice of an award in words: facts with their business terms of the eForms, in the active language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.countries import COUNTRIES
from evaluation.award_notice import Content
from evaluation.figures import money, number, shortest
from evaluation.method_words import method_names
from evaluation.models import ChangeGround, WithholdGround
from tendering.models import CancellationGround, CriterionKind, ProcedureType


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, its business term or "", what is said, and whether that is a text of people in the tender's language."""

    label: str
    term: str
    text: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under one heading; `code` names the lot, "" elsewhere."""

    title: str
    facts: list[Fact] = field(default_factory=list)
    code: str = ""


def sections(content: Content) -> list[Section]:
    """The notice from top to bottom; facts without content are left out."""
    found = [
        Section(_("Buyer and procedure"), [*_buyer(content), *_procedure(content)]),
        *(Section(_("Lot %(lot)s: %(title)s") % lot, list(_lot(content, lot)), lot["lot"]) for lot in content["lots"]),
        *(
            Section(_("Change of the contract on lot %(lot)s") % change, list(_change(content, change)))
            for change in content["changes"]
        ),
    ]
    return [Section(part.title, [fact for fact in part.facts if fact.text], part.code) for part in found]


def kind_of(content: Content) -> str:
    """What kind of notice it is, in words."""
    if content["notice"]["form"] == "cont-modif":
        return _("Notice of a changed contract")
    return _("Notice of the award")


def _buyer(content: Content) -> Iterator[Fact]:
    buyer = content["buyer"]
    yield Fact(_("Buyer"), "BT-500", buyer["name"])
    yield Fact(_("Registration number"), "BT-501", buyer["registration"])
    yield Fact(_("Country"), "BT-514", _country(buyer["country"]))
    yield Fact(_("Contact"), "BT-506", " · ".join(part for part in (buyer["unit"], buyer["email"]) if part))


def _procedure(content: Content) -> Iterator[Fact]:
    row, notice = content["procedure"], content["notice"]
    yield Fact(_("Number"), "BT-22", row["reference"])
    yield Fact(_("Title"), "BT-21", row["title"], True)
    yield Fact(_("What is needed"), "BT-24", row["summary"], True)
    yield Fact(_("Legal basis"), "BT-01", row["legal_basis"], True)
    kind = str(dict(ProcedureType.choices).get(row["type"], row["type"]))
    yield Fact(_("Procedure"), "BT-105", f"{kind} ({row['code']})" if row["code"] else kind)
    yield Fact(_("CPV code"), "BT-262", row["cpv"])
    yield Fact(_("Further CPV codes"), "BT-263", ", ".join(row["cpv_additional"]))
    yield Fact(_("How bids were judged"), "BT-543", str(method_names().get(row["method"], row["method"])))
    yield Fact(_("Published on"), "", _day(row["published_on"]))
    yield Fact(_("Value of all awards, net"), "BT-161", _money(content, row["value"]) or _withheld(content))
    yield Fact(_("Form of the notice"), "OPP-070", f"{notice['subtype']}, {notice['type']}")


def _lot(content: Content, lot: Mapping[str, Any]) -> Iterator[Fact]:
    results = {"selec-w": _("awarded"), "clos-nw": _("ended without award"), "open-nw": _("not decided yet")}
    yield Fact(_("Result"), "BT-142", f"{results[lot['result']]} ({lot['result']})")
    if lot["no_award"]:
        ground = dict(CancellationGround.choices).get(lot["no_award"]["ground"], lot["no_award"]["ground"])
        yield Fact(_("Why no award"), "BT-144", f"{ground} ({lot['no_award']['code']})")
        yield Fact(_("Reason"), "", lot["no_award"]["reason"], True)
    yield from _winner(content, lot)
    names = _counted()
    for row in lot["received"]:
        yield Fact(names[row["code"]], "BT-759", str(row["number"]))
    kinds = dict(CriterionKind.choices)
    for row in lot["criteria"]:
        label = " ".join(part for part in (row["code"], row["name"] or str(kinds[row["kind"]])) if part)
        unit = " %" if row["unit"] == "per-exa" else " " + _("points")
        weight = (
            f"{number(shortest(Decimal(row['weight'])))}{unit}" if row["weight"] else _("without a weight of its own")
        )
        yield Fact(_("Criterion: %(name)s") % {"name": label}, "BT-541", f"{kinds[row['kind']]}, {weight}")


def _winner(content: Content, lot: Mapping[str, Any]) -> Iterator[Fact]:
    if not lot["winner"]:
        return
    winner, contract = lot["winner"], lot["contract"]
    yield Fact(_("Winner"), "BT-500", winner["name"])
    yield Fact(_("Country of the winner"), "BT-514", _country(winner["country"]))
    yield Fact(_("Size of the winner"), "BT-165", _sizes().get(winner["size"], winner["size"]))
    yield Fact(_("Number of the bid"), "BT-3201", lot["bid"])
    yield Fact(_("Value of the award, net"), "BT-720", _money(content, lot["value"]) or _withheld(content))
    yield Fact(_("Decided on"), "BT-1451", _day(lot["decided_on"]))
    if contract:
        yield Fact(_("Contract number"), "BT-150", contract["number"])
        yield Fact(_("Contract signed on"), "BT-145", _day(contract["signed_on"]))
        yield Fact(_("Term"), "BT-536", f"{_day(contract['starts_on'])} – {_day(contract['ends_on'])}")


def _change(content: Content, row: Mapping[str, Any]) -> Iterator[Fact]:
    ground = dict(ChangeGround.choices).get(row["ground"], row["ground"])
    yield Fact(_("Contract number"), "BT-150", row["contract"])
    yield Fact(_("Ground"), "BT-200", f"{ground} ({row['code']})")
    yield Fact(_("What changes"), "BT-202", row["description"], True)
    yield Fact(_("Effective on"), "", _day(row["effective_on"]))
    if row["months"]:
        yield Fact(_("Months more"), "", number(Decimal(row["months"])))
    yield Fact(_("Value before, net"), "", _money(content, row["value_before"]))
    yield Fact(_("Value after, net"), "", _money(content, row["value_after"]))


def _counted() -> dict[str, str]:
    return {
        "tenders": _("Bids received"),
        "t-esubm": _("of these electronic"),
        "t-sme": _("of these from small and medium companies"),
        "t-oth-eea": _("of these from other states of the European Economic Area"),
        "t-no-eea": _("of these from states outside it"),
        "t-verif-inad": _("of these not admissible"),
        "t-verif-inad-low": _("of these with a price that was too low and not explained"),
    }


def _sizes() -> dict[str, str]:
    return {"micro": _("micro"), "small": _("small"), "medium": _("medium"), "large": _("large")}


def _country(code: str) -> str:
    return str(dict(COUNTRIES).get(code, code))


def _withheld(content: Content) -> str:
    """Said in the place of an amount; empty where nothing is withheld."""
    if not content["withheld"]:
        return ""
    ground = dict(WithholdGround.choices).get(content["withheld"]["ground"])
    return _("not published: %(ground)s") % {"ground": ground} if ground else _("not published")


def _money(content: Content, value: str) -> str:
    return money(value, content["procedure"]["currency"]) if value else ""


def _day(day: str) -> str:
    return date_format(date.fromisoformat(day), "DATE_FORMAT") if day else ""
