"""A town elsewhere types and reads the moments of its tenders by its own clocks, and so does everybody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import clock
from accounts.models import OutboxMessage
from tendering import actions
from tendering.models import Tender
from tests import factories
from tests.factories import Town
from tests.tendering.pages.conftest import signed_in, text_of
from tests.tendering.pages.test_creation import step

pytestmark = pytest.mark.django_db
WINTER = datetime(2026, 12, 1, 9, tzinfo=UTC)
END = datetime(2027, 1, 15, 12, tzinfo=UTC)  # noon in Ireland, 13:00 in Germany


@pytest.fixture
def irish() -> Town:
    return factories.make_town(
        name="Ballyvara", time_zone="Europe/Dublin", country="IE", land="", profile="generic_en", language="en"
    )


def irish_tender(irish: Town) -> Tender:
    with clock.simulated(WINTER):
        tender: Tender = factories.open_tender(
            irish, tender_period_end=END, enquiry_period_end=END - timedelta(days=9), opening_planned_at=END,
            bid_validity_end=END.date() + timedelta(days=60), profile="generic_en",
        )  # fmt: skip
    return tender


def test_a_deadline_typed_in_ireland_is_an_irish_deadline(irish: Town) -> None:
    with clock.simulated(WINTER):
        tender = factories.draft_tender(irish)
        data = {"end_day": "15.01.2027", "end_time": "12:00", "questions_day": "05.01.2027", "binding": "15.04.2027"}
        response = step(signed_in(irish.officer), f"/tenders/{tender.pk}/edit/when/", **data)
        assert response.status_code == 302, text_of(response)
        tender.refresh_from_db()
        assert tender.tender_period_end == END
        assert 'value="12:00"' in text_of(signed_in(irish.officer).get(f"/tenders/{tender.pk}/edit/when/"))


def test_every_page_of_the_tender_and_the_list_show_it_by_irish_clocks(irish: Town, visitor: Client) -> None:
    tender = irish_tender(irish)
    officer = signed_in(irish.officer)
    with clock.simulated(WINTER + timedelta(days=1)):
        for client, address in (
            (visitor, f"/tenders/{tender.pk}/"), (visitor, "/tenders/"), (visitor, "/"),
            (officer, f"/tenders/{tender.pk}/deadline/"),
        ):  # fmt: skip
            text = text_of(client.get(address))
            assert ", 12:00 GMT</time>" in text, address
            assert "13:00" not in text, address


def test_the_zone_is_named_in_german_too_and_only_where_it_differs(irish: Town, town: Town) -> None:
    german = Client(headers={"accept-language": "de"})
    tender = irish_tender(irish)
    with clock.simulated(WINTER + timedelta(days=1)):
        assert ", 12:00 Uhr GMT</time>" in text_of(german.get(f"/tenders/{tender.pk}/"))
        own = factories.open_tender(town, tender_period_end=END, enquiry_period_end=None, opening_planned_at=END)
        text = text_of(german.get(f"/tenders/{own.pk}/"))
    assert ", 13:00 Uhr</time>" in text
    assert "GMT" not in text


def test_the_clock_of_one_page_does_not_reach_the_next(irish: Town, visitor: Client) -> None:
    tender = irish_tender(irish)
    before = timezone.get_current_timezone_name()
    with clock.simulated(WINTER + timedelta(days=1)):
        visitor.get(f"/tenders/{tender.pk}/")
    assert timezone.get_current_timezone_name() == before


def test_the_mail_about_a_later_deadline_names_it_by_irish_clocks(irish: Town) -> None:
    tender = irish_tender(irish)
    company = factories.make_company()
    with clock.simulated(WINTER + timedelta(days=1)):
        actions.ask_question(actor=company.bidder, company=company.organization, tender_id=tender.pk, text="Parking?")
        amendment = actions.request_extension(
            actor=irish.officer, tender_id=tender.pk, new_end=END + timedelta(days=7), reason="Annex 3 was replaced"
        )
        actions.approve_extension(actor=irish.second, amendment_id=amendment.pk)
    body = OutboxMessage.objects.get(recipient=company.bidder.email, key__contains="extended").body
    assert "22.01.2027, 12:00 GMT" in body
