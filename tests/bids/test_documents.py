"""Documents: sealed from the first byte, cleaned names, limits, nothing left behind when somebody vanishes."""

import contextlib
import hashlib
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.test import RequestFactory

from accounts.decision import RefusedError
from bids import actions, opening
from bids.actions import current_seal
from bids.content import file_name
from bids.models import Bid, OpenedDocument, SealedObject
from bids.upload import CHUNK, seal_stream, sealing_form
from tests.bids.bidding import draft_with, key, open_all
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
MARK = b"MARKED-DOCUMENT-7731 "


@pytest.fixture
def scene() -> Any:
    class Scene:
        town = make_town()
        tender = open_tender(town)
        clara = make_company(name="Clara GmbH")
        draft = draft_with(clara, tender)
        recipient = current_seal(tender).recipient

        def store(self, data: bytes = MARK * 40_000, expected: int | None = None) -> Any:
            return seal_stream(io.BytesIO(data), expected, self.draft, self.recipient)

        def attach(self, data: bytes = MARK * 40_000, name: str = "Konzept.pdf") -> SealedObject:
            return actions.attach_document(
                actor=self.clara.bidder, draft_id=self.draft.pk, stored=self.store(data), name=name, role="concept"
            )

        def submit(self, **changes: Any) -> Any:
            return actions.submit_bid(
                actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Clara", idempotency_key=key(), **changes
            )

    return Scene()


def files() -> list[Path]:
    return [path for path in settings.SEALED_DIR.rglob("*") if path.is_file()]


def test_a_document_is_sealed_from_the_first_byte_and_read_after_opening(scene):
    data = MARK * 40_000
    item = scene.attach(data)
    sealed = (settings.SEALED_DIR / item.path).read_bytes()
    assert MARK not in sealed
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (item.size, item.sha256)
    scene.submit()
    open_all(scene.town, scene.tender)
    document = OpenedDocument.objects.get()
    assert (document.name, document.role, document.size) == ("Konzept.pdf", "concept", len(data))
    assert MARK not in (settings.OPENED_DIR / document.path).read_bytes()
    assert b"".join(opening.read_document(document)) == data


def test_paths_and_columns_name_neither_bidder_nor_file(scene):
    item = scene.attach(name="Geheimes-Konzept-Clara.pdf")
    row = " ".join(str(value) for value in SealedObject.objects.filter(pk=item.pk).values_list().get())
    assert "Konzept" not in row + str(files())
    assert "Clara" not in row + str(files())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\Angebot.pdf", "Angebot.pdf"),
        ("U\u0308bersicht.pdf", "Übersicht.pdf"),
        ("a\r\nX-Header: b.pdf", "a X-Header: b.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 400 + ".pdf", "x" * 139 + ".pdf"),
        ("CON", "CON"),
    ],
)
def test_a_file_name_is_kept_as_clean_text(given, kept):
    assert file_name(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "\u202e\u200f", "..", "a/"])
def test_a_name_of_which_nothing_is_left_is_refused(scene, given):
    with pytest.raises(ValidationError):
        scene.attach(name=given)
    assert not files()


def test_too_large_empty_and_incomplete_files_leave_nothing(scene, settings):
    settings.BID_FILE_LIMIT = CHUNK + 10
    assert scene.store(b"x" * (CHUNK + 10))
    for data, expected, code in (
        (b"x" * (CHUNK + 11), None, "too_large"),
        (b"", None, "empty_file"),
        (b"abc", 5, "incomplete"),
    ):
        with pytest.raises(RefusedError) as caught:
            scene.store(data, expected)
        assert caught.value.refused.code == code
    assert len(files()) == 1


def test_a_client_that_vanishes_leaves_nothing(scene):
    class Vanishing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if not (data := super().read(size)):
                raise UnreadablePostError("gone")
            return data

    with pytest.raises(UnreadablePostError):
        seal_stream(Vanishing(b"x" * 700_000), 900_000, scene.draft, scene.recipient)
    assert not files()


def test_a_document_taken_out_is_deleted_unless_a_bid_contains_it(scene, django_capture_on_commit_callbacks):
    first, second = scene.attach(), scene.attach(name="Preise.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(actor=scene.clara.admin, object_id=second.pk)
    content = actions.read_draft(actions.own_draft(scene.clara.bidder, scene.draft.pk))
    assert [file["object"] for file in content["files"]] == [str(first.pk)]
    assert len(files()) == 1
    scene.submit(keep_copy=True)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(actor=scene.clara.bidder, object_id=first.pk)
    assert SealedObject.objects.filter(pk=first.pk).exists()
    open_all(scene.town, scene.tender)
    assert Bid.objects.get().documents.count() == 1


def test_a_kept_draft_hands_in_its_documents_again(scene):
    scene.attach()
    scene.submit(keep_copy=True)
    scene.submit()
    record = open_all(scene.town, scene.tender).record
    assert record["bids"][0]["documents"] == 1
    assert [bid.documents.count() for bid in Bid.objects.order_by("version")] == [0, 1]


def test_strangers_neither_attach_nor_remove(scene):
    item = scene.attach()
    bernd = make_company()
    with pytest.raises(Http404):
        actions.remove_document(actor=bernd.bidder, object_id=item.pk)
    with pytest.raises(Http404):
        actions.attach_document(
            actor=scene.town.officer, draft_id=scene.draft.pk, stored=scene.store(), name="a.pdf", role=""
        )
    assert len(files()) == 1


def test_there_is_a_limit_of_documents(scene, settings):
    settings.BID_FILE_COUNT_LIMIT = 1
    scene.attach()
    with pytest.raises(RefusedError):
        scene.attach()
    assert len(files()) == 1


def test_an_exchanged_document_is_found_at_opening(scene):
    first, second = scene.attach(b"first" * 100), scene.attach(b"other" * 100, "b.pdf")
    scene.submit()
    one, two = settings.SEALED_DIR / first.path, settings.SEALED_DIR / second.path
    swapped = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(swapped)
    assert open_all(scene.town, scene.tender).record["bids"][0]["integrity"] == "foreign_slot"
    assert not OpenedDocument.objects.exists()
    assert not [path for path in settings.OPENED_DIR.rglob("*") if path.is_file()]


class Form:
    """A form page as a later view has it, behind the real CSRF check."""

    TOKEN = "a" * 32

    def __init__(self, scene: Any) -> None:
        self.seen: list[Any] = []

        @sealing_form(lambda request: (scene.draft, current_seal(scene.tender)))
        def view(request: Any) -> HttpResponse:
            self.seen = [(name, file.name, file.stored) for name, file in request.FILES.items()]
            return HttpResponse("ok")

        self.view = view

    def send(self, request: Any) -> Any:
        request._dont_enforce_csrf_checks = False
        request.COOKIES["csrftoken"] = self.TOKEN
        CsrfViewMiddleware(lambda r: HttpResponse()).process_request(request)
        return self.view(request)

    def post(self, data: bytes, token: str = TOKEN) -> Any:
        upload = io.BytesIO(data)
        upload.name = "Konzept.pdf"
        return self.send(RequestFactory().post("/form/", {"csrfmiddlewaretoken": token, "file": upload}))


def test_a_form_upload_is_sealed_and_never_spooled_to_the_temp_folder(scene, monkeypatch):
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *a, **k: pytest.fail("a temporary file was made"))
    form = Form(scene)
    assert form.post(MARK * 200_000).status_code == 200  # above every memory limit
    ((field, name, stored),) = form.seen
    assert (field, name, stored.sealed.size_plain) == ("file", "Konzept.pdf", len(MARK) * 200_000)
    assert MARK not in (settings.SEALED_DIR / stored.path).read_bytes()


def test_a_form_without_the_csrf_token_is_refused(scene):
    assert Form(scene).post(MARK, token="b" * 32).status_code == 403


def test_a_form_upload_cut_off_leaves_no_part(scene):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if data := super().read(size):
                return data
            raise OSError("connection reset")

    boundary = "boundary-7f3a9c51e2d84b60a1"
    fields = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{Form.TOKEN}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    )
    body = fields.encode() + MARK * 50_000
    request = RequestFactory().post("/form/", b"", content_type=f"multipart/form-data; boundary={boundary}")
    request.META["CONTENT_LENGTH"] = str(len(body) * 2)
    request._stream = Broken(body)
    form = Form(scene)
    with contextlib.suppress(OSError):
        form.send(request)
    assert not form.seen
    assert not files()


def test_no_upload_handler_of_the_project_spools():
    assert not [name for name in settings.FILE_UPLOAD_HANDLERS if "Temporary" in name]
