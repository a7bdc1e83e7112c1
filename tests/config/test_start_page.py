"""What a visitor meets first: life situations, what closes soon, results with savings, trials with their verdicts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from tests import factories
from tests.bids.pages.scene import text_of
from tests.evaluation.builders import evaluated_case
from tests.evaluation.pages.test_result_pages import awarded
from tests.pilots.trials import analysed

pytestmark = pytest.mark.django_db


def start(language: str = "en") -> str:
    return text_of(Client(headers={"accept-language": language}).get("/"))


def test_an_empty_platform_says_what_will_stand_here_and_what_to_do() -> None:
    text = start()
    assert "Nothing has been published here yet" in text
    assert "Register your company" in text
    assert "Closing soon" not in text
    assert "Hier ist noch nichts veröffentlicht" in start("de")


def test_what_closes_next_comes_first_and_situations_count_what_is_open() -> None:
    town, now = factories.make_town(), clock.now()
    for title, days in (("Later letters", 30), ("Next letters", 20), ("Far letters", 50), ("Last letters", 60)):
        end = now + timedelta(days=days)
        factories.open_tender(town, title=title, tender_period_end=end, enquiry_period_end=None, opening_planned_at=end)
    text = start()
    assert text.index("Next letters") < text.index("Later letters") < text.index("Far letters")
    assert "Last letters" not in text
    assert "Taxes and fees (4 open tenders )" in text
    assert "Family and children (0 open tenders )" in text
    assert "All open tenders (4)" in text


def test_a_result_stands_there_with_what_it_saves() -> None:
    case = evaluated_case()
    assert "less per year than today" not in start()
    awarded(case)
    text = start()
    assert case.companies["B02"].organization.name in text
    assert "less per year than today: that is what 1 published award brings." in text


def test_a_trial_stands_there_with_its_verdict_in_words() -> None:
    trial = analysed()
    text = start()
    assert trial.pilot.title in text
    assert "Waiting time fell by" in text
    assert "improved" in text


def test_the_start_page_needs_few_queries(django_assert_max_num_queries: Any) -> None:
    analysed()
    for _number in range(4):
        factories.open_tender()
    with django_assert_max_num_queries(8):
        start()
