"""The acts of a pilot, from the draft to the council's decision. Keyword-only; refusals are RefusedError."""

from pilots.actions.analysing import analyse_pilot, confirm_analysis, propose_analysis
from pilots.actions.deciding import record_decision
from pilots.actions.drafting import create_pilot, next_reference, set_indicators, update_pilot
from pilots.actions.measuring import freeze_data, import_measurements, start_pilot
from pilots.actions.registering import confirm_registration, register_pilot, request_registration

__all__ = [
    "analyse_pilot",
    "confirm_analysis",
    "confirm_registration",
    "create_pilot",
    "freeze_data",
    "import_measurements",
    "next_reference",
    "propose_analysis",
    "record_decision",
    "register_pilot",
    "request_registration",
    "set_indicators",
    "start_pilot",
    "update_pilot",
]
