"""The recovery key: where its envelope is kept, and the log when the envelope is opened."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from bids.forms.base import VisibleText


class KeepForm(forms.Form):
    """Where the envelope is kept and by which office. The page's script sends it together with the public key."""

    kept_by = VisibleText(
        label=gettext_lazy("Which office keeps the envelope?"),
        help_text=gettext_lazy("An office, not a person, for example: audit office, or the service centre."),
        max_length=200,
    )
    kept_where = VisibleText(
        label=gettext_lazy("Where is the envelope kept?"),
        help_text=gettext_lazy("For example: safe, room 12. Choose a place that is not in the procurement office."),
        max_length=300,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in self.fields:
            self.fields[name].widget.attrs["data-send"] = ""


class TakeForm(forms.Form):
    """Why the envelope is opened, and who signs its log besides the opener."""

    witness = forms.ChoiceField(
        label=gettext_lazy("Who signs the envelope log with you?"),
        help_text=gettext_lazy("This person confirms it from an own session before the key can be used."),
        error_messages={
            "required": gettext_lazy("Choose the second person who signs the envelope log."),
            "invalid_choice": gettext_lazy("Choose the second person who signs the envelope log."),
        },
    )
    reason = VisibleText(
        label=gettext_lazy("Reason for the file"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Give the reason, for example: the second opener and the deputy are ill")
        },
    )

    def __init__(self, people: Sequence[User], data: Any = None) -> None:
        super().__init__(data)
        chosen = [("", "–"), *((str(person.pk), str(person)) for person in people)]
        self.fields["witness"].choices = chosen  # type: ignore[attr-defined]  # ChoiceField
