"""The questions before a bid that only the person can answer. Nothing is kept."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bids.eligibility import Point

ANSWERS = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("", gettext_lazy("I do not know yet"))]


class EligibilityForm(forms.Form):
    """One choice of three per open point."""

    use_required_attribute = False

    def __init__(self, asked: Sequence[Point], data: Any = None) -> None:
        super().__init__(data)
        for point in asked:
            self.fields[point.key] = forms.ChoiceField(
                label=point.name, help_text=point.hint, choices=ANSWERS, widget=forms.RadioSelect, required=False,
                initial="",
            )  # fmt: skip

    def answers(self) -> dict[str, bool]:
        """{key: yes or no} of what was answered."""
        if not (self.is_bound and self.is_valid()):
            return {}
        return {key: answer == "yes" for key, answer in self.cleaned_data.items() if answer}

    def requirements(self) -> list[forms.BoundField]:
        """Fields of requirements."""
        return [self[name] for name in self.fields if name.startswith("requirement_")]

    def papers(self) -> list[forms.BoundField]:
        """Fields of proofs."""
        return [self[name] for name in self.fields if not name.startswith("requirement_")]
