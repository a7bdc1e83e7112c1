"""The opening by two, on the pages: nothing before the deadline, each an own part, then the record."""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import measuring
from accounts.lifecycle import Role
from accounts.measuring import EPOCH
from accounts.models.measured import MeasuredMinute
from bids.models import Bid, OpeningSession, SealedObject
from tests.bids.bidding import at_deadline, content, declare, submit
from tests.bids.pages.scene import browser, text_of
from tests.factories import PASS_SENTENCE, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


class Hall:
    def __init__(self, bids: int = 2) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.companies = [make_company(name=f"Bidder {n} GmbH") for n in range(bids)]
        self.receipts = [submit(company, self.tender) for company in self.companies]
        self.anna, self.bernd, self.third = (browser(opener) for opener in self.town.openers)
        self.address = f"/tenders/{self.tender.pk}/opening/"

    def release(self, who, sentence=PASS_SENTENCE, session=""):
        return who.post(self.address, {"pass_sentence": sentence, "session": session})

    def open(self) -> None:
        declare(self.town, self.tender)
        self.release(self.anna)
        self.release(self.bernd)


def measure_calm(first: int, last: int) -> None:
    """The platform measured itself in these minutes (since 1970) and nothing was amiss."""
    moments = [EPOCH + timedelta(minutes=minute) for minute in range(first, last)]
    rows = [MeasuredMinute(at=at, day=timezone.localdate(at), web_beats=1) for at in moments]
    MeasuredMinute.objects.bulk_create(rows)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_before_the_deadline_nobody_sees_number_or_names(hall):
    for who in (hall.anna, browser(hall.town.officer), browser(hall.town.auditor)):
        page = text_of(who.get(hall.address))
        assert "Bids are sealed. You do not see how many there are." in page
        assert "Bidder 0" not in page
    assert hall.release(hall.anna).status_code == 409
    assert hall.anna.get(f"{hall.address}record/").status_code == 404


def test_two_openers_release_one_after_the_other_and_the_record_appears(hall):
    with at_deadline(hall.tender, minutes=15):
        assert "First a declaration" in text_of(hall.anna.get(hall.address))
        for who in (hall.anna, hall.bernd):
            who.post(f"{hall.address}declaration/", {"conflict": "no"})
        assert hall.release(hall.anna).status_code == 302
        page = text_of(hall.anna.get(hall.address))
        assert "1 of 2 released. Now the next opener." in page
        assert "Bidder 0" not in page
        session = OpeningSession.objects.get()
        assert "1 of 2 released. Your part is missing." in text_of(hall.bernd.get(hall.address))
        hall.release(hall.bernd, session=str(session.pk))
        page = text_of(hall.bernd.get(hall.address))
        assert "2 bids were opened." in page
        assert "Bidder 0 GmbH" in page
        assert "€11,750.00" in page
        record = text_of(browser(hall.town.officer).get(f"{hall.address}record/"))
        assert "Opener 1" in record
        assert "assisted" in record


def test_a_wrong_sentence_releases_nothing_and_is_not_sent_back(hall):
    with at_deadline(hall.tender, minutes=15):
        declare(hall.town, hall.tender)
        response = hall.release(hall.anna, "this is some wrong sentence here")
        assert response.status_code == 403
        page = response.content.decode()
        assert "does not fit your opening key. Nothing was released." in text_of(response)
        assert "this is some wrong" not in page
        assert "0 of 2 released" in text_of(hall.anna.get(hall.address))


def test_an_expired_opening_says_so_and_starts_again(hall):
    with at_deadline(hall.tender, minutes=15):
        declare(hall.town, hall.tender)
        hall.release(hall.anna)
        session = OpeningSession.objects.get()
    with at_deadline(hall.tender, minutes=31):
        assert "The last attempt has expired" in text_of(hall.bernd.get(hall.address))
        late = hall.release(hall.bernd, session=str(session.pk))
        assert late.status_code == 409
        assert "expired after 15 minutes" in text_of(late)
        hall.open()
        assert "2 bids were opened." in text_of(hall.bernd.get(hall.address))


def test_who_declared_a_conflict_cannot_open(hall):
    with at_deadline(hall.tender, minutes=15):
        hall.anna.post(f"{hall.address}declaration/", {"conflict": "yes"})
        assert "you cannot open these bids" in text_of(hall.anna.get(hall.address))
        assert hall.release(hall.anna).status_code == 403


def test_a_damaged_bid_is_named_and_the_others_go_on(hall):
    broken = SealedObject.objects.get(bid=hall.receipts[0].bid, kind="manifest")
    (settings.SEALED_DIR / broken.path).unlink()
    with at_deadline(hall.tender, minutes=15):
        hall.open()
        page = text_of(hall.anna.get(hall.address))
    assert "integrity violated" in page
    assert "A stored part of the bid is gone." in page
    assert "Bidder 1 GmbH" in page


def test_only_the_office_and_its_openers_see_the_page(hall):
    for person in (None, make_user(), hall.companies[0].bidder, make_town(keys=False).officer):
        assert browser(person).get(hall.address).status_code in {302, 404}
    for person in (hall.town.officer, hall.town.second, hall.town.auditor, hall.town.openers[0]):
        assert browser(person).get(hall.address).status_code == 200
    with at_deadline(hall.tender, minutes=15):
        assert hall.release(browser(hall.town.officer)).status_code == 404


def test_two_people_admit_a_late_bid_and_two_open_it(hall):
    late = make_company(name="Late GmbH")
    with at_deadline(hall.tender, minutes=1):
        submit(late, hall.tender, content(price="3.0000"))
    officer, second = browser(hall.town.officer), browser(hall.town.second)
    bid = Bid.objects.get(is_late=True)
    address = f"{hall.address}late/{bid.pk}/"
    with at_deadline(hall.tender, minutes=15):
        assert officer.get(address).status_code == 404
        hall.open()
        assert "Late GmbH" in text_of(officer.get(hall.address))
        assert "this platform did not measure itself" in text_of(officer.get(address))
        minute = (hall.tender.tender_period_end - EPOCH) // timedelta(minutes=1)
        measure_calm(minute - 20, minute)
        page = text_of(officer.get(address))
        assert "until the deadline no disturbance of this platform was measured. Of the hours before nothing" in page
        measuring.store(minute - 30, Counter(web_beats=1))
        measuring.store(minute - 29, Counter(cut_off=1))
        page = text_of(officer.get(address))
        assert "this platform was disturbed" in page
        assert "not reachable" in page and "of the hours before nothing is known" in page
        MeasuredMinute.objects.all().delete()
        measure_calm(minute - settings.AVAILABILITY["window"] // timedelta(minutes=1), minute)
        page = text_of(officer.get(address))
        assert "In the hours before the deadline no disturbance of this platform was measured." in page
        refused = officer.post(address, {"act": "decide", "outcome": "admitted", "reason": ""})
        assert "Give the reason" in text_of(refused)
        officer.post(address, {"act": "decide", "outcome": "admitted", "reason": "our platform was down"})
        assert "Waits for a second person" in text_of(officer.get(address))
        assert officer.post(address, {"act": "confirm"}).status_code == 403
        assert "A second person has to confirm this decision: you." in text_of(second.get(address))
        second.post(address, {"act": "confirm"})
        for who in (hall.anna, hall.bernd):
            who.post(address, {"act": "release", "pass_sentence": PASS_SENTENCE})
        assert "This bid has been opened and takes part." in text_of(officer.get(address))
        assert "Admitted late bids, opened on" in text_of(officer.get(f"{hall.address}record/"))


def test_an_opener_makes_a_key_and_sees_the_sheet_once():
    town = make_town(keys=False)
    anna = browser(town.openers[0])
    assert "Make your opening key" in text_of(anna.get("/desk/"))
    page = anna.get("/account/openers/")
    sentence = page.context["proposal"]
    slip = anna.post("/account/openers/", {"proposal": sentence, "pass_sentence": sentence, "again": "something else"})
    assert "The two sentences differ" in text_of(slip)
    assert sentence in text_of(slip)
    weak = anna.post("/account/openers/", {"proposal": sentence, "pass_sentence": "a b c", "again": "a b c"})
    assert "at least six different words" in text_of(weak)
    sheet = anna.post("/account/openers/", {"proposal": sentence, "pass_sentence": sentence, "again": sentence})
    assert sentence in text_of(sheet)
    assert "no-store" in sheet.headers["Cache-Control"]
    again = anna.get("/account/openers/")
    assert sentence not in text_of(again)
    assert "You have an opening key" in text_of(again)


def test_the_administrator_sees_whether_enough_people_have_a_key():
    town = make_town(keys=False)
    admin = browser(make_user(town.organization, Role.ORG_ADMIN))
    page = text_of(admin.get("/account/openers/"))
    assert "2 of 3 open together. 0 have a key." in page
    assert "At least 3 keys are needed" in page
    assert "My opening key" not in page
    assert browser(make_company().bidder).get("/account/openers/").status_code == 404


def test_the_opening_page_needs_few_queries(hall, django_assert_max_num_queries):
    with at_deadline(hall.tender, minutes=15):
        with django_assert_max_num_queries(16):
            hall.anna.get(hall.address)
        hall.open()
        with django_assert_max_num_queries(18):
            hall.anna.get(hall.address)
