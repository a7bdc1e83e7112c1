"""To whom a procedure is handed over, and what the next person should know."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

OFFICE = "office"
NOTE = _("What should the next person know?")


class HandOverForm(forms.Form):
    """`people` may take over; with `office` also nobody in particular, which is then chosen first."""

    to = forms.ChoiceField(
        label=_("Who takes over?"), widget=forms.RadioSelect, error_messages={"required": _("Choose who takes over")}
    )
    note = forms.CharField(
        label=NOTE,
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is sent with the message and stands in the file."),
    )

    def __init__(self, data: Any = None, *, people: Iterable[User], office: bool = False, initial: str = "") -> None:
        super().__init__(data, initial={"to": initial} if initial else None)
        self.people = {str(person.pk): person for person in people}
        choices = [(OFFICE, _("The procurement office – whoever is free"))] if office else []
        field: Any = self.fields["to"]
        field.choices = [*choices, *((key, str(person)) for key, person in self.people.items())]

    @property
    def person(self) -> User | None:
        """Who was chosen; None for the office."""
        return self.people.get(self.cleaned_data["to"])
