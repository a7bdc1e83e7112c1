"""A bidder and an evaluator abroad read every moment of a procedure by its buyer's clocks."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import clock
from bids.models import Receipt
from pilots import actions as pilots
from tests import factories
from tests.bids.bidding import open_all, submit
from tests.bids.pages.scene import browser
from tests.evaluation.builders import Case, evaluated_case
from tests.pilots.trials import SESSION, analysed

pytestmark = pytest.mark.django_db
DUBLIN = ZoneInfo("Europe/Dublin")
IRISH = {"time_zone": "Europe/Dublin", "country": "IE", "land": "", "profile": "generic_en", "language": "en"}


def assert_irish(client: Any, address: str) -> None:
    """Every moment of the page stands in Irish time, and there is at least one."""
    response = client.get(address)
    assert response.status_code == 200, address
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]  # the foot tells when it was printed
    moments = re.findall(r'<time[^>]* datetime="([^"]+T[^"]+)"', main)
    assert moments, f"no moment on {address}"
    for text in moments:
        moment = datetime.fromisoformat(text)
        assert moment.utcoffset() == moment.astimezone(DUBLIN).utcoffset(), f"{text} on {address}"


def make_irish(town: factories.Town) -> None:
    for name, value in IRISH.items():
        setattr(town.organization, name, value)
    town.organization.save()


@pytest.fixture
def irish() -> factories.Town:
    return factories.make_town(name="Ballyvara", **IRISH)


def test_a_bidder_sees_irish_times_from_the_draft_to_the_receipt(irish: factories.Town) -> None:
    tender = factories.open_tender(irish, profile="generic_en")
    company = factories.make_company()
    clara = browser(company.bidder)
    assert clara.post(f"/bids/start/{tender.pk}/").status_code == 302
    draft = tender.drafts.get()
    for address in (f"/bids/{draft.pk}/", f"/bids/{draft.pk}/submit/", reverse("bid_list")):
        assert_irish(clara, address)
    receipt: Receipt = submit(company, tender)
    for address in (reverse("bid_receipt", args=[receipt.pk]), reverse("bid_list")):
        assert_irish(clara, address)
    assert timezone.get_current_timezone_name() == "Europe/Berlin"


def test_those_who_open_and_keep_the_keys_see_irish_times(irish: factories.Town) -> None:
    tender = factories.open_tender(irish, profile="generic_en")
    submit(factories.make_company(), tender)
    open_all(irish, tender)
    opener = browser(irish.openers[0])
    for name in ("bid_opening", "bid_opening_record"):
        assert_irish(opener, reverse(name, args=[tender.pk]))
    assert_irish(opener, reverse("opener_keys"))


def test_the_office_sees_irish_times_while_it_judges() -> None:
    case: Case = evaluated_case(profile="generic_en")
    make_irish(case.town)
    officer = browser(case.town.officer)
    assert_irish(officer, reverse("evaluation_result", args=[case.tender.pk]))
    assert_irish(officer, reverse("evaluation_bid", args=[case.tender.pk, case.bids["B01"].pk]))
    assert_irish(browser(case.town.evaluators[0]), reverse("scoring", args=[case.tender.pk]))


def test_a_trial_is_shown_by_its_towns_clocks() -> None:
    trial = analysed()
    make_irish(trial.town)
    with clock.simulated(SESSION + timedelta(days=1)):
        pilots.record_decision(
            actor=trial.officer, pilot_id=trial.pilot.pk, body="Council", session_at=SESSION, verdict="adopt",
            votes={"yes": 5, "no": 2, "abstain": 0}, reason="It works.",
        )  # fmt: skip
        assert_irish(browser(), reverse("pilot_detail", args=[trial.pilot.pk]))
