"""Forms of the company's profile: its data, a proof, and proofs taken into a bid."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import scanning
from accounts.models import User
from accounts.people_forms import Day, OrganizationForm, label_of
from bids.models import Proof
from bids.proofs import AUTHORITY, best_fit

SIZES = [
    ("", "–"),
    ("micro", gettext_lazy("micro: fewer than 10 people")),
    ("small", gettext_lazy("small: fewer than 50 people")),
    ("medium", gettext_lazy("medium: fewer than 250 people")),
    ("large", gettext_lazy("large: 250 people or more")),
]


class CompanyForm(OrganizationForm):
    """The company's own data; only the name is needed for a bid."""

    register = forms.CharField(
        label=gettext_lazy("Register number"), max_length=120, required=False,
        help_text=gettext_lazy("As it stands in the company or trade register"),
    )  # fmt: skip
    vat_number = forms.CharField(
        label=gettext_lazy("VAT number"), max_length=30, required=False,
        help_text=gettext_lazy("If you give it, its check digits are verified. A bid needs none."),
    )  # fmt: skip
    iban = forms.CharField(
        label=gettext_lazy("IBAN"), max_length=50, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("For payments after an award; nobody outside your company sees it here."),
    )  # fmt: skip
    lei = forms.CharField(label=gettext_lazy("LEI"), max_length=30, required=False)
    scale = forms.ChoiceField(
        label=gettext_lazy("Size of the company"), choices=SIZES, required=False,
        help_text=gettext_lazy("For statistics about small companies"),
    )  # fmt: skip


class ProofForm(forms.Form):
    """One paper with its term."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"), error_messages={"required": gettext_lazy("Choose what it is")}
    )
    title = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, required=False,
        help_text=gettext_lazy("For example: ISO 27001, certificate of 2026. Empty means: as the kind is called."),
    )  # fmt: skip
    document = forms.FileField(
        label=gettext_lazy("Document"), max_length=1_000,
        error_messages={
            "required": gettext_lazy("Choose the document you want to keep"),
            "empty": gettext_lazy("The file is empty. Choose another one"),
        },
    )  # fmt: skip
    valid_from = Day(label=gettext_lazy("Valid from"), required=False)
    valid_until = Day(
        label=gettext_lazy("Valid until"), required=False,
        help_text=gettext_lazy("You are reminded in time. Empty means: no end."),
    )  # fmt: skip
    person = forms.TypedChoiceField(
        label=gettext_lazy("Whom it lets act for the company"), coerce=int, empty_value=None, required=False,
        help_text=gettext_lazy("Only for an authority to act"),
    )  # fmt: skip

    def __init__(self, people: Iterable[User], data: Any = None, files: Any = None, *, is_admin: bool) -> None:
        super().__init__(data, files)
        kinds = Proof._meta.get_field("kind").choices or []
        offered = [(code, label) for code, label in kinds if is_admin or code != AUTHORITY]
        self.fields["kind"].choices = [("", _("– choose –")), *offered]  # type: ignore[attr-defined]  # ChoiceField
        named = [(person.pk, label_of(person)) for person in people]
        self.fields["person"].choices = [("", "–"), *named]  # type: ignore[attr-defined]  # TypedChoiceField
        if not is_admin:
            del self.fields["person"]

    def clean_document(self) -> Any:
        """Within the limit; what is larger arrives empty but with its true size."""
        file = self.cleaned_data["document"]
        if file.size > settings.DOCUMENT_FILE_LIMIT:
            limit = settings.DOCUMENT_FILE_LIMIT // 1_000_000
            raise forms.ValidationError(_("A proof may have at most %(limit)s MB.") % {"limit": limit})
        if scanning.scan(file.chunks()) == scanning.Verdict.FOUND:
            raise forms.ValidationError(scanning.INFECTED)
        return file


class FromProfileForm(forms.Form):
    """For every required document that is missing: which proof of the profile is taken, or none."""

    def __init__(self, missing: Sequence[str], proofs: Sequence[Proof], data: Any = None) -> None:
        super().__init__(data)
        self.names = {f"proof_{number}": name for number, name in enumerate(missing)}
        choices = [("", _("– none –")), *((str(proof.pk), proof_label(proof)) for proof in proofs)]
        for field, name in self.names.items():
            best = best_fit(name, proofs)
            self.fields[field] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=str(best.pk) if best else ""
            )

    def chosen(self) -> list[tuple[str, str]]:
        """[(required document, id of the proof)]."""
        return [(name, self.cleaned_data[field]) for field, name in self.names.items() if self.cleaned_data.get(field)]


def proof_label(proof: Proof) -> str:
    """Name and end of a proof in a list."""
    if proof.valid_until is None:
        return proof.title
    return _("%(title)s, valid until %(day)s") % {
        "title": proof.title, "day": date_format(proof.valid_until, "DATE_FORMAT"),
    }  # fmt: skip
