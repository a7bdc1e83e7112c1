"""What a form shows of a stored number is read back as the same number, in both languages."""

from decimal import Decimal
from typing import Literal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from tendering.fields import DecimalField, MoneyField

numbers = st.decimals(min_value=Decimal("-999999999"), max_value=Decimal("999999999"), places=4)


@given(value=numbers, language=st.sampled_from(["de", "en"]), money=st.booleans())
def test_a_stored_number_is_read_back_as_it_was_shown(
    value: Decimal, language: Literal["de", "en"], money: bool
) -> None:
    field = (MoneyField if money else DecimalField)(places=4, min_value=None)
    with override(language):
        assert field.clean(field.prepare_value(value)) == value


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("de", "10000", "10000"), ("en", "10000.000", "10000"), ("de", "2.405", "2,4050"), ("de", "0.125", "0,1250"),
        ("en", "1200.5", "1,200.5"), ("de", "-3", "-3"),
    ],
)  # fmt: skip
def test_whole_numbers_stand_without_separators_and_three_decimals_get_a_zero(
    language: str, value: str, shown: str
) -> None:
    with override(language):
        assert DecimalField(places=4).prepare_value(Decimal(value)) == shown


def test_money_keeps_two_decimals() -> None:
    with override("de"):
        assert MoneyField().prepare_value(Decimal(84500)) == "84.500,00"


def test_the_example_in_a_refusal_can_be_typed_as_it_stands() -> None:
    field = DecimalField(example=Decimal(10000))
    with override("de"), pytest.raises(ValidationError) as refused:
        field.clean("zehntausend")
    assert "zum Beispiel 10000" in refused.value.messages[0]


def test_typed_text_stays_as_it_was_typed() -> None:
    assert DecimalField().prepare_value("58.000") == "58.000"
