"""Documents of a draft: several files of one kind at once."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import scanning
from tendering.upload import AT_ONCE

MEGABYTE = 1_000_000
KINDS = [
    ("SPECIFICATION", gettext_lazy("Specification")),
    ("CONTRACT", gettext_lazy("Contract and terms")),
    ("FORM", gettext_lazy("Form to fill in")),
    ("PLAN", gettext_lazy("Plan, drawing or picture")),
    ("OTHER", gettext_lazy("Other document")),
]


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given or [None]]


class DocumentsForm(forms.Form):
    """Files and what they are."""

    attachments = FilesField(
        label=gettext_lazy("Files"), widget=ManyFiles(attrs={"multiple": True}),
        error_messages={
            "required": gettext_lazy("Choose at least one file"),
            "empty": gettext_lazy("This file is empty. Choose another one"),
        },
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("What are they?"), choices=KINDS, initial="SPECIFICATION")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"limit": settings.DOCUMENT_FILE_LIMIT // MEGABYTE, "all": AT_ONCE // MEGABYTE}
        self.fields["attachments"].help_text = (
            _("Any kind of file, at most %(limit)s MB each and %(all)s MB at once. You can choose several.") % words
        )

    def clean_attachments(self) -> list[UploadedFile]:
        """None larger than the action takes, all together no more than one upload may hold."""
        files: list[UploadedFile] = self.cleaned_data["attachments"]
        words = {"limit": settings.DOCUMENT_FILE_LIMIT // MEGABYTE, "all": AT_ONCE // MEGABYTE}
        for file in files:
            if (file.size or 0) > settings.DOCUMENT_FILE_LIMIT:
                raise ValidationError(
                    _("“%(name)s” is larger than %(limit)s MB. Make it smaller, or divide it")
                    % {"name": file.name, **words}
                )
        if sum(file.size or 0 for file in files) > AT_ONCE:
            raise ValidationError(_("Together these files are larger than %(all)s MB. Add them in two goes") % words)
        if any(scanning.scan(file.chunks()) == scanning.Verdict.FOUND for file in files):
            raise ValidationError(scanning.INFECTED)
        return files
