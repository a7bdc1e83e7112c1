"""What a browser sealed is searched for as thoroughly as what the server sealed: every place, every spelling."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from accounts import outbox
from bids.models import Bid, Draft, SealedObject
from tests import factories
from tests.bids import marks
from tests.bids.bidding import draft_with
from tests.bids.intruder import opened_with, opened_with_store_key
from tests.bids.test_secrecy import BODY, backup, files, rows
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def database_files() -> list[bytes]:
    """The database as it lies on the disk, journal included; PostgreSQL's files belong to its own server."""
    if connection.vendor != "sqlite":
        return []
    name = Path(connection.settings_dict["NAME"])
    return [file.read_bytes() for file in name.parent.glob(f"{name.name}*")]


def test_nothing_that_a_browser_sealed_can_be_read_anywhere_by_the_server_s_keys_and_one_opener(
    visit: Callable[..., Visitor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    temp, backups = tmp_path / "temp", tmp_path / "backups"
    temp.mkdir()
    backups.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    caplog.set_level(logging.DEBUG)
    town, clara = factories.make_town(), factories.make_company()
    tender = factories.open_tender(town)
    draft = draft_with(clara, tender, BODY)
    document = tmp_path / marks.NAME
    document.write_bytes(b"%PDF-1.7 " + marks.BODY.encode() * 10_000)
    visitor = visit("bidder", user=clara.bidder, axe=False)
    addresses: list[bytes] = []
    sent: list[bytes] = []

    def listen(request: Any) -> None:
        addresses.append(f"{request.url} {request.headers.get('referer')}".encode())
        sent.append(str(request.headers).encode() + b"\n" + (request.post_data_buffer or b""))

    visitor.page.on("request", listen)
    visitor.open(f"/bids/{draft.pk}/documents/")
    visitor.attach("Document", document)
    visitor.page.get_by_role("button", name=visitor.say("Upload and seal")).click()
    visitor.page.locator(".app-task").filter(has_text=marks.NAME).wait_for()
    visitor.open(f"/bids/{draft.pk}/submit/")
    visitor.fill("Name of the person who makes this declaration", marks.DECLARANT)
    visitor.press("Hand in the bid with binding effect")

    assert Bid.objects.get().sealed_at == "browser"
    assert set(SealedObject.objects.values_list("sealed_at", flat=True)) == {"browser"}
    assert not Draft.objects.exists()
    assert marks.found_in(addresses) == []
    # The running server is told the name of the file (it goes into the encrypted draft) and of the declaring person.
    assert set(marks.found_in(sent)) == {marks.NAME, marks.DECLARANT}
    outbox.deliver()
    assert mail.outbox
    assert marks.found_in(str(message.message()).encode() + message.body.encode() for message in mail.outbox) == []
    assert marks.found_in(rows()) == []
    assert marks.found_in(files(settings.DATA_DIR, temp)) == []
    assert marks.found_in(database_files()) == []
    assert marks.found(backup(backups)) == []
    assert marks.found(caplog.text.encode()) == []
    assert marks.found_in(opened_with_store_key()) == []
    for opener in town.openers:
        assert marks.found_in(opened_with(opener)) == []
    assert set(marks.found_in(opened_with(*town.openers[:2]))) == set(marks.ALL)
