"""A bidder's way from the tender to the receipt, on the pages."""

import pytest

from accounts.lifecycle import Role
from bids.models import Bid, Draft, Receipt
from tests.bids.bidding import at_deadline
from tests.bids.pages.scene import Scene, browser, text_of
from tests.factories import add_role, default_lots, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_bidder_goes_from_the_tender_to_the_receipt(scene):
    assert "Prepare a bid" in text_of(scene.clara.get(f"/tenders/{scene.tender.pk}/"))
    scene.ready()
    page = text_of(scene.clara.get(scene.url("submit/")))
    assert "Hand in the bid with binding effect" in page
    assert "€11,750.00 net" in page
    response = scene.submit()
    receipt = Receipt.objects.get()
    assert response.headers["Location"] == f"/bids/receipts/{receipt.pk}/"
    words = text_of(scene.clara.get(f"/bids/receipts/{receipt.pk}/"))
    assert "Received at" in words
    assert "You can stop worrying." in words
    assert not Draft.objects.exists()
    assert "Received and sealed" in text_of(scene.clara.get("/bids/"))


def test_a_tender_with_one_lot_does_not_ask_which():
    scene = Scene(lots=1)
    scene.start()
    assert list(scene.content().chosen_lots()) == ["L1"]
    assert b'name="lots"' not in scene.clara.get(scene.url("lots/")).content
    assert "3 of 8 done" in text_of(scene.clara.get(scene.url()))


def test_the_task_list_counts_what_is_done_and_says_what_is_not_possible_yet(scene):
    scene.start()
    page = text_of(scene.clara.get(scene.url()))
    assert "Choose at least one lot first." in page
    scene.choose("L1")
    scene.price("L1")
    page = text_of(scene.clara.get(scene.url()))
    assert "6 of 8 done" in page
    assert "2 of 2 positions priced" in page


def test_an_ambiguous_price_is_refused_with_both_readings_and_stays_as_typed(scene):
    scene.start()
    scene.choose("L1")
    response = scene.price(price_0="1.250", price_1="500")
    assert response.status_code == 422
    page = text_of(response)
    assert "This could mean 1.25 or 1,250.00" in page
    assert 'value="1.250"' in response.content.decode()
    assert list(scene.content().lots["L1"].unit_prices) == ["1.2"]
    again = scene.clara.get(scene.url("prices/L1/"))
    assert 'value="1.250"' in again.content.decode()
    assert "Some entries could not be read" in text_of(scene.clara.get(scene.url()))
    assert scene.price(price_0="1,25").status_code == 302
    assert not scene.content().pending


def test_german_pages_read_german_numbers_and_offer_the_german_reading_first(scene):
    scene.start()
    scene.choose("L1")
    scene.clara.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    response = scene.price(price_0="1.250")
    assert "1.250,00 oder 1,25" in text_of(response)
    assert scene.price(price_0="2,5").status_code == 302
    assert "2,50" in scene.clara.get(scene.url("prices/L1/")).content.decode()


def test_what_cannot_be_read_is_never_sealed(scene):
    scene.start()
    scene.choose("L1")
    scene.price(price_0="1.250")
    assert scene.clara.get(scene.url("submit/")).headers["Location"] == scene.url()
    assert "pending" not in scene.content().to_manifest()


def test_the_published_curve_turns_a_promise_into_points_in_words(scene):
    scene.start()
    scene.choose("L1")
    page = text_of(scene.clara.post(scene.url("prices/L1/total/"), {"price_0": "2", "promise_0": "8"}))
    assert "E1: 8 days = 8 points" in page
    assert "€18,000.00" in page
    assert scene.content().lots["L1"].promised == {}


def test_autosave_answers_with_the_servers_time_and_the_new_version(scene):
    scene.start()
    scene.choose("L1")
    answer = scene.post("answers/autosave/", {"answer_0_0": "Two checks"})
    assert answer.status_code == 200
    assert answer.json()["version"] == scene.draft.version + 1
    assert scene.content().lots["L1"].answers == {"B1": "Two checks"}
    stale = scene.clara.post(scene.url("answers/autosave/"), {"version": 1, "answer_0_0": "Other"})
    assert stale.status_code == 409


def test_two_tabs_get_both_texts_side_by_side(scene):
    scene.start()
    scene.choose("L1")
    scene.draft.refresh_from_db()
    old = scene.draft.version
    scene.post("answers/", {"answer_0_0": "from the first tab"})
    response = scene.clara.post(scene.url("answers/"), {"version": old, "answer_0_0": "from the second tab"})
    assert response.status_code == 409
    page = text_of(response)
    assert "from the first tab" in page
    assert "from the second tab" in page
    assert scene.post("answers/", {"answer_0_0": "from the second tab"}).status_code == 302


def test_an_autosave_that_overtakes_the_button_is_no_conflict(scene):
    scene.start()
    scene.choose("L1")
    scene.draft.refresh_from_db()
    old = scene.draft.version
    scene.post("answers/autosave/", {"answer_0_0": "Two checks\r\nper day"})
    response = scene.clara.post(scene.url("answers/"), {"version": old, "answer_0_0": "Two checks\r\nper day"})
    assert response.status_code == 302
    old = scene.content() and scene.draft.version
    scene.price(price_0="2.5")
    fields = {"price_0": "2,5", "price_1": "500,00", "vat_rate": "19", "promise_0": "8"}
    assert scene.clara.post(scene.url("prices/L1/"), {"version": old, **fields}).status_code == 302


def test_a_late_bid_is_told_so_in_clear_words(scene):
    scene.ready()
    with at_deadline(scene.tender):
        assert "The deadline has passed" in text_of(scene.clara.get(scene.url("submit/")))
        response = scene.submit()
    assert Bid.objects.get().is_late
    page = text_of(scene.clara.get(response.headers["Location"]))
    assert "Received late" in page
    assert "stop worrying" not in page


def test_a_bid_is_withdrawn_on_a_page_of_its_own_and_only_before_the_deadline(scene):
    scene.ready()
    receipt = scene.submit().headers["Location"]
    assert "Withdraw this bid?" in text_of(scene.clara.get(f"{receipt}withdraw/"))
    with at_deadline(scene.tender):
        assert "only before the deadline" in text_of(scene.clara.get(f"{receipt}withdraw/"))
        assert scene.clara.post(f"{receipt}withdraw/", {"key": "w0"}).status_code == 409
    response = scene.clara.post(f"{receipt}withdraw/", {"key": "w1"})
    assert "This bid will not be opened" in text_of(scene.clara.get(response.headers["Location"]))


def test_a_newer_version_replaces_the_bid_and_the_receipt_says_so(scene):
    scene.ready()
    receipt = scene.submit(keep_copy="on").headers["Location"]
    assert scene.clara.post(f"{receipt}replace/").status_code == 302
    scene.draft = Draft.objects.get()
    newer = scene.submit(key="key-2")
    assert "Your earlier bid has been replaced" in text_of(scene.clara.get(newer.headers["Location"]))
    assert "not the current one any more" in text_of(scene.clara.get(receipt))


def test_a_second_click_gives_the_same_receipt(scene):
    scene.ready()
    assert scene.submit().headers["Location"] == scene.submit().headers["Location"]
    assert Bid.objects.count() == 1


def test_a_refused_submission_says_what_to_do_and_keeps_the_draft(scene):
    scene.start()
    response = scene.submit(declarant="")
    assert response.status_code == 422
    assert "Enter the name of the person" in text_of(response)
    response = scene.submit()
    assert response.status_code == 422
    assert "Choose at least one" in text_of(response)
    assert Draft.objects.exists()


@pytest.mark.parametrize(
    "rest",
    ["", "lots/", "prices/L1/", "answers/", "documents/", "sheet/", "sheet.xlsx", "submit/", "copy.json", "discard/"],
)
def test_a_competitor_finds_nothing(scene, rest):
    scene.ready()
    assert scene.clara.get(scene.url(rest)).status_code == 200
    assert scene.bernd.get(scene.url(rest)).status_code == 404
    assert browser(scene.town.officer).get(scene.url(rest)).status_code == 404
    assert browser().get(scene.url(rest)).status_code == 302


def test_a_competitor_finds_no_receipt(scene):
    scene.ready()
    receipt = scene.submit().headers["Location"]
    for rest in ("", "note.txt", "withdraw/"):
        assert scene.clara.get(receipt + rest).status_code == 200
        assert scene.bernd.get(receipt + rest).status_code == 404


def test_nobody_bids_for_an_invited_tender_without_an_invitation():
    invited = make_company()
    tender = open_tender(make_town(), procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[invited.organization])
    assert browser(make_company().bidder).post(f"/bids/start/{tender.pk}/").status_code == 404
    assert browser(invited.bidder).post(f"/bids/start/{tender.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Ihr Angebot: 9 von 10 erledigt", "Angebot verbindlich abgeben", "Sie können beruhigt sein."]),
        ("en", ["Your bid: 9 of 10 done", "Hand in the bid with binding effect", "You can stop worrying."]),
    ],
)
def test_the_way_is_told_in_the_language_of_the_bidder(scene, language, words):
    scene.ready()
    scene.post("answers/", {"answer_0_0": "Two checks", "answer_1_0": "Two checks"})
    clara = browser(scene.company.bidder, language)
    pages = [clara.get(scene.url()), clara.get(scene.url("submit/"))]
    receipt = clara.post(scene.url("submit/"), {"key": "k", "declarant": "Clara"}).headers["Location"]
    for page, sentence in zip([*pages, clara.get(receipt)], words, strict=True):
        assert sentence in text_of(page)


def test_the_received_moment_is_taken_when_the_request_was_read(scene, monkeypatch):
    """Sealing takes time; it must not cost the bidder the deadline."""
    from bids.actions import submission

    scene.ready()
    seal = submission._seal
    with at_deadline(scene.tender, seconds=-1):

        def slow(*args, **kwargs):
            with at_deadline(scene.tender, seconds=5):
                return seal(*args, **kwargs)

        monkeypatch.setattr(submission, "_seal", slow)
        scene.submit()
    bid = Bid.objects.get()
    assert not bid.is_late
    assert (scene.tender.tender_period_end - bid.received_at).total_seconds() == 1


def test_a_closed_tender_takes_only_late_bids_and_an_opened_one_none(scene):
    scene.ready()
    with at_deadline(scene.tender, minutes=15):
        from tests.bids.bidding import open_all

        open_all(scene.town, scene.tender)
        response = scene.submit()
    assert response.status_code == 409
    assert "The bids have been opened already. Your draft is kept" in text_of(response)
    assert Draft.objects.exists()


def test_a_two_lot_bid_needs_few_pages_and_fields(scene):
    """Pages with a form and fields to fill; the numbers stand in the help for bidders."""
    from html.parser import HTMLParser

    class Fields(HTMLParser):
        def __init__(self):
            super().__init__()
            self.names: set[str] = set()

        def handle_starttag(self, tag, attrs):
            found = dict(attrs)
            if tag in {"input", "textarea", "select"} and found.get("type") != "hidden":
                self.names.add(found.get("name"))

    scene.ready()
    count = {}
    for rest in ("lots/", "prices/L1/", "prices/L2/", "answers/", "submit/", "sheet/"):
        fields = Fields()
        fields.feed(scene.clara.get(scene.url(rest)).content.decode())
        count[rest] = len(fields.names)
    assert count == {
        "lots/": 3,
        "prices/L1/": 6,
        "prices/L2/": 6,
        "answers/": 2,
        "submit/": 2,
        "sheet/": 1,
    }


def test_the_task_list_and_the_list_of_bids_need_few_queries(scene, django_assert_max_num_queries):
    scene.ready()
    with django_assert_max_num_queries(18):
        scene.clara.get(scene.url())
    scene.submit()
    with django_assert_max_num_queries(10):
        scene.clara.get("/bids/")


def test_the_price_page_needs_no_query_per_position(django_assert_max_num_queries):
    lots = default_lots(1)
    lots[0]["items"] = [{"ref": f"1.{n}", "text": f"Item {n}", "unit": "piece", "quantity": "10"} for n in range(1, 41)]
    scene = Scene(lots=1)
    scene.tender.lots.all()[0].items.all().delete()
    from tendering.models import Item

    Item.objects.bulk_create(Item(lot=scene.tender.lots.get(), **item) for item in lots[0]["items"])
    scene.start()
    with django_assert_max_num_queries(14):
        scene.clara.get(scene.url("prices/L1/"))


def test_the_bidders_button_costs_the_tenders_page_two_queries(scene, django_assert_max_num_queries, rf):
    from accounts import clock
    from bids.panels import bid_panel, seal_panel

    scene.ready()
    request = rf.get("/")
    request.user = scene.company.bidder
    now = clock.now()
    request.user.role_table  # noqa: B018 - asked once per request by the page itself
    with django_assert_max_num_queries(2):
        bid_panel(request, scene.tender, scene.tender.status(now), now)
    with django_assert_max_num_queries(1):
        seal_panel(request, scene.tender, scene.tender.status(now), now)


def test_who_acts_for_two_companies_is_asked_which_one_bids(scene):
    second = make_company(name="Dora KG").organization
    add_role(scene.company.bidder, second, Role.BIDDER)
    detail, start = f"/tenders/{scene.tender.pk}/", f"/bids/start/{scene.tender.pk}/"
    asked = scene.clara.post(start)
    assert asked.status_code == 200
    assert "For which company do you bid?" in text_of(asked)
    assert not Draft.objects.exists(), "nothing is begun for a company nobody named"
    for wrong in ("", "0", str(scene.town.organization.pk), "x"):
        response = scene.clara.post(start, {"company": wrong})
        assert response.status_code == 422
        assert "Choose the company you bid for" in text_of(response)
    assert scene.clara.post(start, {"company": second.pk}).status_code == 302
    assert Draft.objects.get().company == second
    page = text_of(scene.clara.get(detail))
    assert "Dora KG" in page
    assert "Go on with your bid" in page
    assert "Prepare a bid for Clara GmbH" in page
    assert scene.clara.post(start, {"company": scene.company.organization.pk}).status_code == 302
    assert start not in scene.clara.get(detail).content.decode(), "there is no third company to begin for"
