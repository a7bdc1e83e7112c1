"""What a bidder is told of a document before handing it in: locked, damaged, something else. It stops nothing."""

import io
import random
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import AuditEvent, OutboxMessage
from bids import actions, opening
from bids.actions.drafts import content_of
from bids.first_look import DOUBTS, Look, Seen
from bids.models import Draft, OpenedDocument
from tests.bids.bidding import draft_with, key, open_all
from tests.bids.papers import LOCKED, SAMPLES, WHOLE
from tests.factories import make_company, make_town, open_tender


def seen(data: bytes, steps: list[int] | None = None) -> Seen:
    look, source = Look(), io.BytesIO(data)
    for step in steps or [len(data)]:
        look.feed(source.read(step))
    look.feed(source.read())
    return look.seen()


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_told_of_a_document(sample):
    name, data, told = SAMPLES[sample]
    assert seen(data).doubts(name) == told


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_is_told_however_the_bytes_arrive(sample):
    name, data, told = SAMPLES[sample]
    lots = random.Random(4711)
    for largest in (7, 63, 5_000, 70_000):
        steps = [lots.randint(0, largest) for _ in range(2 * len(data) // largest + 1)]
        assert seen(data, steps).doubts(name) == told


def test_a_pdf_of_another_program_is_whole():
    import typst

    assert seen(typst.compile(b"= Konzept\n#lorem(3000)")).doubts("Konzept.pdf") == ()


def test_the_look_keeps_a_few_kilobytes_of_whatever_passes():
    look = Look()
    for _ in range(60):
        look.feed(b"/Encrypt 4 0 R " * 4_000)
    kept = look.seen()
    assert kept.size == 60 * 60_000
    assert len(kept.head) + len(kept.tail) + len(kept.locks) < 4_000
    assert "Encrypt" not in repr(kept)


def test_nothing_is_told_of_an_empty_file_because_it_is_refused():
    assert seen(b"").doubts("Konzept.pdf") == ()


class Scene:
    """Clara with a draft, over the API."""

    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)
        self.client = Client()
        self.client.force_login(self.clara.bidder)

    def put(self, data: bytes, name: str = "Geheimkonzept.pdf", language: str = "en", number: int = 1) -> dict:
        answer = self.client.put(
            f"/api/v1/bids/{self.draft.pk}/documents/{UUID(int=number)}/",
            data,
            content_type="application/octet-stream",
            headers={"X-File-Name": name, "Accept-Language": language},
        )
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def scene(db) -> Scene:
    return Scene()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_api_warns_in_the_readers_language_and_takes_the_document(scene, language):
    answer = scene.put(LOCKED, language=language)
    (warning,) = answer["warnings"]
    assert warning["code"] == "encrypted"
    assert {"de": "durch ein Kennwort geschützt", "en": "protected by a password"}[language] in warning["text"]
    assert scene.put(WHOLE[:-7], number=2)["warnings"][0]["code"] == "damaged"
    assert scene.put(WHOLE, number=3)["warnings"] == []
    files = scene.client.get(f"/api/v1/bids/{scene.draft.pk}/").json()["content"]["files"]
    assert [file.get("doubts", []) for file in files] == [["encrypted"], ["damaged"], []]


def test_the_warning_stays_with_the_draft_and_nothing_else_speaks_of_it(scene, caplog):
    scene.put(LOCKED)
    actions.submit_bid(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara", idempotency_key=key(), keep_copy=True
    )
    assert content_of(Draft.objects.get()).files[0].doubts == ("encrypted",)
    assert b"encrypted" not in bytes(Draft.objects.get().content)
    open_all(scene.town, scene.tender)
    document = OpenedDocument.objects.get()
    assert b"".join(opening.read_document(document)) == LOCKED
    told = [*AuditEvent.objects.values_list("body", flat=True), *OutboxMessage.objects.values_list("body", flat=True)]
    assert told
    for text in (*told, caplog.text):
        for word in ('"encrypted"', "Geheimkonzept", str(DOUBTS["encrypted"])):
            assert word not in text
    assert "encrypted" not in repr(vars(document))
