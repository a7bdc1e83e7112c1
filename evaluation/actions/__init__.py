"""Everything that changes an evaluation. Each act: lock, decide, check, write, tell, and the audit event last."""

from evaluation.actions.award import decide_award, propose_award
from evaluation.actions.formal import (
    confirm_exclusion,
    confirm_formal_check,
    exclude_bid,
    record_formal_check,
    record_supplement,
    request_supplement,
)
from evaluation.actions.panel import appoint_panel, close_panel, give_scores, set_consensus, submit_scores
from evaluation.actions.prices import answer_price, ask_price, confirm_price, decide_price
from evaluation.actions.run import evaluate_tender, gaps, record_draw

__all__ = [
    "answer_price",
    "appoint_panel",
    "ask_price",
    "close_panel",
    "confirm_exclusion",
    "confirm_formal_check",
    "confirm_price",
    "decide_award",
    "decide_price",
    "evaluate_tender",
    "exclude_bid",
    "gaps",
    "give_scores",
    "propose_award",
    "record_draw",
    "record_formal_check",
    "record_supplement",
    "request_supplement",
    "set_consensus",
    "submit_scores",
]
