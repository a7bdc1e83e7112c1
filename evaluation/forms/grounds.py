"""Fields of an exclusion ground, for the check of a bid and for the decision to exclude it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bids.nouns import said
from evaluation.grounds import CLEANING, MANDATORY, OPTIONAL
from tendering.forms.dates import Day
from tendering.models import Tender

DETAILS = ("kind", "event_date", "proportionality", *CLEANING, "cleaning_decision", "cleaning_reason")


def _text(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )


def detail_fields(before: Mapping[str, Any], tender: Tender) -> dict[str, forms.Field]:
    """Day, weighing and what the company has mended; the action says which of them this ground needs (R40-R43)."""
    fields: dict[str, forms.Field] = {
        "kind": forms.ChoiceField(
            label=_("What kind of ground is it?"), required=False, widget=forms.RadioSelect,
            choices=[(MANDATORY, _("mandatory: a final judgment, or taxes and social security not paid")),
                     (OPTIONAL, _("optional: the office weighs it"))],
        ),
        "event_date": Day(
            label=_("Day of the event, or of the final judgment"), required=False,
            help_text=_("Grounds lapse: optional ones three years after the event, mandatory ones after five."),
        ),
        "proportionality": _text(
            said(tender, "Why is it proportionate to exclude the bid?"),
            _("Weigh how grave it was, how long ago, and what followed."),
        ),
        "damages": _text(_("What the company has mended: damages paid or promised")),
        "cooperation": _text(_("What the company has mended: how it helped to clear things up")),
        "measures": _text(_("What the company has mended: measures against it happening again")),
        "cleaning_decision": forms.ChoiceField(
            label=_("Is that enough?"), required=False, widget=forms.RadioSelect,
            choices=[("", _("the company has named nothing")), ("accepted", said(tender, "yes, the bid stays")),
                     ("refused", _("no"))],
        ),
        "cleaning_reason": _text(_("Why it is not enough, as the company will read it")),
    }  # fmt: skip
    cleaning = before.get("cleaning") or {}
    for name, field in fields.items():
        field.initial = cleaning.get(name, "") if name in CLEANING else before.get(name, "")
    fields["event_date"].initial = _day(before.get("event_date"))
    return fields


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def details_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of evaluation.grounds from cleaned data; a form without these fields has none."""
    if "kind" not in data:
        return {}
    event = data.get("event_date")
    return {
        "kind": data["kind"],
        "event_date": event.isoformat() if event else None,
        "proportionality": data["proportionality"].strip(),
        "cleaning": {name: data[name].strip() for name in CLEANING},
        "cleaning_decision": data["cleaning_decision"],
        "cleaning_reason": data["cleaning_reason"].strip(),
    }


class GroundPart(forms.Form):
    """A form some of whose fields are about an exclusion ground; the page folds those away until they are needed."""

    ground_names: tuple[str, ...] = DETAILS

    def add_details(self, before: Mapping[str, Any], tender: Tender) -> None:
        """Append the fields."""
        self.fields.update(detail_fields(before, tender))

    @property
    def plain_part(self) -> list[forms.BoundField]:
        """Everything else."""
        return [self[name] for name in self.fields if name not in self.ground_names]

    @property
    def ground_part(self) -> list[forms.BoundField]:
        """The fields of the ground."""
        return [self[name] for name in self.fields if name in self.ground_names]

    @property
    def opens_ground(self) -> bool:
        """Whether something stands in them, or is wrong with them."""
        return any(name in self.errors or self[name].value() for name in self.fields if name in self.ground_names)
