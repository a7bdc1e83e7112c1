"""Step 3 and the extension: moments as a day and a time in the buyer's zone."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tendering.models import INVITED_ONLY, ProcedureType, Tender
from tendering.proposals import Dates

DAYS = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y"]
TIMES = ["%H:%M", "%H.%M", "%H"]
DAY_INPUT = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "app-short"})


class Day(forms.DateField):
    """A day as people write it: 1.12.26, 01.12.2026, 2026-12-01; shown as 01.12.2026."""

    def __init__(self, **kwargs: Any) -> None:
        words = _lazy_day_words()
        kwargs.setdefault("error_messages", {}).update({"invalid": words})
        super().__init__(input_formats=DAYS, widget=forms.TextInput(attrs=dict(DAY_INPUT.attrs)), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d.%m.%Y}" if isinstance(value, date) else value


def _lazy_day_words() -> Any:
    return gettext_lazy("Enter the day as day.month.year, for example 15.12.2026")


class Clock(forms.TimeField):
    """A time of day: 12:00, 9.30, 12."""

    def __init__(self, **kwargs: Any) -> None:
        words = {"invalid": gettext_lazy("Enter the time as hours and minutes, for example 12:00")}
        kwargs.setdefault("error_messages", {}).update(words)
        super().__init__(input_formats=TIMES, widget=forms.TextInput(attrs=dict(DAY_INPUT.attrs)), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class WhenForm(forms.Form):
    """Dates of the procedure. Empty fields of a new draft come filled with lawful defaults."""

    end_day = Day(
        label=gettext_lazy("Deadline for bids"),
        error_messages={"required": gettext_lazy("Enter the last day for bids, for example 15.12.2026")},
    )
    end_time = Clock(
        label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Enter the time, for example 12:00")}
    )
    questions_day = Day(label=gettext_lazy("Questions until"), required=False)
    questions_time = Clock(label=gettext_lazy("Time"), required=False)
    binding = Day(label=gettext_lazy("Bids are binding until"), required=False)
    opening_day = Day(label=gettext_lazy("Opening planned on"), required=False)
    opening_time = Clock(label=gettext_lazy("Time"), required=False)
    procedure_type = forms.ChoiceField(label=gettext_lazy("Procedure"), choices=ProcedureType.choices)
    legal_basis = forms.CharField(
        label=gettext_lazy("Reason for this procedure"), required=False, max_length=300,
        help_text=gettext_lazy("Needed where not every company may bid"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, tender: Tender, proposed: Dates) -> None:
        self.zone = ZoneInfo(tender.buyer.time_zone)
        super().__init__(data, initial=self._initial(tender, proposed))
        why = {
            "end_day": proposed.why,
            "questions_day": _("Answers must reach all bidders in time before the deadline; eight days are proposed."),
            "binding": _("Time to judge, decide and inform the others; sixty days are proposed."),
            "opening_day": _("Never before the deadline; two openers must be there."),
        }
        for name, words in why.items():
            self.fields[name].help_text = words

    def _initial(self, tender: Tender, proposed: Dates) -> dict[str, Any]:
        end = (tender.tender_period_end or proposed.bids_end).astimezone(self.zone)
        questions = (tender.enquiry_period_end or proposed.questions_end).astimezone(self.zone)
        opening = (tender.opening_planned_at or proposed.opening).astimezone(self.zone)
        return {
            "end_day": end.date(), "end_time": end.time(), "questions_day": questions.date(),
            "questions_time": questions.time(), "opening_day": opening.date(), "opening_time": opening.time(),
            "binding": tender.bid_validity_end or proposed.binding_until, "procedure_type": tender.procedure_type,
            "legal_basis": tender.legal_basis, "version": tender.version,
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        end, questions, opening = (self.moment(data, name) for name in ("end", "questions", "opening"))
        if end and questions and questions >= end:
            self.add_error("questions_day", _("Questions must end before the deadline for bids"))
        if end and opening and opening < end:
            data["opening_day"], data["opening_time"] = end.date(), end.time()  # the opening follows a moved deadline
        if end and data.get("binding") and data["binding"] <= end.date():
            self.add_error("binding", _("Bids must bind for some time after the deadline, for example 60 days"))
        if data.get("procedure_type") in INVITED_ONLY and not data.get("legal_basis"):
            self.add_error("legal_basis", _("Say why only invited companies may bid"))
        return data

    def moment(self, data: dict[str, Any], name: str) -> datetime | None:
        """Day and time as a moment in the buyer's zone; None when one is missing."""
        day, clock = data.get(f"{name}_day"), data.get(f"{name}_time")
        return datetime.combine(day, clock, self.zone) if day and clock else None

    def fields_to_store(self) -> dict[str, Any]:
        """In the shape of actions.update_tender."""
        data = self.cleaned_data
        return {
            "tender_period_end": self.moment(data, "end"),
            "enquiry_period_end": self.moment(data, "questions"),
            "opening_planned_at": self.moment(data, "opening"),
            "bid_validity_end": data["binding"],
            "procedure_type": data["procedure_type"],
            "legal_basis": data["legal_basis"],
        }

    def paths(self) -> dict[str, tuple[forms.Form, str]]:
        """Where the faults of the action belong."""
        return {
            "tender_period_end": (self, "end_day"),
            "enquiry_period_end": (self, "questions_day"),
            "opening_planned_at": (self, "opening_day"),
            "bid_validity_end": (self, "binding"),
            "procedure_type": (self, "procedure_type"),
        }


class ExtensionForm(forms.Form):
    """A later deadline and why."""

    end_day = Day(
        label=gettext_lazy("New deadline"),
        error_messages={"required": gettext_lazy("Enter the new last day for bids, for example 15.12.2026")},
    )
    end_time = Clock(
        label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Enter the time, for example 12:00")}
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, as bidders will read it"), max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give the reason, for example: Annex 3 was replaced")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, tender: Tender) -> None:
        self.zone = ZoneInfo(tender.buyer.time_zone)
        end = tender.tender_period_end.astimezone(self.zone) if tender.tender_period_end else None
        self.current = end
        super().__init__(data, initial={"end_time": end.time()} if end else None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("end_day") and data.get("end_time"):
            data["new_end"] = datetime.combine(data["end_day"], data["end_time"], self.zone)
            if self.current and data["new_end"] <= self.current:
                shown = date_format(self.current, "SHORT_DATETIME_FORMAT")
                raise ValidationError(
                    {"end_day": _("Choose a moment after the present deadline, %(end)s") % {"end": shown}}
                )
        return data
