"""The acts of a pilot, from the draft to the council's decision. Keyword-only; refusals are RefusedError."""

from pilots.actions.analysing import analyse_pilot, confirm_analysis, propose_analysis
from pilots.actions.deciding import record_decision
from pilots.actions.drafting import create_pilot, next_reference, set_indicators, update_pilot
from pilots.actions.measuring import freeze_data, import_measurements, start_pilot
from pilots.actions.papers import (
    answer_comment,
    ask,
    comment_paper,
    draft_paper,
    issue_paper,
    note_paper,
    record_vote,
    withdraw_paper,
)
from pilots.actions.registering import confirm_registration, register_pilot, request_registration

__all__ = [
    "analyse_pilot",
    "answer_comment",
    "ask",
    "comment_paper",
    "confirm_analysis",
    "confirm_registration",
    "create_pilot",
    "draft_paper",
    "freeze_data",
    "import_measurements",
    "issue_paper",
    "next_reference",
    "note_paper",
    "propose_analysis",
    "record_decision",
    "record_vote",
    "register_pilot",
    "request_registration",
    "set_indicators",
    "start_pilot",
    "update_pilot",
    "withdraw_paper",
]
