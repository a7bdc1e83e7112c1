"""The backup is restored beside the running installation and verified there; SECURITY-CASES REL-10."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts import checkpoints, clock
from accounts.evidence import open_note
from accounts.keys import verifier_keys
from bids.models import SealedObject
from config import drill
from tests.bids.bidding import submit
from tests.factories import make_company, make_town, open_tender

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def rehearsed() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("restore_drill", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_backup_restored_elsewhere_is_whole_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    """Without the platform key; the record is signed, times and counts stand in it, the running data is untouched."""
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    tender = open_tender(make_town())
    for _number in range(2):
        submit(make_company(), tender)
    checkpoints.write(clock.now())
    shutil.rmtree(settings.DATA_DIR / "drills", ignore_errors=True)
    before = {path: path.read_bytes() for path in settings.SEALED_DIR.rglob("*") if path.is_file()}
    code, said = rehearsed()
    assert (code, "The restored copy is whole." in said) == (0, True), said
    for step in ("files_copied", "database_copied", "database_restored", "verified"):
        assert step in said
    (kept,) = (settings.DATA_DIR / "drills").glob("*.note")
    record = open_note(kept.read_text("utf-8"), verifier_keys()).text
    assert '"objects":2' in record
    assert '"checkpoints":1' in record
    assert '"faults":[]' in record
    assert {path: path.read_bytes() for path in settings.SEALED_DIR.rglob("*") if path.is_file()} == before
    (settings.SEALED_DIR / SealedObject.objects.order_by("pk").first().path).write_bytes(b"damaged")
    code, said = rehearsed()
    assert (code, "NOT whole" in said, "were received" in said) == (1, True, True), said


def test_what_cannot_be_rehearsed_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nothing(_name: str) -> Any:
        return None

    monkeypatch.setattr(drill.shutil, "which", nothing)
    with pytest.raises(drill.DrillError, match="pg_dump is not installed"):
        drill._program("pg_dump")
