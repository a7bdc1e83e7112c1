"""A rehearsal runs every step and leaves nothing behind but a note that says so; the line test keeps nothing."""

from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.http import Http404
from django.test import Client

from accounts import clock
from accounts.decision import RefusedError
from accounts.evidence import open_receipt
from accounts.models import AuditEvent, OutboxMessage
from bids import actions, keys, reaping
from bids.models import Bid, Draft, Receipt, Rehearsal, SealedObject
from bids.sealing import seal_bytes
from tests.bids.bidding import at_deadline, draft_with
from tests.bids.pages.scene import browser, text_of
from tests.bids.test_api import Api
from tests.factories import make_company, make_town, open_tender
from tests.reports.pdf_text import pages

pytestmark = pytest.mark.django_db
MARK = "REHEARSAL - without legal effect"


class Scene:
    """Clara with a whole draft, or one without a lot."""

    def __init__(self, *, whole: bool = True) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        start = {"actor": self.clara.bidder, "company": self.clara.organization, "tender_id": self.tender.pk}
        self.draft = draft_with(self.clara, self.tender) if whole else actions.start_draft(**start)

    def rehearse(self, **changes: Any) -> Rehearsal:
        given = {"actor": self.clara.bidder, "draft_id": self.draft.pk, "declarant": "Clara", **changes}
        return actions.rehearse(**given)


def payload(done: Rehearsal) -> dict[str, Any]:
    return open_receipt(done.note, [keys.printed_verifier_key()])


def test_a_rehearsal_leaves_no_bid_no_event_no_mail_and_the_draft_as_it_was():
    scene = Scene()
    before = (AuditEvent.objects.count(), OutboxMessage.objects.count(), Draft.objects.values().get())
    done = scene.rehearse()
    assert (AuditEvent.objects.count(), OutboxMessage.objects.count(), Draft.objects.values().get()) == before
    assert not Bid.objects.exists()
    assert not Receipt.objects.exists()
    assert not SealedObject.objects.exists()
    assert not list(settings.SEALED_DIR.rglob("*.age"))
    said = payload(done)
    assert (said["act"], said["mark"], said["tender"]) == ("rehearsal", MARK, str(scene.tender.pk))
    assert "bid" not in said


def test_a_draft_without_a_lot_rehearses_with_a_sample_and_stays_empty():
    scene = Scene(whole=False)
    done = scene.rehearse()
    assert done.is_sample
    assert actions.read_draft(scene.draft)["lots"] == {}


def test_what_the_browser_sealed_is_checked_and_thrown_away():
    scene = Scene()
    wanted = actions.prepare_rehearsal(actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara")
    data = seal_bytes(wanted.place, wanted.text.encode(), wanted.recipient)
    own = UUID(wanted.place.object)
    done = scene.rehearse(sealed=actions.SealedOutside(own, data, wanted.version, "browser"))
    assert payload(done)["sealed_at"] == "browser"
    assert not list(settings.SEALED_DIR.rglob("*.age"))
    with pytest.raises(ValidationError):
        scene.rehearse(sealed=actions.SealedOutside(own, b"readable", wanted.version, "browser"))


def test_after_the_deadline_there_is_nothing_to_rehearse():
    scene = Scene()
    with at_deadline(scene.tender), pytest.raises(RefusedError) as caught:
        scene.rehearse()
    assert caught.value.refused.code == "deadline_passed"


def test_another_company_sees_neither_draft_nor_rehearsal():
    scene = Scene()
    done = scene.rehearse()
    stranger = make_company()
    with pytest.raises(Http404):
        scene.rehearse(actor=stranger.bidder)
    client = browser(stranger.bidder)
    for rest in ("/", "/note.txt", ".pdf"):
        assert client.get(f"/bids/rehearsals/{done.pk}{rest}").status_code == 404
    assert browser(scene.town.officer).get(f"/bids/rehearsals/{done.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("language", "mark"),
    [("en", "REHEARSAL – without legal effect"), ("de", "PROBELAUF – ohne rechtliche Wirkung")],
)
def test_page_note_and_pdf_are_marked(language, mark):
    scene = Scene()
    client = browser(scene.clara.bidder, language)
    client.cookies["django_language"] = language
    answer = client.post(f"/bids/{scene.draft.pk}/rehearsal/", {"key": "k", "declarant": "Clara"})
    place = answer.headers["Location"]
    assert mark in text_of(client.get(place))
    assert MARK in client.get(f"{place}note.txt").content.decode()
    assert mark in " ".join(" ".join(pages(client.get(f"{place.rstrip('/')}.pdf").content)).split())


def test_the_page_without_a_name_says_what_to_do_and_does_nothing():
    scene = Scene()
    answer = browser(scene.clara.bidder).post(f"/bids/{scene.draft.pk}/rehearsal/", {"key": "k", "declarant": ""})
    assert answer.status_code == 422
    assert "Enter the name" in text_of(answer)
    assert not Rehearsal.objects.exists()


def test_the_api_rehearses_and_says_that_it_was_a_sample():
    scene = Scene(whole=False)
    api = Api(scene.clara.bidder)
    assert api("post", f"bids/{scene.draft.pk}/manifest/", {"declarant": "Clara"}).status_code == 400
    assert api("post", f"bids/{scene.draft.pk}/manifest/", {"declarant": "Clara", "rehearsal": True}).status_code == 200
    answer = api("post", f"bids/{scene.draft.pk}/rehearsal/", {"declarant": "Clara"})
    assert (answer.status_code, answer.json()["is_sample"]) == (201, True)


def test_the_command_says_that_no_bid_was_handed_in(tmp_path, capsys, monkeypatch):
    scene = Scene()
    data: list[bytes] = []
    monkeypatch.setattr("bids.actions.submission.seal_manifest", lambda *_: data.append(b"sealed") or data[0])
    done = scene.rehearse()
    (tmp_path / "note.txt").write_text(done.note, "utf-8")
    (tmp_path / "file").write_bytes(data[0])
    call_command("verify_receipt", str(tmp_path / "note.txt"), str(tmp_path / "file"))
    assert "no bid was handed in" in capsys.readouterr().out


def test_rehearsals_go_thirty_days_after_the_deadline():
    scene = Scene()
    scene.rehearse()
    with at_deadline(scene.tender, days=29):
        reaping.reap(clock.now())
        assert Rehearsal.objects.exists()
    with at_deadline(scene.tender, days=31):
        reaping.reap(clock.now())
    assert not Rehearsal.objects.exists()


def test_the_line_test_takes_a_few_bytes_seldom_and_keeps_none(monkeypatch):
    client = Client()
    assert client.get("/bids/line-test/").status_code == 200
    monkeypatch.setattr("bids.views.rehearsal.LINE_TESTS", 2)
    send = lambda size: client.post(  # noqa: E731
        "/bids/line-test/bytes/", b"x" * size, content_type="application/octet-stream", headers={"X-Forwarded-For": "9"}
    )
    assert [send(1 << 18).status_code, send((2 << 20) + 1).status_code, send(1).status_code, send(1).status_code] == [
        204, 413, 204, 429,
    ]  # fmt: skip
    assert client.get("/bids/line-test/bytes/").status_code == 405


@pytest.mark.parametrize(("minutes", "shown"), [(59, True), (61, False)])
def test_in_the_last_hour_every_page_of_the_draft_says_to_upload_now(minutes, shown):
    scene = Scene()
    client = browser(scene.clara.bidder)
    with at_deadline(scene.tender, minutes=-minutes):
        page = text_of(client.get(f"/bids/{scene.draft.pk}/documents/"))
    assert ("Upload now; handing in is one click." in page) is shown
