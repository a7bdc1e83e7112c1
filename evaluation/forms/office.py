"""Forms of the office: formal check, missing documents, exclusion, price questions, panel, draw, award."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bids.nouns import said
from evaluation.forms.grounds import DETAILS, GroundPart, details_of
from evaluation.lifecycle import DocumentFault, ExclusionCode
from evaluation.low_price import EXAMINED
from evaluation.scoring.drawing import GREATEST_NUMBER, LEAST_NUMBER
from tendering.forms.dates import Clock, Day
from tendering.models import Criterion, RequiredDocument, Tender

YES, NO = "yes", "no"
OUTCOMES = [
    ("explained", gettext_lazy("Yes, the bid stays")),
    ("accepted", gettext_lazy("Not fully, but the bid stays; the reason says why")),
    ("not_explained", gettext_lazy("No, the bid is excluded")),
    (
        "law_breached",
        gettext_lazy("Environmental, social or labour law is not kept: the bid has to be excluded"),
    ),
    ("aid_unlawful", gettext_lazy("The State aid was not shown to be lawful in time: the bid is excluded")),
]


def reason_field(label: Any, missing: Any, hint: Any = "") -> forms.CharField:
    """A text that must say something."""
    return forms.CharField(
        label=label, help_text=hint, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )  # fmt: skip


class CheckForm(GroundPart):
    """The formal check of one bid: requirements, documents, changes, exclusion ground (in full under statutes)."""

    ground_names = ("ground", "decision", "ground_reason", *DETAILS)

    def __init__(
        self,
        data: Any,
        criteria: Sequence[Criterion],
        documents: Sequence[RequiredDocument],
        found: Mapping[str, Any],
        *,
        tender: Tender,
        statutes: bool = False,
    ) -> None:
        super().__init__(data)
        self.tender, self.statutes = tender, statutes
        self.criteria, self.documents = criteria, documents
        for criterion in criteria:
            self._add_criterion(criterion, found.get("mandatory", {}).get(criterion.code))
        listed = {item["name"]: item for item in found.get("documents", [])}
        for document in documents:
            entry = listed.get(document.name, {})
            self._add_document(document, entry.get("status", ""), entry.get("note", ""))
        self._add_rest(found)

    def _add_criterion(self, criterion: Criterion, met: bool | None) -> None:
        self.fields[f"met_{criterion.code}"] = forms.ChoiceField(
            label=f"{criterion.code} {criterion.name}",
            help_text=criterion.proof,
            choices=[(YES, _("met")), (NO, _("not met"))],
            widget=forms.RadioSelect,
            initial="" if met is None else YES if met else NO,
            error_messages={"required": _("Say whether %(name)s is met") % {"name": criterion.code}},
        )

    def _add_document(self, document: RequiredDocument, status: str, note: str) -> None:
        self.fields[f"document_{document.pk}"] = forms.ChoiceField(
            label=document.name,
            choices=[
                ("provided", _("there")),
                *DocumentFault.choices,
                ("supplemented_late", _("handed in too late")),
            ],
            widget=forms.RadioSelect,
            initial=status,
            error_messages={"required": _("Say whether “%(name)s” is there") % {"name": document.name}},
        )
        self.fields[f"note_{document.pk}"] = forms.CharField(
            label=_("What “%(name)s” lacks, or what is wrong") % {"name": document.name}, required=False,
            max_length=1_000, initial=note, 
            help_text=said(self.tender, "Only if it is incomplete or wrong; the bidder reads it."),
        )  # fmt: skip

    def _add_rest(self, found: Mapping[str, Any]) -> None:
        grounds = found.get("grounds", [])
        first = grounds[0] if grounds else {}
        self.fields["changed"] = forms.BooleanField(
            label=said(self.tender, "The bidder changed the procurement documents"), required=False,
            initial=found.get("changed_documents", False),
        )  # fmt: skip
        self.fields["ground"] = forms.CharField(
            label=_("Exclusion ground found"), required=False, max_length=200, initial=first.get("ground", ""),
            help_text=_("Leave empty if there is none"),
        )  # fmt: skip
        self.fields["decision"] = forms.ChoiceField(
            label=_("If there is one: what follows?"), required=False, widget=forms.RadioSelect,
            choices=[
                ("keep", said(self.tender, "the bid stays")), ("exclude", said(self.tender, "the bid is excluded"))
            ],
            initial=first.get("decision", ""),
        )  # fmt: skip
        self.fields["ground_reason"] = forms.CharField(
            label=_("Reason for this decision"), required=False, max_length=2_000, initial=first.get("reason", ""),
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        if self.statutes:
            self.add_details(first, self.tender)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ground") and not data.get("decision"):
            self.add_error("decision", said(self.tender, "Decide whether the bid stays or is excluded"))
        if data.get("ground") and not data.get("ground_reason"):
            self.add_error("ground_reason", _("Give the reason for this decision"))
        for row in self.documents:
            fault = data.get(f"document_{row.pk}")
            if fault in (DocumentFault.INCOMPLETE, DocumentFault.WRONG) and not data.get(f"note_{row.pk}"):
                self.add_error(f"note_{row.pk}", _("Say what “%(name)s” lacks or what is wrong.") % {"name": row.name})
        return data

    def findings(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """In the shape of FormalCheck.findings; further grounds and notes of an earlier check stay."""
        data = self.cleaned_data
        grounds = list(before.get("grounds", []))[1:]
        if data["ground"]:
            entry = {"ground": data["ground"], "decision": data["decision"], "reason": data["ground_reason"]}
            first: dict[str, Any] = next(iter(before.get("grounds", [])), {})
            grounds.insert(0, {**first, **entry, **details_of(data)})
        return {
            "mandatory": {row.code: data[f"met_{row.code}"] == YES for row in self.criteria},
            "documents": [
                {
                    "name": row.name,
                    "category": row.category,
                    "status": data[f"document_{row.pk}"],
                    **({"note": data[f"note_{row.pk}"]} if data[f"note_{row.pk}"] else {}),
                }
                for row in self.documents
            ],
            "changed_documents": data["changed"],
            "grounds": grounds,
            "notes": list(before.get("notes", [])),
        }


class DueForm(forms.Form):
    """Until when a bidder has to answer."""

    due_day = Day(
        label=gettext_lazy("Until"),
        error_messages={"required": gettext_lazy("Enter the last day, for example 15.12.2026")},
    )
    due_time = Clock(
        label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Enter the time, for example 12:00")}
    )

    def __init__(self, data: Any = None, *, tender: Tender, proposed: datetime) -> None:
        self.zone = ZoneInfo(tender.buyer.time_zone)
        local = proposed.astimezone(self.zone)
        super().__init__(
            data, initial={"due_day": local.date(), "due_time": local.time().replace(hour=12, minute=0, second=0)}
        )

    @property
    def due_at(self) -> datetime:
        """In the buyer's zone."""
        return datetime.combine(self.cleaned_data["due_day"], self.cleaned_data["due_time"], self.zone)


class SupplementForm(DueForm):
    """All missing documents of a bid in one go."""

    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Documents to ask for"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one document")},
    )
    field_order = ("documents", "due_day", "due_time")

    def __init__(self, data: Any = None, *, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["documents"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]  # a choice field
        self.initial["documents"] = list(names)


class ExclusionForm(GroundPart):
    """Out, with code and reason; counts once a second person has confirmed. An exclusion ground is told in full."""

    code = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[(code.value, code.label) for code in ExclusionCode if code != ExclusionCode.LATE],
        error_messages={"required": gettext_lazy("Choose the ground that fits best")},
    )
    lot = forms.ChoiceField(label=gettext_lazy("For which lot?"), required=False)

    def __init__(
        self, data: Any = None, *, lots: Sequence[tuple[str, str]], tender: Tender, statutes: bool = False
    ) -> None:
        super().__init__(data)
        self.fields["lot"].choices = [("", said(tender, "the whole bid")), *lots]  # type: ignore[attr-defined]  # a choice field
        self.fields["reason"] = reason_field(
            said(tender, "Reason, as the bidder will read it"),
            said(tender, "Give the reason, for example: position 3 has no price although it is essential"),
        )
        if statutes:
            self.add_details({}, tender)

    @property
    def ground(self) -> dict[str, Any]:
        """The entry of evaluation.grounds."""
        return details_of(self.cleaned_data)


class AnswerPriceForm(forms.Form):
    """The bidder's explanation of its price."""

    text = reason_field(
        gettext_lazy("Explanation of the price"),
        gettext_lazy("Write the explanation, for example: the machines are paid off since 2024"),
    )


class DecidePriceForm(forms.Form):
    """What came of the clarification of a surprisingly low price."""

    examined = forms.MultipleChoiceField(
        label=gettext_lazy("What was looked at?"), required=False, choices=list(EXAMINED.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=gettext_lazy("Is the price explained?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether the price is explained or not.")},
    )
    reason = reason_field(gettext_lazy("Reason"), gettext_lazy("Give the reason for this decision"))

    def __init__(self, data: Any = None, *, aid_asked: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        hidden = "not_explained" if aid_asked else "aid_unlawful"
        field.choices = [(key, words) for key, words in OUTCOMES if key != hidden]


class PanelForm(forms.Form):
    """Who scores."""

    users = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Evaluators"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Three or more are usual, so that no single opinion decides."),
        error_messages={"required": gettext_lazy("Choose at least one evaluator")},
    )

    def __init__(self, data: Any = None, *, people: Sequence[tuple[int, str]], chosen: Sequence[int]) -> None:
        super().__init__(data, initial={"users": list(chosen)})
        self.fields["users"].choices = people  # type: ignore[attr-defined]  # a choice field


class _DrawRecord(forms.Form):
    """Where and by whom lots were drawn."""

    place = forms.CharField(
        label=gettext_lazy("Place"), max_length=200,
        error_messages={"required": gettext_lazy("Enter the place, for example: Town hall, room 12")},
    )  # fmt: skip
    persons = forms.CharField(
        label=gettext_lazy("Who drew? Two persons, one per line, by their office"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Name two persons, one per line")},
    )
    witnesses = forms.CharField(
        label=gettext_lazy("Who witnessed it? One per line"), widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Name at least one witness")},
    )  # fmt: skip

    def people(self, name: str) -> list[str]:
        """The lines of a field."""
        return [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()]


class DrawForm(_DrawRecord):
    """The record of a drawing of lots."""

    field_order = ("drawn", "place", "persons", "witnesses")
    drawn = forms.ChoiceField(
        label=gettext_lazy("Which bid was drawn?"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the bid that was drawn")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, bids: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["drawn"].choices = bids  # type: ignore[attr-defined]  # a choice field


class NumberForm(_DrawRecord):
    """The second half of a draw by calculation."""

    field_order = ("number", "place", "persons", "witnesses")
    number = forms.IntegerField(
        label=gettext_lazy("Any number from 0 to 999,999,999"), min_value=LEAST_NUMBER, max_value=GREATEST_NUMBER,
        help_text=gettext_lazy("Think of one, or let a witness name it."),
        error_messages={"required": gettext_lazy("Name a number")},
    )  # fmt: skip


class FlagForm(forms.Form):
    """What an officer says about a hint."""

    reason = reason_field(
        gettext_lazy("Why is it harmless, or what follows?"),
        gettext_lazy("Give the reason, for example: both certificates come from the same public office"),
    )


class ReasonForm(forms.Form):
    """Why this award."""

    reason = reason_field(
        gettext_lazy("Reason for the award"),
        gettext_lazy("Give the reason, for example: most points by the published rule"),
        gettext_lazy("One or two sentences; they go into the file."),
    )
