"""Small forms around a template: its name, publishing, taking out of use, copying a tender."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Organization


class NewTemplateForm(forms.Form):
    """What a template is called in addresses, and whether something is bought or tried."""

    owner = forms.ModelChoiceField(
        label=gettext_lazy("Service centre"), queryset=Organization.objects.none(), empty_label=None
    )
    code = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=60,
        help_text=gettext_lazy("Small letters, digits and hyphens; it stands in the address: it-help-desk"),
        error_messages={"required": gettext_lazy("Enter a short name, for example: it-help-desk"),
                        "invalid": gettext_lazy("Use letters, digits and hyphens only, for example: it-help-desk")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it for?"), widget=forms.RadioSelect, initial="tender",
        choices=[
            ("tender", gettext_lazy("a service that is bought")), ("pilot", gettext_lazy("something that is tried")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, owners: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owners
        if len(owners) == 1:
            del self.fields["owner"]


class PublishForm(forms.Form):
    """What is new, for those who use an older version."""

    note = forms.CharField(
        label=gettext_lazy("What is new"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One or two sentences; everybody with a draft from an older version reads them."),
        error_messages={"required": gettext_lazy("Say in one sentence what is new.")},
    )  # fmt: skip


class WithdrawForm(forms.Form):
    """Why a version must not be used any more."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why this version is taken out of use.")},
    )  # fmt: skip
