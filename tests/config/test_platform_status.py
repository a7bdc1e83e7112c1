"""/status/ and /status.json: for everybody, in two languages, and nobody can count requests there."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import clock, measuring
from accounts.measuring import EPOCH

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def write(minutes_ago: int, **counts: int) -> None:
    measuring.store((clock.now() - EPOCH) // timedelta(minutes=1) - minutes_ago, Counter(counts))


def test_before_anything_was_measured_the_page_says_so() -> None:
    page = Client(headers={"accept-language": "en"}).get("/status/").content.decode()
    assert "Nothing has been measured yet" in page
    assert Client().get("/status.json").json() == {"span_days": 90, "incidents": [], "days": []}


def test_a_disturbance_is_told_in_words_and_figures_and_the_number_of_answers_is_not() -> None:
    for ago in range(4, 12):
        write(ago, web_beats=1, requests=4711, up_to_300_ms=4711)
    write(12, web_beats=1, requests=4711, errors=4711, up_to_300_ms=4711)
    write(14, web_beats=1, requests=4711, up_to_300_ms=4711)
    english = Client(headers={"accept-language": "en"}).get("/status/").content.decode()
    german = Client(headers={"accept-language": "de"}).get("/status/").content.decode()
    assert "not reachable" in english
    assert "nicht erreichbar" in german
    figures = Client().get("/status.json").json()
    assert [(row["kind"], row["minutes"]) for row in figures["incidents"]] == [("down", 2)]
    assert sum(day["down"] for day in figures["days"]) == 1
    assert sum(day["disturbed"] for day in figures["days"]) == 1
    assert {day["p95"] for day in figures["days"]} == {"up_to_300_ms"}
    assert not any("4711" in text or "4,711" in text or "4.711" in text for text in (english, german, str(figures)))
