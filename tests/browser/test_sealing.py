"""Documents sealed in the bidder's own browser: nothing readable leaves it, a cut or a reload loses nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from bids import actions, opening
from bids.first_look import DOUBTS
from bids.models import OpenedDocument, SealedObject, Upload
from tests import factories
from tests.bids.bidding import draft_with, key, open_all
from tests.bids.papers import LOCKED, SAMPLES
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
MARK = b"MARKED-CONCEPT-4711 "


class Scene:
    """Clara at the documents page of her draft, with a file on her disk."""

    def __init__(self, visit: Callable[..., Visitor], folder: Path, size: int = 300_000, **wishes: Any) -> None:
        self.town = factories.make_town()
        self.tender = factories.open_tender(self.town)
        self.clara = factories.make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)
        self.data = (MARK * (size // len(MARK) + 1))[:size]
        self.file = folder / "Konzept für Übergabe.pdf"
        self.file.write_bytes(self.data)
        self.visitor = visit("bidder", user=self.clara.bidder, **wishes)
        self.visitor.open(f"/bids/{self.draft.pk}/documents/")

    def send(self) -> None:
        self.visitor.attach("Document", self.file)
        self.visitor.page.get_by_role("button", name=self.visitor.say("Upload and seal")).click()

    def arrives(self) -> None:
        self.visitor.page.locator(".app-task").filter(has_text=self.file.name).wait_for()

    def read_after_opening(self) -> bytes:
        actions.submit_bid(actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Clara", idempotency_key=key())
        open_all(self.town, self.tender)
        return b"".join(opening.read_document(OpenedDocument.objects.get()))


@pytest.fixture
def scene(visit: Callable[..., Visitor], tmp_path: Path) -> Scene:
    return Scene(visit, tmp_path)


def test_the_browser_seals_and_only_two_people_read(scene: Scene) -> None:
    bodies: list[bytes] = []
    scene.visitor.page.on("request", lambda request: bodies.append(request.post_data_buffer or b""))
    scene.send()
    scene.arrives()
    scene.visitor.examine()
    assert bodies
    assert not any(MARK in body for body in bodies)
    assert SealedObject.objects.get().sealed_at == "browser"
    assert all(MARK not in path.read_bytes() for path in settings.DATA_DIR.rglob("*") if path.is_file())
    assert scene.read_after_opening() == scene.data


@pytest.mark.slow
def test_a_broken_line_and_a_reload_lose_nothing(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    scene = Scene(visit, tmp_path, size=9_000_000)
    page = scene.visitor.page
    chunks: list[str] = []

    def cut(route: Any) -> None:
        if route.request.method == "PATCH":
            chunks.append(route.request.url)
        route.continue_() if len(chunks) <= 1 else route.abort()

    page.route("**/api/v1/uploads/*/", cut)
    scene.send()
    page.get_by_text(scene.visitor.say("The line is interrupted. It goes on by itself.")).wait_for()
    assert 0 < Upload.objects.get().offset < Upload.objects.get().size
    scene.visitor.faults.clear()  # the cut line is told in the console
    page.unroute_all()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    scene.arrives()
    assert scene.read_after_opening() == scene.data


@pytest.mark.slow
def test_an_empty_file_is_told_and_nothing_is_sent(scene: Scene, tmp_path: Path) -> None:
    scene.file = tmp_path / "leer.pdf"
    scene.file.write_bytes(b"")
    scene.send()
    scene.visitor.page.get_by_text(scene.visitor.say("The file is empty.")).first.wait_for()
    assert not Upload.objects.exists()


def test_what_is_doubtful_about_a_file_is_told_before_it_is_sent_and_it_may_be_sent(
    scene: Scene, tmp_path: Path
) -> None:
    """The browser looks as the server does; the file stays on the bidder's computer until the button is pressed."""
    page, told = scene.visitor.page, scene.visitor.page.locator("[data-warnings] li")
    field = page.get_by_label(scene.visitor.say("Document"), exact=True)
    for number, (what, (kind, data, codes)) in enumerate(SAMPLES.items()):
        name = f"{number} {kind}"
        field.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
        page.wait_for_timeout(0 if codes else 40)  # so that a warning too many would be there
        expect(told, what).to_have_count(len(codes))
        if codes:
            expect(told, what).to_contain_text(scene.visitor.say(str(DOUBTS[codes[0]])))
            expect(told, what).to_contain_text(name)
    assert not Upload.objects.exists()
    scene.file, scene.data = tmp_path / "Konzept.pdf", LOCKED
    scene.file.write_bytes(LOCKED)
    scene.visitor.attach("Document", scene.file)
    expect(told).to_have_count(1)
    scene.visitor.examine()
    scene.send()
    scene.arrives()
    sentence = scene.visitor.say(str(DOUBTS["encrypted"]))
    expect(page.locator(".app-task").filter(has_text=scene.file.name)).to_contain_text(sentence)
    assert scene.read_after_opening() == LOCKED
