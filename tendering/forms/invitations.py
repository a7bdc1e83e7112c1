"""Search among the companies that could be invited."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ProviderSearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name or e-mail address"), min_length=2, max_length=200,
        help_text=_("The beginning or a part of it is enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
        error_messages={
            "required": _("Type a part of the name or of the e-mail address"),
            "min_length": _("Type at least two letters"),
        },
    )  # fmt: skip
