"""A correction of a published tender: text, files, how weighty, a later deadline."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tendering import corrections
from tendering.forms.attachments import KINDS, DocumentsForm
from tendering.forms.dates import Clock, Day
from tendering.models import Document, Tender


class CorrectionForm(DocumentsForm):
    """The present text comes filled in; documents are ticked to be taken out, new files added."""

    field_order = ("summary", "remove", "attachments", "kind", "reason", "is_material", "end_day", "end_time")
    summary = forms.CharField(
        label=gettext_lazy("What is needed, in plain words"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    remove = forms.MultipleChoiceField(
        label=gettext_lazy("Take these documents out"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("To replace a document, tick the old one and add the new one below."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("What are they?"), choices=KINDS, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason, as bidders will read it"), max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give the reason, for example: Annex 3 was replaced")},
    )  # fmt: skip
    is_material = forms.ChoiceField(
        label=gettext_lazy("Does the change matter for what a bid says or costs?"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes, bidders need time for it")), ("no", gettext_lazy("No, it only clarifies"))],
        error_messages={"required": gettext_lazy("Say whether bidders need time for the change")},
    )  # fmt: skip
    end_day = Day(label=gettext_lazy("New deadline"), required=False)
    end_time = Clock(label=gettext_lazy("Time"), required=False)
    why_not_later = forms.CharField(
        label=gettext_lazy("Or: why the time is enough"), required=False, max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, tender: Tender, now: datetime) -> None:
        self.zone = ZoneInfo(tender.buyer.time_zone)
        self.current = tender.tender_period_end.astimezone(self.zone) if tender.tender_period_end else None
        proposed = corrections.proposed_end(tender, now)
        end = proposed.astimezone(self.zone) if proposed else self.current
        initial = {"summary": tender.summary, "end_time": end.time() if end else None}
        super().__init__(*args, initial=initial)
        self.fields["attachments"].required = False
        self.files_in_force: list[Document] = list(tender.documents.in_force().defer("content"))
        remove = self.fields["remove"]
        assert isinstance(remove, forms.MultipleChoiceField)
        remove.choices = [(str(file.pk), file.name) for file in self.files_in_force]
        if not self.files_in_force:
            del self.fields["remove"]
        if end:
            words = {"day": date_format(end, "SHORT_DATE_FORMAT"), "source": corrections.asks_for_time(tender)}
            text = _("Proposed after a material change: %(day)s.")
            if words["source"]:
                text = _("Proposed after a material change: %(day)s (%(source)s).")
            self.fields["end_day"].help_text = text % words

    def clean_attachments(self) -> list[Any]:
        """No file at all is fine here."""
        self.cleaned_data["attachments"] = [file for file in self.cleaned_data["attachments"] if file]
        return super().clean_attachments()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, clock = data.get("end_day"), data.get("end_time")
        data["new_end"] = datetime.combine(day, clock, self.zone) if day and clock else None
        if day and not clock:
            self.add_error("end_time", _("Enter the time, for example 12:00"))
        if data["new_end"] and self.current and data["new_end"] <= self.current:
            shown = date_format(self.current, "SHORT_DATETIME_FORMAT")
            self.add_error("end_day", _("Choose a moment after the present deadline, %(end)s") % {"end": shown})
        return data

    @property
    def wanted(self) -> dict[str, Any]:
        """In the shape of actions.request_correction, without the files."""
        data = self.cleaned_data
        return {
            "summary": data["summary"].replace("\r\n", "\n"),
            "remove": [UUID(key) for key in data.get("remove", [])],
            "reason": data["reason"],
            "is_material": data["is_material"] == "yes",
            "new_end": data["new_end"],
            "why_not_later": data["why_not_later"],
        }
