"""Small forms of single acts: ask, answer, send back, cancel."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tendering.models import CancellationGround


def _text(label: object, hint: object, missing: object, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy texts are labels
        help_text=hint,  # type: ignore[arg-type]
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},  # type: ignore[dict-item]
    )


class QuestionForm(forms.Form):
    text = _text(
        _("Your question"),
        _(
            "The answer goes to everybody. Your name is shown to nobody; do not write it into the text. A question is "
            "neither sealed nor a bid: write no price here, and use “Prepare a bid” for your bid."
        ),
        _("Write your question, for example: Does lot 2 cover the outlying villages?"),
    )


class AnswerForm(forms.Form):
    text = _text(
        _("Answer to all"),
        _("Everybody who reads this tender sees question and answer. Do not name a company."),
        _("Write the answer that everybody will see"),
    )


class SendBackForm(forms.Form):
    reason = _text(
        _("What should be changed?"),
        _("The person who prepared the tender receives this text."),
        _("Say what should be changed, for example: Lot 2 lacks the quantity of letters"),
        rows=4,
    )


class DeclineProposalForm(forms.Form):
    reason = _text(
        _("Why the deadline stays"),
        _("It is kept in the file with the evidence."),
        _("Give the reason, for example: The disturbance was at night, and four days are left"),
        rows=3,
    )


class CancelForm(forms.Form):
    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=CancellationGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the ground that fits best")},
    )
    reason = _text(
        _("Reason, as bidders will read it"),
        _("It is published and sent to everybody who takes part."),
        _("Give the reason, for example: The council has withdrawn the money for this service"),
    )
