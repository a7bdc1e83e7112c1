"""Start the trial, take in its monthly values, freeze them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse
from accounts.evidence import canonical_bytes, digest
from accounts.models import User
from pilots.actions.access import act_on, month_of, save
from pilots.effects import Fault, check_series
from pilots.effects.inputs import decimal_of
from pilots.inputs import pilot_input, row_faults, stop_on_faults, stored_series
from pilots.models import Indicator, Measurement, Pilot
from pilots.promise import exact_json, without_nulls

ROW_KEYS = frozenset({"kpi_id", "arm", "month", "phase", "value", "n"})
MOST_ROWS = 20_000
Row = dict[str, Any]


def start_pilot(*, actor: User, pilot_id: int) -> Pilot:
    """The trial begins; not before its first registered month."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "start")
        if pilot.started_at is not None:
            refuse("started", _("The trial has begun already."))
        if month_of(pilot, now) < pilot.phases["pilot"][0]:
            refuse("too_early", _("The trial begins in %(month)s.") % {"month": pilot.phases["pilot"][0]})
        pilot.started_at = now
        save(pilot)
        audit.record(pilot.chain, "pilot.started", actor=actor, at=now)
    return pilot


def import_measurements(*, actor: User, pilot_id: int, rows: list[Row], provenance: dict[str, Any]) -> int:
    """Store monthly values, all or none; returns how many are new or corrected.

    A row is one of `series` in a pilot.json; `phase` may be left out. A value that differs from the stored one is a
    correction: the former value stays in its provenance. Raises ValidationError with the path of every fault.
    """
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "import")
        if pilot.frozen_at is not None:
            refuse("frozen", _("The data are frozen. Nothing can be added or corrected any more."))
        checked = checked_rows(pilot, rows, now)
        source = {**exact_json(provenance), "imported_at": audit.stamp(now)}
        changed = _store(pilot, checked, source)
        data = {"values": len(changed), "rows": _digest(checked)}
        audit.record(pilot.chain, "pilot.measured", actor=actor, at=now, data=data)
    return len(changed)


def freeze_data(*, actor: User, pilot_id: int) -> Pilot:
    """No value is added or corrected after this. Every month of both phases must be there."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "freeze")
        if pilot.frozen_at is not None:
            refuse("frozen", _("The data are frozen. Nothing can be added or corrected any more."))
        stop_on_faults(check_series(pilot_input(pilot)))
        pilot.frozen_at = now
        save(pilot)
        data = {"rows": _digest(stored_series(pilot))}
        audit.record(pilot.chain, "pilot.frozen", actor=actor, at=now, data=data)
    return pilot


def checked_rows(pilot: Pilot, rows: list[Row], now: datetime) -> list[Row]:
    """The rows with exact values and their phase. Raises ValidationError naming each faulty row by its path."""
    if len(rows) > MOST_ROWS:
        raise ValidationError({"$.series": _("More than %(number)s rows at once.") % {"number": MOST_ROWS}})
    faults: list[Fault] = []
    read = [_read(pilot, index, row, faults) for index, row in enumerate(rows)]
    if not rows:
        faults.append(Fault("$.series", _("There is no value in it.")))
    stop_on_faults(faults)
    stop_on_faults([*row_faults(pilot, read), *_own_faults(pilot, read, now)])
    return read


def _read(pilot: Pilot, index: int, row: Any, faults: list[Fault]) -> Row:
    """One row with its value as an exact decimal; shape faults are collected."""
    path = f"$.series[{index}]"
    if not isinstance(row, dict) or not ROW_KEYS >= set(row) >= ROW_KEYS - {"phase"}:
        faults.append(Fault(path, _("A row needs exactly these entries: %(names)s.") % {"names": _NAMES}))
        return {}
    month = str(row["month"])
    read = {**row, "kpi_id": str(row["kpi_id"]), "month": month, "phase": row.get("phase") or _phase(pilot, month)}
    if row["arm"] not in ("pilot", "control"):
        faults.append(Fault(f"{path}.arm", _("The arm is pilot or control.")))
    if not isinstance(row["n"], int) or isinstance(row["n"], bool):
        faults.append(Fault(f"{path}.n", _("n is a whole number.")))
    try:
        read["value"] = decimal_of(row["value"])
        Measurement._meta.get_field("value").run_validators(read["value"])
    except (ValueError, ValidationError):
        faults.append(Fault(f"{path}.value", _("This is not a number with at most 6 decimals.")))
    return read


def _phase(pilot: Pilot, month: str) -> str:
    return "pilot" if month >= pilot.phases["pilot"][0] else "baseline"


def _own_faults(pilot: Pilot, rows: list[Row], now: datetime) -> Iterator[Fault]:
    """A month counted twice in one delivery, and months that are not over."""
    counts = Counter((row["kpi_id"], row["arm"], row["month"]) for row in rows)
    current = month_of(pilot, now)
    for index, row in enumerate(rows):
        if counts[row["kpi_id"], row["arm"], row["month"]] > 1:
            yield Fault(f"$.series[{index}]", _("This month occurs twice for this indicator and arm."))
        if row["month"] >= current:
            yield Fault(f"$.series[{index}].month", _("The month %(month)s is not over.") % {"month": row["month"]})


def _store(pilot: Pilot, rows: list[Row], source: dict[str, Any]) -> list[Measurement]:
    """Write what is new or different; returns those rows."""
    indicators = {indicator.code: indicator for indicator in pilot.indicators.all()}
    known = {
        (row.indicator.code, row.arm, row.month): row
        for row in Measurement.objects.filter(indicator__pilot=pilot).select_related("indicator")
    }
    new, corrected = [], []
    for row in rows:
        former = known.get((row["kpi_id"], row["arm"], row["month"]))
        if former is None:
            new.append(_measurement(indicators[row["kpi_id"]], row, source))
        elif (str(former.value), former.n) != (str(row["value"]), row["n"]):
            corrected.append(_corrected(former, row, source))
    Measurement.objects.bulk_create(new)
    Measurement.objects.bulk_update(corrected, ["value", "n", "provenance"])
    return [*new, *corrected]


def _measurement(indicator: Indicator, row: Row, source: dict[str, Any]) -> Measurement:
    fields = {name: row[name] for name in ("arm", "month", "phase", "value", "n")}
    return Measurement(indicator=indicator, provenance=source, **fields)


def _corrected(former: Measurement, row: Row, source: dict[str, Any]) -> Measurement:
    earlier = {"value": format(former.value, "f"), "n": former.n, **former.provenance}
    former.value, former.n = Decimal(row["value"]), row["n"]
    former.provenance = {**source, "replaces": earlier}
    return former


def _digest(rows: list[Row]) -> str:
    return digest("pilot-series", canonical_bytes(without_nulls(exact_json(rows))))


_NAMES = ", ".join(("kpi_id", "arm", "month", "value", "n"))
