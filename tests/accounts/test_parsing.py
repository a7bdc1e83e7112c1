"""The strict JSON parser: what is ambiguous, bottomless or no number is refused."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from accounts.api.parsing import MAX_DEPTH, loads


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"x": {"a": 1, "b": 2, "a": 3}}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1',
        "",
        "{'a': 1}",
        '{"a": 01}',
        '{"a": 1,}',
        "[" * 200_000,
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        '{"a": "\ud800"}',
        '{"a": 1} {"b": 2}',
    ],
)
def test_a_doubtful_body_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        loads(text.encode("utf-8", "surrogatepass"))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ParseError):
        loads(b'{"a": "\xff"}')


def test_a_decimal_number_keeps_its_digits() -> None:
    assert loads(b'{"price": 0.10000000000000000001}') == {"price": Decimal("0.10000000000000000001")}


def test_brackets_inside_a_text_do_not_count_as_depth() -> None:
    text = '"' + "[" * 500 + '\\"' + "]" * 3 + '"'
    assert loads(text.encode()) == "[" * 500 + '"' + "]" * 3


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    max_leaves=12,
)


@given(values)
def test_ordinary_json_is_read_as_it_is(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value
