"""The panel: appointed, scoring blind to prices, moderated where scores lie far apart, closed by the chair."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.decision import refuse, require
from accounts.lifecycle import Role
from accounts.models import User
from bids.models import Bid
from evaluation.actions.access import DAMAGED_OPEN, begin, lot_of, opened_bid, tender_of_bid, words
from evaluation.conflicts import bidders, connections, unasked
from evaluation.lifecycle import decide_moderate, decide_score
from evaluation.models import BidderDeclaration, Consensus, PanelLock, PanelMember, Score
from evaluation.neutral import decide_names
from evaluation.scorebook import SCORE_MAXIMUM, Cell, cells, open_cells, spreads
from tendering import actions as tendering
from tendering.models import ConflictDeclaration, Criterion, Tender


def appoint_panel(*, actor: User, tender_id: int, users: Sequence[User]) -> list[PanelMember]:
    """Name the evaluators; whoever has handed in scores stays. Raises ValidationError for people without the role."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "appoint")
        if is_closed(tender):
            refuse("panel_closed", _("The panel has been closed."))
        if not users or not all(user.has_role(tender.buyer_id, Role.EVALUATOR) for user in users):
            raise ValidationError({"users": _("Choose people who are evaluators of the buyer.")})
        _require_strangers_to_names(tender, users)
        chosen = {user.pk for user in users}
        leaving = PanelMember.objects.filter(tender=tender).exclude(user__in=chosen)
        if leaving.filter(submitted_at__isnull=False).exists():
            refuse("handed_in", _("Someone who has handed in scores cannot leave the panel."))
        Score.objects.filter(bid__tender=tender, evaluator__in=leaving.values("user")).delete()
        leaving.delete()
        here = set(PanelMember.objects.filter(tender=tender).values_list("user_id", flat=True))
        for user in users:
            if user.pk not in here:
                here.add(user.pk)
                PanelMember.objects.create(tender=tender, user=user)
                _invite(user, tender, now)
        audit.record(tender.chain, "panel.appointed", actor=actor, at=now, data={"users": sorted(chosen)})
        return list(PanelMember.objects.filter(tender=tender))


def _require_strangers_to_names(tender: Tender, users: Sequence[User]) -> None:
    """Where bids are judged without names, nobody judges who reads the names elsewhere: in opening, file or audit."""
    for user in users:
        if not decide_names(tender, user):
            text = _("Bids are judged without names here, but %(person)s learns the names as opener, office or audit.")
            raise ValidationError({"users": text % {"person": user}})


def _invite(user: User, tender: Tender, now: datetime) -> None:
    with outbox.in_language_of(user):
        subject = _("You are on the panel: %(title)s") % {"title": tender.title}
        body = _("Sign in, declare whether you have a conflict of interest, and score the bids after they are opened.")
        page, key = f"/tenders/{tender.pk}/", f"panel:{tender.pk}"
        outbox.tell(user, key=key, subject=subject, body=body, at=now, kind="panel", url=page, chain=tender.chain)


def is_closed(tender: Tender) -> bool:
    """Whether the chair has closed the panel."""
    return PanelLock.objects.filter(tender=tender).exists()


def declared(tender: Tender, user: User) -> ConflictDeclaration | None:
    """The person's conflict declaration for this tender."""
    return ConflictDeclaration.objects.filter(tender=tender, user=user).first()


def connected(tender: Tender, user: User) -> str:
    """Names of the bidders this person visibly belongs to; "" for none."""
    return ", ".join(found.company for found in connections(tender, user))


def declare_interests(
    *, actor: User, tender_id: int, conflict: bool, answers: Mapping[int, bool] | None = None, note: str = ""
) -> ConflictDeclaration:
    """Declare (no) conflict of interest, after the opening about each bidder: {company: whether there is one}.

    One yes is a conflict. What the platform itself sees is written into the trail. Raises ValidationError
    ("company_<id>") for bidders without an answer.
    """
    given = dict(answers or {})
    with audit.in_transaction():
        tender = Tender.objects.filter(pk=tender_id).first()
        if tender is None:
            raise Http404
        missing = {company.pk for company in unasked(tender, actor)} - set(given)
        declaration = tendering.declare_conflict(
            actor=actor, tender_id=tender_id, conflict=conflict or any(given.values()), note=note
        )
        if missing:
            raise ValidationError({f"company_{pk}": _("Answer for this bidder, too.") for pk in sorted(missing)})
        known = {company.pk for company in bidders(tender)}
        for company in sorted(known & set(given)):
            row = BidderDeclaration.objects.filter(tender=tender, user=actor, company=company).first()
            row = row or BidderDeclaration(tender=tender, user=actor, company_id=company)
            row.conflict, row.declared_at = given[company], declaration.declared_at
            row.full_clean()
            row.save()
        if found := connections(tender, actor):
            data = {"companies": [one.company_id for one in found], "signs": sorted({one.kind for one in found})}
            audit.record(tender.chain, "conflict.found", actor=actor, at=declaration.declared_at, data=data)
    return declaration


def _begin_scoring(actor: User, tender_id: int) -> tuple[Tender, datetime, PanelMember]:
    tender, now = begin(actor, tender_id, "score")
    member = PanelMember.objects.filter(tender=tender, user=actor).first()
    if member is None:
        refuse("not_on_panel", _("You are not on the panel of this tender."), 403)
    declaration = declared(tender, actor)
    conflict = declaration is not None and declaration.conflict
    handed_in = member.submitted_at is not None
    require(decide_score(declaration is not None, conflict, handed_in, is_closed(tender), connected(tender, actor)))
    require(decide_names(tender, actor))
    return tender, now, member


def give_scores(*, actor: User, tender_id: int, scores: Sequence[Mapping[str, Any]]) -> int:
    """Store own scores {"bid_id", "lot", "criterion", "value", "comment"}, all or none; returns how many.

    Only quality criteria are scored by people; 0 to 10, at most two decimals, each with a comment. Raises
    ValidationError with the place of every fault ("scores[2].value").
    """
    with audit.in_transaction():
        tender, now, _member = _begin_scoring(actor, tender_id)
        rows, errors = _parse(tender, scores)
        if errors:
            raise ValidationError(errors)
        Score.objects.bulk_create(
            [
                Score(**cell.ids, value=value, comment=comment, evaluator=actor, at=now)
                for cell, (value, comment) in rows.items()
            ],
            update_conflicts=True,
            update_fields=["value", "comment", "at"],
            unique_fields=["bid", "lot", "criterion", "evaluator"],
        )
        audit.record(tender.chain, "scores.given", actor=actor, at=now, data={"count": len(rows)})
    return len(rows)


def _parse(
    tender: Tender, scores: Sequence[Mapping[str, Any]]
) -> tuple[dict[Cell, tuple[Decimal, str]], dict[str, str]]:
    """Cells with value and comment, and the faults by place. A bid is named by its id or its number."""
    known = {(name, cell.lot, cell.criterion): cell for cell in cells(tender) for name in (str(cell.bid_id), cell.bid)}
    rows: dict[Cell, tuple[Decimal, str]] = {}
    errors: dict[str, str] = {}
    for index, given in enumerate(scores):
        path = f"scores[{index}]"
        cell = known.get((str(given.get("bid_id")), str(given.get("lot")), str(given.get("criterion"))))
        value, comment = _score(given.get("value")), str(given.get("comment") or "").strip()
        if cell is None:
            errors[path] = _("There is nothing to score for this bid, lot and criterion.")
        elif cell in rows:
            errors[path] = _("This is scored twice.")
        if value is None:
            errors[f"{path}.value"] = _("Give a score from 0 to 10 with at most two decimals.")
        if not comment:
            errors[f"{path}.comment"] = _("Give a reason for the score, with the page it refers to.")
        if cell is not None and value is not None:
            rows[cell] = (value, comment)
    return rows, errors


def _score(value: Any) -> Decimal | None:
    """A score of the scale, from text, whole number or Decimal; None if it is none."""
    if isinstance(value, bool | float):
        return None
    try:
        score = Decimal(str(value))
    except InvalidOperation:
        return None
    if not score.is_finite() or not 0 <= score <= SCORE_MAXIMUM or score != round(score, 2):
        return None
    return score


def submit_scores(*, actor: User, tender_id: int) -> PanelMember:
    """Hand in one's own scores; complete for every bid that is not out already, and unchangeable from then on."""
    with audit.in_transaction():
        tender, now, member = _begin_scoring(actor, tender_id)
        missing = len(open_cells(tender, actor))
        if missing:
            refuse("scores_incomplete", _("%(count)d scores are still missing.") % {"count": missing})
        member.submitted_at = now
        member.full_clean()
        member.save()
        audit.record(tender.chain, "scores.handed_in", actor=actor, at=now, data={"member": member.pk})
    return member


def _begin_moderation(actor: User, tender_id: int) -> tuple[Tender, datetime]:
    tender, now = begin(actor, tender_id, "moderate")
    declaration = declared(tender, actor)
    conflict = declaration is not None and declaration.conflict
    require(decide_score(declaration is not None, conflict, False, False, connected(tender, actor)))
    members = list(PanelMember.objects.filter(tender=tender))
    handed_in = bool(members) and all(member.submitted_at for member in members)
    require(decide_moderate(handed_in, is_closed(tender)))
    require(decide_names(tender, actor))
    return tender, now


def set_consensus(
    *, actor: User, bid_id: UUID, lot_code: str, criterion_code: str, value: Any, reason: str
) -> Consensus:
    """Record the score the panel agreed on, with its reason; the single scores stay. Correctable until closing."""
    with audit.in_transaction():
        tender, now = _begin_moderation(actor, tender_of_bid(bid_id))
        bid, lot = opened_bid(bid_id, tender), lot_of(tender, lot_code)
        criterion = Criterion.objects.filter(tender=tender, code=criterion_code).first()
        if criterion is None or not Score.objects.filter(bid=bid, lot=lot, criterion=criterion).exists():
            raise ValidationError({"criterion_code": _("There is nothing to score for this bid, lot and criterion.")})
        score = _score(value)
        if score is None:
            raise ValidationError({"value": _("Give a score from 0 to 10 with at most two decimals.")})
        key = {"bid": bid, "lot": lot, "criterion": criterion}
        consensus = Consensus.objects.filter(**key).first() or Consensus(**key)
        consensus.value, consensus.reason = score, words(reason, "reason")
        consensus.moderated_by, consensus.at = actor, now
        consensus.full_clean()
        consensus.save()
        data = {"lot": lot_code, "criterion": criterion_code, "score": str(score), "reason": consensus.reason}
        audit.record(tender.chain, "scores.moderated", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return consensus


def _may_be_restored(tender: Tender) -> bool:
    """A quality part that could not be opened: once the scores are closed it never can be."""
    return Bid.objects.mendable().filter(tender=tender, round=tender.round, opened_at=None).exists()


def close_panel(*, actor: User, tender_id: int) -> PanelLock:
    """The chair closes the panel; refused while scores lie far apart without an agreed one."""
    with audit.in_transaction():
        tender, now = _begin_moderation(actor, tender_id)
        apart = [spread.cell for spread in spreads(tender) if spread.is_missing]
        if apart:
            names = ", ".join(f"{cell.bid} {cell.lot} {cell.criterion}" for cell in apart[:5])
            refuse("consensus_missing", _("The panel has to agree on a score first: %(names)s.") % {"names": names})
        if tender.two_envelopes and _may_be_restored(tender):
            refuse("damaged_bid_open", DAMAGED_OPEN)
        lock = PanelLock(tender=tender, locked_at=now, locked_by=actor)
        lock.full_clean()
        lock.save()
        if tender.two_envelopes:
            tendering.close_scores(tender, now)
        audit.record(tender.chain, "panel.closed", actor=actor, at=now)
    return lock
