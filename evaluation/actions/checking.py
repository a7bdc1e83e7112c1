"""Steps of the formal check with a state per bid, and equal requests to all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse
from accounts.models import User
from bids.models import Bid
from bids.nouns import said
from evaluation.actions.access import begin, opened_bid, tender_of_bid, words
from evaluation.actions.formal import ask_for_documents
from evaluation.award_rules import profile_of
from evaluation.check_list import may_be_mended, steps_for
from evaluation.lifecycle import DocumentFault
from evaluation.models import (
    CheckStep,
    CheckStepState,
    FormalCheck,
    StepState,
    SupplementRequest,
)
from tendering.models import Tender


def steps_of(tender: Tender, at: datetime) -> list[CheckStep]:
    """The steps of this tender; until one is changed those of its profile's family, not stored, in its language."""
    if found := list(CheckStep.objects.filter(tender=tender)):
        return found
    rules, language = profile_of(tender), tender.language or get_language() or "de"
    steps = steps_for(rules.family if rules else "generic", variants=tender.variants_allowed)
    return [
        CheckStep(tender=tender, code=step.code, title=step.title(language), position=number, added_at=at)
        for number, step in enumerate(steps, start=1)
    ]


def _stored_steps(tender: Tender, at: datetime) -> list[CheckStep]:
    """The same, stored; the caller holds the tender's lock."""
    steps = steps_of(tender, at)
    if steps and steps[0].pk is None:
        CheckStep.objects.bulk_create(steps)
    return steps


def add_check_step(*, actor: User, tender_id: int, title: str) -> CheckStep:
    """A step of the office's own, for all bids of this tender."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "check")
        steps = _stored_steps(tender, now)
        text = words(title, "title")
        if any(step.title == text for step in steps):
            raise ValidationError({"title": _("This step is in the list already.")})
        last = max((step.position for step in steps), default=0)
        step = CheckStep(tender=tender, title=text, position=last + 1, added_by=actor, added_at=now)
        step.full_clean()
        step.save()
        audit.record(tender.chain, "check_step.added", actor=actor, at=now, data={"step": step.pk, "title": text})
    return step


def remove_check_step(*, actor: User, tender_id: int, position: int, reason: str) -> None:
    """Take a step out of this tender's list, with the reason; possible until it has been worked on for a bid."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "check")
        steps = _stored_steps(tender, now)
        step = _at(steps, position)
        if CheckStepState.objects.filter(step=step).exists():
            refuse("step_used", said(tender, "This step has been worked on for a bid; it stays in the list."))
        if len(steps) == 1:
            refuse("last_step", _("A check has at least one step."))
        data = {"step": step.pk, "title": step.title, "reason": words(reason, "reason")}
        step.delete()
        audit.record(tender.chain, "check_step.removed", actor=actor, at=now, data=data)


def _at(steps: list[CheckStep], position: int) -> CheckStep:
    """The step at this place of the list; Http404 without one."""
    for step in steps:
        if step.position == position:
            return step
    raise Http404


def set_check_steps(*, actor: User, bid_id: UUID, states: Mapping[int, tuple[str, str]]) -> list[CheckStepState]:
    """How far steps are for one bid: {place in the list: (state, note)}. An objection or "not needed" says why.

    Raises ValidationError at `state_<place>` or `note_<place>`.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        bid, steps = opened_bid(bid_id, tender), _stored_steps(tender, now)
        _require_states(states)
        rows = [_set(_at(steps, place), bid, actor, now, *value) for place, value in sorted(states.items())]
        for row in rows:
            data = {"step": row.step_id, "state": row.state}
            audit.record(tender.chain, "check_step.set", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return rows


def set_check_step(*, actor: User, step_id: int, bid_id: UUID, state: str, note: str = "") -> CheckStepState:
    """The same for one step of the list, by its id."""
    mine = CheckStep.objects.filter(pk=step_id, tender=tender_of_bid(bid_id))
    place = mine.values_list("position", flat=True).first()
    if place is None:
        raise Http404
    (row,) = set_check_steps(actor=actor, bid_id=bid_id, states={place: (state, note)})
    return row


def _require_states(states: Mapping[int, tuple[str, str]]) -> None:
    errors = {}
    for place, (state, note) in states.items():
        if state not in StepState.values:
            errors[f"state_{place}"] = _("Choose how far this step is.")
        if state == StepState.OBJECTION and not note.strip():
            errors[f"note_{place}"] = _("Say what the objection is.")
        if state == StepState.NOT_NEEDED and not note.strip():
            errors[f"note_{place}"] = _("Say why this step is not needed.")
    if errors:
        raise ValidationError(errors)


def _set(step: CheckStep, bid: Bid, actor: User, now: datetime, state: str, note: str) -> CheckStepState:
    row = CheckStepState.objects.filter(step=step, bid=bid).first() or CheckStepState(step=step, bid=bid)
    row.state, row.note, row.changed_by, row.changed_at = state, note.strip(), actor, now
    row.full_clean()
    row.save()
    return row


@dataclass(frozen=True, slots=True)
class Lacking:
    """What one bid lacks: `askable` may be mended later, `not_askable` may not, `asked` was asked for."""

    bid: Bid
    askable: list[str]
    not_askable: list[str]
    asked: list[str]


def lacking(tender: Tender) -> list[Lacking]:
    """Every checked bid in which documents are missing, by number. Two queries."""
    asked = set(SupplementRequest.objects.filter(bid__tender=tender).values_list("bid", "document"))
    live = Bid.objects.live().filter(tender=tender)
    checks = FormalCheck.objects.filter(bid__in=live).select_related("bid__company").order_by("bid__reference")
    return [found for check in checks if (found := _lacking(check, asked)).askable or found.not_askable or found.asked]


def _lacking(check: FormalCheck, asked: set[tuple[Any, str]]) -> Lacking:
    found = Lacking(check.bid, [], [], [])
    for item in check.findings.get("documents", []):
        if item["status"] not in DocumentFault.values:
            continue
        name = item["name"]
        if (check.bid_id, name) in asked:
            found.asked.append(name)
        elif may_be_mended(str(item.get("category", "")), item["status"]):
            found.askable.append(name)
        else:
            found.not_askable.append(name)
    return found


def affected_bids(tender: Tender) -> list[tuple[Bid, list[str]]]:
    """Every checked bid with missing documents that may be handed in later and were not asked for yet."""
    return [(found.bid, found.askable) for found in lacking(tender) if found.askable]


def request_supplements_of_all(*, actor: User, tender_id: int, due_at: datetime) -> list[SupplementRequest]:
    """Ask every bidder in the same position for everything that is missing, in one go and with one date (R37)."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "check")
        affected = affected_bids(tender)
        if not affected:
            refuse("nothing_to_ask", _("No document is missing that may be handed in later."))
        made: list[SupplementRequest] = []
        for bid, documents in affected:
            made += ask_for_documents(tender, opened_bid(bid.pk, tender), documents, due_at, actor=actor, now=now)
    return made
