"""A pilot before its registration: create it, change its fields, say what will be measured."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import require
from accounts.models import Organization, User
from pilots.actions.access import act_on, save
from pilots.effects.inputs import months_between
from pilots.lifecycle import Status, decide
from pilots.models import Indicator, Pilot
from pilots.promise import exact_json
from tendering.actions.rows import Faults, build, each_once
from tendering.locking import lock_row

EDITABLE = frozenset({
    "title", "description", "language", "currency", "life_situation", "legal_basis", "provider", "control_description",
    "phases", "costs", "funding", "council", "registration",
})  # fmt: skip
JSON_FIELDS = ("phases", "costs", "funding", "council", "registration")
INDICATOR_FIELDS = (
    "code", "group", "name_de", "name_en", "unit", "kind", "better", "target", "minimal_effect", "is_primary",
    "is_guard", "role", "per", "source_system", "measured_by", "definition", "decimals",
)  # fmt: skip
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")


def create_pilot(*, actor: User, municipality: Organization, reference: str = "", title: str, **fields: Any) -> Pilot:
    """A new draft in the municipality's language and currency. `fields` may name any of EDITABLE."""
    with audit.in_transaction():
        lock_row(Organization, municipality.pk)  # two people at once get two numbers
        now = clock.now()
        require(decide("edit", Status.DRAFT, actor.roles_in(municipality.pk)))
        pilot = Pilot(
            reference=reference or next_reference(municipality, now), municipality=municipality, created_at=now,
            simulated=clock.is_simulated(),
        )  # fmt: skip
        _assign(pilot, {"language": municipality.language, "currency": municipality.currency, "title": title, **fields})
        save(pilot)
        audit.record(pilot.chain, "pilot.created", actor=actor, at=now, data={"reference": pilot.reference})
    return pilot


def next_reference(municipality: Organization, now: datetime) -> str:
    """The next free "M04-P-2026-01" of the municipality and year."""
    year = now.astimezone(ZoneInfo(municipality.time_zone)).year
    start = f"{municipality.reference}-P-{year}-"
    taken = Pilot.objects.filter(reference__startswith=start).values_list("reference", flat=True)
    numbers = [int(tail) for reference in taken if (tail := reference.removeprefix(start)).isdecimal()]
    return f"{start}{max(numbers, default=0) + 1:02}"


def update_pilot(*, actor: User, pilot_id: int, fields: dict[str, Any]) -> Pilot:
    """Change fields of a draft. A first signature under the former text falls away."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "edit")
        _assign(pilot, fields)
        unsign(pilot)
        save(pilot)
        data = {"fields": ",".join(sorted(fields))}
        audit.record(pilot.chain, "pilot.updated", actor=actor, at=now, data=data)
    return pilot


def set_indicators(*, actor: User, pilot_id: int, indicators: list[dict[str, Any]]) -> Pilot:
    """Replace all indicators. Each is a row of `kpis` in a pilot.json (`id` is its code); faults come by path."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "edit")
        rows = _indicators(pilot, indicators)
        pilot.indicators.all().delete()
        Indicator.objects.bulk_create(rows)
        unsign(pilot)
        save(pilot)
        codes = ",".join(row.code for row in rows)
        audit.record(pilot.chain, "pilot.indicators_set", actor=actor, at=now, data={"indicators": codes})
    return pilot


def unsign(pilot: Pilot) -> None:
    """Take the first signature away: what was signed is no longer what stands there."""
    pilot.requested_at = pilot.registered_by = None
    pilot.sealed_registration = pilot.registration_hash = ""


def _indicators(pilot: Pilot, given: list[dict[str, Any]]) -> list[Indicator]:
    faults = Faults()
    rows = []
    for index, entry in enumerate(given):
        data = exact_json({("code" if key == "id" else key): value for key, value in entry.items()})
        row = Indicator(pilot=pilot, position=index)
        rows.append(build(row, data, INDICATOR_FIELDS, f"indicators[{index}]", faults))
    each_once([row.code for row in rows], "indicators", "id", faults)
    faults.stop()
    return rows


def _assign(pilot: Pilot, fields: Mapping[str, Any]) -> None:
    if unknown := sorted(set(fields) - EDITABLE):
        raise ValidationError({name: _("This entry is not known.") for name in unknown})
    for name, value in fields.items():
        setattr(pilot, name, exact_json(value) if name in JSON_FIELDS else value)
    if "phases" in fields and pilot.phases:
        _check_phases(pilot.phases)
    if "costs" in fields and pilot.costs:
        _check_costs(pilot.costs)


def _check_phases(phases: Any) -> None:
    """Both phases as first and last month, the trial after the time before it."""
    try:
        baseline, pilot = ([str(month) for month in phases[name]] for name in ("baseline", "pilot"))
        ramp_up = phases.get("ramp_up_months", 0)
    except (KeyError, TypeError, AttributeError):
        raise ValidationError({"phases": _("Name the first and the last month of both phases.")}) from None
    if not all(len(pair) == 2 and all(MONTH.match(month) for month in pair) for pair in (baseline, pilot)):
        raise ValidationError({"phases": _("Write months as year and month, for example 2026-07.")})
    if not baseline[0] <= baseline[1] < pilot[0] <= pilot[1]:
        raise ValidationError({"phases": _("The months before the trial must end before the trial begins.")})
    if not isinstance(ramp_up, int) or not 0 <= ramp_up < len(months_between(*pilot)):
        raise ValidationError({"phases": _("The ramp-up must be shorter than the trial.")})


def _check_costs(costs: Any) -> None:
    from pilots.effects.inputs import decimal_of

    for name in ("one_off_eur", "monthly_run_eur", "staff_hour_rate_eur"):
        try:
            is_amount = decimal_of(costs[name]) >= 0
        except (KeyError, TypeError, ValueError):
            is_amount = False
        if not is_amount:
            raise ValidationError({"costs": _("%(name)s must be an amount of 0 or more.") % {"name": name}})
