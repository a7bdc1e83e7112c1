"""The whole file of a pilot as an archive."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q

from pilots.models import AnalysisRun, Decision, Measurement, Pilot
from pilots.promise import exact_json, promised
from pilots.results import latest
from reports.audit.export import common
from reports.audit.export.archive import Archive, json_value, plain
from reports.pilot_workbook import pilot_workbook
from tendering.spreadsheets.writer import safe_csv

MOMENTS = ("reference", "title", "language", "legal_basis", "council", "registration_hash", "requested_at",
           "registered_at", "started_at", "gate_date", "frozen_at", "analysed_at", "decided_at", "simulated",
           "created_at")  # fmt: skip
DECISION = ("verdict", "body", "session_at", "votes", "dissent", "reason", "recorded_at")
HEADS = ["indicator", "arm", "month", "phase", "value", "n", "source", "imported_at", "replaces"]


def pilot_archive(pilot: Pilot) -> Archive:
    """Everything there is of a pilot; results only once two people stand for them."""
    archive = Archive()
    events = common.add_trail(archive, [("pilot", pilot.chain)])
    common.add_timeline(archive, events, pilot.municipality, pilot.language)
    runs = list(pilot.analysis_runs.exclude(confirmed_at=None).order_by("pk"))
    for number, run in enumerate(runs, start=1):
        archive.add_json(f"analysis/{number}/inputs.json", run.inputs)
        archive.add_json(f"analysis/{number}/result.json", run.result)
        archive.add_json(f"analysis/{number}/run.json", _run(run))
    archive.add_json("pilot.json", _facts(pilot, len(runs)))
    if pilot.sealed_registration:
        archive.add("registration.json", pilot.sealed_registration)
    archive.add("measurements.csv", "\ufeff" + _measurements(pilot))
    if latest(pilot) is not None:
        archive.add("workbook.xlsx", pilot_workbook(pilot, pilot.language))
    common.add_papers(archive, Q(pilot=pilot))
    common.add_people(archive, events, (pilot.registered_by_id, pilot.co_signed_by_id))
    common.add_guide(archive, f"{pilot.reference} {pilot.title}", pilot.language, is_pilot=True)
    return archive


def _facts(pilot: Pilot, runs: int) -> dict[str, Any]:
    decision = Decision.objects.filter(pilot=pilot).first()
    return {
        **plain(pilot, MOMENTS),
        "municipality": {"reference": pilot.municipality.reference, "name": pilot.municipality.name},
        "provider": pilot.provider.name if pilot.provider else None,
        "promised": exact_json(promised(pilot)),
        "registered_by": f"u:{pilot.registered_by_id}" if pilot.registered_by_id else None,
        "co_signed_by": f"u:{pilot.co_signed_by_id}" if pilot.co_signed_by_id else None,
        "decision": plain(decision, DECISION) if decision else None,
        "analyses": runs,
    }


def _run(run: AnalysisRun) -> dict[str, Any]:
    names = ("method_version", "inputs_hash", "result_hash", "created_at", "confirmed_at")
    return {**plain(run, names), "by": f"u:{run.created_by_id}", "second_person": f"u:{run.second_person_id}"}


def _measurements(pilot: Pilot) -> str:
    rows = Measurement.objects.filter(indicator__pilot=pilot).select_related("indicator")
    ordered = sorted(rows, key=lambda row: (row.indicator.position, row.indicator_id, row.arm != "pilot", row.month))
    return safe_csv([HEADS, *(_row(row) for row in ordered)])


def _row(row: Measurement) -> list[str | int | Decimal | None]:
    source = row.provenance
    former = source.get("replaces") or {}
    where = ", ".join(str(source[name]) for name in ("source", "file", "system") if source.get(name))
    return [
        row.indicator.code, row.arm, row.month, row.phase, row.value, row.n, where,
        str(json_value(source.get("imported_at") or "")), str(former.get("value", "")),
    ]  # fmt: skip
