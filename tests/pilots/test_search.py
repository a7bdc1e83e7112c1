"""Has anybody tried this? Also what failed or was stopped is found, by any word of it."""

from typing import Any

import pytest
from django.test import Client

from accounts import clock
from pilots import actions
from tests import factories
from tests.bids.pages.scene import text_of
from tests.pilots import trials

pytestmark = pytest.mark.django_db


def asked(**query: Any) -> str:
    return text_of(Client(headers={"accept-language": "en"}).get("/pilots/", query))


@pytest.mark.parametrize("word", ["kiosk", "services", "waiting", "Wartezeit", "North", "kiosk waiting"])
def test_a_trial_is_found_by_title_text_comparison_and_indicator(word: str) -> None:
    trials.registered()
    assert "One-stop kiosk" in asked(q=word)


def test_a_trial_is_found_by_its_provider_and_not_by_words_that_do_not_occur() -> None:
    company = factories.make_company(name="Kioskbau Nord GmbH").organization
    trials.registered(provider=company)
    assert "One-stop kiosk" in asked(q="kioskbau")
    nothing = asked(q="kiosk submarine")
    assert "One-stop kiosk" not in nothing
    assert "Nobody has registered a trial like that here." in nothing


def test_a_trial_that_was_stopped_stays_with_its_verdict() -> None:
    trial = trials.analysed()
    with clock.simulated(trials.SESSION):
        actions.record_decision(
            actor=trial.officer, pilot_id=trial.pilot.pk, verdict="stop", body="Council", session_at=trials.SESSION,
            votes={"yes": 3, "no": 1, "abstain": 0},
        )  # fmt: skip
    for text in (asked(), asked(decision="stop"), asked(q="kiosk")):
        assert "One-stop kiosk" in text
        assert "Council: stopped" in text
        assert "Deciding indicator: improved" in text
    assert "One-stop kiosk" not in asked(decision="adopt")


def test_no_filter_without_anything_to_choose() -> None:
    trials.registered()
    assert "Life situation" not in asked()
    trials.registered(life_situation="family")
    assert "Family and children" in asked()
