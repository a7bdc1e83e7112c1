"""Every change of a tender: lock, decide, check, write, tell, record. Interfaces call these and nothing else."""

from tendering.actions.amendments import approve_extension, cancel_tender, pending_extensions, request_extension
from tendering.actions.audience import audience
from tendering.actions.documents import add_document, remove_document
from tendering.actions.drafting import create_tender, set_evaluation, spec_findings, update_tender
from tendering.actions.outcomes import mark_awarded, mark_opened, record_lot_outcome
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
    "add_document",
    "answer_question",
    "approve_extension",
    "ask_question",
    "audience",
    "cancel_tender",
    "create_tender",
    "declare_conflict",
    "invite_providers",
    "lock_tender",
    "mark_awarded",
    "mark_opened",
    "pending_extensions",
    "prepare_tender",
    "record_lot_outcome",
    "release_tender",
    "remove_document",
    "replace_criteria",
    "replace_items",
    "replace_lots",
    "replace_required_documents",
    "request_extension",
    "send_back",
    "set_evaluation",
    "spec_findings",
    "start_next_round",
    "tell_invited",
    "tell_invited_of_published",
    "update_tender",
    "withdraw_invitation",
]
