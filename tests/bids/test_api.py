"""Bidding and opening over the API."""

import hashlib
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, OpenerKey
from bids import keys
from bids.actions import current_seal
from bids.models import Bid, Draft, ItemPrice, OpenedDocument, OpeningRelease, OpeningSession, SealedObject
from bids.sealing import Piece, new_keypair, unlock_opener_key
from bids.sealing import release_pieces as wrap_pieces
from tests.bids.bidding import at_deadline, content, declare
from tests.bids.browser_release import own_pieces_for
from tests.factories import PASS_SENTENCE, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Any:
    return make_town()


@pytest.fixture
def tender(town: Any) -> Any:
    return open_tender(town)


@pytest.fixture
def clara() -> Any:
    return make_company(name="Clara GmbH")


class Api:
    """A signed-in client that speaks JSON."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client()
        if user:
            self.client.force_login(user)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        arguments = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **arguments)

    def put_file(self, draft: str, data: bytes, name: str, object_id: Any = None) -> Any:
        address = f"/api/v1/bids/{draft}/documents/{object_id or uuid4()}/"
        return self.client.put(address, data, content_type="application/pdf", headers={"X-File-Name": quote(name)})


@pytest.fixture
def api(clara: Any) -> Api:
    return Api(clara.bidder)


def new_draft(api: Api, tender: Any) -> Any:
    answer = api("post", "bids/", {"tender": tender.pk})
    assert answer.status_code == 201, answer.content
    draft = answer.json()
    saved = api("put", f"bids/{draft['id']}/", {"version": draft["version"], "content": content()})
    assert saved.status_code == 200, saved.content
    return saved.json()


def submit(api: Api, draft: str, key: str = "k1") -> Any:
    return api("post", f"bids/{draft}/submit/", {"declarant": "Clara"}, **{"Idempotency-Key": key})


def test_a_bid_goes_from_draft_to_receipt(api, tender):
    draft = new_draft(api, tender)
    assert draft["recipient"].startswith("age1")
    assert api.put_file(draft["id"], b"%PDF-1.7 concept", "Konzept für Ä.pdf").status_code == 201
    assert api("get", f"bids/{draft['id']}/").json()["content"]["files"][0]["name"] == "Konzept für Ä.pdf"
    first, again = submit(api, draft["id"]), submit(api, draft["id"])
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    bid = api("get", f"bids/{draft['id']}/").json()
    assert (bid["id"], bid["status"], len(bid["objects_sealed"])) == (first.json()["bid"], "received", 2)
    assert api("get", f"bids/{bid['id']}/receipt/").json()["note"] == first.json()["note"]
    assert [row["id"] for row in api("get", "bids/").json()["results"]] == [bid["id"]]
    withdrawn = api("post", f"bids/{bid['id']}/withdraw/", {}, **{"Idempotency-Key": "w"})
    assert (withdrawn.status_code, withdrawn.json()["act"]) == (201, "withdraw")


def test_what_a_client_claims_about_itself_is_ignored(api, tender):
    draft = new_draft(api, tender)
    body = {
        "declarant": "Clara",
        "received_at": "2020-01-01T00:00:00Z",
        "is_late": False,
        "company": 1,
        "status": "opened",
    }
    with at_deadline(tender, seconds=1):
        headers = {"Idempotency-Key": "k", "Date": "Mon, 01 Jan 2020 00:00:00 GMT", "X-Forwarded-For": "1.2.3.4"}
        answer = api("post", f"bids/{draft['id']}/submit/", body, **headers)
    assert answer.json()["is_late"] is True


@pytest.mark.parametrize("act", ["submit", "withdraw"])
def test_acts_need_an_idempotency_key(api, tender, act):
    draft = new_draft(api, tender)
    if act == "withdraw":
        submit(api, draft["id"])
    answer = api("post", f"bids/{draft['id']}/{act}/", {})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]


def test_a_stale_save_is_a_conflict_and_bad_content_is_named_by_path(api, tender):
    draft = new_draft(api, tender)
    stale = api("put", f"bids/{draft['id']}/", {"version": 1, "content": content()})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    bad = content(lots={"L1": {"unit_prices": {"1.2": "1,50"}}})
    answer = api("put", f"bids/{draft['id']}/", {"version": draft["version"], "content": bad})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ['$.lots["L1"].unit_prices["1.2"]']


def test_everything_of_a_company_is_a_404_for_strangers_and_401_for_nobody(town, api, tender):
    draft = new_draft(api, tender)
    other = new_draft(api_of := Api(make_company().bidder), tender)
    item = api.put_file(draft["id"], b"abc", "a.pdf").json()
    bid = submit(api, draft["id"]).json()["bid"]
    paths = [("get", f"bids/{bid}/"), ("get", f"bids/{bid}/receipt/"), ("get", f"bids/{bid}/objects/{item['id']}/"),
             ("post", f"bids/{bid}/withdraw/"), ("put", f"bids/{bid}/"), ("delete", f"bids/{bid}/"),
             ("delete", f"bids/{other['id']}/documents/{item['id']}/")]  # fmt: skip
    superuser = make_company().admin
    superuser.is_staff = superuser.is_superuser = True
    superuser.save()
    for person in (town.officer, town.openers[0], town.auditor, superuser):
        stranger = Api(person)
        for method, path in paths:
            body = {"version": 1, "content": {}} if method in {"put", "post"} else None
            assert stranger(method, path, body, **{"Idempotency-Key": "x"}).status_code == 404, (method, path)
        assert stranger("get", "bids/").json()["results"] == []
    existing, random = (api_of("get", f"bids/{pk}/").json() for pk in (bid, uuid4()))
    assert {**existing, "request_id": ""} == {**random, "request_id": ""}
    for method, path in paths:
        assert Api()(method, path, {} if method in {"put", "post"} else None).status_code == 401
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("query", ["ordering=price", "lots__price__lt=5", "tender=x"])
def test_lists_take_no_other_filter_and_no_order(api, query):
    answer = api("get", f"bids/?{query}")
    assert answer.status_code == 400


def test_the_random_id_of_a_document_is_used_once(api, tender):
    draft, chosen = new_draft(api, tender), uuid4()
    assert api.put_file(draft["id"], b"abc", "a.pdf", chosen).status_code == 201
    assert api.put_file(draft["id"], b"abc", "a.pdf", chosen).status_code == 409
    assert api("delete", f"bids/{draft['id']}/documents/{chosen}/").status_code == 204
    assert not SealedObject.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("UTF-8''%C3%84.pdf", 201), ("%E2%80%AE", 400), ("", 400), ("%FF", 400)])
def test_the_file_name_comes_percent_encoded_in_a_header(api, tender, name, status):
    draft = new_draft(api, tender)
    answer = api.client.put(
        f"/api/v1/bids/{draft['id']}/documents/{uuid4()}/", b"abc", content_type="application/octet-stream",
        headers={"X-File-Name": name},
    )  # fmt: skip
    assert answer.status_code == status


def test_cookies_without_a_csrf_token_change_nothing(clara, tender):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clara.bidder)
    answer = client.post("/api/v1/bids/", json.dumps({"tender": tender.pk}), content_type="application/json")
    assert answer.status_code == 403
    assert not Draft.objects.exists()


def test_two_openers_open_over_the_api_and_only_the_entitled_read(town, api, tender):
    draft = new_draft(api, tender)
    api.put_file(draft["id"], b"%PDF concept", "Konzept.pdf")
    submit(api, draft["id"])
    first, second, outsider = Api(town.openers[0]), Api(town.openers[1]), Api(make_company().bidder)
    path, body = f"tenders/{tender.pk}/open/", {"pass_sentence": PASS_SENTENCE}
    early = first("post", path, body, **{"Idempotency-Key": "a"})
    assert (early.status_code, early.json()["code"]) == (409, "not_now")
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        assert first("post", path, body).status_code == 400
        assert outsider("post", path, body, **{"Idempotency-Key": "a"}).status_code == 404
        wrong = first("post", path, {"pass_sentence": "wrong wrong"}, **{"Idempotency-Key": "b"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_pass_sentence")
        half = first("post", path, body, **{"Idempotency-Key": "b"})
        assert (half.status_code, half.json()["released"], half.json()["opened_at"]) == (200, 1, None)
        assert first("post", path, body, **{"Idempotency-Key": "b"}).json() == half.json()
        part = second("post", f"{path}part/").json()
        assert outsider("post", f"{path}part/").status_code == 404
        pieces = own_pieces_for(part)
        foreign = [{**piece, "opener": str(town.openers[0].pk)} for piece in pieces]
        sent = {"session": part["session"], "pieces": foreign}
        refused = second("post", path, sent, **{"Idempotency-Key": "c"})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["pieces"])
        both = {**sent, **body}
        assert second("post", path, both, **{"Idempotency-Key": "c"}).status_code == 400
        done = second("post", path, {**sent, "pieces": pieces}, **{"Idempotency-Key": "c"})
        assert done.status_code == 200, done.content
        assert OpeningRelease.objects.filter(unlocked_at="browser").count() == 1
        assert done.json()["record"]["bids"][0]["bidder"] == "Clara GmbH"
    with clock.simulated(tender.tender_period_end + timedelta(hours=1)):
        document = OpenedDocument.objects.get()
        answer = Api(town.officer)("get", f"bids/opened/{document.pk}/")
        assert b"".join(answer.streaming_content) == b"%PDF concept"
        assert answer["Content-Disposition"] == 'attachment; filename="Konzept.pdf"'
        assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/octet-stream")
        assert outsider("get", f"bids/opened/{document.pk}/").status_code == 404


@pytest.mark.parametrize("seconds", [-86_400, -1, -0.000001])
def test_all_openers_at_once_open_nothing_before_the_deadline_and_each_try_is_in_the_trail(
    town, api, tender, monkeypatch, seconds
):
    """Neither by sentence nor by pieces of their own browsers nor by an invented session; no key is ever unwrapped."""
    submit(api, new_draft(api, tender)["id"])
    seal = current_seal(tender)
    monkeypatch.setattr("bids.opening.recover", lambda *_a: pytest.fail("the tender's key was put together"))
    monkeypatch.setattr("bids.opening.unwrap_clock_share", lambda *_a, **_k: pytest.fail("the clock share was opened"))
    path = f"tenders/{tender.pk}/open/"
    with at_deadline(tender, seconds=seconds):
        declare(town, tender)
        for number, opener in enumerate(town.openers):
            person, secret = Api(opener), unlocked(opener)
            by_sentence = person("post", path, {"pass_sentence": PASS_SENTENCE}, **{"Idempotency-Key": f"s{number}"})
            assert (by_sentence.status_code, by_sentence.json()["code"]) == (409, "not_now")
            part = person("post", f"{path}part/")
            assert (part.status_code, part.json()["code"]) == (409, "not_now")
            stored = [Piece.from_json(body) for body in seal.pieces.values_list("body", flat=True)]
            session, public = str(uuid4()), new_keypair()[0]
            released = wrap_pieces(stored, str(opener.pk), secret, session=session, session_public=public)
            forged = {"session": session, "pieces": [piece.to_json() for piece in released]}
            by_pieces = person("post", path, forged, **{"Idempotency-Key": f"p{number}"})
            assert by_pieces.status_code == 404
    assert not OpeningSession.objects.exists()
    assert not OpeningRelease.objects.exists()
    assert not ItemPrice.objects.exists()
    assert not OpenedDocument.objects.exists()
    tries = AuditEvent.objects.filter(chain=tender.chain, verb="opening.refused")
    bodies = [json.loads(event.body) for event in tries]
    assert sorted(body["actor"] for body in bodies) == sorted([f"u:{opener.pk}" for opener in town.openers] * 2)
    assert all(body["data"] == {"code": "not_now", "kind": "bids"} for body in bodies)


def unlocked(opener: Any) -> bytes:
    return unlock_opener_key(bytes(OpenerKey.objects.get(user=opener).locked), PASS_SENTENCE).secret


def test_a_receipt_and_the_saved_envelope_are_checked_offline(api, tender, tmp_path):
    draft = new_draft(api, tender)
    item = api.put_file(draft["id"], b"%PDF concept", "Konzept.pdf").json()
    receipt = submit(api, draft["id"]).json()
    saved = b"".join(api("get", f"bids/{receipt['bid']}/objects/{item['id']}/").streaming_content)
    assert hashlib.sha256(saved).hexdigest() == item["sha256"]
    note, file = tmp_path / "receipt.txt", tmp_path / "sealed.age"
    note.write_text(receipt["note"], "utf-8")
    file.write_bytes(saved)
    out = io.StringIO()
    call_command("verify_receipt", str(note), str(file), stdout=out)
    assert "verified: submit" in out.getvalue()
    call_command("verify_receipt", str(note), str(file), key=[keys.printed_verifier_key()], stdout=out)
    file.write_bytes(saved[:-1] + bytes([saved[-1] ^ 1]))
    with pytest.raises(CommandError, match="none of the 2 sealed objects"):
        call_command("verify_receipt", str(note), str(file))
    file.write_bytes(saved)
    note.write_text(receipt["note"].replace('"version":1', '"version":2'), "utf-8")
    with pytest.raises(CommandError, match="was changed"):
        call_command("verify_receipt", str(note), str(file))


def test_old_parts_and_drafts_are_cleared_and_bids_are_kept(api, tender, settings):
    import os

    draft = new_draft(api, tender)
    api.put_file(draft["id"], b"%PDF concept", "Konzept.pdf")
    submit(api, draft["id"])
    new_draft(api, tender)
    folder = settings.SEALED_DIR / "zz"
    folder.mkdir()
    for name in ("a.age.part", "b.age"):
        (folder / name).write_bytes(b"left over")
        os.utime(folder / name, (0, 0))
    for item in SealedObject.objects.all():
        os.utime(settings.SEALED_DIR / item.path, (0, 0))
    with at_deadline(tender, days=31):
        out = io.StringIO()
        call_command("reap_uploads", stdout=out)
        call_command("reap_uploads", stdout=io.StringIO())
    assert out.getvalue() == "removed: 3 drafts and files\n"
    assert all((settings.SEALED_DIR / item.path).exists() for item in SealedObject.objects.all())
    assert Bid.objects.count() == 1
