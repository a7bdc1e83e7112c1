"""Selecting candidates of a call: points by published criteria, a proposal, another person's decision, letters."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import Refused, refuse, require
from accounts.evidence import canonical_bytes, digest
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from evaluation.actions.access import begin, opened_bid, tell_office, tender_of_bid, words
from evaluation.actions.run import gaps
from evaluation.candidate_letters import parts
from evaluation.candidates import Candidate, Field, field_of
from evaluation.lifecycle import decide_second
from evaluation.models import CandidateLetter, CandidateScore, CandidateSelection
from tendering import actions as tendering
from tendering.actions.rows import exact
from tendering.models import CriterionKind, Tender


def score_candidate(*, actor: User, bid_id: UUID, scores: Mapping[str, Mapping[str, Any]]) -> list[CandidateScore]:
    """Give one request its points: {criterion: {"points": "8.5", "reason": text}}, all published criteria at once.

    A proposal that waits for its decision falls with new points. ValidationError by `scores.S1.points` and the like.
    """
    with audit.in_transaction():
        call, now = begin(actor, tender_of_bid(bid_id), "propose_selection")
        bid = opened_bid(bid_id, call)
        criteria = {row.code: row for row in call.criteria.filter(kind=CriterionKind.SELECTION)}
        given = _given(scores, list(criteria))
        CandidateSelection.objects.filter(tender=call, decided_at=None).delete()
        CandidateScore.objects.filter(bid=bid).delete()
        rows = [
            CandidateScore(
                bid=bid, criterion=criteria[code], value=value, reason=reason, given_by=actor, given_at=now
            )
            for code, (value, reason) in given.items()
        ]  # fmt: skip
        for row in rows:
            row.full_clean()
            row.save()
        audit.record(call.chain, "candidate.scored", actor=actor, at=now, subject=f"bid:{bid.pk}",
                     data={"criteria": sorted(given)})  # fmt: skip
    return rows


def _given(scores: Mapping[str, Mapping[str, Any]], codes: list[str]) -> dict[str, tuple[Decimal, str]]:
    faults: dict[str, str] = {}
    if set(scores) != set(codes) or not codes:
        faults["scores"] = _("Give points for each of these criteria: %(codes)s.") % {"codes": ", ".join(codes)}
    given: dict[str, tuple[Decimal, str]] = {}
    for code in codes:
        entry = scores.get(code)
        entry = entry if isinstance(entry, Mapping) else {}
        try:
            value = exact(entry.get("points"))
        except ValueError:
            value = None
        if value is None or not 0 <= value <= 10 or value != round(value, 2):
            faults[f"scores.{code}.points"] = _("Points are a number from 0 to 10 with at most two decimals.")
        reason = str(entry.get("reason") or "").strip()
        if not reason:
            faults[f"scores.{code}.reason"] = _("Give a reason in words.")
        given[code] = (value or Decimal(0), reason)
    if faults:
        raise ValidationError(faults)
    return given


def selection_gaps(call: Tender, now: datetime) -> list[Refused]:
    """What is still open before the candidates can be selected; nothing about bids that are sealed."""
    found = gaps(call, now)
    if found:
        return found
    field = field_of(call)
    if missing := field.missing:
        text = _("More are suitable than may be invited. Points are missing for: %(names)s.")
        names = ", ".join(one.bid.company.name for one in missing)
        found.append(Refused("points_missing", text % {"names": names}))
    elif not field.chosen:
        found.append(Refused("nobody", _("No candidate is suitable. The call can only be cancelled.")))
    return found


def propose_selection(*, actor: User, tender_id: int, reason: str = "") -> CandidateSelection:
    """Propose what the published rule gives. `reason` is needed where fewer remain than the published lowest number."""
    with audit.in_transaction():
        call, now = begin(actor, tender_id, "propose_selection")
        for gap in selection_gaps(call, now):
            require(gap)
        field = _field(call)
        if len(field.chosen) < (call.min_candidates or 0):
            words(reason, "reason")
        CandidateSelection.objects.filter(tender=call, decided_at=None).delete()
        selection = CandidateSelection(
            tender=call, outcome=field.outcome(), reason=reason.strip(), proposed_by=actor, proposed_at=now
        )
        selection.full_clean()
        selection.save()
        data = {"selection": selection.pk, "selected": len(field.chosen), "not_selected": _left(field)}
        audit.record(call.chain, "selection.proposed", actor=actor, at=now, data=data)
        tell_office(
            call, now, key=f"selection:{selection.pk}", page=f"/tenders/{call.pk}/candidates/",
            subject=gettext_lazy("Candidates proposed: %(title)s"),
            body=gettext_lazy("A selection of candidates waits for the decision of a second person."),
            roles=(Role.OFFICER, Role.APPROVER), but=actor,
        )  # fmt: skip
    return selection


def _field(call: Tender) -> Field:
    """Reasons in the language of the procedure: they are kept and sent."""
    with translation.override(call.language):
        return field_of(call)


def _left(field: Field) -> int:
    return len(field.candidates) - len(field.chosen)


def decide_selection(*, actor: User, tender_id: int) -> CandidateSelection:
    """Another person decides: the selected ones are invited to the stage of bids, every candidate gets a letter."""
    with audit.in_transaction():
        call, now = begin(actor, tender_id, "decide_selection")
        selection = _waiting(call)
        require(decide_second(selection.proposed_by_id, actor.pk))
        for gap in selection_gaps(call, now):
            require(gap)
        field = _field(call)
        if field.outcome() != selection.outcome:
            refuse("changed", _("Something changed since the proposal. Please propose the selection again."))
        selection.decided_by, selection.decided_at = actor, now
        selection.full_clean()
        selection.save()
        tendering.mark_selected(call, now, [one.bid.company for one in field.chosen])
        letters = [_write(selection, field, one, now) for one in field.candidates]
        data = {
            "selection": selection.pk,
            "invited": sorted(one.bid.company.reference for one in field.chosen),
            "letters": [[str(letter.pk), letter.sha256] for letter in letters],
        }
        audit.record(call.chain, "selection.decided", actor=actor, at=now, data=data)
        assert call.bid_stage is not None
        audit.record(call.bid_stage.chain, "candidates.invited", actor=actor, at=now, data={"call": call.reference})
    return selection


def return_selection(*, actor: User, tender_id: int, reason: str) -> None:
    """The second person gives the proposal back, with a reason."""
    with audit.in_transaction():
        call, now = begin(actor, tender_id, "decide_selection")
        selection = _waiting(call)
        require(decide_second(selection.proposed_by_id, actor.pk))
        text = words(reason, "reason")
        audit.record(call.chain, "selection.returned", actor=actor, at=now, data={"reason": text})
        with outbox.in_language_of(selection.proposed_by):
            outbox.tell(
                selection.proposed_by, key=f"selection:{selection.pk}:returned", kind="release", at=now,
                subject=_("Selection of candidates sent back: %(title)s") % {"title": call.title}, body=text,
                url=f"/tenders/{call.pk}/candidates/", chain=call.chain,
            )  # fmt: skip
        selection.delete()


def _waiting(call: Tender) -> CandidateSelection:
    selection = CandidateSelection.objects.filter(tender=call, decided_at=None).first()
    if selection is None:
        refuse("nothing_to_decide", _("No selection has been proposed."))
    return selection


def _write(selection: CandidateSelection, field: Field, one: Candidate, now: datetime) -> CandidateLetter:
    """The letter stays on the platform; the mail says only that it is there."""
    call = field.call
    with translation.override(call.language):
        content = {"selected": bool(one.selected), "parts": parts(field, one)}
    letter = CandidateLetter(
        id=uuid4(), selection=selection, bid=one.bid, company=one.bid.company, language=call.language,
        content=content, sha256=digest("candidate-letter", canonical_bytes(content)), sent_at=now,
    )  # fmt: skip
    letter.full_clean()
    letter.save()
    for person in holders(letter.company, PROVIDER_ROLES, now).order_by("pk"):
        with outbox.in_language_of(person):
            outbox.tell(
                person, key=f"candidate-letter:{letter.pk}", kind="candidate_letter", at=now,
                subject=_("Selection of candidates: %(title)s") % {"title": call.title},
                body=_("The buyer has decided and writes to you. Sign in to read the letter."),
                url=f"/tenders/{call.pk}/candidacy/", chain=call.chain,
            )  # fmt: skip
    return letter
