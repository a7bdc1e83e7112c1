"""The printed analysis of each reference pilot is the expected one, to the last digit."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pilots import results
from tests.conftest import CASES
from tests.pilots.cases import expected, load_pilot

pytestmark = pytest.mark.django_db


def printed(case: str, form: str) -> str:
    out = StringIO()
    call_command("show_pilot", case, format=form, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("case", ["P01", "P02", "P03", "P04"])
def test_a_played_case_prints_its_expected_numbers_to_the_last_digit(case):
    pilot = load_pilot(case)
    text = printed(case, "json")
    assert json.loads(text) == expected(case)
    written = (CASES / case / "expected.json").read_text("utf-8")
    assert text.split() == written.split()
    assert results.is_reproducible(results.latest(pilot))


def test_the_text_names_effect_interval_and_verdict():
    load_pilot("P03")
    text = printed("P03", "text")
    assert "no effect demonstrated" in text
    assert "worsened" in text


def test_a_pilot_that_is_not_there_or_not_analysed_is_named():
    with pytest.raises(CommandError, match="There is no pilot P99"):
        printed("P99", "json")
