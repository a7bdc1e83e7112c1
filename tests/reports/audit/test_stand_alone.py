"""The stand-alone check finds each manipulation of an export by its reason, also where all hashes were made anew."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts import checkpoints, clock
from accounts.evidence import GENESIS, chain_event
from accounts.evidence.verify import verify
from bids.models import Receipt
from reports.audit.access import sight_of
from reports.audit.export import tender_archive
from tests.bids.bidding import at_deadline, open_all, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
Files = dict[str, str]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An opened tender with one bid and one checkpoint."""
    town = make_town()
    tender = open_tender(town)
    submit(make_company(), tender)
    open_all(town, tender)
    checkpoints.write(clock.now())
    with at_deadline(tender, minutes=20):
        archive = tender_archive(sight_of(tender, clock.now()))
    for name, content in {**archive.files, "MANIFEST.sha256": archive.manifest().encode()}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def codes(folder: Path, kept: list[str] | None = None, receipts: list[str] | None = None) -> set[str]:
    return {fault.code for fault in verify(folder, kept or [], receipts or [])} - {"file_hash"}


def chain_of(folder: Path) -> Path:
    return folder / "trail" / "tender.chain"


def lines(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    file = chain_of(folder)
    file.write_text("".join(line + "\n" for line in change(file.read_text("utf-8").splitlines())), "utf-8")


def test_a_whole_export_is_whole_with_receipt_and_kept_checkpoint(export: Path) -> None:
    receipt = Receipt.objects.get()
    kept = checkpoints.public(checkpoints.ticks()[0])
    assert list(verify(export, [kept], [receipt.note])) == []


def test_a_kept_checkpoint_of_a_moment_the_export_has_none_of_is_not_called_whole(export: Path, tmp_path: Path) -> None:
    later = checkpoints.write(clock.now() + timedelta(days=60))
    assert later is not None
    kept = checkpoints.public(later.stem)
    (found,) = verify(export, [kept], [])
    assert (found.code, found.where) == ("not_in_export", later.stem)
    assert "nothing was compared" in found.sentence
    file = tmp_path / "kept.note"
    file.write_text(kept, "utf-8")
    command = [sys.executable, "-m", "accounts.evidence.verify", str(export), "--checkpoint", str(file)]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parents[3], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "whole" not in done.stdout and "not everything was compared" in done.stdout


def test_it_runs_without_django(export: Path) -> None:
    hidden = "import sys; sys.modules['django'] = None; sys.argv = ['verify', sys.argv[1]]; " \
             "import runpy; runpy.run_module('accounts.evidence.verify', run_name='__main__')"  # fmt: skip
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", hidden, str(export)], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rows: [rows[0].replace('"actor"', '"Actor"'), *rows[1:]], "hash"),
        (lambda rows: [rows[0], *rows[2:]], "gap"),
        (lambda rows: rows[:-1], "shorter_than_checkpoint"),
        (lambda rows: rewritten(rows), "shorter_than_checkpoint"),
    ],
)
def test_a_manipulated_trail_is_told_by_its_reason(export: Path, change: Any, code: str) -> None:
    lines(export, change)
    assert code in codes(export)


def rewritten(rows: list[str]) -> list[str]:
    """All acts hashed anew after the first was changed, as only somebody who knows the code could."""
    prev, made = GENESIS, []
    for number, row in enumerate(rows, start=1):
        fields = {k: v for k, v in json.loads(row.partition(" ")[2]).items() if k not in {"prev", "seq", "v"}}
        body, prev = chain_event(prev, number, {**fields, "verb": "tender.forged"} if number == 1 else fields)
        made.append(f"{prev} {body}")
    return made


def test_a_changed_checkpoint_and_one_of_another_root_are_told(export: Path) -> None:
    tick = checkpoints.ticks()[0]
    note = export / "trail" / "checkpoints" / f"{tick}.note"
    whole = note.read_text("utf-8")
    note.write_text(whole.replace("leaf tender:", "leaf Tender:"), "utf-8")
    assert codes(export) == {"signature"}
    note.write_text(whole, "utf-8")
    (checkpoints.folder() / f"{tick}.note").unlink()
    submit(make_company(), open_tender(make_town()))
    (checkpoints.folder() / f"{tick}.note").write_text(checkpoints.make(tick), "utf-8")
    assert codes(export, kept=[checkpoints.public(tick)]) == {"root"}
    assert codes(export, kept=[checkpoints.public(tick).replace(tick, "2020-01-01T0000Z")]) == {"signature"}


def test_a_receipt_the_trail_does_not_name_and_a_changed_one_are_told(export: Path) -> None:
    foreign = submit(make_company(), open_tender(make_town()))
    assert codes(export, receipts=[foreign.note]) == {"receipt_missing"}
    changed = foreign.note.replace('"late":false', '"late":true')
    assert codes(export, receipts=[changed]) == {"signature"}


def test_a_changed_file_of_the_export_is_told(export: Path) -> None:
    (export / "bids.json").write_text("[]", "utf-8")
    assert [fault.where for fault in verify(export, [], [])] == ["bids.json"]
