"""The full comparison with the municipality's own provision: cost items as data, result, what is missing, what came.

Amounts on the tender's price basis. The expected figures take the price as following the number of cases.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation.benchmark.provision import Course, Saving, compare, total
from evaluation.figures import money, number, shortest
from evaluation.models import Contract, DiscountRate, OwnProvision, ProvisionItem
from evaluation.result_tables import leading
from evaluation.results import ResultView
from evaluation.scoring.exact import as_decimal
from tendering.models import Lot, LotOutcome, Tender

DATA: Final = Path(__file__).with_name("data") / "own_provision.json"
YEAR: Final = Fraction(1461, 4)
NAMES: Final[Mapping[str, str | Promise]] = {
    "personnel": _("Personnel at full cost"),
    "pensions": _("Pensions and other later costs of personnel"),
    "workplace": _("Workplaces: rooms, furniture, computers (flat rate)"),
    "equipment": _("Machines, software and licences"),
    "postage": _("Material, postage and other costs of each case"),
    "overhead": _("Overhead: management, personnel office, accounting"),
    "transition": _("Moving to the provider: preparation, training, data"),
    "management": _("Looking after the contract: control, meetings, invoices"),
    "remaining": _("Work that stays in the house"),
    "stranded": _("Own costs that remain although nobody uses them any more"),
    "vat": _("VAT that cannot be deducted"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A cost item of the list; `needed` always, never or "net" = only where prices are compared net."""

    code: str
    side: str
    needed: bool | str
    source: str
    date: str
    confidence: str

    @property
    def name(self) -> str:
        return str(NAMES[self.code])

    def is_needed(self, basis: str) -> bool:
        return self.needed is True or self.needed == basis


@cache
def kinds() -> tuple[Kind, ...]:
    """The list, read once."""
    return tuple(Kind(**row) for row in json.loads(DATA.read_text("utf-8"))["items"])


def rate_on(tender: Tender, day: date) -> DiscountRate | None:
    """The buyer's rate that is valid on a day."""
    return DiscountRate.objects.filter(organization=tender.buyer_id, valid_from__lte=day).first()


def day_of(tender: Tender, now: datetime) -> date:
    """Today at the buyer's place."""
    return now.astimezone(ZoneInfo(tender.buyer.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Real:
    """What was really paid: months covered, cost per case, saving per year and per case against the own provision."""

    months: int
    per_case: Decimal
    saving_per_year: Decimal
    saving_per_case: Decimal


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison of one lot, rounded half up; `missing` names what nobody has entered."""

    lot: Lot
    bidder: str
    years: int
    cases: Decimal
    rate_pct: Decimal
    rate_source: str
    own_per_year: Decimal
    bought_per_year: Decimal
    own_per_case: Decimal
    bought_per_case: Decimal
    saving_per_year: Decimal
    saving_per_case: Decimal
    saving_over_term: Decimal
    break_even: Decimal | None
    bought_cheaper_above: bool
    missing: tuple[str, ...]
    estimates: int
    real: Real | None = None

    @property
    def rate_shown(self) -> str:
        """The rate without needless zeros, as people of the current language write it."""
        return number(shortest(self.rate_pct))


def provisions(tender: Tender) -> dict[str, OwnProvision]:
    """{lot code: own provision} with items. Two queries."""
    rows = OwnProvision.objects.filter(lot__tender=tender).select_related("lot").prefetch_related("items")
    return {row.lot.code: row for row in rows}


def whole_years(tender: Tender) -> int:
    """The term in whole years, at least one."""
    return max(1, round(Fraction(tender.contract_months, 12)))


def course(items: Iterable[ProvisionItem], side: str) -> Course:
    """All entered items of a side."""
    mine = {kind.code for kind in kinds() if kind.side == side}
    return total(
        Course(Fraction(row.once), Fraction(row.per_year), Fraction(row.per_case)) for row in items if row.code in mine
    )


def missing(items: Iterable[ProvisionItem], basis: str) -> tuple[str, ...]:
    """Names of the items a full comparison needs and nobody has entered."""
    there = {row.code for row in items}
    return tuple(kind.name for kind in kinds() if kind.is_needed(basis) and kind.code not in there)


def compared(
    provision: OwnProvision, tender: Tender, bidder: str, per_case: Fraction | Decimal | None
) -> Compared | None:
    """The comparison with a bid at `per_case` on the price basis; None without the number of cases or a price."""
    lot, items = provision.lot, list(provision.items.all())
    if not lot.reference_quantity or per_case is None or not items:
        return None
    years, cases = whole_years(tender), Fraction(lot.reference_quantity)
    own, extra = course(items, "own"), course(items, "bought")
    saving = compare(own, extra + Course(per_case=Fraction(per_case)), cases, years, Fraction(provision.rate_pct) / 100)
    basis = str(tender.evaluation.get("price_basis", "net"))
    return Compared(
        lot=lot, bidder=bidder, years=years, cases=lot.reference_quantity,
        rate_pct=provision.rate_pct, rate_source=provision.rate_source,
        **_figures(saving), missing=missing(items, basis), estimates=sum(row.confidence == "estimate" for row in items),
        real=_real(lot, own, extra, years, basis),
    )  # fmt: skip


def _figures(saving: Saving) -> dict[str, Any]:
    two = {
        "own_per_year": saving.own.annuity, "bought_per_year": saving.bought.annuity,
        "own_per_case": saving.own.unit_cost_discounted or Fraction(0),
        "bought_per_case": saving.bought.unit_cost_discounted or Fraction(0),
        "saving_per_year": saving.per_year, "saving_per_case": saving.per_case or Fraction(0),
        "saving_over_term": saving.over_term,
    }  # fmt: skip
    break_even = None if saving.break_even is None else as_decimal(saving.break_even, 0)
    rounded = {name: as_decimal(value, 2) for name, value in two.items()}
    return {**rounded, "break_even": break_even, "bought_cheaper_above": saving.bought_cheaper_above}


def _real(lot: Lot, own: Course, extra: Course, years: int, basis: str) -> Real | None:
    """From the periods of the contract; None before the first one with a quantity."""
    contract = Contract.objects.filter(lot=lot).select_related("bid").prefetch_related("periods").first()
    periods = [row for row in contract.periods.all() if row.quantity] if contract else []
    if contract is None or not periods:
        return None
    days = sum((row.end - row.start).days + 1 for row in periods)
    quantity = sum((Fraction(row.quantity or 0) for row in periods), Fraction(0))
    paid = sum((Fraction(row.paid_net) for row in periods), Fraction(0))
    if basis == "gross":
        paid *= 1 + Fraction(contract.bid.vat_rate or 0) / 100
    share = Fraction(days) / YEAR
    alone, beside = (_for(side, quantity, share, years) for side in (own, extra))
    saved = alone - beside - paid
    return Real(
        months=round(share * 12), per_case=as_decimal(paid / quantity, 2),
        saving_per_year=as_decimal(saved / share, 2), saving_per_case=as_decimal(saved / quantity, 2),
    )  # fmt: skip


def _for(side: Course, quantity: Fraction, share: Fraction, years: int) -> Fraction:
    """Costs of one side for so many cases in this share of a year, the start spread evenly over the term."""
    return (side.once / years + side.per_year) * share + side.per_case * quantity


def of_view(tender: Tender, view: ResultView) -> dict[str, Compared]:
    """{lot: comparison with the bid in the lead} of a result. Two queries, four with contracts."""
    found, made = provisions(tender), {}
    for lot in view.lots if found else ():
        row, own = leading(lot), found.get(lot.lot_id)
        if own is not None and row is not None and row.economics is not None:
            one = compared(own, tender, row.bidder, row.economics.eur_per_case_exact)
            if one is not None:
                made[lot.lot_id] = one
    return made


def of_awards(tender: Tender) -> list[Compared]:
    """For everybody, from the award on: lots with an own provision and a winner. Three queries, five with contracts."""
    found = provisions(tender)
    if not found:
        return []
    rows = LotOutcome.objects.filter(lot__tender=tender, kind="awarded", winner__isnull=False)
    outcomes = {row.lot.code: row for row in rows.select_related("lot", "winner").order_by("lot__position", "lot")}
    pairs = [(found[code], row) for code, row in outcomes.items() if code in found]
    made = [compared(own, tender, row.winner.name if row.winner else "", row.cost_per_case) for own, row in pairs]
    return [one for one in made if one is not None]


def finding(one: Compared, currency: str) -> str:
    """The comparison in a sentence, in the active language."""
    saved = one.saving_per_year
    values = {"bidder": one.bidder, "money": money(abs(saved).quantize(Decimal(1)), currency, 0)}
    if saved > 0:
        return (
            str(_("With %(bidder)s the municipality spends %(money)s less per year than by doing it itself.")) % values
        )
    if saved < 0:
        return (
            str(_("With %(bidder)s the municipality spends %(money)s more per year than by doing it itself.")) % values
        )
    return str(_("Buying from %(bidder)s costs as much as doing it oneself.")) % values


def real_finding(one: Compared, currency: str) -> str:
    """What really came of it; "" before the first delivered quantity."""
    real = one.real
    if real is None:
        return ""
    saved = real.saving_per_year
    values = {"months": real.months, "money": money(abs(saved).quantize(Decimal(1)), currency, 0)}
    if saved >= 0:
        return str(_("After %(months)d months of delivery: really %(money)s less per year.")) % values
    return str(_("After %(months)d months of delivery: really %(money)s more per year.")) % values


def break_even_words(one: Compared) -> str:
    """At which number of cases a year the answer turns round."""
    if one.break_even is None:
        return str(_("The answer is the same at any number of cases."))
    values = {"cases": number(one.break_even)}
    if one.bought_cheaper_above:
        return str(_("From %(cases)s cases a year on buying is cheaper.")) % values
    return str(_("Up to %(cases)s cases a year buying is cheaper.")) % values
