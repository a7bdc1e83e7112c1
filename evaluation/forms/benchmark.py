"""Forms of the benchmark: a new data set, the model to look at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Organization

MOST_BYTES = 2_000_000


class SetForm(forms.Form):
    """A data set from a sheet, or from the own contracts where no file is chosen."""

    owner = forms.ChoiceField(label=gettext_lazy("For"))
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200,
        error_messages={"required": gettext_lazy("Name the comparison, for example: Registry offices 2025")},
    )  # fmt: skip
    about = forms.CharField(
        label=gettext_lazy("What is compared"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    source = forms.CharField(
        label=gettext_lazy("Where the numbers come from"), max_length=300,
        error_messages={"required": gettext_lazy("Say where the numbers come from, for example: district survey")},
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("Sheet (XLSX, ODS or CSV)"), required=False,
        help_text=gettext_lazy("Without a file the periods of your own contracts are taken."),
    )  # fmt: skip

    def __init__(self, *args: Any, owners: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(owner.pk), owner.name) for owner in owners]
        if len(owners) == 1:
            field.initial = str(owners[0].pk)

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file is not None and file.size > MOST_BYTES:
            raise forms.ValidationError(gettext_lazy("The file is larger than 2 MB"))
        return file
