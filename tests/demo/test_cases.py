"""The reference cases, played through ordinary actions, give exactly the expected results."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, OpenerKey, Organization, User
from bids.models import Bid
from evaluation.scoring.cases import compare_expected
from pilots.models import Pilot
from tendering.models import Tender
from tests.conftest import CASES

TENDERS = [f"T{number:02}" for number in range(1, 13)]
PILOTS = [f"P{number:02}" for number in range(1, 5)]
BROKEN = sorted(path.name for path in (CASES / "broken").iterdir())

pytestmark = pytest.mark.django_db


def expected(case: str) -> dict[str, Any]:
    return json.loads((CASES / case / "expected.json").read_text("utf-8"))


def shown(command: str, case: str) -> dict[str, Any]:
    out = StringIO()
    call_command(command, case, format="json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("case", TENDERS)
def test_a_tender_case_gives_the_expected_result_to_the_last_digit(case: str) -> None:
    call_command("load_case", str(CASES / case), stdout=StringIO())
    assert compare_expected(shown("show_evaluation", case), expected(case)) == []


@pytest.mark.parametrize("case", PILOTS)
def test_a_pilot_case_gives_the_expected_result_to_the_last_digit(case: str) -> None:
    call_command("load_case", str(CASES / case), stdout=StringIO())
    assert shown("show_pilot", case) == expected(case)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_case_names_each_fault_by_its_path_and_stores_nothing(name: str) -> None:
    faults = json.loads((CASES / "broken" / name / "faults.json").read_text("utf-8"))["faults"]
    err = StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command(
            "load_case",
            str(CASES / "broken" / name),
            organizations=CASES / "organisations.json",
            providers=CASES / "providers.json",
            stderr=err,
        )
    lines = err.getvalue().splitlines()
    assert stopped.value.returncode == 1
    assert len(lines) == len(faults)
    for fault in faults:
        assert any(line.startswith(f"{fault['file']} {fault['path']}: ") for line in lines), (fault, lines)
    stored = (Tender, Pilot, Bid, Organization, User, AuditEvent)
    assert [model.objects.count() for model in stored] == [0] * len(stored)


def test_a_case_is_not_loaded_twice_unless_it_is_replaced() -> None:
    folder = str(CASES / "T06")
    call_command("load_case", folder, stdout=StringIO())
    with pytest.raises(CommandError, match="loaded already"):
        call_command("load_case", folder, stdout=StringIO())
    call_command("load_case", folder, replace=True, stdout=StringIO())
    assert compare_expected(shown("show_evaluation", "T06"), expected("T06")) == []
    assert Tender.objects.filter(reference="T06").count() == 1
    require_recovery_key_used(Tender.objects.get(reference="T06"))


def require_recovery_key_used(tender: Tender) -> None:
    """The village of the demo opened with its recovery key and a second person, and has a new one in its envelope."""
    record = tender.opening_sessions.get(kind="bids").record
    (used,) = [entry for entry in record["openers"] if "recovery_key" in entry]
    assert used["recovery_key"]["witness"] != used["person"]
    assert len(record["openers"]) == record["needed"] == 2
    key = OpenerKey.objects.recovery().get(recovery_for__organization=tender.buyer, replaced_at=None)
    assert key.used_at is None
    assert key.tried_at


def test_a_case_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.demo.play import TenderPlay

    def stop(*_args: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(TenderPlay, "_evaluate", stop)
    with pytest.raises(RuntimeError, match="power cut"):
        call_command("load_case", str(CASES / "T02"), stdout=StringIO())
    assert not Tender.objects.exists()
    assert not Bid.objects.exists()


def test_every_act_of_a_case_is_marked_as_simulated() -> None:
    call_command("load_case", str(CASES / "T02"), stdout=StringIO())
    tender = Tender.objects.get(reference="T02")
    bodies = AuditEvent.objects.filter(chain=tender.chain).values_list("body", flat=True)
    assert len(bodies) > 20
    assert all(json.loads(body).get("simulated") is True for body in bodies)
    assert tender.simulated
    assert tender.imported


def test_cases_are_refused_outside_demo_mode(settings: Any) -> None:
    settings.DEMO = settings.ALLOW_SIMULATED_TIME = False
    with pytest.raises(CommandError, match="only in demo mode"):
        call_command("load_case", str(CASES / "T02"), stdout=StringIO())
