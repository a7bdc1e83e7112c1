"""What the buyer's people see on their own tender: the second navigation and what to do now."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.lifecycle import Role
from tendering import actions, panels
from tendering.lifecycle import RELEASERS, Status
from tendering.models import INVITED_ONLY, WITH_CALL, Amendment, Stage, Tender
from tendering.panels import Entry, NextStep
from tendering.views.access import may, may_hand_over, roles_at


def navigation_of(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> list[Entry]:
    """Only the entries this person may use now."""
    entries = [Entry(_("Overview"), reverse("tender_detail", args=[tender.pk]))]
    if may(request, tender, "edit", now):
        entries.append(Entry(_("Edit"), reverse("tender_edit_what", args=[tender.pk])))
    if (
        (tender.procedure_type in WITH_CALL or tender.stage)
        and not tender.is_call
        and may(request, tender, "prepare", now)
    ):
        entries.append(Entry(_("Call for candidates"), reverse("tender_call", args=[tender.pk])))
    if tender.procedure_type in INVITED_ONLY and may(request, tender, "invite", now):
        entries.append(Entry(_("Invited companies"), reverse("tender_invite", args=[tender.pk])))
    if status == Status.PREPARED and roles_at(request, tender) & RELEASERS:
        entries.append(Entry(_("Release"), reverse("tender_release", args=[tender.pk])))
    if status not in {Status.DRAFT, Status.PREPARED}:
        entries.append(Entry(_("Questions"), reverse("tender_questions", args=[tender.pk])))
    if status == Status.OPEN and roles_at(request, tender) & RELEASERS:
        entries.append(Entry(_("Deadline"), reverse("tender_extend", args=[tender.pk])))
    if may(request, tender, "correct", now):
        entries.append(Entry(_("Correct"), reverse("tender_correct", args=[tender.pk])))
    for more in panels.navigation:
        entries += more(request, tender, status, now)
    entries.append(Entry(_("Who does what"), reverse("who_does_what", args=[tender.pk])))
    if may_hand_over(request, tender, now):
        entries.append(Entry(_("Hand over"), reverse("tender_hand_over", args=[tender.pk])))
    if may(request, tender, "cancel", now):
        entries.append(Entry(_("Cancel the procedure"), reverse("tender_cancel", args=[tender.pk])))
    return entries


def next_step_of(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> NextStep | None:
    """The one thing this person should do now; upper apps speak first, silence means there is nothing."""
    for step in panels.next_steps:
        if found := step(request, tender, status, now):
            return found
    own = STEPS.get(status)
    return own(request, tender, now) if own else None


def _draft(request: HttpRequest, tender: Tender, now: datetime) -> NextStep | None:
    if not may(request, tender, "edit", now):
        return NextStep(_("This draft is still being written."))
    if Role.OFFICER not in roles_at(request, tender):
        sentence = _("Describe the need, then hand it over: the procurement office goes on from there.")
        return NextStep(sentence, reverse("tender_edit_what", args=[tender.pk]), _("Continue the draft"))
    if not tender.stage and tender.procedure_type in WITH_CALL:
        page = reverse("tender_call", args=[tender.pk])
        return NextStep(
            _("In this kind of procedure companies apply first: begin the call for candidates."), page, _("To the call")
        )
    if tender.stage == Stage.BIDS and (step := _call_first(tender, now)):
        return step
    sentence = _("This is a draft. Nobody outside your organisation can see it.")
    return NextStep(sentence, reverse("tender_edit_what", args=[tender.pk]), _("Continue the draft"))


def _call_first(tender: Tender, now: datetime) -> NextStep | None:
    """The stage of bids waits for its candidates; None once they are invited."""
    call = Tender.objects.get(bid_stage=tender)
    page = reverse("tender_detail", args=[call.pk])
    if call.cancelled_at:
        return NextStep(_("The call for candidates was cancelled. Copy this draft to begin a new procedure."))
    if call.status(now) in {Status.DRAFT, Status.PREPARED}:
        return NextStep(
            _("Companies apply first: the call for candidates is not published yet."), page, _("To the call")
        )
    if call.candidates_decided_at is None:
        sentence = _("The call for candidates is running. Meanwhile you can finish the documents of the bids.")
        return NextStep(sentence, page, _("To the call"))
    return NextStep(
        _("The candidates are decided. Set the dates for bids and hand over; the selected are told at the release."),
        reverse("tender_edit_when", args=[tender.pk]), _("Set the dates"),
    )  # fmt: skip


def _prepared(request: HttpRequest, tender: Tender, now: datetime) -> NextStep | None:
    if tender.prepared_by_id == request.user.pk:
        return NextStep(_("You handed this tender over. A second person must now read and release it."))
    if not roles_at(request, tender) & RELEASERS:
        return NextStep(_("This tender waits for a second person to release it."))
    return NextStep(
        _("This tender waits for you: read it as the public will, then release it or send it back."),
        reverse("tender_release", args=[tender.pk]), _("Check and release"),
    )  # fmt: skip


def _open(request: HttpRequest, tender: Tender, now: datetime) -> NextStep | None:
    roles = roles_at(request, tender)
    waiting = [amendment for amendment in actions.pending_amendments(tender) if amendment.by_id != request.user.pk]
    if waiting and roles & RELEASERS:
        return _second_person(tender, waiting[0])
    if Role.OFFICER in roles and (proposal := actions.open_proposal(tender)):
        url = reverse("tender_proposal", args=[tender.pk, proposal.pk])
        return NextStep(
            _("This platform was disturbed before the deadline. It proposes a later one."), url, _("Read the proposal")
        )
    count = tender.questions.filter(answered_at=None).count()
    if count and Role.OFFICER in roles:
        sentence = ngettext("%(n)d question waits for an answer.", "%(n)d questions wait for an answer.", count) % {
            "n": count
        }
        return NextStep(sentence, reverse("tender_questions", args=[tender.pk]), _("Answer now"))
    if tender.is_call:
        return NextStep(_("Requests to participate stay sealed. There is nothing to do until the deadline."))
    return NextStep(_("Bids are coming in and stay sealed. There is nothing to do until the deadline."))


def _second_person(tender: Tender, amendment: Amendment) -> NextStep:
    """What somebody else asked for and this person may approve."""
    if amendment.kind == Amendment.Kind.CORRECTION:
        url = reverse("tender_correction", args=[tender.pk, amendment.pk])
        return NextStep(_("A correction was asked for and needs a second person."), url, _("Check the correction"))
    url = reverse("tender_extension", args=[tender.pk, amendment.pk])
    return NextStep(_("A later deadline was asked for and needs a second person."), url, _("Check the later deadline"))


def _closed(request: HttpRequest, tender: Tender, now: datetime) -> NextStep | None:
    if tender.is_call:
        return NextStep(_("The deadline has passed. Two openers now open the requests together."))
    return NextStep(_("The deadline has passed. Two openers now open the bids together."))


def _selected(request: HttpRequest, tender: Tender, now: datetime) -> NextStep | None:
    page = reverse("tender_detail", args=[tender.bid_stage_id])
    return NextStep(_("The candidates are decided. The procedure goes on with the bids."), page, _("To the bids"))


STEPS: dict[Status, Callable[[HttpRequest, Tender, datetime], NextStep | None]] = {
    Status.DRAFT: _draft,
    Status.PREPARED: _prepared,
    Status.SCHEDULED: lambda request, tender, now: NextStep(
        _("Released. It becomes public by itself at the planned moment.")
    ),
    Status.OPEN: _open,
    Status.CLOSED: _closed,
    Status.SELECTED: _selected,
}
