"""The CPV list that comes with the product."""

import pytest

from tendering import cpv


def test_every_code_of_the_list_has_eight_digits_and_a_label():
    codes = cpv.codes()
    assert len(codes) > 100
    assert all(cpv.is_code(code) and row.label for code, row in codes.items())
    assert cpv.label("79571000")
    assert cpv.label("00000000") == ""


@pytest.mark.parametrize("text", ["", "7957100", "795710000", "7957100x", "７９５７１０００"])
def test_anything_else_is_no_code(text):
    assert not cpv.is_code(text)


def test_codes_are_found_by_digits_and_by_words():
    assert {code.code[:3] for code in cpv.find("795")} == {"795"}
    assert all("reinigung" in code.label.casefold() for code in cpv.find("Reinigung"))
    assert cpv.find("Reinigung")
    assert cpv.find("  ") == []
