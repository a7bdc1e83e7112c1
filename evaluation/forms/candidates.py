"""Forms of the selection of candidates: points with reasons, and sending a proposal back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.forms.office import reason_field
from evaluation.models import CandidateScore
from tendering.fields import DecimalField
from tendering.models import Criterion


class PointsForm(forms.Form):
    """Points of one request by every published criterion, each with its reason."""

    def __init__(self, data: Any, criteria: Sequence[Criterion], before: Mapping[str, CandidateScore]) -> None:
        super().__init__(data)
        self.criteria = criteria
        for row in criteria:
            given = before.get(row.code)
            self.fields[f"points_{row.code}"] = DecimalField(
                label=f"{row.code} {row.name}", help_text=row.description, places=2, max_value=Decimal(10),
                example=Decimal("8.5"), initial=given.value if given else None,
                error_messages={"required": _("Enter points from 0 to 10 for %(code)s") % {"code": row.code}},
            )  # fmt: skip
            self.fields[f"reason_{row.code}"] = reason_field(
                _("Reason for the points by %(code)s") % {"code": row.code},
                _("Give the reason, for example: three comparable references of towns"),
            )
            self.fields[f"reason_{row.code}"].initial = given.reason if given else ""

    def scores(self) -> dict[str, dict[str, Any]]:
        """In the shape of actions.score_candidate."""
        data = self.cleaned_data
        return {
            row.code: {"points": data[f"points_{row.code}"], "reason": data[f"reason_{row.code}"]}
            for row in self.criteria
        }

    def place(self, path: str) -> str:
        """The field of a fault `scores.S1.points`."""
        parts = path.split(".")
        return f"{parts[-1]}_{'.'.join(parts[1:-1])}" if len(parts) > 2 else path


class ProposeForm(forms.Form):
    """Words that go with the proposal; needed where fewer than published remain."""

    reason = forms.CharField(
        label=gettext_lazy("Remark for the file"), required=False, max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed where fewer candidates are suitable than the published lowest number."),
    )  # fmt: skip


class ReturnForm(forms.Form):
    """Why the second person does not decide as proposed."""

    reason = reason_field(
        gettext_lazy("What should be looked at again?"),
        gettext_lazy("Say what should be changed, for example: a reference of Alpha was overlooked"),
    )
