"""Shapes of the forms of council papers; what is allowed is decided by the actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.models import CouncilPaper, Decision, Vote

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"]


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=MOMENTS, **kwargs)


class PaperForm(forms.Form):
    """What the office adds to the figures of a paper."""

    body = forms.CharField(label=_("Council or committee"), max_length=120)
    session_at = _moment(_("Session"), help_text=_("Day and time at which it will be decided."))
    agenda_item = forms.CharField(
        label=_("Item of the agenda"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"class": "app-short"}),
    )  # fmt: skip
    wording = forms.CharField(label=_("Proposed decision"), widget=_lines(4))
    note = forms.CharField(
        label=_("Further remarks"), widget=_lines(4), required=False,
        help_text=_("Read by council, office and audit only, for example funds, or an opinion that differs."),
    )  # fmt: skip

    @staticmethod
    def initial_of(paper: CouncilPaper) -> dict[str, Any]:
        return {name: getattr(paper, name) for name in ("body", "session_at", "agenda_item", "wording", "note")}


class VoteForm(forms.Form):
    """What was decided, and how."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Vote._meta.get_field("outcome").choices,  # type: ignore[arg-type]  # this field has choices
        widget=forms.RadioSelect,
    )
    verdict = forms.ChoiceField(
        label=_("What becomes of the trial"),
        choices=[
            ("", _("nothing yet")),
            *Decision._meta.get_field("verdict").choices,  # type: ignore[misc]  # this field has choices
        ],
        required=False,
        help_text=_("Needed when the paper was accepted. It becomes the decision on the pilot, public and final."),
    )
    votes_for = forms.IntegerField(label=_("Votes in favour"), min_value=0, max_value=999, required=False)
    votes_against = forms.IntegerField(label=_("Votes against"), min_value=0, max_value=999, required=False)
    abstentions = forms.IntegerField(label=_("Abstentions"), min_value=0, max_value=999, required=False)
    decided_at = _moment(_("Decided at"))
    wording = forms.CharField(label=_("Decision as taken"), widget=_lines(4), required=False)
    dissent = forms.CharField(
        label=_("Dissenting opinion"), widget=_lines(3), required=False,
        help_text=_("Group or function and reason; no names of persons."),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "pilot":
            del self.fields["verdict"]


class WithdrawForm(forms.Form):
    """Why a paper is taken back."""

    reason = forms.CharField(label=_("Reason"), widget=_lines(3))


class CommentForm(forms.Form):
    """A question or comment of a council member."""

    text = forms.CharField(label=_("Your question or comment"), widget=_lines(3))
    is_question = forms.BooleanField(
        label=_("This is a question; the office is asked to answer"), required=False, initial=True
    )


class AnswerForm(forms.Form):
    """The office's answer."""

    answer = forms.CharField(label=_("Answer"), widget=_lines(4))


class NoteForm(forms.Form):
    """A private note."""

    note = forms.CharField(
        label=_("Your private note"), widget=_lines(3), required=False,
        help_text=_("Nobody else sees it. Empty the field to take the note away."),
    )  # fmt: skip


class PaperFilterForm(forms.Form):
    """Which papers the list shows."""

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    municipality = forms.ChoiceField(label=_("Municipality"), required=False)
    body = forms.ChoiceField(label=_("Council or committee"), required=False)
