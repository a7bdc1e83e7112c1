"""Time stamps of an outside authority over checkpoints: kept as received, checked by anybody, holding up nobody."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts import audit_checks, checkpoints, clock, due, timestamps
from accounts.evidence import stamps
from accounts.evidence.verify import verify
from reports.audit.access import sight_of
from reports.audit.export import tender_archive
from tests.accounts.timestamping import Authority
from tests.bids.bidding import submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def authority(tmp_path: Path, settings) -> Iterator[Authority]:
    folder = tmp_path / "authority"
    folder.mkdir()
    made = Authority(folder)
    settings.TIMESTAMP_URL, settings.TIMESTAMP_ROOTS_FILE = made.url, made.roots
    yield made
    made.close()


@pytest.fixture
def tick(db) -> str:
    path = checkpoints.write(clock.now())
    assert path is not None
    return path.stem


def test_the_newest_checkpoint_is_stamped_once_an_hour_and_openssl_confirms_it(authority: Authority, tick: str) -> None:
    now = clock.now()
    assert [timestamps.stamp_newest(now), timestamps.stamp_newest(now)] == [1, 0]
    kept = timestamps.read(tick)
    assert authority.checks("".join(checkpoints.public(tick).splitlines(keepends=True)[:4]).encode(), kept)
    (found,) = timestamps.check_all()
    assert found.at and abs(found.at - datetime.now(UTC)) < 5 * MINUTE and found.signed
    later = now + 60 * MINUTE
    checkpoints.write(later)
    assert [timestamps.stamp_newest(later + 10 * MINUTE), authority.asked] == [1, 2]


def test_audit_verify_lists_the_stamps_and_says_whether_the_signature_was_checked(
    authority: Authority, tick: str, settings
) -> None:
    timestamps.stamp_newest(clock.now())
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert "1 time stamps" in said.getvalue() and f"checkpoint {tick}" in said.getvalue()
    assert "signature checked" in said.getvalue()
    settings.TIMESTAMP_ROOTS_FILE = None
    report = audit_checks.verify()
    assert (report.stamps, report.faults) == (1, [])
    assert "signature not checked" in report.remarks[0]


@pytest.mark.parametrize("damage", ["bytes", "other checkpoint", "other roots", "no checkpoint"])
def test_a_stamp_that_does_not_hold_is_told_by_audit_verify(
    authority: Authority, tick: str, damage: str, tmp_path: Path, settings
) -> None:
    timestamps.stamp_newest(clock.now())
    file = checkpoints.folder() / f"{tick}.tsr"
    if damage == "bytes":
        content = bytearray(file.read_bytes())
        content[-20] ^= 1
        file.unlink()
        file.write_bytes(content)
    elif damage == "other checkpoint":
        note = checkpoints.folder() / f"{tick}.note"
        note.unlink()
        open_tender(make_town())
        note.write_text(checkpoints.make(tick), "utf-8")
    elif damage == "other roots":
        (tmp_path / "elsewhere").mkdir()
        elsewhere = Authority(tmp_path / "elsewhere")
        elsewhere.close()
        settings.TIMESTAMP_ROOTS_FILE = elsewhere.roots
    else:
        (checkpoints.folder() / f"{tick}.note").unlink()
    assert [(fault.code, fault.where) for fault in audit_checks.verify().faults] == [("stamp", tick)]


def test_an_answer_to_another_question_or_an_unreadable_one_is_kept_apart_and_asked_again(
    authority: Authority, tick: str
) -> None:
    other = authority.stamp(stamps.request_for(b"something else")[0])
    replayed = authority.stamp(stamps.request_for(stamps.stamped_bytes(checkpoints.read(tick)))[0])
    now = clock.now()
    for wrong in (b"<html>sign in first</html>", other, replayed, b"\0" * 70_000):
        authority.answers = [wrong]
        assert timestamps.stamp_newest(now) == 0
        assert timestamps.ticks() == []
        (checkpoints.folder() / "timestamp.json").unlink()  # asks again at once
    assert (checkpoints.folder() / f"{tick}.unread").read_bytes() == b"<html>sign in first</html>"
    assert timestamps.unread() == 1
    assert timestamps.stamp_newest(now) == 1
    assert "could not be read, kept as *.unread: 1" in audit_checks.verify().remarks[-1]


def test_a_refusal_in_good_form_counts_as_none(tmp_path: Path, tick: str, settings) -> None:
    (tmp_path / "strict").mkdir()
    strict = Authority(tmp_path / "strict", digests="sha512")
    settings.TIMESTAMP_URL = strict.url
    try:
        assert timestamps.stamp_newest(clock.now()) == 0
        with pytest.raises(stamps.StampError, match="refused"):
            stamps.read_stamp((checkpoints.folder() / f"{tick}.unread").read_bytes(), b"")
    finally:
        strict.close()


def test_an_authority_that_is_away_holds_up_neither_checkpoint_nor_submission_and_is_asked_ever_more_rarely(
    authority: Authority, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.close()
    asked: list[int] = []
    answer = timestamps._answer
    monkeypatch.setattr(timestamps, "_answer", lambda question: (asked.append(1), answer(question))[1])
    tender = open_tender(make_town())
    done = due.run()
    assert (done["checkpoints written"], done["checkpoints stamped"]) == (1, 0)
    assert submit(make_company(), tender)
    assert due.run()["checkpoints stamped"] == 0
    assert len(asked) == 1  # not again within the minute
    start, moments = clock.now(), []
    for minute in range(1, 200):
        if minute % 10 == 0:
            checkpoints.write(start + minute * MINUTE)
        before = len(asked)
        timestamps.stamp_newest(start + minute * MINUTE)
        moments += [minute] if len(asked) > before else []
    assert [later - earlier for earlier, later in pairwise(moments)][:3] == [5, 15, 60]


def test_without_an_authority_nobody_is_asked_and_nothing_is_shown(tick: str) -> None:
    assert timestamps.stamp_newest(clock.now()) == 0
    assert not (checkpoints.folder() / "timestamp.json").exists()
    assert "Time stamp" not in Client(headers={"accept-language": "en"}).get("/checkpoints/").content.decode()


def test_everybody_may_fetch_a_stamp_beside_its_checkpoint(authority: Authority, tick: str) -> None:
    address = f"/checkpoints/{tick}.tsr"
    assert Client().get(address).status_code == 404
    timestamps.stamp_newest(clock.now())
    answer = Client().get(address)
    assert answer.content == timestamps.read(tick)
    assert answer.headers["Content-Type"] == "application/timestamp-reply"
    assert "attachment" in answer.headers["Content-Disposition"]
    page = Client(headers={"accept-language": "en"}).get("/checkpoints/").content.decode()
    assert address in page and "openssl ts -verify" in page
    assert Client().get("/checkpoints/no-moment.tsr").status_code == 404


@pytest.fixture
def export(authority: Authority, tmp_path: Path) -> Path:
    tender = open_tender(make_town())
    checkpoints.write(clock.now())
    timestamps.stamp_newest(clock.now())
    archive = tender_archive(sight_of(tender, clock.now()))
    folder = tmp_path / "export"
    for name, content in {**archive.files, "MANIFEST.sha256": archive.manifest().encode()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_the_stand_alone_check_of_an_export_checks_its_stamps(export: Path, authority: Authority) -> None:
    roots = authority.roots.read_bytes()
    assert list(verify(export, [], [], roots)) == []
    assert [fault.code for fault in verify(export, [], [])] == ["stamp_unchecked"]
    listed = json.loads((export / "trail" / "checkpoints.json").read_text("utf-8"))
    stamp = export / listed[0]["stamp"]
    stamp.write_bytes(authority.stamp(stamps.request_for(b"another text")[0]))
    assert {fault.code for fault in verify(export, [], [], roots)} == {"stamp", "file_hash"}
    stamp.write_bytes(b"junk")
    assert {fault.code for fault in verify(export, [], [])} == {"stamp", "file_hash"}


def test_without_the_library_stamps_are_told_as_unchecked_and_the_rest_is_checked(export: Path) -> None:
    hidden = "import sys; sys.modules['django'] = sys.modules['rfc3161_client'] = None; " \
             "sys.argv = ['verify', sys.argv[1]]; " \
             "import runpy; runpy.run_module('accounts.evidence.verify', run_name='__main__')"  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", hidden, str(export)], cwd=root, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "stamp_unchecked" in done.stdout and "rfc3161-client" in done.stdout
    assert "not everything was compared" in done.stdout
