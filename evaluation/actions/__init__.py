"""Everything that changes an evaluation. Each act: lock, decide, check, write, tell, and the audit event last."""

from evaluation.actions.award import decide_award, propose_award
from evaluation.actions.award_limits import set_award_limits
from evaluation.actions.bidders import answer_complaint, answer_reasons, ask_for_reasons, file_complaint
from evaluation.actions.cancellation import confirm_cancellation, request_cancellation
from evaluation.actions.candidates import (
    decide_selection,
    propose_selection,
    return_selection,
    score_candidate,
    selection_gaps,
)
from evaluation.actions.checking import (
    add_check_step,
    affected_bids,
    remove_check_step,
    request_supplements_of_all,
    set_check_step,
    set_check_steps,
)
from evaluation.actions.contract import change_contract, confirm_change, draw_option, sign_contract
from evaluation.actions.delivery import draft_next, record_period, reply_to_period
from evaluation.actions.draws import finish_draw, record_draw, start_draw
from evaluation.actions.flags import note_flag
from evaluation.actions.formal import (
    confirm_exclusion,
    confirm_formal_check,
    exclude_bid,
    record_formal_check,
    record_supplement,
    request_supplement,
)
from evaluation.actions.letters import note_reading, send_letters
from evaluation.actions.notice import publish_award_notice, set_award_notice
from evaluation.actions.panel import (
    appoint_panel,
    close_panel,
    declare_interests,
    give_scores,
    set_consensus,
    submit_scores,
)
from evaluation.actions.prices import (
    answer_aid_proof,
    answer_price,
    ask_aid_proof,
    ask_price,
    confirm_price,
    decide_price,
)
from evaluation.actions.provision import add_discount_rate, save_provision
from evaluation.actions.questions import answer_clarification, ask_clarification
from evaluation.actions.register import record_register_query, record_resolution
from evaluation.actions.run import evaluate_tender, gaps
from evaluation.actions.simulation import save_simulation
from evaluation.actions.supplements import confirm_supplement, hand_in_documents, judge_supplement, read_supplement

__all__ = [
    "add_check_step",
    "add_discount_rate",
    "affected_bids",
    "answer_aid_proof",
    "answer_clarification",
    "answer_complaint",
    "answer_price",
    "answer_reasons",
    "appoint_panel",
    "ask_aid_proof",
    "ask_clarification",
    "ask_for_reasons",
    "ask_price",
    "change_contract",
    "close_panel",
    "confirm_cancellation",
    "confirm_change",
    "confirm_exclusion",
    "confirm_formal_check",
    "confirm_price",
    "confirm_supplement",
    "decide_award",
    "decide_price",
    "decide_selection",
    "declare_interests",
    "draft_next",
    "draw_option",
    "evaluate_tender",
    "exclude_bid",
    "file_complaint",
    "finish_draw",
    "gaps",
    "give_scores",
    "hand_in_documents",
    "judge_supplement",
    "note_flag",
    "note_reading",
    "propose_award",
    "propose_selection",
    "publish_award_notice",
    "read_supplement",
    "record_draw",
    "record_formal_check",
    "record_period",
    "record_register_query",
    "record_resolution",
    "record_supplement",
    "remove_check_step",
    "reply_to_period",
    "request_cancellation",
    "request_supplement",
    "request_supplements_of_all",
    "return_selection",
    "save_provision",
    "save_simulation",
    "score_candidate",
    "selection_gaps",
    "send_letters",
    "set_award_limits",
    "set_award_notice",
    "set_check_step",
    "set_check_steps",
    "set_consensus",
    "sign_contract",
    "start_draw",
    "submit_scores",
]
