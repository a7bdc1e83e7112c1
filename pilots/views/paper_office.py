"""Council papers for the office: compose, issue, withdraw, record the vote, answer. Each post is one action."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import Decision, require
from accounts.holders import holders
from accounts.lifecycle import Role
from evaluation.award_steps import awaits_vote
from pilots import actions
from pilots.models import CouncilPaper, PaperComment
from pilots.paper_forms import AnswerForm, PaperForm, VoteForm, WithdrawForm
from pilots.papers.compose import compose, default_wording, require_stage
from pilots.papers.lifecycle import OPEN_OUTCOMES, State, decide
from pilots.papers.readers import Reader, find, vote_of
from pilots.papers.rendering import markup
from pilots.views.access import find_pilot, for_staff, person
from pilots.views.papers import about_of
from tendering.forms.faults import add_faults
from tendering.views.access import find_tender
from tendering.views.officer_view import navigation_of

either = require_http_methods(["GET", "HEAD", "POST"])


@either
@for_staff
def tender_paper(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The award paper of a tender."""
    tender, now = find_tender(request, tender_id)
    status = tender.status(now)
    require(_may_write(request, tender.buyer_id))
    new = CouncilPaper(kind="award", tender=tender, municipality=tender.buyer)
    if (out := _waiting(new)) is not None:
        return redirect("paper", out.pk)
    paper = _paper(request, new, now)
    frame = {"tender": tender, "status": status, "navigation": navigation_of(request, tender, status, now)}
    return _compose(request, paper, now, {"tender_id": tender.pk}, frame)


@either
@for_staff
def pilot_paper(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The paper of an analysed pilot."""
    pilot, now = find_pilot(request, pilot_id)
    require(_may_write(request, pilot.municipality_id))
    timezone.activate(ZoneInfo(pilot.municipality.time_zone))
    new = CouncilPaper(kind="pilot", pilot=pilot, municipality=pilot.municipality)
    if (out := _waiting(new)) is not None:
        return redirect("paper", out.pk)
    paper = _paper(request, new, now)
    return _compose(request, paper, now, {"pilot_id": pilot.pk}, {"pilot": pilot})


def _may_write(request: HttpRequest, municipality_id: int) -> Decision:
    return decide("edit", State.DRAFT, person(request).roles_in(municipality_id))


def _paper(request: HttpRequest, new: CouncilPaper, now: datetime) -> CouncilPaper:
    """The paper being written, or a new one with what the form offers."""
    found = _versions(new).filter(issued_at=None, withdrawn_at=None).select_related("municipality").first()
    if found is not None:
        found.tender, found.pilot = new.tender, new.pilot
        return found
    require_stage(new, now)
    new.language, new.created_by = new.municipality.language, person(request)
    new.body, new.session_at = _default_body(new), _default_session(new, now)
    new.wording = default_wording(new, now)
    return new


def _waiting(new: CouncilPaper) -> CouncilPaper | None:
    """The version that is out: nothing is written beside it, nor after it was accepted for all that can be decided."""
    newest: CouncilPaper | None = _versions(new).select_related("vote").first()
    if newest is None or newest.issued_at is None or newest.withdrawn_at is not None:
        return None
    vote = vote_of(newest)
    if vote is None:
        return newest
    return None if vote.outcome in OPEN_OUTCOMES or awaits_vote(new.tender) else newest


def _versions(paper: CouncilPaper) -> Any:
    return CouncilPaper.objects.filter(tender=paper.tender, pilot=paper.pilot).order_by("-version")


def _default_body(paper: CouncilPaper) -> str:
    """Named in the tender or promise, else the municipality's council."""
    if paper.pilot is not None:
        named = paper.pilot.registration.get("deciding_body") or ""
    else:
        named = paper.tender.council.get("competent_body") or "" if paper.tender else ""
    council = str(paper.municipality.details.get("council", "")).partition(" (")[0]
    return str(named or council)[:120]


def _default_session(paper: CouncilPaper, now: datetime) -> datetime:
    """Three weeks from now in the evening; papers go out two to three weeks before."""
    zone = ZoneInfo(paper.municipality.time_zone)
    return datetime.combine((now.astimezone(zone) + timedelta(days=21)).date(), time(18), zone)


def _compose(
    request: HttpRequest, paper: CouncilPaper, now: datetime, about: dict[str, int], frame: dict[str, Any]
) -> HttpResponse:
    initial = PaperForm.initial_of(paper)
    form = PaperForm(request.POST or None, initial=initial)
    is_draft = not paper._state.adding
    if request.method == "POST" and form.is_valid():
        try:
            # what was changed is looked at once more before it goes out
            if request.POST.get("act") == "issue" and is_draft and not form.has_changed():
                return _issue(request, paper)
            actions.draft_paper(actor=person(request), fields=form.cleaned_data, **about)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Saved. Look at both versions below, then issue the paper."))
            return redirect(request.path)
    versions = list(_versions(paper).exclude(issued_at=None))
    context: dict[str, Any] = {**frame, "now": now, "form": form, "about": about_of(paper), "earlier": versions}
    context["draft"] = paper if is_draft else None
    if is_draft:
        composed = compose(paper, now)
        context["full"] = markup(paper, composed.full, heading=3, key="f")
        context["public"] = markup(paper, composed.public, heading=3, key="p")
        context["members"] = _members(paper, now)
    return render(request, "pilots/papers/compose.html", context, status=422 if form.errors else 200)


def _members(paper: CouncilPaper, now: datetime) -> int:
    return holders(paper.municipality_id, [Role.COUNCIL_MEMBER], now).count()


def _issue(request: HttpRequest, paper: CouncilPaper) -> HttpResponse:
    actions.issue_paper(actor=person(request), paper_id=paper.pk)
    messages.success(request, _("Issued. The council has been told."))
    return redirect("paper", paper.pk)


@either
@for_staff
def paper_vote(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """The clerk writes down what was decided."""
    reader = _for_act(request, paper_id, "vote")
    paper = reader.paper
    initial = {"decided_at": paper.session_at, "wording": paper.wording}
    form = VoteForm(request.POST or None, initial=initial, kind=paper.kind)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_vote(actor=person(request), paper_id=paper.pk, **form.cleaned_data)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("paper", paper.pk)
    lead = _("You write down what was decided, as its clerk. It is final; outcome and votes are public at once.")
    return _act(request, reader, form, _("Record the decision"), lead, _("Record the decision"))


@either
@for_staff
def paper_withdraw(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Take it back, with a reason for the file."""
    reader = _for_act(request, paper_id, "withdraw")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            following = actions.withdraw_paper(actor=person(request), paper_id=paper_id, **form.cleaned_data)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Withdrawn. The next version has the same texts; change what was wrong."))
            return redirect("tender_paper" if following.tender_id else "pilot_paper",
                            following.tender_id or following.pilot_id)  # fmt: skip
    lead = _("The paper is no longer shown, the council is told, and a new version begins with the same texts. "
             "The reason stands in the file.")  # fmt: skip
    return _act(request, reader, form, _("Withdraw the paper"), lead, _("Withdraw and write a new version"))


@either
@for_staff
def paper_answer(request: HttpRequest, paper_id: UUID, comment_id: int) -> HttpResponse:
    """Answer a council member."""
    reader = _for_act(request, paper_id, "answer")
    comment = get_object_or_404(PaperComment, pk=comment_id, paper=reader.paper)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_comment(actor=person(request), comment_id=comment.pk, text=form.cleaned_data["answer"])
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Answered. The whole council reads it."))
            return redirect("paper", paper_id)
    lead = _("Everybody of the council reads your answer; the public does not.")
    return _act(request, reader, form, _("Answer"), lead, _("Send the answer"), quote=comment.text)


def _for_act(request: HttpRequest, paper_id: UUID, act: str) -> Reader:
    """The paper for an act of the office: 404 for outsiders, refused with its sentence otherwise."""
    reader = find(request.user, paper_id)
    if not reader.is_insider:
        raise Http404
    require(reader.may(act))
    timezone.activate(ZoneInfo(reader.paper.municipality.time_zone))
    return reader


def _act(
    request: HttpRequest, reader: Reader, form: Any, heading: str, lead: str, submit: str, quote: str = ""
) -> HttpResponse:
    context = {
        "paper": reader.paper, "about": about_of(reader.paper), "form": form, "heading": heading, "lead": lead,
        "submit": submit, "quote": quote,
    }  # fmt: skip
    return render(request, "pilots/papers/act.html", context, status=422 if form.errors else 200)
