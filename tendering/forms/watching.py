"""Following by mail, and what one notes to a tender that is remembered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tendering.forms.dates import Day
from tendering.models import Bookmark, Subscription

FREQUENCIES = Subscription._meta.get_field("frequency").choices or []


class FollowForm(forms.Form):
    """An address and how often; people who are signed in give no address."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send one mail with a link. Nothing else comes until you use it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your address, for example office@company.example"),
            "invalid": _("Enter an address with an @, for example office@company.example"),
        },
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=FREQUENCIES, widget=forms.RadioSelect, initial="now")

    def __init__(self, data: Any = None, *, signed_in: bool = False) -> None:
        super().__init__(data)
        if signed_in:
            del self.fields["email"]


class BookmarkForm(forms.ModelForm[Bookmark]):
    """Both may stay empty."""

    remind_on = Day(label=_("Remind me on"), required=False, help_text=_("By mail, in the morning of that day"))

    class Meta:
        model = Bookmark
        fields = ("note", "remind_on")
        labels = {"note": _("My note, for me alone")}
