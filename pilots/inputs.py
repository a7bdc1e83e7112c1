"""From the rows of a pilot to the frozen input of an analysis."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pilots.effects import Fault, PilotInput, check_series, from_json
from pilots.effects.inputs import NotANumber
from pilots.faults import sentence
from pilots.models import Measurement, Pilot
from pilots.promise import promised

Row = dict[str, Any]


def pilot_input(pilot: Pilot, series: Sequence[Row] | None = None) -> PilotInput:
    """The input as stored, or with other rows in the place of its series. ValidationError when the shape is wrong."""
    rows = stored_series(pilot) if series is None else series
    try:
        return from_json({**promised(pilot), "series": rows})
    except NotANumber as error:
        raise ValidationError(_("“%(text)s” is not a number.") % {"text": error.text}) from error
    except KeyError as error:
        raise ValidationError(_("The entry %(name)s is missing.") % {"name": error.args[0]}) from error
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise ValidationError(_("The registration cannot be read: %(reason)s.") % {"reason": error}) from error


def stored_series(pilot: Pilot) -> list[Row]:
    """All stored values in the order of indicators, arms and months; two queries at most."""
    rows = Measurement.objects.filter(indicator__pilot=pilot).select_related("indicator")
    ordered = sorted(rows, key=lambda row: (row.indicator.position, row.indicator_id, row.arm != "pilot", row.month))
    return [as_row(row) for row in ordered]


def as_row(row: Measurement) -> Row:
    """A measurement in the shape of `series` in a pilot.json."""
    return {
        "kpi_id": row.indicator.code,
        "arm": row.arm,
        "month": row.month,
        "phase": row.phase,
        "value": row.value,
        "n": row.n,
    }


def definition_faults(pilot: Pilot) -> list[Fault]:
    """What is wrong with indicators, costs and rules, whatever has been measured so far."""
    return [fault for fault in check_series(pilot_input(pilot, [])) if not fault.path.startswith("$.series")]


def row_faults(pilot: Pilot, rows: Sequence[Row]) -> list[Fault]:
    """What is wrong with these rows by themselves; months that are still missing are no fault of theirs."""
    return [fault for fault in check_series(pilot_input(pilot, rows)) if fault.path.startswith("$.series[")]


def stop_on_faults(faults: Iterable[Fault]) -> None:
    """Raise one ValidationError that names every fault by its path, in the reader's language."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.path, []).append(sentence(fault))
    if found:
        raise ValidationError(found)
