"""Bidders after the award: they ask for reasons and complain; the office answers within its clocks."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from bids.models import Bid
from evaluation.actions.access import begin, tell_office, words
from evaluation.award_rules import profile_of
from evaluation.models import Complaint, DebriefRequest, Letter
from tendering.locking import lock_tender_at
from tendering.models import Tender
from tendering.rules.rows import rule_book
from tendering.zones import zone_of

ANSWER_DAYS = 15


def rule_days(tender: Tender, phase: str, day: date, default: int | None = None) -> int | None:
    """Days of a bidder's clock by the rule book; rows of EU procedures only where the profile has a standstill."""
    rules, book = profile_of(tender), rule_book()
    if rules is None or not rules.statutes:
        return default
    for procedure in ("any", "any_eu") if rules.standstill_days else ("any",):
        if (row := book.check_period(procedure, phase, "default", day)) is not None:
            return row.days
    return default


def ask_for_reasons(*, actor: User, letter_id: UUID, text: str) -> DebriefRequest:
    """A bidder wants to know more than its letter says; the office has 15 days (R59)."""
    with audit.in_transaction():
        letter = Letter.objects.filter(pk=letter_id).first()
        if letter is None or not actor.has_role(letter.company_id, *PROVIDER_ROLES):
            raise Http404
        tender, now = lock_tender_at(letter.tender_id)
        days = rule_days(tender, "debrief_on_request", now.date(), ANSWER_DAYS) or ANSWER_DAYS
        request = DebriefRequest(
            letter=letter, asked_at=now, asked_by=actor, text=words(text, "text"), due_at=now + timedelta(days=days)
        )
        request.full_clean()
        request.save()
        key = f"reasons:{request.pk}"
        tell_office(tender, now, key=key, page=_complaints(tender), subject=_ASKED, body=_ASKED_TEXT)
        data = {"request": request.pk, "letter": str(letter.pk), "due_at": audit.stamp(request.due_at)}
        audit.record(tender.chain, "reasons.asked", actor=actor, at=now, data=data)
    return request


def answer_reasons(*, actor: User, request_id: int, text: str) -> DebriefRequest:
    """The office answers once; the company reads it on its explanation page."""
    with audit.in_transaction():
        found = DebriefRequest.objects.filter(pk=request_id).values_list("letter__tender", flat=True).first()
        if found is None:
            raise Http404
        tender, now = begin(actor, found, "answer_bidders")
        request = DebriefRequest.objects.select_related("letter__company").get(pk=request_id)
        if request.answered_at:
            refuse("answered_already", _("This has been answered already."))
        request.answer, request.answered_at, request.answered_by = words(text, "text"), now, actor
        request.full_clean()
        request.save()
        url = f"/bids/{request.letter.bid_id}/debrief/"
        _tell_company(tender, request.letter.company, now, f"reasons_answered:{request.pk}", _ANSWERED, url)
        data = {"request": request.pk, "letter": str(request.letter_id)}
        audit.record(tender.chain, "reasons.answered", actor=actor, at=now, data=data)
    return request


def complaining_company(actor: User, tender: Tender) -> Organization | None:
    """The actor's company that takes part in the procedure: with a bid, or invited."""
    mine = actor.organizations_with(*PROVIDER_ROLES)
    bid = Bid.objects.filter(tender=tender, company__in=mine).select_related("company").first()
    if bid is not None:
        return bid.company
    invitation = tender.invitations.filter(provider__in=mine).select_related("provider").first()
    return invitation.provider if invitation else None


def file_complaint(*, actor: User, tender_id: int, text: str, known_on: date) -> Complaint:
    """A company that takes part says that a rule was broken, and since when it has known (R82)."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        company = complaining_company(actor, tender)
        if company is None:
            raise Http404
        if known_on > now.astimezone(zone_of(tender.buyer)).date():
            raise ValidationError({"known_on": _("This day lies in the future.")})
        complaint = Complaint(
            tender=tender, company=company, filed_at=now, filed_by=actor, known_on=known_on, text=words(text, "text")
        )
        complaint.full_clean()
        complaint.save()
        key = f"complaint:{complaint.pk}"
        tell_office(tender, now, key=key, page=_complaints(tender), subject=_COMPLAINT, body=_COMPLAINT_TEXT)
        data = {"complaint": complaint.pk, "known_on": known_on.isoformat()}
        audit.record(tender.chain, "complaint.filed", actor=actor, at=now, data=data)
    return complaint


def is_late(complaint: Complaint, tender: Tender) -> bool:
    """Whether it came later than the days a bidder has after learning of the breach; a hint, never a refusal."""
    filed = complaint.filed_at.astimezone(zone_of(tender.buyer)).date()
    days = rule_days(tender, "complaint_ruege", filed)
    return days is not None and filed > complaint.known_on + timedelta(days=days)


def answer_complaint(*, actor: User, complaint_id: int, text: str, remedied: bool) -> Complaint:
    """The office answers once: remedied, or not; then the days to the review body begin where there is one."""
    with audit.in_transaction():
        found = Complaint.objects.filter(pk=complaint_id).values_list("tender_id", flat=True).first()
        if found is None:
            raise Http404
        tender, now = begin(actor, found, "answer_bidders")
        complaint = Complaint.objects.select_related("company").get(pk=complaint_id)
        if complaint.answered_at:
            refuse("answered_already", _("This has been answered already."))
        complaint.answer, complaint.answered_at, complaint.answered_by = words(text, "text"), now, actor
        complaint.remedied = remedied
        today = now.astimezone(zone_of(tender.buyer)).date()
        days = rule_days(tender, "review_application", today)
        complaint.review_until = today + timedelta(days=days) if days and not remedied else None
        complaint.full_clean()
        complaint.save()
        _tell_company(
            tender, complaint.company, now, f"complaint_answered:{complaint.pk}", _ANSWERED, _complaints(tender)
        )
        data = {"complaint": complaint.pk, "remedied": remedied}
        audit.record(tender.chain, "complaint.answered", actor=actor, at=now, data=data)
    return complaint


_ASKED = gettext_lazy("A bidder asks for reasons: %(title)s")
_ASKED_TEXT = gettext_lazy("A bidder wants to know more about the decision. The days for the answer have begun.")
_COMPLAINT = gettext_lazy("Complaint of a bidder: %(title)s")
_COMPLAINT_TEXT = gettext_lazy("A bidder says that a rule was broken. Answer before the contract is signed.")
_ANSWERED = gettext_lazy("The buyer has answered: %(title)s")
_ANSWERED_TEXT = gettext_lazy("There is an answer to what you wrote. Sign in to read it.")


def _complaints(tender: Tender) -> str:
    return f"/tenders/{tender.pk}/complaints/"


def _tell_company(tender: Tender, company: Organization, now: datetime, key: str, subject: Promise, url: str) -> None:
    for person in holders(company, PROVIDER_ROLES, now):
        with outbox.in_language_of(person):
            outbox.tell(
                person, key=key, kind="award_letter", at=now, subject=str(subject) % {"title": tender.title},
                body=str(_ANSWERED_TEXT), url=url, chain=tender.chain,
            )  # fmt: skip
