"""One rule for every text that people or programs send: no control characters, no marks that turn the direction.

A name with such a mark reads differently from what it is. Tabs and line breaks are fine.
"""

import re

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers

_UNTYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
OWN = {"accounts", "tendering", "bids", "evaluation", "pilots", "reports", "config"}


def no_hidden_characters(value: object) -> None:
    """ValidationError for a text with control or direction marks."""
    if isinstance(value, str) and _UNTYPED.search(value):
        raise ValidationError(
            _("The text contains control characters. Please type it again."), code="hidden_characters"
        )


def install() -> None:
    """Puts the rule before every text field of our models, of forms and of the API."""
    for field in (forms.CharField, serializers.CharField):
        known = list(getattr(field, "default_validators", []))
        if no_hidden_characters not in known:
            setattr(field, "default_validators", [*known, no_hidden_characters])  # noqa: B010 - of the class, on purpose
    for model in apps.get_models():
        for column in model._meta.fields if model.__module__.split(".")[0] in OWN else ():
            if (
                isinstance(column, models.CharField | models.TextField)
                and no_hidden_characters not in column.validators
            ):
                column.validators.append(no_hidden_characters)
