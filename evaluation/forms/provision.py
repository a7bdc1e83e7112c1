"""Forms of the comparison with the own provision: every cost item of the list, and a row of the rate table."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.models import OwnProvision
from evaluation.provision import Kind, kinds
from tendering.fields import DecimalField
from tendering.forms.dates import Day

AMOUNTS = ("once", "per_year", "per_case")
CONFIDENCE = [
    ("", "–"), ("measured", gettext_lazy("measured")), ("flat", gettext_lazy("flat rate")),
    ("estimate", gettext_lazy("estimate")),
]  # fmt: skip


class ProvisionForm(forms.Form):
    """Four fields for each kind; an item with an amount or a source counts, also with 0."""

    def __init__(self, data: Any = None, *, provision: OwnProvision | None = None) -> None:
        super().__init__(data)
        stored = {row.code: row for row in provision.items.all()} if provision else {}
        labels = {"once": _("Once, at the start"), "per_year": _("Per year"), "per_case": _("Per case")}
        for kind in kinds():
            row = stored.get(kind.code)
            for amount in AMOUNTS:
                self.fields[f"{kind.code}_{amount}"] = DecimalField(
                    label=labels[amount], required=False, places=4 if amount == "per_case" else 2,
                    initial=getattr(row, amount, None) or None, example=Decimal("1200"),
                )  # fmt: skip
            self.fields[f"{kind.code}_source"] = forms.CharField(
                label=_("Source"), required=False, max_length=300, initial=row.source if row else ""
            )
            self.fields[f"{kind.code}_confidence"] = forms.ChoiceField(
                label=_("How sure"), required=False, choices=CONFIDENCE, initial=row.confidence if row else ""
            )

    def rows(self) -> Iterator[tuple[Kind, list[forms.BoundField]]]:
        """Fields by kind, for the template."""
        for kind in kinds():
            yield kind, [self[f"{kind.code}_{name}"] for name in (*AMOUNTS, "source", "confidence")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        faults = {}
        for kind in kinds():
            given = any(data.get(f"{kind.code}_{name}") is not None for name in AMOUNTS)
            source, sure = data.get(f"{kind.code}_source"), data.get(f"{kind.code}_confidence")
            if (given or sure) and not source:
                faults[f"{kind.code}_source"] = _("Say where the amount comes from, for example: accounts of 2025")
            if (given or source) and not sure:
                faults[f"{kind.code}_confidence"] = _("Say how sure the amount is")
        if faults:
            raise ValidationError(faults)
        return data

    @property
    def items(self) -> list[dict[str, Any]]:
        """In the shape of actions.save_provision."""
        data = self.cleaned_data
        return [
            {
                "code": kind.code, "source": data[f"{kind.code}_source"], "confidence": data[f"{kind.code}_confidence"],
                **{name: data[f"{kind.code}_{name}"] or Decimal(0) for name in AMOUNTS},
            }
            for kind in kinds()
            if data[f"{kind.code}_source"]
        ]  # fmt: skip


class RateForm(forms.Form):
    """A row of the dated table."""

    pct = DecimalField(
        label=gettext_lazy("Rate per year"), unit="%", places=3, max_value=Decimal(30), example=Decimal("1.5"),
        error_messages={"required": gettext_lazy("Enter the rate in per cent, for example 1.5")},
    )  # fmt: skip
    valid_from = Day(label=gettext_lazy("Valid from"))
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=300,
        error_messages={"required": gettext_lazy("Say where the rate comes from, with its date")},
    )  # fmt: skip
