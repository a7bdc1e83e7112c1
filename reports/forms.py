"""Uploading a municipality's own template."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class TemplateForm(forms.Form):
    """An .xlsx file with named cells; read in memory, in a process of its own, never kept."""

    template = forms.FileField(
        label=gettext_lazy("Your template"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": gettext_lazy("Choose your template, an .xlsx file")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = _("An .xlsx file without macros, at most %(limit)s MB")
        self.fields["template"].help_text = text % {"limit": settings.SHEET_FILE_LIMIT // 1_000_000}

    def clean_template(self) -> bytes:
        """The bytes of the file; refused above the limit."""
        file: UploadedFile = self.cleaned_data["template"]
        if file.size is not None and file.size > settings.SHEET_FILE_LIMIT:
            raise ValidationError(_("The file is too large. Remove pictures or other sheets and choose it again"))
        content: bytes = file.read()
        return content
