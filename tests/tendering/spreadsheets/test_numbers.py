from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.spreadsheets.numbers import NumberProblem, format_decimal, parse_decimal


def code_of(text: str, locale="de", places=2, **options) -> str:
    with pytest.raises(NumberProblem) as caught:
        parse_decimal(text, locale, places, **options)
    return caught.value.code


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize(
    "text",
    [
        "84.500,00", "84500,00", "84500.00", "84 500,00 €", "84,500.00", "84'500.00", "84’500,00", "84.500,-",
        "84.500,--", "84.500,–", "EUR 84.500,00", "84 500", " 84500 ", "€84,500.00", "84\u202f500,00\u00a0EUR",
        "84500,0",
    ],
)  # fmt: skip
def test_what_people_type_is_read_as_the_same_amount_in_both_languages(text, locale):
    assert parse_decimal(text, locale, 2) == Decimal(84500)


@pytest.mark.parametrize(
    ("text", "locale", "first", "second"),
    [
        ("1.250", "de", "1250", "1.250"),
        ("1.250", "en", "1.250", "1250"),
        ("1,250", "de", "1.250", "1250"),
        ("1,250", "en", "1250", "1.250"),
        ("84,500 €", "de", "84.500", "84500"),
    ],
)
def test_a_lone_separator_before_three_digits_is_refused_with_both_readings(text, locale, first, second):
    with pytest.raises(NumberProblem) as caught:
        parse_decimal(text, locale, 4)
    assert caught.value.code == "ambiguous"
    assert caught.value.readings == (Decimal(first), Decimal(second))


@pytest.mark.parametrize("text", ["0.125", "0,125", "1250,125"])
def test_three_digits_behind_what_cannot_be_thousands_are_decimals(text):
    assert parse_decimal(text, "de", 3) in {Decimal("0.125"), Decimal("1250.125")}


@pytest.mark.parametrize(
    "text",
    [
        "1e5", "NaN", "Infinity", "1_000", "１２３", "٣٤", "zwölf", "12a", "=1+1", "--5", "+5", "1-2", "12,",
        ".5", "5 %",
        "€€5", "0x10", "½", "1" * 70,
    ],
)  # fmt: skip
def test_anything_else_is_not_a_number(text):
    assert code_of(text) == "not_a_number"


@pytest.mark.parametrize("text", ["1.25.00", "12.3456,00", "1,250.000,00", "84.50.000", "1 25", "0.250.000", "1,2 50"])
def test_separators_that_do_not_fit_are_refused(text):
    assert code_of(text) == "grouping"


def test_more_decimals_than_the_position_allows_are_refused_but_zeros_do_no_harm():
    assert code_of("1,2345", places=3) == "too_many_decimals"
    assert parse_decimal("12,5000", "de", 2) == Decimal("12.5")


def test_negative_empty_and_endless_numbers_are_refused():
    assert code_of("-5") == "negative"
    assert code_of("  ") == "empty"
    assert code_of("€") == "empty"
    assert code_of("1234567890123") == "too_large"
    assert parse_decimal("-5,50", "de", 2, allow_negative=True) == Decimal("-5.5")
    assert not parse_decimal("-0", "de", 2).is_signed()


def test_a_unit_behind_the_number_is_dropped_only_where_it_belongs():
    assert parse_decimal("2,5 %", "de", 2, unit="%") == Decimal("2.5")
    assert parse_decimal("4.5 Days", "en", 1, unit="days") == Decimal("4.5")
    assert code_of("4.5 days") == "not_a_number"


@given(st.integers(0, 10**12 - 1), st.integers(0, 99), st.sampled_from(["de", "en"]))
def test_what_is_echoed_is_read_back_as_the_same_number(whole, cents, locale):
    value = Decimal(whole) + Decimal(cents) / 100
    assert parse_decimal(format_decimal(value, locale, 2), locale, 2) == value


def test_the_echo_uses_the_marks_of_the_language_and_never_rounds():
    assert format_decimal(Decimal("84500"), "de", 2) == "84.500,00"
    assert format_decimal(Decimal("84500.1308"), "en", 2) == "84,500.1308"
    assert format_decimal(Decimal("-0.50"), "de", 2) == "-0,50"
    assert format_decimal(Decimal("1E+3"), "de") == "1.000"
