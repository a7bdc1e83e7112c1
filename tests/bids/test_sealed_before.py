"""Prices and answers that were sealed and sent before: handing in names them in a request below 1 kB."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.utils.dateparse import parse_datetime

from accounts.decision import RefusedError
from accounts.evidence import open_receipt
from accounts.models import AuditEvent
from bids import actions, keys, reaping
from bids.actions.sealed_outside import ToSeal
from bids.models import Bid, Draft, Receipt, SealedObject
from bids.places import Standing
from bids.sealing import seal_bytes
from tests.bids.bidding import at_deadline, content, draft_with, key, open_all
from tests.bids.test_api import Api
from tests.bids.two_envelopes import TwoEnvelopes
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


def files() -> set[str]:
    return {path.name for path in settings.SEALED_DIR.rglob("*.age*")}


class Scene:
    """Clara with a whole draft, and what her browser seals and sends before she hands in."""

    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)

    def wanted(self) -> ToSeal:
        return actions.prepare_manifest(actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Clara")

    def store(self, wanted: ToSeal | None = None, **changes: Any) -> SealedObject:
        wanted = wanted or self.wanted()
        data = changes.pop("data", None) or seal_bytes(wanted.place, wanted.text.encode(), wanted.recipient)
        given = {"object_id": UUID(wanted.place.object), "where": "browser", **changes}
        return actions.store_manifest(actor=self.clara.bidder, draft_id=self.draft.pk, data=data, **given)

    def named(self, row: SealedObject, **changes: Any) -> actions.NamedManifest:
        self.draft.refresh_from_db()
        fields = {"object_id": row.pk, "sha256": row.sha256, "version": self.draft.version, **changes}
        return actions.NamedManifest(**fields)

    def submit(self, named: actions.NamedManifest, **changes: Any) -> Receipt:
        given = {"idempotency_key": key(), **changes}
        return actions.submit_stored(actor=self.clara.bidder, draft_id=self.draft.pk, named=named, **given)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refused(act: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        act(*arguments, **more)
    return caught.value.refused.code


def test_what_was_sent_before_is_no_bid_until_it_is_named_and_is_then_opened_like_any_other(scene):
    row = scene.store()
    assert (row.bid, row.kind, row.sealed_at) == (None, "manifest", "browser")
    assert not Bid.objects.exists()
    receipt = scene.submit(scene.named(row))
    said = open_receipt(receipt.note, [keys.printed_verifier_key()])
    assert (said["sealed_at"], said["objects"][0]["sha256"]) == ("browser", row.sha256)
    assert not Draft.objects.exists()
    open_all(scene.town, scene.tender)
    assert Bid.objects.get().opened["declarant"] == "Clara"


def test_the_moment_that_counts_is_that_of_the_request_that_names_it(scene):
    with at_deadline(scene.tender, seconds=-1):
        row = scene.store()
    with at_deadline(scene.tender, seconds=0):
        late = scene.submit(scene.named(row))
    assert late.bid.is_late
    assert late.bid.received_at == scene.tender.tender_period_end
    said = open_receipt(late.note, [keys.printed_verifier_key()])
    assert parse_datetime(said["received_at"]) - row.stored_at == timedelta(seconds=1)


def test_the_same_key_and_manifest_give_the_same_receipt_and_another_manifest_is_refused(scene):
    row = scene.store()
    named = scene.named(row)
    first = scene.submit(named, idempotency_key="k", keep_copy=True)
    assert scene.submit(named, idempotency_key="k", keep_copy=True) == first
    assert refused(scene.submit, scene.named(scene.store()), idempotency_key="k", keep_copy=True) == (
        "idempotency_key_reused"
    )
    assert Bid.objects.count() == 1


def test_sending_the_same_again_changes_nothing_and_a_newer_one_takes_its_place_with_its_file(scene):
    wanted = scene.wanted()
    data = seal_bytes(wanted.place, wanted.text.encode(), wanted.recipient)
    first = scene.store(wanted, data=data)
    assert scene.store(wanted, data=data) == first
    assert AuditEvent.objects.filter(verb="manifest.stored").count() == 1
    old = scene.named(first)
    second = scene.store()
    assert list(SealedObject.objects.all()) == [second]
    assert refused(scene.submit, old) == "manifest_missing"
    assert refused(scene.store, object_id=second.pk) == "id_used"


def test_replaced_and_abandoned_ones_leave_no_file(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        scene.store()
        scene.store()
    row = SealedObject.objects.get()
    assert files() == {row.path.split("/")[1]}
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(actor=scene.clara.bidder, draft_id=scene.draft.pk)
    assert not files()


def test_a_bid_that_the_server_sealed_takes_away_what_waited(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        waiting = scene.store()
        receipt = actions.submit_bid(
            actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara", idempotency_key=key(), keep_copy=True
        )
    assert not SealedObject.objects.filter(pk=waiting.pk).exists()
    assert files() == {item.path.split("/")[1] for item in SealedObject.objects.filter(bid=receipt.bid)}


def test_a_refused_act_leaves_what_waits_in_its_place(scene):
    row = scene.store()
    named = scene.named(row)
    body = content("9.0000")
    actions.save_draft(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, expected_version=scene.draft.version, content=body
    )
    assert refused(scene.submit, named) == "stale"
    assert (settings.SEALED_DIR / row.path).exists()
    assert not Bid.objects.exists()
    assert refused(scene.submit, scene.named(row, sha256="0" * 64)) == "manifest_missing"
    assert refused(scene.submit, scene.named(row, object_id=uuid4())) == "manifest_missing"


def test_a_manifest_of_an_earlier_round_is_not_handed_in(scene):
    row = scene.store()
    SealedObject.objects.filter(pk=row.pk).update(stored_at=row.stored_at - timedelta(days=100))
    assert refused(scene.submit, scene.named(row)) == "manifest_missing"


def test_what_was_sealed_for_another_version_or_edition_is_refused_and_named_so(scene):
    row = scene.store(wanted := scene.wanted())
    version, edition = wanted.standing.version, wanted.standing.edition
    assert refused(scene.submit, scene.named(row, standing=Standing(version + 1, edition))) == "other_version"
    assert refused(scene.submit, scene.named(row, standing=Standing(version, edition + 1))) == "other_edition"
    assert scene.submit(scene.named(row, standing=wanted.standing)).bid.version == version


def test_nothing_readable_nothing_foreign_and_nothing_large_is_kept(scene):
    wanted = scene.wanted()
    for data in (b"{}", b"x" * 1_200_000, seal_bytes(wanted.place, b"x" * 1_100_000, wanted.recipient)):
        with pytest.raises(ValidationError) as caught:
            scene.store(wanted, data=data)
        assert set(caught.value.message_dict) == {"manifest"}
    with pytest.raises(ValidationError):
        scene.store(wanted, envelope="price")
    stranger = make_company().bidder
    with pytest.raises(Http404):
        actions.store_manifest(actor=stranger, draft_id=scene.draft.pk, object_id=uuid4(), data=b"")
    assert not SealedObject.objects.exists()
    assert not files()


def test_it_goes_with_the_draft_a_month_after_the_deadline_and_the_reaper_spares_it_before(scene):
    row = scene.store()
    with at_deadline(scene.tender, days=2):
        reaping.reap(scene.tender.tender_period_end + timedelta(days=2))
    assert (settings.SEALED_DIR / row.path).exists()
    with at_deadline(scene.tender, days=31):
        actions.expire_drafts(actor=None)
    assert not SealedObject.objects.exists()


def test_two_envelopes_are_sent_each_for_itself_and_named_together():
    scene = TwoEnvelopes()
    api = Api(scene.clara.bidder)
    wanted = api("post", f"bids/{scene.draft.pk}/manifest/", {"declarant": "Clara"}).json()
    body: dict[str, Any] = {"version": wanted["version"]}
    for part, prefix in ((wanted, ""), (wanted["price"], "price_")):
        sealed = _sealed(part)
        put = f"bids/{scene.draft.pk}/manifest/{part['object']}/?envelope={part['slot']['envelope']}&sealed_at=browser"
        answer = api.client.put(f"/api/v1/{put}", sealed, content_type="application/octet-stream")
        assert answer.status_code == 201, answer.content
        body |= {f"{prefix}object": part["object"], f"{prefix}sha256": answer.json()["sha256"]}
    alone = {name: value for name, value in body.items() if not name.startswith("price_")}
    swapped = {**alone, "object": body["price_object"], "sha256": body["price_sha256"], "price_object": body["object"],
               "price_sha256": body["sha256"]}  # fmt: skip
    submit = f"bids/{scene.draft.pk}/submit/"
    assert api("post", submit, alone, **{"Idempotency-Key": "k"}).status_code == 400
    assert api("post", submit, swapped, **{"Idempotency-Key": "k"}).json()["code"] == "manifest_missing"
    assert len(json.dumps(body)) < 1_024
    answers = [api("post", submit, body, **{"Idempotency-Key": "k"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert Bid.objects.get().sealed_at == "browser"


def _sealed(part: dict[str, Any]) -> bytes:
    from bids.sealing import Slot

    place = {name: value for name, value in part["slot"].items() if name != "v"}
    return seal_bytes(Slot(**place), part["manifest"].encode(), part["recipient"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sha256": "a" * 64}, "object"),
        ({"sha256": "A" * 64, "object": str(uuid4()), "version": 1}, "sha256"),
        ({"sha256": "a" * 64, "object": str(uuid4()), "version": 1, "manifest": "AAAA"}, "sha256"),
        ({"sha256": "a" * 64, "object": str(uuid4()), "version": 1, "price_sha256": "b" * 64}, "price_object"),
    ],
)
def test_the_api_names_what_is_wrong_with_a_named_manifest(scene, body, field):
    answer = Api(scene.clara.bidder)("post", f"bids/{scene.draft.pk}/submit/", body, **{"Idempotency-Key": "k"})
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_the_api_stops_reading_a_manifest_that_is_too_large(scene):
    api = Api(scene.clara.bidder)
    address = f"/api/v1/bids/{scene.draft.pk}/manifest/{uuid4()}/"
    answer = api.client.put(address, b"x" * 1_500_000, content_type="application/octet-stream")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    stranger = Api(make_company().bidder).client.put(address, b"x", content_type="application/octet-stream")
    assert stranger.status_code == 404


class TestTooLarge:
    """More text than one sealed piece may hold is told as that, on every way, before anything is sealed or sent."""

    WORDS = {"en": "Shorten the longest answers", "de": "Kürzen Sie die längsten Antworten"}

    @pytest.fixture
    def much(self, scene):
        text = {f"note{number}": "x" * 20_000 for number in range(54)}
        body = content("1.25", extra=text)
        actions.save_draft(
            actor=scene.clara.bidder, draft_id=scene.draft.pk, expected_version=scene.draft.version, content=body
        )
        return scene

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_the_page_says_what_to_do_wherever_it_is_sealed(self, much, language):
        client = Client(headers={"accept-language": language})
        client.force_login(much.clara.bidder)
        for look in ("", "1"):  # the server seals; the browser was refused and asks why
            form = {"key": "k" * 32, "declarant": "Clara", "look": look}
            answer = client.post(f"/bids/{much.draft.pk}/submit/", form)
            assert answer.status_code == 422
            assert self.WORDS[language] in answer.content.decode()
        assert not Bid.objects.exists()
        assert not files()

    def test_the_api_says_it_before_anything_is_sealed(self, much):
        api = Api(much.clara.bidder)
        for act, headers in (("manifest", {}), ("submit", {"Idempotency-Key": "k"}), ("rehearsal", {})):
            answer = api("post", f"bids/{much.draft.pk}/{act}/", {"declarant": "Clara"}, **headers)
            assert answer.status_code == 400, act
            assert self.WORDS["de"] in answer.json()["errors"]["$.lots"][0]
        assert not files()

    def test_a_shorter_text_is_taken(self, much):
        text = {f"note{number}": "x" * 20_000 for number in range(50)}
        body, version = content("1.25", extra=text), Draft.objects.get().version
        actions.save_draft(actor=much.clara.bidder, draft_id=much.draft.pk, expected_version=version, content=body)
        assert much.submit(much.named(much.store())).bid.damaged_at is None
