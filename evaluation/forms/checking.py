"""Forms of the steps of the formal check, of one request to all bidders, and of a question to one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.forms.office import DueForm, reason_field
from evaluation.models import CheckStep, StepState

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
        gettext_lazy("Ask only what the bid means. Price and content of the bid cannot change by the answer."),
    )
    field_order = ("text", "due_day", "due_time")


class AnswerQuestionForm(forms.Form):
    """The bidder's answer in words."""

    text = reason_field(
        gettext_lazy("Your answer"),
        gettext_lazy("Write the answer, for example: Yes, the vehicle is ours since 2024"),
    )
