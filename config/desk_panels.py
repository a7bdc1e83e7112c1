"""What each role has to do, read from where the procedures stand. Put on the desk when the project starts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import desk
from accounts.desk import Task
from accounts.lifecycle import Role
from accounts.models import User
from bids.models import Bid, Draft
from evaluation.models import PanelMember
from tendering.lifecycle import RELEASERS, Status
from tendering.models import Amendment, Approval, Tender

SHOWN = 20


def install() -> None:
    """Register the panels, each once."""
    for panel in (preparation, release, publication, opening, panel_work, evaluation, bidding, offers):
        if panel not in desk.panels:
            desk.panels.append(panel)


def preparation(user: User, now: datetime) -> Iterator[Task]:
    """Own buyers' drafts, for the officer."""
    drafts = _tenders(user, {Role.OFFICER}, now).filter(status_now=Status.DRAFT)
    for tender in drafts.order_by("-created_at")[:SHOWN]:
        title = _("Finish preparing: %(tender)s") % {"tender": tender.title}
        yield Task(title, _address(["tender_edit_what", "tender_detail"], tender.pk), None, _("In preparation"))


def release(user: User, now: datetime) -> Iterator[Task]:
    """What waits for a second person, who must not be the one that asked."""
    waiting = _tenders(user, RELEASERS, now).filter(status_now=Status.PREPARED).exclude(prepared_by=user)
    for tender in waiting.order_by("prepared_at")[:SHOWN]:
        title = _("Check and release: %(tender)s") % {"tender": tender.title}
        yield Task(title, _address(["tender_release", "tender_detail"], tender.pk), None, _("Second person"))
    buyers = user.organizations_with(*RELEASERS)
    extensions = Amendment.objects.filter(tender__buyer__in=buyers, approved_at=None, tender__tender_period_end__gt=now)
    for amendment in extensions.exclude(by=user).select_related("tender")[:SHOWN]:
        title = _("Release the new deadline: %(tender)s") % {"tender": amendment.tender.title}
        url = _address(["tender_extension"], amendment.tender_id, amendment.pk)
        url = url or _address(["tender_detail"], amendment.tender_id)
        yield Task(title, url, amendment.tender.tender_period_end, _("Second person"))
    awards = Approval.objects.filter(tender__buyer__in=buyers, kind="award", approved_at=None)
    for approval in awards.exclude(requested_by=user).select_related("tender")[:SHOWN]:
        title = _("Decide on the award: %(tender)s") % {"tender": approval.tender.title}
        yield Task(title, _address(["evaluation_award", "evaluation_result", "tender_detail"], approval.tender_id),
                   None, _("Second person"))  # fmt: skip


def publication(user: User, now: datetime) -> Iterator[Task]:
    """Questions that nobody has answered, due before bidders run out of time."""
    asked = _tenders(user, {Role.OFFICER}, now).filter(status_now=Status.OPEN)
    asked = asked.annotate(unanswered=Count("questions", filter=Q(questions__answered_at=None)))
    for tender in asked.filter(unanswered__gt=0).order_by("tender_period_end")[:SHOWN]:
        title = ngettext("Answer %(n)s question: %(tender)s", "Answer %(n)s questions: %(tender)s", tender.unanswered)
        url = _address(["tender_questions", "tender_detail"], tender.pk)
        due = min(filter(None, [tender.enquiry_period_end, tender.tender_period_end]))
        yield Task(title % {"n": tender.unanswered, "tender": tender.title}, url, due, _("Open for bids"))


def opening(user: User, now: datetime) -> Iterator[Task]:
    """Tenders whose deadline has passed, for their openers."""
    closed = _tenders(user, {Role.OPENER}, now).filter(status_now=Status.CLOSED)
    for tender in closed.order_by("tender_period_end")[:SHOWN]:
        title = _("Open the bids together: %(tender)s") % {"tender": tender.title}
        due = tender.opening_planned_at or tender.tender_period_end
        url = _address(["opening", "bid_opening", "tender_opening", "tender_detail"], tender.pk)
        yield Task(title, url, due, _("Opening"))


def panel_work(user: User, now: datetime) -> Iterator[Task]:
    """Bids to score, for members of a panel who have not handed in."""
    seats = PanelMember.objects.filter(user=user, submitted_at=None, tender__opened_at__lte=now)
    seats = seats.filter(tender__awarded_at=None, tender__cancelled_at=None).select_related("tender")
    for seat in seats[:SHOWN]:
        title = _("Score the bids: %(tender)s") % {"tender": seat.tender.title}
        url = _address(["scoring", "evaluation_scores", "evaluation_score", "tender_detail"], seat.tender_id)
        yield Task(title, url, None, _("Evaluation"))


def evaluation(user: User, now: datetime) -> Iterator[Task]:
    """Opened procedures without an award, for officer and panel chair."""
    opened = _tenders(user, {Role.OFFICER, Role.PANEL_CHAIR}, now).filter(status_now=Status.EVALUATION)
    for tender in opened.order_by("opened_at")[:SHOWN]:
        title = _("Evaluate the bids: %(tender)s") % {"tender": tender.title}
        url = _address(["evaluation", "evaluation_overview", "evaluation_result", "tender_detail"], tender.pk)
        yield Task(title, url, None, _("Evaluation"))


def bidding(user: User, now: datetime) -> Iterator[Task]:
    """Drafts of the own company that can still become a bid."""
    companies = user.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
    if not companies:
        return
    drafts = Draft.objects.filter(company__in=companies, tender__tender_period_end__gt=now, tender__cancelled_at=None)
    for draft in drafts.select_related("tender").order_by("tender__tender_period_end")[:SHOWN]:
        title = _("Finish and hand in the bid: %(tender)s") % {"tender": draft.tender.title}
        url = _address(["bid_draft", "draft", "bid_edit"], draft.pk) or _address(["tender_detail"], draft.tender_id)
        yield Task(title, url, draft.tender.tender_period_end, _("My bids"))


def offers(user: User, now: datetime) -> Iterator[Task]:
    """What may be done at any time."""
    if user.organizations_with(Role.OFFICER, Role.REQUESTER):
        yield Task(_("Prepare a new tender"), _address(["tender_new"]), offer=True, note=_("Four steps with a preview"))
    if companies := user.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN):
        live = Bid.objects.live().filter(company__in=companies).count()
        note = ngettext("%(n)s bid handed in", "%(n)s bids handed in", live) % {"n": live}
        if url := _address(["my_bids", "bid_list"]):
            yield Task(_("My bids"), url, offer=True, note=note)
    if url := _address(["tender_list"]):
        yield Task(_("Find tenders"), url, offer=True)
    if url := _address(["pilot_list"]):
        yield Task(_("Read about pilots"), url, offer=True)


def _tenders(user: User, roles: Iterable[str], now: datetime) -> QuerySet[Any]:
    """Tenders of the buyers where the person holds one of the roles, with their status."""
    return Tender.objects.filter(buyer__in=user.organizations_with(*roles)).with_status(now)


def _address(names: list[str], *arguments: Any) -> str:
    """Address of the first of these pages that exists, "" when none does."""
    for name in names:
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    return ""
