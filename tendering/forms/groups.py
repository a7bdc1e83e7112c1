"""Minima for several criteria together: as many groups as the rule has, and room for more, without a script."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tendering.fields import DecimalField
from tendering.weights import plain

PARTS = ("group_name", "group_members", "group_share")
LEAST_SLOTS = 4


def slots(spec: Mapping[str, Any]) -> int:
    """How many groups the form has room for: those of the rule and at least one more."""
    return max(LEAST_SLOTS, len(spec.get("group_minima") or ()) + 1)


def names(slot: int) -> tuple[str, str, str]:
    """Names of the fields of a group, counted from 1; the first has no number."""
    end = "" if slot == 1 else f"_{slot}"
    name, members, share = (f"{part}{end}" for part in PARTS)
    return name, members, share


def fields_of(slot: int) -> dict[str, forms.Field]:
    """Name, criteria and share of one group."""
    name, members, share = names(slot)
    return {
        name: forms.CharField(label=_("Criteria together: name of the group"), required=False, max_length=100),
        members: forms.CharField(
            label=_("Codes of its criteria"), required=False, max_length=300,
            help_text=_("For example: B1, B2. The codes stand on the page of the tender."),
        ),
        share: DecimalField(
            label=_("Least share of their points in per cent"), required=False, unit="%",
            max_value=Decimal(100), example=Decimal(60), help_text=_("A bid below is out"),
        ),
    }  # fmt: skip


def incomplete(data: Mapping[str, Any], count: int) -> list[str]:
    """Names of the first field of every group that lacks something."""
    found = []
    for slot in range(1, count + 1):
        parts = [data.get(name) for name in names(slot)]
        if any(parts) and not all(parts):
            found.append(names(slot)[0])
    return found


def minima(data: Mapping[str, Any], count: int) -> dict[str, Any]:
    """{"group_minima": …} of the filled groups; empty without any."""
    found = []
    for slot in range(1, count + 1):
        name, members, share = (data[key] for key in names(slot))
        if name:
            codes = [code.strip() for code in members.split(",") if code.strip()]
            found.append({"name": name, "members": codes, "min_share_pct": f"{plain(share):f}"})
    return {"group_minima": found} if found else {}


def initial(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The stored groups as the form shows them."""
    found: dict[str, Any] = {}
    for slot, group in enumerate(spec.get("group_minima") or (), start=1):
        shown = group.get("name", ""), ", ".join(group.get("members", ())), Decimal(group["min_share_pct"])
        found |= dict(zip(names(slot), shown, strict=True))
    return found
