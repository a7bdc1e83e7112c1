"""Canonical JSON: one value, one byte string; everything else is refused by name."""

import hashlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.evidence import CanonicalError, canonical_bytes, digest, parse_canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
scalars = st.one_of(st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), texts)
keys = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@given(values)
def test_a_value_comes_back_from_its_canonical_bytes(value):
    assert parse_canonical(canonical_bytes(value)) == value


@given(st.dictionaries(keys, scalars, max_size=6))
def test_the_order_in_which_keys_were_set_does_not_matter(value):
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


@given(values)
def test_any_other_way_to_write_the_same_value_is_refused(value):
    spaced = json.dumps(value, indent=1, ensure_ascii=False)
    if spaced.encode() != canonical_bytes(value):
        with pytest.raises(CanonicalError):
            parse_canonical(spaced)


@given(st.binary(max_size=40))
def test_random_bytes_are_refused_with_our_own_error_or_are_canonical(data):
    try:
        value = parse_canonical(data)
    except CanonicalError:
        return
    assert canonical_bytes(value) == data


def test_the_slot_line_of_the_specification_is_its_own_canonical_form():
    text = '{"company":"8c1e","draft":"b7f0","envelope":"single","lot":"1","object":"2f9a","tender":"5d0c","v":1}'
    assert canonical_bytes(parse_canonical(text)) == text.encode()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"prices": [{"net": 1.5}]}, "$.prices[0].net"),
        ({"a": {"b": None}}, "$.a.b"),
        ([1, 2**53], "$[1]"),
        (-(2**53), "$"),
        ({"name": "Mu\u0308ller"}, "$.name"),
        ({"name": "\ud800"}, "$.name"),
        ({"a": {"Key": 1}}, "$.a"),
        ({1: "x"}, "$"),
        ({"when": b"bytes"}, "$.when"),
    ],
)
def test_a_value_without_canonical_form_is_refused_with_its_path(value, path):
    with pytest.raises(CanonicalError) as refusal:
        canonical_bytes(value)
    assert refusal.value.path == path


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}', '{"b":1,"a":1}', '{"a": 1}', '{"a":1}\n', '{"a":1.0}', '{"a":1e3}', '{"a":-0}', '{"a":NaN}',
        '{"a":null}', '{"a":"\\u0041"}', '{"a":"\\/"}', '"\\ud800"', "", "{", "[" * 100_000, "9" * 5000, '{"a":01}',
        b"\xff", b'\xef\xbb\xbf{"a":1}', '"\ud800"', "[" * 80 + "]" * 80,
    ],
)  # fmt: skip
def test_a_text_that_is_not_canonical_is_refused(text):
    with pytest.raises(CanonicalError):
        parse_canonical(text)


def test_the_same_bytes_have_another_hash_in_another_domain():
    assert digest("audit", b"x") == hashlib.sha256(b"zuschlag/audit/v1\nx").hexdigest()
    assert digest("audit", b"x") != digest("piece", b"x")


def test_a_domain_cannot_smuggle_in_a_line():
    with pytest.raises(ValueError, match="domain"):
        digest("audit/v1\nx", b"")
