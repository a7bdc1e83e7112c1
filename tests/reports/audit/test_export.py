"""A file that was taken away is checked without the platform: by a script that knows nothing of it."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts import checkpoints, clock
from accounts.models import AuditEvent
from config.demo.case_files import read_case
from config.demo.live import live_tenders, play_live
from config.demo.load import load
from config.demo.people import People
from reports.audit.access import sight_of
from reports.audit.export import pilot_archive, tender_archive
from tendering.models import Tender
from tests.conftest import CASES
from tests.reports.played import play

pytestmark = pytest.mark.django_db
QUICK = ("T11", "T12")  # combinations of lots with discounts, and a tie that only lots can decide
TENDERS = [
    pytest.param(f"T{number:02}", marks=() if f"T{number:02}" in QUICK else pytest.mark.slow) for number in range(1, 13)
]


@pytest.fixture(scope="module")
def files_of(django_db_setup: None, django_db_blocker: Any) -> Callable[[str], dict[str, bytes]]:
    """Name -> content of the export of a case, each played once for the module and thrown away at its end."""
    made: dict[str, dict[str, bytes]] = {}

    def files(case: str) -> dict[str, bytes]:
        if case not in made:
            with django_db_blocker.unblock(), transaction.atomic():
                made[case] = {**exported(case)}
                transaction.set_rollback(True)
        return made[case]

    return files


def exported(case: str) -> dict[str, bytes]:
    if case.startswith("P"):
        pilot = load(read_case(CASES / case), finish=True)
        archive = pilot_archive(pilot)
    else:
        tender = english() if case == "english" else load(read_case(CASES / case), finish=case != "T12")
        checkpoints.write(clock.now())
        archive = tender_archive(sight_of(tender, clock.now()))
    with zipfile.ZipFile(io.BytesIO(archive.content())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def english() -> Tender:
    """The awarded tender of the English-speaking town."""
    town = read_case(CASES.parent / "english" / "P21")
    load(town, finish=True)
    call = next(data for data in live_tenders() if data["reference"] == "ASH-2026-03")
    return play_live(call, People(town.organisations, town.providers), clock.now())


def unpacked(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def run(folder: Path) -> tuple[int, str]:
    """The script as an auditor runs it: isolated, in the folder, with nothing but Python."""
    done = subprocess.run(
        [sys.executable, "-I", "recompute.py"], cwd=folder, capture_output=True, text=True, env={"PATH": ""}, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def sealed_again(files: dict[str, bytes]) -> dict[str, bytes]:
    """What somebody would do who knows the manifest too: new hashes for changed files."""
    rest = {name: content for name, content in files.items() if name != "MANIFEST.sha256"}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(rest.items())]
    return {**rest, "MANIFEST.sha256": "".join(lines).encode()}


@pytest.mark.parametrize("case", [*TENDERS, pytest.param("english", marks=pytest.mark.slow)])
def test_every_tender_is_computed_again_to_the_last_digit(files_of, tmp_path, case):
    code, said = run(unpacked(files_of(case), tmp_path))
    assert code == 0, said
    assert "Everything is as it was recorded." in said
    assert "figures the same to the last digit" in said
    assert "ok    checkpoint" in said


@pytest.mark.parametrize("case", ["P01", *(pytest.param(f"P0{n}", marks=pytest.mark.slow) for n in (2, 3, 4))])
def test_every_pilot_is_computed_again(files_of, tmp_path, case):
    code, said = run(unpacked(files_of(case), tmp_path))
    assert code == 0, said
    assert "indicators" in said


def changed_json(content: bytes, change: Callable[[Any], None], **form: Any) -> bytes:
    value = json.loads(content)
    change(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, **form).encode()


def a_price(files: dict[str, bytes]) -> None:
    def change(inputs: Any) -> None:
        prices = inputs["lots"][0]["bids"][0]["prices"]
        prices[min(prices)] = "42.49"

    name = "evaluation/1/inputs.json"
    files[name] = changed_json(files[name], change, separators=(",", ":"))


def a_score(files: dict[str, bytes]) -> None:
    def change(scores: Any) -> None:
        scores["individual"][0]["score"] = "9.5"

    files["scores.json"] = changed_json(files["scores.json"], change, indent=1)


def a_bid(files: dict[str, bytes]) -> None:
    def change(bids: Any) -> None:
        lot = next(lot for bid in bids for lot in bid["lots"])
        lot["prices"][min(lot["prices"])] = "1.00"

    files["bids.json"] = changed_json(files["bids.json"], change, indent=1)


def the_winner(files: dict[str, bytes]) -> None:
    def change(result: Any) -> None:
        result["lots"][0]["winner"] = ["T11-B06"]

    name = "evaluation/1/result.json"
    files[name] = changed_json(files[name], change, separators=(",", ":"))


def an_act(files: dict[str, bytes]) -> None:
    trail = files["trail/tender.chain"]
    files["trail/tender.chain"] = trail.replace(b'"at":"2026-08-19', b'"at":"2026-08-18', 1)


def the_last_act(files: dict[str, bytes]) -> None:
    lines = files["trail/tender.chain"].splitlines(keepends=True)
    files["trail/tender.chain"] = b"".join(lines[:-1])


def a_receipt(files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.startswith("receipts/"))
    files[name] = files[name].replace(b'"version":1', b'"version":2')


def the_record(files: dict[str, bytes]) -> None:
    files["opening/record-1.json"] = files["opening/record-1.json"].replace(b'"kind":"bids"', b'"kind":"late"')


def the_rule(files: dict[str, bytes]) -> None:
    files["published-rule.json"] = files["published-rule.json"].replace(
        b'"weight_price":"0.45"', b'"weight_price":"0.50"'
    )


MANIPULATED = [
    (a_price, "evaluation/1/inputs.json", "lot L1, bid T11-B01, position 1.1, unit price: the file says 42.48"),
    (a_score, "scores.json", "scores.json, lot L1, bid T11-B01, B1, M07-evaluator_1: the file says 9.5"),
    (a_bid, "bids.json", "lot L1, prices 1.1: the file says 1, but it is 46.54"),
    (the_winner, "evaluation/1/result.json", "lot L1, winner: the file says ['T11-B06']"),
    (an_act, "trail/tender.chain", "trail/tender.chain, act 1: its content does not have its hash"),
    (the_last_act, "trail/tender.chain", "it saw a state of tender:"),
    (a_receipt, "receipts/", "the signature of zuschlag is wrong"),
    (the_record, "opening/record-1.json", "opening/record-1.json, hash in the trail"),
    (the_rule, "published-rule.json", "published-rule.json, hash in the act of release"),
]


@pytest.mark.parametrize(("manipulate", "file", "sentence"), MANIPULATED)
def test_one_changed_figure_is_named_even_when_the_hashes_are_made_anew(files_of, tmp_path, manipulate, file, sentence):
    files = dict(files_of("T11"))
    manipulate(files)
    code, said = run(unpacked(files, tmp_path / "plain"))
    assert code == 1
    assert f"FAULT {file}" in said
    assert "was changed: MANIFEST.sha256 says" in said
    code, said = run(unpacked(sealed_again(files), tmp_path / "sealed"))
    assert code == 1
    assert sentence in said.splitlines()[-1]


@pytest.mark.parametrize("spoil", ["change", "drop", "double", "nonsense"])
def test_a_changed_line_of_the_manifest_is_named(files_of, tmp_path, spoil):
    files = dict(files_of("T11"))
    lines = files["MANIFEST.sha256"].decode().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.endswith("  bids.json\n"))
    if spoil == "change":
        lines[place] = f"{'0' * 64}  bids.json\n"
    elif spoil == "drop":
        del lines[place]
    elif spoil == "double":
        lines.append(lines[place])
    else:
        lines[place] = "nothing to see here\n"
    files["MANIFEST.sha256"] = "".join(lines).encode()
    code, said = run(unpacked(files, tmp_path))
    assert code == 1
    named = f"line {place + 1}" if spoil == "nonsense" else "bids.json"
    assert named in said.splitlines()[-1]


def test_a_file_that_was_added_or_taken_out_is_named(files_of, tmp_path):
    files = {**files_of("T11"), "evaluation/2/inputs.json": b"{}"}
    assert "evaluation/2/inputs.json is not listed" in run(unpacked(files, tmp_path / "more"))[1]
    del files["evaluation/2/inputs.json"], files["tender.json"]
    assert "tender.json is listed in MANIFEST.sha256 and missing" in run(unpacked(files, tmp_path / "less"))[1]


def test_the_archive_itself_may_lie_beside_its_files(files_of, tmp_path):
    code, said = run(unpacked({**files_of("T12"), "T12-file.zip": b"PK"}, tmp_path))
    assert code == 0, said
    assert "T12-file.zip lies beside the files" in said


def test_something_unreadable_ends_with_a_fault_and_no_traceback(files_of, tmp_path):
    files = dict(files_of("T11"))
    files["scores.json"] = b"[]"
    code, said = run(unpacked(sealed_again(files), tmp_path))
    assert code == 1
    assert "FAULT" in said
    assert "Traceback" not in said


def test_a_manipulated_effect_of_a_pilot_is_named(files_of, tmp_path):
    files = dict(files_of("P01"))
    files["measurements.csv"] = files["measurements.csv"].replace(b";2025-01;", b";2024-01;", 1)
    name = "analysis/1/result.json"
    code, said = run(unpacked(sealed_again(files), tmp_path / "values"))
    assert (code, "measurements.csv" in said.splitlines()[-1]) == (1, True), said
    files = dict(files_of("P01"))

    def better(result: Any) -> None:
        result["kpis"][0]["effect"]["estimate"] = "-99.000000"

    files[name] = changed_json(files[name], better)
    code, said = run(unpacked(sealed_again(files), tmp_path / "effect"))
    assert code == 1
    assert "effect: the file says -99.000000" in said


def test_sha256sum_reads_the_manifest(files_of, tmp_path):
    folder = unpacked(files_of("T12"), tmp_path)
    done = subprocess.run(["sha256sum", "--quiet", "-c", "MANIFEST.sha256"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_the_same_state_gives_the_same_bytes():
    tender = play("T12")
    now = clock.now()
    first, second = (tender_archive(sight_of(tender, now)).content() for _time in range(2))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_before_the_opening_nothing_of_the_bids_is_in_the_file():
    from tests import factories
    from tests.bids.bidding import submit

    company, tender = factories.make_company(), factories.open_tender(factories.make_town())
    submit(company, tender)
    files = tender_archive(sight_of(tender, clock.now())).files
    assert {name.partition("/")[0] for name in files}.isdisjoint(
        {"bids.json", "bids", "receipts", "opening", "scores.json"}
    )
    assert "trail/bids.chain" not in files
    assert not [name for name, content in files.items() if company.organization.name.encode() in content]
    assert f"bids:{tender.pk}" not in files["trail/checkpoints.json"].decode()
    assert AuditEvent.objects.filter(chain=f"bids:{tender.pk}").exists()
