"""The form of a self-declaration on grounds for exclusion."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.people_forms import Day
from bids import grounds
from bids.forms.base import VisibleText
from bids.grounds import Declaration, Ground


class DeclarationForm(forms.Form):
    """A box per ground, what to say if one is ticked, and one confirmation for all the others."""

    when = Day(label=gettext_lazy("Last event or judgment on"), required=False)
    confirmed = forms.BooleanField(
        label=gettext_lazy(
            "I have read every point. Apart from what is ticked, none applies to the company or to those who lead it."
        ),
        error_messages={"required": gettext_lazy("Confirm that you have read every point")},
    )

    def __init__(self, data: Any = None, former: Declaration | None = None) -> None:
        super().__init__(data)
        self.rows: list[tuple[str, Ground]] = [(f"ground_{n}", row) for n, row in enumerate(grounds.shipped())]
        for name, ground in self.rows:
            ticked = former is not None and ground.code in former.applies
            self.fields[name] = forms.BooleanField(label=str(ground), required=False, initial=ticked)
        for name in grounds.TEXTS:
            self.fields[name] = VisibleText(
                label=str(grounds.LABELS[name]), required=False, max_length=grounds.LONGEST,
                widget=forms.Textarea(attrs={"rows": 3}), initial=getattr(former, name, ""),
            )  # fmt: skip
        self.fields["when"].initial = former.when if former else None

    def clean(self) -> dict[str, Any]:
        """What happened has to be said where a ground applies."""
        data: dict[str, Any] = super().clean() or {}
        if self._applies(data) and not data.get("what") and "what" not in self.errors:
            self.add_error("what", _("Say in a few sentences what happened: a ground applies."))
        return data

    def declaration(self) -> Declaration:
        """What was declared; call after `is_valid()`. Without a ground nothing is said about one."""
        applies = self._applies(self.cleaned_data)
        if not applies:
            return Declaration()
        texts = {name: self.cleaned_data[name] for name in grounds.TEXTS}
        return Declaration(applies=applies, when=self.cleaned_data["when"], **texts)

    def boxes(self, kind: str) -> list[tuple[forms.BoundField, Ground]]:
        """The boxes of one kind ("mandatory", "optional")."""
        return [(self[name], ground) for name, ground in self.rows if ground.kind == kind]

    def mandatory(self) -> list[tuple[forms.BoundField, Ground]]:
        return self.boxes("mandatory")

    def optional(self) -> list[tuple[forms.BoundField, Ground]]:
        return self.boxes("optional")

    def cleaning(self) -> list[forms.BoundField]:
        """What is said where a ground applies."""
        return [self["what"], self["when"], *(self[name] for name in grounds.TEXTS[1:])]

    def _applies(self, data: dict[str, Any]) -> tuple[str, ...]:
        return tuple(ground.code for name, ground in self.rows if data.get(name))
