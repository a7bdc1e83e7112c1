"""The fields of a cost criterion that is worked out as life-cycle cost, and what they make of a stored one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tendering.fields import DecimalField
from tendering.rules import life_cycle as rule
from tendering.weights import plain

USES = range(1, rule.MOST_OF_A_KIND["use"] + 1)
ONCE = ("maintenance", "end_of_life", "residual")
HEAD = "lcc_"


def fields() -> dict[str, forms.Field]:
    """All optional; the years switch the calculation on."""
    found: dict[str, forms.Field] = {
        "lcc_years": forms.IntegerField(
            label=gettext_lazy("Years of use"), required=False, min_value=1, max_value=rule.MOST_YEARS,
            help_text=gettext_lazy("Leave it empty if the bidder promises one number."),
        ),
        "lcc_rate": DecimalField(
            label=gettext_lazy("Discount rate per year"), required=False, unit="%", places=3,
            max_value=Decimal(rule.MOST_PER_CENT), example=Decimal(2),
            help_text=gettext_lazy("Costs of later years count less by it; 0 counts all years alike."),
        ),
        "lcc_without_price": forms.BooleanField(
            label=gettext_lazy("Leave the price of the bid out of this cost"), required=False
        ),
    }  # fmt: skip
    for number in USES:
        found |= _use(number)
    found["lcc_maintenance"] = forms.BooleanField(label=gettext_lazy("Maintenance per year"), required=False)
    found["lcc_end_of_life"] = forms.BooleanField(
        label=gettext_lazy("Costs at the end (collection, disposal, recycling)"), required=False
    )
    found["lcc_residual"] = forms.BooleanField(
        label=gettext_lazy("Residual value at the end, taken off"), required=False
    )
    return found


def _use(number: int) -> dict[str, forms.Field]:
    return {
        f"lcc_use{number}_text": forms.CharField(
            label=_("Consumption %(number)s") % {"number": number}, required=False, max_length=200
        ),
        f"lcc_use{number}_unit": forms.CharField(
            label=_("Unit per year"), required=False, max_length=60
        ),
        f"lcc_use{number}_price": DecimalField(
            label=_("Price per unit"), required=False, places=rule.PRICE_DECIMALS, example=Decimal("0.35"),
            max_value=Decimal(10**6),
        ),
    }  # fmt: skip


def initial(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored calculation as the fields show it."""
    if not stored:
        return {}
    row: dict[str, Any] = {
        "lcc_years": stored["years"], "lcc_rate": plain(Decimal(stored["rate_pct"])),
        "lcc_without_price": not stored["with_price"],
    }  # fmt: skip
    uses = [part for part in stored["parts"] if part["kind"] == "use"]
    for number, part in enumerate(uses, start=1):
        row |= {f"lcc_use{number}_{name}": part[name] for name in ("text", "unit")}
        row[f"lcc_use{number}_price"] = plain(Decimal(part["unit_price"]))
    return row | {f"lcc_{part['kind']}": True for part in stored["parts"] if part["kind"] in ONCE}


def check(form: forms.Form) -> None:
    """Says what is missing at its field; a calculation is published whole or not at all."""
    data = form.cleaned_data
    rows = [[data.get(f"lcc_use{number}_{name}") for name in ("text", "unit", "price")] for number in USES]
    is_typed = [any(value not in (None, "") for value in row) for row in rows]  # a price of 0 is an entry, too
    if data.get("lcc_years") is None:
        others = any(data.get(HEAD + name) not in (None, "", False) for name in ("rate", "without_price", *ONCE))
        if "lcc_years" not in form.errors and (any(is_typed) or others):
            form.add_error("lcc_years", _("Enter for how many years the cost is counted, for example 8"))
        return
    if data.get("lcc_rate") is None and "lcc_rate" not in form.errors:
        form.add_error("lcc_rate", _("Enter the discount rate in per cent, for example 2; 0 counts all years alike"))
    for number in (number for number, typed in zip(USES, is_typed, strict=True) if typed):
        for name in ("text", "unit", "price"):
            field = f"lcc_use{number}_{name}"
            if data.get(field) in (None, "") and field not in form.errors:
                form.add_error(field, _("A consumption needs its name, its unit and the published price per unit"))
    if not any(is_typed) and not any(data.get(HEAD + kind) for kind in ONCE):
        form.add_error("lcc_years", _("Name at least one kind of cost that bidders state"))


def to_store(data: Mapping[str, Any], stored: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The calculation in the shape of actions.replace_criteria; {} when it is off. Own texts of the API stay."""
    if data.get("lcc_years") is None:
        return {}
    parts: list[dict[str, str]] = [
        {
            "kind": "use", "text": data[f"lcc_use{number}_text"], "unit": data[f"lcc_use{number}_unit"],
            "unit_price": f"{plain(data[f'lcc_use{number}_price']):f}",
        }
        for number in USES if data[f"lcc_use{number}_text"]
    ]  # fmt: skip
    kept = {part["kind"]: part for part in stored.get("parts", []) if part["kind"] in ONCE}
    own = {kind: {"kind": kind, "text": text, "unit": unit} for kind, text, unit in _usual(currency)}
    for kind in ONCE:
        if data[HEAD + kind]:
            part = kept.get(kind, own[kind])
            parts.append({name: part[name] for name in ("kind", "text", "unit")})
    return {
        "years": data["lcc_years"], "rate_pct": f"{plain(data['lcc_rate']):f}",
        "with_price": not data["lcc_without_price"],
        "factor_decimals": stored.get("factor_decimals", 4), "parts": parts,
    }  # fmt: skip


def _usual(currency: str) -> list[tuple[str, str, str]]:
    per_year = _("%(currency)s per year") % {"currency": currency}
    return [
        ("maintenance", _("Maintenance"), per_year),
        ("end_of_life", _("Costs at the end of use"), currency),
        ("residual", _("Residual value at the end of use"), currency),
    ]
