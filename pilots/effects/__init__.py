"""What a pilot changed: effect with interval, verdict, money. Plain Python and scipy, no Django, no clock, no files."""

from pilots.effects.analysis import analyse
from pilots.effects.checks import Fault, check_series
from pilots.effects.estimate import METHOD_VERSION
from pilots.effects.inputs import Costs, Kpi, Months, PilotInput, Reading, Registration, from_json, to_json
from pilots.effects.results import KpiResult, Money, PilotResult, result_to_json, to_expected_shape

__all__ = [
    "METHOD_VERSION",
    "Costs",
    "Fault",
    "Kpi",
    "KpiResult",
    "Money",
    "Months",
    "PilotInput",
    "PilotResult",
    "Reading",
    "Registration",
    "analyse",
    "check_series",
    "from_json",
    "result_to_json",
    "to_expected_shape",
    "to_json",
]
