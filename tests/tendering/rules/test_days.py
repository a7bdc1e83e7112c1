import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.rules import (
    Calendar,
    bid_deadline_ok,
    earliest_contract_date,
    latest_answer_day,
    period_end,
    standstill_is_short,
)

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "deadline_vectors.json").read_text())
LANDS = sorted(json.loads((HERE / "holidays_2026_2028.json").read_text()))


def answer(vector: dict) -> object:
    given_, kind = vector["input"], vector["kind"]
    calendar = Calendar(land=given_.get("land", ""))
    if kind == "period_end":
        return period_end(date.fromisoformat(given_["event"]), given_["days"], calendar).isoformat()
    if kind == "earliest_contract_date":
        sent = date.fromisoformat(given_["sent"])
        return earliest_contract_date(sent, 10 if given_["electronic"] else 15).isoformat()
    if kind == "latest_answer_day":
        day = date.fromisoformat(given_["deadline_day"])
        return latest_answer_day(day, given_["days"], strict=given_["strict"]).isoformat()
    deadline = datetime.fromisoformat(given_["deadline"])
    return bid_deadline_ok(date.fromisoformat(given_["dispatch"]), deadline, given_["min_days"], calendar)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_deadline_vector_comes_out_right(vector):
    assert answer(vector) == vector["expected"], vector["why"]


def test_there_are_all_thirty_one_vectors():
    assert len(VECTORS) == 31


@pytest.mark.parametrize("land", LANDS)
def test_the_holiday_tables_agree_but_for_the_four_known_differences(land):
    table = json.loads((HERE / "holidays_2026_2028.json").read_text())[land]
    calendar = Calendar(land=land)
    for year, days in table.items():
        days_of_year = (date(int(year), 1, 1) + timedelta(days=n) for n in range(365))
        ours = {day.isoformat() for day in days_of_year if calendar.is_holiday(day)}
        known = {"2028-06-17"} if (land, year) == ("BE", "2028") else set()
        assert ours ^ set(days) == known


def test_local_customs_are_settings_of_the_municipality():
    assumption, corpus_christi = date(2028, 8, 15), date(2026, 6, 4)
    assert Calendar(land="BY").is_holiday(assumption)
    assert not Calendar(land="BY", assumption_day=False).is_holiday(assumption)
    assert not Calendar(land="SN").is_holiday(corpus_christi)
    assert Calendar(land="SN", corpus_christi=True).is_holiday(corpus_christi)
    assert Calendar(extra_holidays=frozenset({date(2026, 7, 7)})).is_holiday(date(2026, 7, 7))


def test_another_country_has_its_own_holidays():
    assert Calendar("IE").is_holiday(date(2026, 3, 17))
    assert not Calendar("IE").is_holiday(date(2026, 10, 3))


def test_a_standstill_over_the_holidays_is_called_short():
    assert standstill_is_short(date(2026, 12, 18), 10, Calendar(land="NW"))
    assert not standstill_is_short(date(2026, 9, 1), 10, Calendar(land="NW"))


def test_no_standstill_means_the_contract_may_follow_at_once():
    assert earliest_contract_date(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_the_clock_change_moves_no_deadline():
    calendar = Calendar(land="NW")
    end = period_end(date(2026, 9, 28), 30, calendar)
    assert end == date(2026, 10, 28)
    assert bid_deadline_ok(date(2026, 9, 28), datetime(2026, 10, 28, 23, 59), 30, calendar)
    assert not bid_deadline_ok(date(2026, 9, 28), datetime(2026, 10, 28, 23, 58), 30, calendar)


days_of_years = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(days_of_years, st.integers(1, 60), st.sampled_from(LANDS))
def test_a_period_ends_on_a_working_day_no_earlier_than_its_days_and_holds_two_working_days(event, days, land):
    calendar = Calendar(land=land)
    end = period_end(event, days, calendar)
    assert calendar.is_working(end)
    assert end >= event + timedelta(days=days)
    assert days < 2 or calendar.working_days(event, end) >= 2


@given(days_of_years, st.integers(1, 60), st.sampled_from(LANDS))
def test_a_longer_period_or_a_later_event_never_ends_earlier(event, days, land):
    calendar = Calendar(land=land)
    end = period_end(event, days, calendar)
    assert period_end(event, days + 1, calendar) >= end
    assert period_end(event + timedelta(days=1), days, calendar) >= end
