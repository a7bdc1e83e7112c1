"""Small forms of single acts: attach, hand in, declare, release, decide about a late bid, make a key."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.json_input import JSONInput
from accounts.models import Organization, User
from bids import variants
from bids.content import OTHER, PRICED, stored_role
from bids.envelopes import PRICE, SINGLE, TECHNICAL
from bids.forms.base import VisibleText
from bids.nouns import said
from tendering.models import Tender

_Form = TypeVar("_Form", bound=forms.Form)
VARIANT_NUMBER = format_lazy(
    gettext_lazy("A variant beside the main bid has a number from 1 to {most}"), most=variants.MOST
)


def with_only_error(form: _Form, field: str, sentence: object) -> _Form:
    """The bound form with this one refusal at its field, whatever else it lacks; secrets are not sent back."""
    form.full_clean()
    form.errors.clear()
    form.add_error(field, str(sentence))
    return form


class DocumentForm(forms.Form):
    """One document with what it is. The file is sealed while it arrives."""

    role = forms.ChoiceField(label=gettext_lazy("What is it?"))
    document = forms.FileField(
        label=gettext_lazy("Document"),
        max_length=1_000,
        error_messages={
            "required": gettext_lazy("Choose the document you want to add"),
            "empty": gettext_lazy("The file is empty. Choose another one"),
        },
    )

    def __init__(
        self, required: list[str], missing: list[str], data: Any = None, files: Any = None, envelope: str = SINGLE
    ) -> None:
        others = {OTHER: _("Another document, without prices"), PRICED: _("Another document, with prices")}
        offered = {TECHNICAL: [OTHER], PRICE: [PRICED]}.get(envelope, [OTHER, PRICED])
        super().__init__(data, files, initial={"role": missing[0] if missing else offered[0]})
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # ChoiceField
            *((name, name) for name in required),
            *((key, others[key]) for key in offered),
        ]

    def clean_role(self) -> str:
        """The name of the required document, "" for another one, WITH_PRICES for one the panel must not see yet."""
        role: str = self.cleaned_data["role"]
        return stored_role(role)


class CompanyForm(forms.Form):
    """For which of the person's companies a bid is prepared; `variant` is its number beside the main bid."""

    company = forms.ChoiceField(
        label=gettext_lazy("For which company do you bid?"),
        help_text=gettext_lazy("The bid, its receipt and every letter about it belong to this company."),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose the company you bid for"),
            "invalid_choice": gettext_lazy("Choose the company you bid for"),
        },
    )

    variant = forms.IntegerField(
        min_value=0, max_value=variants.MOST, required=False, widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), VARIANT_NUMBER),
    )  # fmt: skip

    def __init__(self, companies: Sequence[Organization], data: Any = None, variant: str = "") -> None:
        super().__init__(data, initial={"variant": variant})
        self.companies = {str(company.pk): company for company in companies}
        self.fields["company"].choices = [(key, one.name) for key, one in self.companies.items()]  # type: ignore[attr-defined]  # ChoiceField

    @property
    def chosen(self) -> Organization:
        return self.companies[self.cleaned_data["company"]]


class SubmitForm(forms.Form):
    """The last page. `key` makes a second click give the same receipt; with `look` nothing is handed in.

    The page's script seals on the bidder's computer and posts to the API; refused there, it asks this form to tell why.
    """

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    look = forms.BooleanField(widget=forms.HiddenInput, required=False)
    declarant = VisibleText(
        label=gettext_lazy("Name of the person who makes this declaration"),
        help_text=gettext_lazy("Typing the name is enough (text form); no signature card is needed."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter the name of the person who makes this declaration")},
    )
    keep_copy = forms.BooleanField(
        label=gettext_lazy("Keep my editable copy on the platform (encrypted, but the running system could read it)"),
        required=False,
    )


class ActForm(forms.Form):
    """A confirmation that may be clicked twice."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)


class DeclarationForm(forms.Form):
    """Made before any bid is shown."""

    conflict = forms.ChoiceField(
        label=gettext_lazy("Do you have a conflict of interest with a possible bidder?"),
        help_text=gettext_lazy("For example: you work for a bidder, own a share in it, or a relative does."),
        choices=[("no", gettext_lazy("No, I have none")), ("yes", gettext_lazy("Yes, there could be one"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two answers")},
    )


class ReleaseForm(forms.Form):
    """The pass sentence unlocks the person's key for this one release; it is not stored."""

    pass_sentence = forms.CharField(
        label=gettext_lazy("Your pass sentence"),
        help_text=gettext_lazy("The six words of your recovery sheet, in small letters as printed there."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Enter the six words of your recovery sheet")},
    )
    session = forms.UUIDField(widget=forms.HiddenInput, required=False)


class HandOverForm(forms.Form):
    """What the person's browser made of the pass sentence: the own pieces, wrapped to the opening's key."""

    session = forms.UUIDField(widget=forms.HiddenInput)
    pieces = JSONInput(widget=forms.HiddenInput)

    def clean_pieces(self) -> list[dict[str, Any]]:
        """A list of objects; what stands in them the action checks."""
        pieces = self.cleaned_data["pieces"]
        if not isinstance(pieces, list) or not pieces or not all(isinstance(piece, dict) for piece in pieces):
            raise forms.ValidationError(_("These are not your pieces for this opening."))
        return pieces


class NewOpenerForm(forms.Form):
    """Whom to take in for a tender that runs, and why."""

    newcomer = forms.ChoiceField(
        label=gettext_lazy("Who becomes an opener of this tender?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the person")},
    )
    reason = VisibleText(
        label=gettext_lazy("Reason for the file"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give the reason, for example: one opener has lost the key")},
    )

    def __init__(self, people: Sequence[User], data: Any = None) -> None:
        super().__init__(data)
        self.fields["newcomer"].choices = [(str(person.pk), str(person)) for person in people]  # type: ignore[attr-defined]  # ChoiceField


class LateForm(forms.Form):
    """Admit a late bid or leave it sealed for good; a second person confirms."""

    outcome = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two answers")},
    )
    reason = VisibleText(
        label=gettext_lazy("Reason for the file"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Give the reason, for example: our platform was down from 11:50 to 12:10")
        },
    )

    def __init__(self, tender: Tender, data: Any = None) -> None:
        super().__init__(data)
        outcome = self.fields["outcome"]
        outcome.label = said(tender, "Was the delay the bidder's fault?")
        outcome.choices = [  # type: ignore[attr-defined]  # a choice field
            ("admitted", said(tender, "No: the bid is opened like the others")),
            ("excluded", said(tender, "Yes: the bid stays sealed for good")),
        ]


class TrialForm(forms.Form):
    """Trying one's pass sentence without JavaScript."""

    pass_sentence = forms.CharField(
        label=gettext_lazy("Your pass sentence"),
        help_text=gettext_lazy("The six words of your recovery sheet, in small letters as printed there."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Enter the six words of your recovery sheet")},
    )


class KeyForm(forms.Form):
    """A pass sentence, typed twice so that a slip does not lock its owner out."""

    proposal = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)
    pass_sentence = forms.CharField(
        label=gettext_lazy("Type the sentence"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Type the six words as they stand above")},
    )
    again = forms.CharField(
        label=gettext_lazy("Type it again"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Type the six words a second time")},
    )

    def clean(self) -> dict[str, Any]:
        """Both texts are the same."""
        typed = self.cleaned_data
        first, second = (" ".join(str(typed.get(name, "")).split()).casefold() for name in ("pass_sentence", "again"))
        if first and second and first != second:
            self.add_error("again", _("The two sentences differ. Type the same six words twice"))
        return typed


class StaysSealedForm(forms.Form):
    """A bid that cannot be restored stays sealed for good; a second person confirms."""

    reason = VisibleText(
        label=gettext_lazy("Reason for the file"),
        help_text=gettext_lazy("Which backups were searched, and what the bidder said about an own copy."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Give the reason, for example: no backup holds the file, the bidder saved no copy")
        },
    )
