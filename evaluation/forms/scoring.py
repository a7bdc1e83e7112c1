"""Forms of the panel: declare, score one criterion of one bid, agree on a score."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from tendering.fields import DecimalField

OTHER = "other"
WHOLE = [(str(score), str(score)) for score in range(11)]


class ConflictForm(forms.Form):
    """Made before any bid is read. Once the bidders are known there is a question about each of them."""

    conflict = forms.ChoiceField(
        label=gettext_lazy("Do you have a conflict of interest with one of the bidders?"),
        choices=[
            ("no", gettext_lazy("No, I have none")),
            ("yes", gettext_lazy("Yes, there could be one")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two answers")},
    )
    note = forms.CharField(
        label=gettext_lazy("What connects you with the bidder?"),
        help_text=gettext_lazy("Only needed if there could be a conflict; the office reads it."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, companies: Sequence[Organization] = ()) -> None:
        super().__init__(data)
        self.companies = companies
        if companies:
            del self.fields["conflict"]
        for company in companies:
            self.fields[f"company_{company.pk}"] = forms.ChoiceField(
                label=company.name,
                choices=[("no", _("No conflict")), ("yes", _("There could be one"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer for %(name)s, too") % {"name": company.name}},
            )
        self.order_fields([f"company_{company.pk}" for company in companies])

    @property
    def answers(self) -> dict[int, bool]:
        """{company: whether there could be a conflict}."""
        return {company.pk: self.cleaned_data[f"company_{company.pk}"] == "yes" for company in self.companies}

    @property
    def has_conflict(self) -> bool:
        """Whether there could be one with anybody."""
        return any(self.answers.values()) or self.cleaned_data.get("conflict") == "yes"


class ScoreForm(forms.Form):
    """A score from 0 to 10 and the reason for it."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Score"),
        choices=[*WHOLE, (OTHER, gettext_lazy("other"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a score from 0 to 10")},
    )
    other = DecimalField(
        label=gettext_lazy("Other score, for example between two steps"),
        help_text=gettext_lazy("0 to 10, at most two decimals; only read if “other” is chosen"),
        required=False,
        places=2,
        max_value=Decimal(10),
        example=Decimal("7.5"),
    )
    comment = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Say why, with the place in the bid. The bidder may get to read it; do not name persons."
        ),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Give the reason, for example: weekly checks are described on page 4")
        },
    )

    def __init__(self, data: Any = None, *, value: Decimal | None = None, comment: str = "") -> None:
        super().__init__(data, initial=_initial(value, comment))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") == OTHER and data.get("other") is None and "other" not in self.errors:
            raise ValidationError({"other": _("Enter the score, for example 7.5, or choose a whole number above")})
        return data

    @property
    def score(self) -> Decimal:
        """The score that was chosen or typed."""
        data = self.cleaned_data
        return data["other"] if data["choice"] == OTHER else Decimal(data["choice"])


class ConsensusForm(ScoreForm):
    """The score the panel agrees on."""

    def __init__(self, data: Any = None, *, value: Decimal | None = None, comment: str = "") -> None:
        super().__init__(data, value=value, comment=comment)
        self.fields["choice"].label = _("Score the panel agreed on")
        self.fields["comment"].label = _("Why the panel agreed on it")


def _initial(value: Decimal | None, comment: str) -> dict[str, Any]:
    if value is None:
        return {"comment": comment}
    if value == value.to_integral_value():
        return {"choice": str(int(value)), "comment": comment}
    return {"choice": OTHER, "other": value.normalize(), "comment": comment}
