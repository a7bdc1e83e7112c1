"""Sign-in and registration: shapes only, with words of ours instead of allauth's."""

from typing import Any, cast

from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_company
from accounts.countries import COUNTRIES
from accounts.models import User
from accounts.vat import clean_vat_number


class SignInForm(LoginForm):
    """E-mail and password; nothing else is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class CompanySignupForm(SignupForm):
    """A company in five fields. An address that is known already gets a mail instead of an error (no enumeration)."""

    company = forms.CharField(
        label=_("Company"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=COUNTRIES,
        initial="DE",
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=30,
        required=False,
        help_text=_("If you give it, its check digits are verified. A bid needs none."),
    )
    field_order = ["company", "email", "password1", "country", "vat_number"]
    password_hash = ""  # of a password that was checked and hashed before the visitor was asked back

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].help_text = _("You sign in with it, and we write to it about your bids.")
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _("At least 8 characters. Pasting from a password manager is welcome.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        data = cast(dict[str, Any], super().clean())
        try:
            data["vat_number"] = clean_vat_number(data.get("country", ""), data.get("vat_number", ""))
        except ValidationError as error:
            self.add_error(None, error)
        return data

    def save(self, request: HttpRequest) -> User:
        from allauth.account.models import EmailAddress
        from allauth.account.utils import setup_user_email

        data = self.cleaned_data
        user = register_company(
            name=data["company"],
            email=data["email"],
            password="" if self.password_hash else data["password1"],
            password_hash=self.password_hash,
            country=data["country"],
            vat_number=data["vat_number"],
            language=(get_language() or "de")[:2],
        )
        setup_user_email(request, user, [EmailAddress(email=user.email)])
        return user
