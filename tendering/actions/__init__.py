"""Every change of a tender: lock, decide, check, write, tell, record. Interfaces call these and nothing else."""

from tendering.actions.amendments import (
    approve_extension,
    cancel_tender,
    end_without_award,
    pending_amendments,
    pending_extensions,
    request_extension,
)
from tendering.actions.audience import audience
from tendering.actions.calls import set_call
from tendering.actions.corrections import (
    drop_correction,
    publish_correction,
    request_correction,
    waiting_correction,
)
from tendering.actions.documents import add_document, remove_document
from tendering.actions.drafting import create_tender, set_evaluation, spec_findings, update_tender
from tendering.actions.handing_over import hand_over, hand_over_all, responsible_for
from tendering.actions.outages import (
    accept_proposal,
    decline_proposal,
    evidence_hash,
    open_proposal,
    propose_extensions,
    reason_of,
)
from tendering.actions.outcomes import (
    close_scores,
    mark_awarded,
    mark_opened,
    mark_prices_opened,
    mark_selected,
    record_lot_outcome,
    withhold_award_value,
)
from tendering.actions.participants import (
    declare_conflict,
    invite_providers,
    tell_invited,
    tell_invited_of_published,
    withdraw_invitation,
)
from tendering.actions.parts import replace_criteria, replace_items, replace_lots, replace_required_documents
from tendering.actions.questions import answer_question, ask_question
from tendering.actions.release import prepare_tender, release_tender, send_back, start_next_round
from tendering.locking import lock_tender

__all__ = [
    "accept_proposal",
    "add_document",
    "answer_question",
    "approve_extension",
    "ask_question",
    "audience",
    "cancel_tender",
    "close_scores",
    "create_tender",
    "declare_conflict",
    "decline_proposal",
    "drop_correction",
    "end_without_award",
    "evidence_hash",
    "hand_over",
    "hand_over_all",
    "invite_providers",
    "lock_tender",
    "mark_awarded",
    "mark_opened",
    "mark_prices_opened",
    "mark_selected",
    "open_proposal",
    "pending_amendments",
    "pending_extensions",
    "prepare_tender",
    "propose_extensions",
    "publish_correction",
    "reason_of",
    "record_lot_outcome",
    "release_tender",
    "remove_document",
    "replace_criteria",
    "replace_items",
    "replace_lots",
    "replace_required_documents",
    "request_correction",
    "request_extension",
    "responsible_for",
    "send_back",
    "set_call",
    "set_evaluation",
    "spec_findings",
    "start_next_round",
    "tell_invited",
    "tell_invited_of_published",
    "update_tender",
    "waiting_correction",
    "withdraw_invitation",
    "withhold_award_value",
]
