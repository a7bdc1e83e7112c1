"""Forms of the steps of the formal check, of one request to all bidders, and of a question to one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bids.nouns import said
from evaluation.actions.supplements import too_large
from evaluation.forms.office import DueForm, reason_field
from evaluation.lifecycle import DocumentFault
from evaluation.models import CheckStep, StepState, SupplementRequest
from tendering.models import Tender

State = tuple[str, str]  # how far, and the note


class StepForm(forms.Form):
    """A step of the office's own."""

    title = forms.CharField(
        label=gettext_lazy("What is checked?"), max_length=200,
        error_messages={"required": gettext_lazy("Name the step, for example: Data protection contract")},
    )  # fmt: skip


class RemoveStepForm(forms.Form):
    """A step that this tender does not need, and why."""

    position = forms.TypedChoiceField(
        label=gettext_lazy("Which step?"), coerce=int,
        error_messages={"required": gettext_lazy("Choose the step")},
    )  # fmt: skip
    reason = reason_field(
        gettext_lazy("Why is it not needed in this tender?"),
        gettext_lazy("Give the reason, for example: the tender allows no subcontractors"),
    )

    def __init__(self, data: Any = None, *, steps: Sequence[CheckStep]) -> None:
        super().__init__(data)
        choices = [("", _("Choose")), *((str(step.position), step.title) for step in steps)]
        self.fields["position"].choices = choices  # type: ignore[attr-defined]  # a choice field


class BidStepsForm(forms.Form):
    """All steps of the check for one bid: how far each is, with a note."""

    def __init__(self, data: Any, steps: Sequence[CheckStep], before: Mapping[int, State]) -> None:
        super().__init__(data)
        self.steps, self.before = steps, before
        for step in steps:
            self._add(step, *before.get(step.position, (StepState.OPEN.value, "")))

    def _add(self, step: CheckStep, state: str, note: str) -> None:
        self.fields[f"state_{step.position}"] = forms.ChoiceField(
            label=step.title, choices=StepState.choices, widget=forms.RadioSelect, initial=state,
            error_messages={"required": _("Choose how far “%(step)s” is") % {"step": step.title}},
        )  # fmt: skip
        self.fields[f"note_{step.position}"] = forms.CharField(
            label=_("Note or reason: %(step)s") % {"step": step.title}, required=False, max_length=2_000, initial=note,
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip

    @property
    def changed(self) -> dict[int, State]:
        """Only what differs from what is stored, so that nobody's mark is set again by somebody else."""
        data, found = self.cleaned_data, {}
        for step in self.steps:
            now = (data[f"state_{step.position}"], data[f"note_{step.position}"].strip())
            if now != self.before.get(step.position, (StepState.OPEN.value, "")):
                found[step.position] = now
        return found


class AskBidderForm(DueForm):
    """A question about what a bid says."""

    text = reason_field(
        gettext_lazy("Question"),
        gettext_lazy("Write the question, for example: Is the vehicle in concept page 4 your own?"),
    )
    field_order = ("text", "due_day", "due_time")

    def __init__(self, data: Any = None, *, tender: Tender, **kwargs: Any) -> None:
        super().__init__(data, tender=tender, **kwargs)
        self.fields["text"].help_text = said(
            tender, "Ask only what the bid means. Price and content of the bid cannot change by the answer."
        )


class AnswerQuestionForm(forms.Form):
    """The bidder's answer in words."""

    text = reason_field(
        gettext_lazy("Your answer"),
        gettext_lazy("Write the answer, for example: Yes, the vehicle is ours since 2024"),
    )


class HandInForm(forms.Form):
    """One file for each document asked for; what cannot be had yet may stay empty."""

    def __init__(self, requests: Sequence[SupplementRequest], data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        for row in requests:
            self.fields[f"file_{row.pk}"] = forms.FileField(
                label=row.document, required=False, max_length=1_000, help_text=_wanted(row),
                error_messages={"empty": gettext_lazy("The file is empty. Choose another one")},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """At least one file, none larger than the action takes."""
        data = super().clean() or {}
        for name, file in list(data.items()):
            if file and file.size > settings.DOCUMENT_FILE_LIMIT:
                self.add_error(name, too_large())
        if not self.errors and not any(data.values()) and self.fields:
            self.add_error(next(iter(self.fields)), _("Choose at least one file"))
        return data

    def contents(self) -> dict[int, tuple[str, bytes]]:
        """{request: (name, content)} of the files that were chosen."""
        given = {name: file for name, file in self.cleaned_data.items() if file}
        return {int(name.removeprefix("file_")): (file.name, file.read()) for name, file in given.items()}


def _wanted(row: SupplementRequest) -> str:
    """What has to be done with the document, and what it lacks."""
    todo = {
        DocumentFault.MISSING: _("It is missing: hand it in."),
        DocumentFault.INCOMPLETE: _("It is incomplete: hand it in complete."),
        DocumentFault.WRONG: _("It is wrong: hand it in corrected."),
    }[DocumentFault(row.fault)]
    return f"{todo} {row.wanted}".strip()


class JudgeDocumentForm(forms.Form):
    """Whether a document that was handed in is what was asked for."""

    accepted = forms.ChoiceField(
        label=gettext_lazy("Is it what was asked for?"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes, accepted")), ("no", gettext_lazy("No, not accepted"))],
        error_messages={"required": gettext_lazy("Say whether the document is accepted")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Needed to refuse a document that came in time, and to accept one that came late; a second person confirms."
        ),
    )  # fmt: skip
