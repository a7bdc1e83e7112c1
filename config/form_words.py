"""What forms say when a field has no words of its own: what to do, with an example, instead of Django's "invalid"."""

from django import forms
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

REQUIRED = _("Fill in this field.")


def install() -> None:
    """Sets the defaults of Django's fields and validators; a form's own `error_messages` still win."""
    forms.Field.default_error_messages["required"] = REQUIRED
    forms.DateField.default_error_messages["invalid"] = _("Write the day like 31.12.2026.")
    forms.IntegerField.default_error_messages["invalid"] = _("Write a whole number, for example 12.")
    forms.ChoiceField.default_error_messages["invalid_choice"] = _("Choose one of the entries.")
    EmailValidator.message = _("Write the address with an @, for example name@company.example.")
    URLValidator.message = _("Write the address with https:// in front.")
