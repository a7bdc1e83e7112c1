"""The call for candidates on one page: dates, numbers, requirements, what candidates are compared by, papers."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tendering.fields import DecimalField
from tendering.forms.dates import Clock, Day
from tendering.models import CriterionKind, Tender
from tendering.proposals import Dates

SPARE = 3
LEAST_ROWS = 3
NUMBER = forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short", "autocomplete": "off"})
LINES = forms.Textarea(attrs={"rows": 4})


class CallForm(forms.Form):
    """What actions.set_call takes. Lists are typed one entry a line; what the API told besides is kept by name."""

    end_day = Day(
        label=gettext_lazy("Deadline for requests to participate"),
        error_messages={"required": gettext_lazy("Enter the last day for requests, for example 15.12.2026")},
    )
    end_time = Clock(
        label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Enter the time, for example 12:00")}
    )
    questions_day = Day(label=gettext_lazy("Questions until"), required=False)
    questions_time = Clock(label=gettext_lazy("Time"), required=False)
    least = forms.IntegerField(
        label=gettext_lazy("How many candidates are invited at least?"), min_value=1, max_value=999, widget=NUMBER,
        help_text=gettext_lazy("In EU-wide restricted procedures five or more, in negotiated ones three or more."),
        error_messages={
            "required": gettext_lazy("Enter a whole number, for example 5"),
            "invalid": gettext_lazy("Enter a whole number, for example 5"),
        },
    )  # fmt: skip
    most = forms.IntegerField(
        label=gettext_lazy("How many at most?"), min_value=1, max_value=999, widget=NUMBER, required=False,
        help_text=gettext_lazy(
            "Leave it empty to invite all suitable ones. With a number you need criteria below that say who is best."
        ),
        error_messages={"invalid": gettext_lazy("Enter a whole number, for example 5")},
    )  # fmt: skip
    requirements = forms.CharField(
        label=gettext_lazy("What every candidate must meet"), required=False, max_length=6_000, widget=LINES,
        help_text=gettext_lazy("One requirement a line. Who does not meet one is not invited."),
    )  # fmt: skip
    documents = forms.CharField(
        label=gettext_lazy("Papers that every request must contain"), required=False, max_length=4_000, widget=LINES,
        help_text=gettext_lazy("One paper a line, for example: Self-declaration on grounds for exclusion"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, tender: Tender, call: Tender | None, proposed: Dates) -> None:
        self.zone = ZoneInfo(tender.buyer.time_zone)
        criteria = list(call.criteria.all()) if call else []
        self.compared = [row for row in criteria if row.kind == CriterionKind.SELECTION]
        self.required = {row.name: row for row in criteria if row.kind == CriterionKind.MANDATORY}
        self.papers = {row.name: row for row in call.required_documents.all()} if call else {}
        super().__init__(data, initial=self._initial(call, proposed))
        self.rows = max(LEAST_ROWS, len(self.compared) + 1, SPARE)
        for number in range(self.rows):
            self._add_row(number)

    def _initial(self, call: Tender | None, proposed: Dates) -> dict[str, Any]:
        end = ((call.tender_period_end if call else None) or proposed.bids_end).astimezone(self.zone)
        questions = ((call.enquiry_period_end if call else None) or proposed.questions_end).astimezone(self.zone)
        return {
            "end_day": end.date(), "end_time": end.time(), "questions_day": questions.date(),
            "questions_time": questions.time(), "least": call.min_candidates if call else None,
            "most": call.max_candidates if call else None, "requirements": "\n".join(self.required),
            "documents": "\n".join(self.papers),
        }  # fmt: skip

    def _add_row(self, number: int) -> None:
        row = self.compared[number] if number < len(self.compared) else None
        words = {"number": number + 1}
        self.fields[f"name_{number}"] = forms.CharField(
            label=_("Criterion %(number)s") % words, max_length=300, required=False, initial=row.name if row else "",
        )  # fmt: skip
        self.fields[f"text_{number}"] = forms.CharField(
            label=_("What earns many points, what few?"), max_length=4_000, required=False,
            initial=row.description if row else "", widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self.fields[f"weight_{number}"] = DecimalField(
            label=_("Weight of criterion %(number)s, in points of 100") % words, places=3, required=False,
            max_value=Decimal(100), example=Decimal(60), initial=row.weight if row else None,
        )  # fmt: skip

    @property
    def selection_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Name, text and weight of each row, for the page."""
        return [(self[f"name_{n}"], self[f"text_{n}"], self[f"weight_{n}"]) for n in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        end, questions = self._moment(data, "end"), self._moment(data, "questions")
        if end and questions and questions >= end:
            self.add_error("questions_day", _("Questions must end before the deadline for requests"))
        if data.get("least") and data.get("most") and data["most"] < data["least"]:
            self.add_error("most", _("The highest number cannot be smaller than the lowest"))
        for number in range(self.rows):
            if (
                data.get(f"name_{number}")
                and data.get(f"weight_{number}") is None
                and not self.has_error(f"weight_{number}")
            ):
                self.add_error(f"weight_{number}", _("Enter a weight, for example 60; all weights add up to 100"))
        return data

    def _moment(self, data: Mapping[str, Any], name: str) -> datetime | None:
        day, clock = data.get(f"{name}_day"), data.get(f"{name}_time")
        return datetime.combine(day, clock, self.zone) if day and clock else None

    def call(self) -> dict[str, Any]:
        """In the shape of actions.set_call."""
        data = self.cleaned_data
        end = self._moment(data, "end")
        return {
            "request_period_end": end,
            "enquiry_period_end": self._moment(data, "questions"),
            "opening_planned_at": end,
            "min_candidates": data["least"],
            "max_candidates": data["most"],
            "requirements": [self._requirement(name) for name in _lines(data["requirements"])],
            "selection": [self._compared(number) for number in range(self.rows) if data[f"name_{number}"]],
            "documents": [self._paper(name) for name in _lines(data["documents"])],
        }

    def _requirement(self, name: str) -> dict[str, Any]:
        row = self.required.get(name)
        return {"name": name} if row is None else {"name": name, "description": row.description, "proof": row.proof}

    def _compared(self, number: int) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data[f"name_{number}"], "description": data[f"text_{number}"], "weight": data[f"weight_{number}"],
        }  # fmt: skip

    def _paper(self, name: str) -> dict[str, Any]:
        row = self.papers.get(name)
        return {"name": name, "category": row.category if row else "company_related"}


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def place(path: str) -> str:
    """The field of a fault of actions.set_call."""
    return {
        "tender_period_end": "end_day", "request_period_end": "end_day", "enquiry_period_end": "questions_day",
        "min_candidates": "least", "max_candidates": "most",
    }.get(path, path)  # fmt: skip
