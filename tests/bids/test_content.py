"""The content of a bid: what is sealed is what was written, and every fault has an address."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.evidence import canonical_bytes, parse_canonical
from bids.content import DraftContent, LotContent

codes = st.text(st.characters(codec="ascii", categories=("Lu", "Nd")), min_size=1, max_size=8)
prices = st.decimals(min_value=0, max_value=Decimal("999999999.999999"), places=4)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), max_size=60)
lots = st.builds(
    LotContent,
    unit_prices=st.dictionaries(codes, prices, max_size=4),
    discount_pct=st.decimals(min_value=0, max_value=100, places=4),
    stated_total=st.none() | st.decimals(min_value=0, max_value=10**9, places=2),
    answers=st.dictionaries(codes, texts, max_size=3),
    promised=st.dictionaries(codes, prices, max_size=3),
    chosen=st.just(True),
)
contents = st.builds(
    DraftContent,
    vat_rate=st.none() | st.sampled_from([Decimal("0"), Decimal("7"), Decimal("19.00")]),
    declarant=texts,
    max_lots_capacity=st.none() | st.integers(0, 20),
    consortium=st.dictionaries(codes, texts, max_size=2),
    mandatory=st.dictionaries(codes, st.booleans(), max_size=3),
    lots=st.dictionaries(codes, lots, max_size=3),
    extra=st.dictionaries(codes, texts | st.booleans() | st.integers(-5, 5), max_size=2),
)


words = st.sampled_from(["lots", "L1", "unit_prices", "files", "extra", "mandatory", "vat_rate", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
DISCOUNT = "$.combination_discounts[0].discount_pct"


def faults(value: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        DraftContent.from_json(value)
    return caught.value.message_dict


@given(contents)
def test_what_is_sealed_comes_out_as_it_was_written(content):
    content = DraftContent.from_json(content.to_json())  # normal form C
    sealed = parse_canonical(canonical_bytes(content.to_manifest()))
    assert DraftContent.from_manifest(sealed, content.declarant) == content


@given(anything)
def test_any_json_is_read_or_refused_by_path(value):
    try:
        content = DraftContent.from_json(value)
    except ValidationError as error:
        paths = list(error.message_dict)
    else:
        paths = []
        assert DraftContent.from_json(content.to_json()) == content
    assert all(path.startswith("$") for path in paths)


def test_a_lot_that_is_not_chosen_is_not_sealed():
    content = DraftContent.from_json({"lots": {"L1": {"chosen": False, "unit_prices": {"1.1": "5"}}, "L2": {}}})
    assert [lot["lot"] for lot in content.to_manifest()["lots"]] == ["L2"]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], "$"),
        ({"price": "1"}, "$.price"),
        ({"lots": ["L1"]}, "$.lots"),
        ({"lots": {"L1": {"discount_pct": "100.1"}}}, '$.lots["L1"].discount_pct'),
        ({"lots": {"L1": {"stated_total": "1.234"}}}, '$.lots["L1"].stated_total'),
        ({"mandatory": {"A1": "yes"}}, '$.mandatory["A1"]'),
        ({"vat_rate": 19}, "$.vat_rate"),
        ({"declarant": "a\u202eb"}, "$.declarant"),
        ({"extra": {"n": 1.5}}, "$.extra.n"),
        ({"max_lots_capacity": True}, "$.max_lots_capacity"),
        ({"files": [{}]}, "$.files[0]"),
        ({"combination_discounts": [{"lot_ids": ["L1"], "discount_pct": "-1"}]}, DISCOUNT),
    ],
)
def test_a_fault_is_named_by_its_path(value, path):
    assert path in faults(value)


def test_texts_are_kept_in_normal_form():
    assert DraftContent.from_json({"declarant": "A\u0308pfel"}).declarant == "Äpfel"
