"""How much of a pilot's series is there: counted in the database, so that pages stay cheap."""

from pilots.effects.inputs import months_between
from pilots.models import Measurement, Pilot


def needed(pilot: Pilot, indicators: int) -> int:
    """Values a complete series has: indicators x arms x months of both phases."""
    if not pilot.phases:
        return 0
    months = sum(len(months_between(*pilot.phases[name])) for name in ("baseline", "pilot"))
    design = (pilot.registration.get("design") or {}).get("kind", "did_control")
    return indicators * (2 if design in {"randomised", "did_control"} else 1) * months


def stored(pilot: Pilot) -> int:
    return Measurement.objects.filter(indicator__pilot=pilot).count()
