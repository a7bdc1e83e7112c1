"""Every form and every serializer is fed with what bites: it accepts or refuses by field, it never breaks.

What is accepted holds nothing hidden and no number that is none. All form classes (of those that need more than
their data the plain fields) and all serializers of the API are asked, without a page.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from tests.config.test_access import ADDRESSES
from tests.security.nasty import nasty_filename, nasty_json, nasty_number, nasty_text

pytestmark = pytest.mark.django_db
OWN = {"accounts", "tendering", "bids", "evaluation", "pilots", "reports", "config"}
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]")
FEW = settings(
    max_examples=6, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def ours(kind: type) -> list[type]:
    """All classes of ours below a class of the framework; importing the addresses has loaded them."""
    assert ADDRESSES
    found = {one for one in below(kind) if one.__module__.split(".")[0] in OWN}
    return sorted(found, key=lambda one: f"{one.__module__}.{one.__qualname__}")


def values_in(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from values_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from values_in(inner)
    else:
        yield value


def faults_of(where: str, accepted: Any) -> Iterator[str]:
    for value in values_in(accepted):
        if isinstance(value, str) and HIDDEN.search(value):
            yield f"{where} accepted a hidden character: {value[:60]!r}"
        if isinstance(value, Decimal) and not value.is_finite():
            yield f"{where} accepted {value}"
        if isinstance(value, float):
            yield f"{where} made a float of it: {value}"


def askable(form: Any) -> Any:
    """The form itself where it needs nothing else, otherwise one of its plain fields."""
    own = next(one for one in form.__mro__ if "__init__" in vars(one))
    if own in {forms.BaseForm, forms.BaseModelForm}:
        return form
    return type(f"Plain{form.__name__}", (forms.Form,), dict(form.base_fields))


def file_of(name: str) -> SimpleUploadedFile | None:
    """As a form receives it: for some names the framework takes no file at all."""
    try:
        return SimpleUploadedFile(name, b"%PDF-1.7 nasty") if name else None
    except SuspiciousFileOperation:
        return None


FORMS = [one for one in ours(forms.BaseForm) if getattr(one, "base_fields", {})]
SERIALIZERS = [one for one in ours(serializers.Serializer) if "Shape" in one.__name__ or "Request" in one.__name__]


@FEW
@given(texts=st.lists(st.one_of(nasty_text(), nasty_number()), min_size=7, max_size=7), name=nasty_filename())
def test_every_field_of_every_form_accepts_or_refuses(texts: list[str], name: str) -> None:
    faults: list[str] = []
    file = file_of(name)
    for one in map(askable, FORMS):
        data = {field: texts[number % len(texts)] for number, field in enumerate(one.base_fields)}
        form = one(data, dict.fromkeys(one.base_fields, file) if file else {})
        if form.is_valid() or form.cleaned_data:
            faults += faults_of(one.__name__, form.cleaned_data)
    assert len(FORMS) > 40
    assert not faults, "\n".join(faults)


@FEW
@given(bodies=st.lists(nasty_json(), min_size=5, max_size=5))
def test_every_serializer_accepts_or_refuses(bodies: list[Any]) -> None:
    faults: list[str] = []
    for one in SERIALIZERS:
        fields = one().fields
        for body in (bodies[0], {name: bodies[number % len(bodies)] for number, name in enumerate(fields)}):
            checked = one(data=body)
            if checked.is_valid():
                faults += faults_of(one.__name__, checked.validated_data)
    assert len(SERIALIZERS) > 40
    assert not faults, "\n".join(faults)
