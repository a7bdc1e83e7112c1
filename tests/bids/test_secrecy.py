"""Before the opening nothing of a bid is in any answer, row, file, log or mail; afterwards for the entitled only."""

import gzip
import io
import json
import logging
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import clock, outbox
from bids import actions
from bids.models import Bid, Draft, OpenedDocument, OpeningSession, Receipt, SealedObject
from bids.upload import seal_stream
from tests.bids import marks
from tests.bids.bidding import at_deadline, declare, draft_with, key, release
from tests.bids.by_program import Program
from tests.bids.intruder import opened_with, opened_with_store_key
from tests.factories import make_company, make_town, make_user, open_tender

BODY = {
    "vat_rate": "19",
    "declarant": marks.DECLARANT,
    "mandatory": {"A1": True},
    "lots": {
        "L1": {
            "unit_prices": {"1.1": "0", "1.2": marks.PRICE},
            "stated_total": marks.PRICE,
            "answers": {"B1": marks.TEXT, "B2": "Plan"},
        }
    },
    "consortium": {"name": marks.TEXT},
    "extra": {"note": marks.TEXT},
}


SEARCHES = ("/tenders/", "/api/v1/tenders/")
QUICK = ["visitor"]
MORE = ["officer", "other bidder", "superuser", "approver", "opener", "evaluator", "chair", "auditor"]
ROLES = [*QUICK, *(pytest.param(role, marks=pytest.mark.slow) for role in MORE)]


class Scene:
    """A town, three companies with a draft, a submitted and a replaced bid, all full of marks.

    `sealed`: on the "server" when it arrives, or by the bidder's program ("client") before anything is sent.
    """

    def __init__(self, sealed: str = "server") -> None:
        self.is_sealed_outside = sealed == "client"
        self.sent: list[bytes] = []
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara, self.bernd, self.outsider = make_company(), make_company(), make_company()
        self.superuser = make_user(is_staff=True, is_superuser=True)
        self.hand_in(self.clara, keep_copy=True)
        self.hand_in(self.clara)
        self.prepare(self.bernd)

    def prepare(self, company: Any, *, named_at_once: bool = True) -> Draft:
        if self.is_sealed_outside:
            program = Program(company)
            draft = program.write_draft(self.tender.pk, BODY)
            program.attach(draft.pk, marks.BODY.encode() * 30_000, marks.NAME, marks.TEXT, at_once=named_at_once)
            self.sent += program.sent
            return draft
        draft = draft_with(company, self.tender, BODY)
        source = io.BytesIO(marks.BODY.encode() * 30_000)
        stored = seal_stream(source, None, draft, actions.current_seal(self.tender).recipient)
        actions.attach_document(
            actor=company.bidder, draft_id=draft.pk, stored=stored, name=marks.NAME, role=marks.TEXT
        )
        return draft

    def hand_in(self, company: Any, **changes: Any) -> Receipt:
        draft = Draft.objects.filter(company=company.organization).first() or self.prepare(company)
        if self.is_sealed_outside:
            program = Program(company)
            receipt = program.hand_in(draft.pk, marks.DECLARANT, **changes)
            self.sent += program.sent
            return receipt
        return actions.submit_bid(
            actor=company.bidder, draft_id=draft.pk, declarant=marks.DECLARANT, idempotency_key=key(), **changes
        )

    def people(self) -> dict[str, Any]:
        """Everybody who must not see anything; None is a visitor."""
        town = self.town
        names = {"visitor": None, "superuser": self.superuser, "officer": town.officer, "approver": town.second}
        more = {"opener": town.openers[0], "evaluator": town.evaluators[0], "chair": town.chair}
        return {**names, **more, "auditor": town.auditor, "other bidder": self.outsider.bidder}

    def ids(self, each: int | None = None) -> list[uuid.UUID]:
        """Of bids, drafts, files, receipts and openings; at most `each` of a kind."""
        rows = [Bid, Draft, SealedObject, Receipt, OpeningSession, OpenedDocument]
        return [pk for model in rows for pk in model.objects.order_by("-pk").values_list("pk", flat=True)[:each]]


def addresses(scene: Scene) -> list[str]:
    """Every address of the product, with numbers and ids of this scene filled in."""
    numbers = [str(scene.tender.pk), str(scene.clara.organization.pk)]
    fill = {"uuid": [str(pk) for pk in scene.ids(each=2)], "int": numbers}
    found = {f"/{path}" for path in _walk(get_resolver().url_patterns, "", fill)}
    return sorted(path for path in found if "logout" not in path and "password" not in path)


def _walk(patterns: Any, prefix: str, fill: dict[str, list[str]]) -> Iterator[str]:
    for pattern in patterns:
        route = str(getattr(pattern.pattern, "_route", ""))
        if isinstance(pattern, URLResolver):
            yield from (
                path for start in _filled(prefix + route, fill) for path in _walk(pattern.url_patterns, start, fill)
            )
        elif isinstance(pattern, URLPattern):
            yield from _filled(prefix + route, fill)


def _filled(route: str, fill: dict[str, list[str]]) -> Iterator[str]:
    """All ids for the first gap, the first id for further ones; other gaps get a word."""
    head, gap, rest = route.partition("<")
    if not gap:
        yield route
        return
    kind, _, after = rest.partition(">")
    values = fill.get(kind.partition(":")[0], ["bids"])
    for value in values:
        yield from _filled(f"{head}{value}{after}", {name: some[:1] for name, some in fill.items()})


def answers(scene: Scene, person: Any) -> Iterator[tuple[str, bytes]]:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    for path in addresses(scene):
        answer = client.get(path, {"q": "77b1"} if path in SEARCHES else {})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield path, content + str(dict(answer.headers)).encode()


def rows() -> Iterator[bytes]:
    """Every value of every table, as the application reads it."""
    for model in apps.get_models(include_auto_created=True):
        for row in model.objects.values_list() if hasattr(model, "objects") else model._default_manager.values_list():
            for value in row:
                yield bytes(value) if isinstance(value, bytes | memoryview) else json.dumps(str(value)).encode()
                yield b"" if isinstance(value, bytes | memoryview) else str(value).encode()


def files(*folders: Path) -> Iterator[bytes]:
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                yield file.read_bytes() + b"\n" + str(file).encode()


@pytest.fixture
def scene(
    database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> Scene:  # fmt: skip
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    caplog.set_level(logging.DEBUG)
    return Scene(getattr(request, "param", "server"))


SEALED = pytest.mark.parametrize("scene", ["server", "client"], indirect=True)


def test_the_search_finds_what_is_there():
    for secret in marks.ALL:
        for spelling in marks.spellings(secret):
            assert marks.found(b"x" + spelling + b"y") != []
    assert marks.found(b"nothing") == []


@pytest.mark.parametrize("pack", ["gzip", "zlib", "zip"])
def test_the_search_finds_what_is_packed_somewhere_in_a_file(pack):
    text = marks.TEXT.encode("utf-16-le") * 40
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as entries:
        entries.writestr("notes.txt", text)
    packed = {"gzip": gzip.compress(text), "zlib": zlib.compress(text), "zip": archive.getvalue()}[pack]
    assert marks.TEXT.encode("utf-16-le") not in packed
    assert marks.found(b"x" * 99 + packed + b"y" * 99) == [marks.TEXT]


@pytest.mark.pages
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_to_anybody_else_holds_anything_of_a_bid_or_tells_that_there_is_one(scene, role):
    names = [str(pk).encode() for pk in scene.ids()]
    leaks = []
    for path, answer in answers(scene, scene.people()[role]):
        told = [name for name in names if name in answer and name.decode() not in path]
        if told or marks.found(answer):
            leaks.append(path)
    assert leaks == []


def test_the_own_company_reads_its_draft(scene):
    client = Client()
    client.force_login(scene.bernd.admin)
    draft = Draft.objects.get(company=scene.bernd.organization)
    answer = client.get(f"/api/v1/bids/{draft.pk}/").content
    assert set(marks.found(answer)) == {marks.PRICE, marks.TEXT, marks.NAME, marks.DECLARANT}


@SEALED
def test_no_row_file_temp_file_log_or_mail_holds_anything_of_a_bid(scene, tmp_path, caplog):
    outbox.deliver()
    mails = [str(message.message()).encode() + message.body.encode() for message in mail.outbox]
    assert mails
    assert marks.found_in(rows()) == []
    assert marks.found_in(files(settings.DATA_DIR, tmp_path)) == []
    assert marks.found(caplog.text.encode()) == []
    assert marks.found_in(mails) == []
    assert marks.found_in(scene.sent) == []  # nothing of the bidder's program, before it reached us
    assert bool(scene.sent) == scene.is_sealed_outside
    assert not LogEntry.objects.exists()


def backup(folder: Path) -> bytes:
    """A backup of the database as docs/operations.md has it: VACUUM INTO, or pg_dump where it is installed."""
    if connection.vendor == "sqlite":
        target = folder / "backup.sqlite3"
        with sqlite3.connect(connection.settings_dict["NAME"]) as source:
            source.execute("VACUUM INTO ?", [str(target)])
        source.close()
        return target.read_bytes()
    program = shutil.which("pg_dump")
    if program is None:
        pytest.skip("pg_dump is not installed")
    at = connection.settings_dict
    address = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST'] or '127.0.0.1'}:{at['PORT'] or 5432}/{at['NAME']}"
    return subprocess.run([program, "--inserts", address], capture_output=True, check=True).stdout


@SEALED
def test_a_copy_and_a_backup_taken_after_the_deadline_hold_nothing_until_the_second_opener_releases(scene, tmp_path):
    """The moment with most in it: a draft, bids, a replaced one, and the parts of one opener, released."""
    with at_deadline(scene.tender, minutes=1):
        declare(scene.town, scene.tender)
        session = actions.start_opening(actor=scene.town.openers[0], tender_id=scene.tender.pk)
        session = release(session, scene.town.openers[0])
        assert not session.completed_at
    copied = backup(tmp_path)
    assert scene.tender.title.encode() in copied
    assert marks.found(copied) == []
    assert marks.found_in(rows()) == []
    assert marks.found_in(files(settings.DATA_DIR, tmp_path)) == []


@SEALED
def test_who_has_the_dump_the_platform_key_and_one_opener_s_credentials_reads_nothing_and_two_openers_all(scene):
    first, second, third = scene.town.openers
    for one in (first, second, third):
        assert marks.found_in(opened_with(one)) == []
    assert set(marks.found_in(opened_with(first, third))) == {
        marks.PRICE,
        marks.TEXT,
        marks.NAME,
        marks.BODY,
        marks.DECLARANT,
    }


@SEALED
def test_once_a_bid_is_in_without_a_copy_not_even_the_store_key_finds_its_prices_or_file_names(scene):
    assert set(marks.found_in(opened_with_store_key())) >= {marks.PRICE, marks.TEXT, marks.NAME}  # Bernd's draft
    scene.hand_in(scene.bernd)
    assert not Draft.objects.exists()
    assert marks.found_in(opened_with_store_key()) == []


def test_the_database_file_with_its_journal_was_really_searched(scene, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its files elsewhere")
    data = b"".join(file.read_bytes() for file in tmp_path.glob("copy.sqlite3*"))
    assert scene.tender.title.encode() in data


def test_an_error_while_submitting_logs_nothing_of_the_bid(scene, caplog, monkeypatch):
    def broken(*_args: Any, **_changes: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("bids.storage.write_sealed", broken)
    client = Client(raise_request_exception=False)
    client.force_login(scene.bernd.bidder)
    draft = Draft.objects.get(company=scene.bernd.organization)
    answer = client.post(
        f"/api/v1/bids/{draft.pk}/submit/", {}, content_type="application/json", headers={"Idempotency-Key": key()}
    )
    assert answer.status_code == 500
    assert marks.found(answer.content) == []
    assert "the disk is full" in caplog.text
    assert marks.found(caplog.text.encode()) == []


@pytest.mark.slow  # every address as everybody, workbooks and documents included
def test_after_the_opening_the_entitled_read_and_nobody_else(scene):
    with at_deadline(scene.tender, minutes=1):
        declare(scene.town, scene.tender)
        session = actions.start_opening(actor=scene.town.openers[0], tender_id=scene.tender.pk)
        assert release(session, *scene.town.openers[:2]).completed_at
    with clock.simulated(scene.tender.tender_period_end + timedelta(hours=1)):
        seen = {
            role: {secret for _path, answer in answers(scene, person) for secret in marks.found(answer)}
            for role, person in scene.people().items()
            if role in {"visitor", "superuser", "officer", "opener", "other bidder"}
        }
    assert seen["visitor"] == seen["other bidder"] == seen["superuser"] == set()
    assert {marks.PRICE, marks.BODY} <= seen["opener"]
    assert marks.BODY in seen["officer"]
    assert marks.found_in(files(settings.DATA_DIR)) == []  # documents stay encrypted under the store key
