"""The demo: one command fills an empty database, a second one changes nothing; its money figures are right by hand."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from accounts import audit_checks, clock
from accounts.models import AuditEvent, ChainHead, Organization, User
from config.demo.case_files import read_case
from config.demo.live import live_tenders, play_live
from config.demo.load import load
from config.demo.people import People
from pilots.models import Pilot
from tendering.lifecycle import Status
from tendering.models import Tender
from tests.conftest import CASES

pytestmark = pytest.mark.django_db
ENGLISH = CASES.parent / "english" / "P21"
D = Decimal


def demo(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def references(model: type[Tender] | type[Pilot]) -> set[str]:
    return set(model.objects.values_list("reference", flat=True))


def everything() -> dict[str, Any]:
    """Rows of every table, and where each audit chain ends."""
    counted = {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    return {**counted, "heads": sorted(ChainHead.objects.values_list("chain", "seq", "hash"))}


def require_whole_demo(cases: set[str]) -> None:
    live = {data["reference"] for data in live_tenders()}
    live |= {f"{data['reference']}-C" for data in live_tenders() if "call" in data}
    from_library = Tender.objects.exclude(template_version=None).filter(reference__regex=r"^M\d+-\d{4}-\d{4}$")
    expected = {case for case in cases if case.startswith("T")} | live
    assert references(Tender) - set(from_library.values_list("reference", flat=True)) == expected
    assert references(Pilot) == {case for case in cases if case.startswith("P")} | {"P21"}
    now = clock.now()
    assert {tender.status(now) for tender in Tender.objects.all()} == set(Status)
    assert {"analysed", "decided"} <= {pilot.status(now) for pilot in Pilot.objects.all()}
    written = {path.relative_to(django_settings.REPORTS_DIR).parts for path in reports()}
    assert {("T01", "workbook.xlsx"), ("ASH-2026-03", "workbook.xlsx"), ("P21", "workbook.xlsx")} <= written


def reports() -> list[Path]:
    return [path for path in Path(django_settings.REPORTS_DIR).rglob("*") if path.is_file()]


def test_a_small_demo_shows_every_phase_and_a_second_run_changes_nothing() -> None:
    said = demo("--size", "small")
    assert "Demo ready" in said
    assert "zuschlag-demo" in said
    require_whole_demo({"T01", "T02", "T05", "T09", "T12", "P01", "P02", "P03", "P04"})
    before = everything()
    assert "there already" in demo("--size", "small")
    assert "there already" in demo()
    assert everything() == before
    report = audit_checks.verify()
    assert report.faults == []
    assert report.objects > 20


@pytest.mark.slow
def test_the_whole_demo_holds_every_case() -> None:
    demo()
    require_whole_demo({*(f"T{n:02}" for n in range(1, 13)), *(f"P{n:02}" for n in range(1, 5))})
    before = everything()
    demo()
    assert everything() == before
    assert audit_checks.verify().faults == []


@pytest.mark.parametrize("options", [(), ("--reset",), ("--size", "small")])
def test_outside_demo_mode_the_command_refuses_and_touches_nothing(settings: Any, options: tuple[str, ...]) -> None:
    settings.DEMO = False
    Organization.objects.create(reference="M99", name="A real town", kind="municipality", land="NW")
    with pytest.raises(CommandError, match="only in demo mode"):
        demo(*options)
    assert Organization.objects.filter(reference="M99").exists()
    assert [model.objects.count() for model in (Tender, Pilot, User, AuditEvent)] == [0, 0, 0, 0]


# Figures by hand: bid -> unit prices by position, scores of the three evaluators, promised numbers.
T01_L1 = {
    "T01-B01": (
        ("0.0311", "0.0375", "0.0085", "6686.14", "97.03"),
        {"B1": (9, 9, 8), "B2": (7, 9, 9), "B3": (6, 7, 7), "B4": (8, 8, 9)},
    ),
    "T01-B02": (
        ("0.0286", "0.0352", "0.0085", "5543.21", "92.77"),
        {"B1": (7, 8, 7), "B2": (6, 8, 8), "B3": (7, 6, 7), "B4": (8, 8, 8)},
    ),
    "T01-B04": (
        ("0.0374", "0.0458", "0.0104", "7358.80", "114.35"),
        {"B1": (9, 7, 9), "B2": (9, 8, 10), "B3": (8, 10, 9), "B4": (4, 5, 4)},
    ),
}
ASH_L1 = {
    "ASH-2026-03-B01": (("2.10", "1.35", "780.00"), {"B1": (9, 8, 9), "B2": (8, 8, 7)}, {"E1": "2", "E2": "8"}),
    "ASH-2026-03-B02": (("1.82", "1.20", "690.00"), {"B1": (7, 6, 7), "B2": (7, 7, 8)}, {"E1": "5", "E2": "11"}),
    "ASH-2026-03-B03": (("2.45", "1.40", "640.00"), {"B1": (9, 9, 8), "B2": (9, 8, 9)}, {"E1": "1", "E2": "6"}),
    "ASH-2026-03-B04": (("2.05", "1.65", "910.00"), {"B1": (5, 6, 5), "B2": (6, 5, 6)}, {"E1": "3", "E2": "9"}),
}


def commercial(value: Decimal, places: int = 2) -> Decimal:
    return value.quantize(D(1).scaleb(-places), ROUND_HALF_UP)


def mean(scores: tuple[int, int, int]) -> Decimal:
    return commercial(D(sum(scores)) / 3)


def days_score(days: Decimal) -> Decimal:
    """Published curve of E1: 1 day 10 points, 4 days 6 points, 10 days 0 points, straight lines between."""
    return commercial(10 - (days - 1) * 4 / 3) if days <= 4 else commercial(6 - (days - 4) * 6 / 6)


def minutes_score(minutes: Decimal) -> Decimal:
    """Published curve of E2: 5 minutes 10 points, 15 minutes 0 points."""
    return commercial(10 - (minutes - 5) * 10 / 10)


def differing(row: Mapping[str, Any], expected: Mapping[str, Decimal]) -> dict[str, tuple[Any, Decimal]]:
    """What the stored row says differently, to the last digit written."""
    flat = {**row, **row["economics"], **row["subtotals"]}
    return {name: (flat.get(name), value) for name, value in expected.items() if flat.get(name) != str(value)}


def stored_rows(tender: Tender, lot_id: str) -> dict[str, Any]:
    result = tender.evaluation_runs.latest().result
    lot = next(lot for lot in result["lots"] if lot["lot_id"] == lot_id)
    return {row["bid_id"]: row for row in lot["rows"] if row["status"] == "valid"}


def test_cost_and_points_of_printing_tax_letters_are_right_by_hand() -> None:
    """T01, lot 1: gross prices, 210,000 letters a year for four years, today 0.19 EUR a letter."""
    assert json.loads((CASES.parent / "baselines.json").read_text("utf-8"))["T01"]["lots"]["L1"] == {
        "reference_quantity": "210000",
        "reference_unit": "Sendung",
        "baseline_cost_per_case": "0.19",
        "baseline_minutes_per_case": "0.50",
    }
    tender = load(read_case(CASES / "T01"), finish=True)
    assert isinstance(tender, Tender)
    rows = stored_rows(tender, "L1")
    assert set(rows) == set(T01_L1)
    lowest = D("119361.06")
    for bid, (prices, scores) in T01_L1.items():
        sheets, letters, enclosures, setup, hours = map(D, prices)
        net = (
            commercial(D("1960000") * sheets)
            + commercial(D("840000") * letters)
            + commercial(D("420000") * enclosures)
            + setup
            + commercial(D("60") * hours)
        )
        gross = net + commercial(net * 19 / 100)
        quality = 35 * mean(scores["B1"]) + 30 * mean(scores["B2"]) + 20 * mean(scores["B3"]) + 15 * mean(scores["B4"])
        price_points = commercial(100 * (2 - gross / lowest))
        quality_points = commercial(quality / 10)
        per_case = gross / (210000 * 4)
        saving_per_year = (D("0.19") - per_case) * 210000
        expected = {
            "net": net,
            "evaluation_price": gross,
            "quality": quality,
            "performance_points": quality,
            "price_points": price_points,
            "quality_points": quality_points,
            "total": commercial(D("0.5") * price_points + D("0.5") * quality_points),
            "quality_points_per_1000_eur": commercial(quality / 10 / gross * 1000, 4),
            "cases_over_term": D(840000),
            "eur_per_case": commercial(per_case),
            "saving_per_case": commercial(D("0.19") - per_case),
            "saving_per_year": commercial(saving_per_year),
            "saving_over_term": commercial(saving_per_year * 4),
            "saving_pct": commercial((D("0.19") - per_case) / D("0.19") * 100),
        }
        assert differing(rows[bid], expected) == {}, bid
    # The winner once more with nothing but numbers on paper.
    winner = rows["T01-B02"]
    assert (winner["rank"], winner["evaluation_price"], winner["total"]) == (1, "119361.06", "86.50")
    assert winner["economics"]["saving_per_year"] == "10059.74"  # 39,900.00 today - 29,840.26


def test_cost_and_efficiency_of_a_repair_desk_are_right_by_hand() -> None:
    """ASH-2026-03, lot 1: net prices, 12,000 requests a year for two years, today 5.60 EUR and 14 minutes each."""
    case = read_case(ENGLISH)
    data = next(item for item in live_tenders() if item["reference"] == "ASH-2026-03")
    rows = stored_rows(play_live(data, People(case.organisations, case.providers), clock.now()), "L1")
    assert set(rows) == set(ASH_L1)
    lowest = D("79440.00")
    for bid, ((request, visit, month), scores, promised) in ASH_L1.items():
        price = D("24000") * D(request) + D("16000") * D(visit) + D("24") * D(month)
        days, minutes = days_score(D(promised["E1"])), minutes_score(D(promised["E2"]))
        efficiency = 30 * days + 20 * minutes
        quality = 30 * mean(scores["B1"]) + 20 * mean(scores["B2"])
        price_points = commercial(100 * (2 - price / lowest))
        quality_points = commercial((efficiency + quality) / 10)
        per_case = price / (12000 * 2)
        expected = {
            "evaluation_price": price,
            "efficiency": efficiency,
            "quality": quality,
            "performance_points": efficiency + quality,
            "price_points": price_points,
            "quality_points": quality_points,
            "total": commercial(D("0.45") * price_points + D("0.55") * quality_points),
            "quality_points_per_1000_eur": commercial((efficiency + quality) / 10 / price * 1000, 4),
            "eur_per_case": commercial(per_case),
            "saving_per_case": commercial(D("5.60") - per_case),
            "saving_per_year": commercial((D("5.60") - per_case) * 12000),
            "saving_over_term": commercial((D("5.60") - per_case) * 12000 * 2),
            "saving_pct": commercial((D("5.60") - per_case) / D("5.60") * 100),
            "minutes_per_case": D(promised["E2"]),
            "hours_saved_per_year": commercial((14 - D(promised["E2"])) * 12000 / 60, 1),
            "time_saved_pct": commercial((14 - D(promised["E2"])) / 14 * 100),
        }
        assert differing(rows[bid], expected) == {}, bid
        assert rows[bid]["criterion_scores"] == {
            "E1": str(days),
            "E2": str(minutes),
            "B1": str(mean(scores["B1"])),
            "B2": str(mean(scores["B2"])),
        }
    winner = rows["ASH-2026-03-B03"]
    assert (winner["rank"], winner["evaluation_price"], winner["total"]) == (1, "96560.00", "85.55")
    assert winner["subtotals"] == {"efficiency": "480.00", "quality": "433.50"}
    assert winner["economics"]["saving_per_year"] == "18920.00"  # 67,200.00 today - 48,280.00
