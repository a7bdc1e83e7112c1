"""JSON that comes in forms: an endless number is refused where it stands, however deep."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.utils import translation
from rest_framework import serializers

from accounts.api.fields import FiniteJSONField
from accounts.json_input import JSONInput, read_json

ENDLESS = [
    ('{"bids": [{"price": 1}, {"price": NaN}]}', "$.bids[1].price"),
    ('[[[-Infinity]]]', "$[0][0][0]"),
    ('{"a": {"b": [0, 1e999]}}', "$.a.b[1]"),
    ("Infinity", "$"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


class OneField(forms.Form):
    pieces = JSONInput()


@pytest.mark.parametrize(("text", "path"), ENDLESS)
def test_an_endless_number_is_refused_with_its_path_in_forms_files_and_the_api(text: str, path: str) -> None:
    words = f"{path} is not a finite number."
    assert OneField({"pieces": text}).errors["pieces"] == [words]
    with pytest.raises(ValueError, match="not a finite number") as caught:
        read_json(text)
    assert str(caught.value) == words
    with pytest.raises(serializers.ValidationError) as refused:
        FiniteJSONField().run_validation(json.loads(text))
    assert [str(fault) for fault in refused.value.detail] == [words]


@pytest.mark.parametrize("value", [{"a": [1, 2.5, "NaN", None, True]}, [], {"a": {}}, 0])
def test_finite_numbers_and_words_of_any_shape_are_taken_as_they_are(value: Any) -> None:
    form = OneField({"pieces": json.dumps(value)})
    assert form.is_valid() or value in ([], 0)
    assert read_json(json.dumps(value)) == value
    assert FiniteJSONField().run_validation(value) == value


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nan"])
def test_what_is_no_json_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="not readable as JSON"):
        read_json(text)
