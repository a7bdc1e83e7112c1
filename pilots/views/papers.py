"""Council papers for readers: the list, a session, one paper; what council members write on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from evaluation.award_steps import awaits_vote
from pilots import actions
from pilots.models import CouncilPaper, PaperComment, PaperNote, Pilot
from pilots.paper_forms import CommentForm, NoteForm, PaperFilterForm
from pilots.papers import listing
from pilots.papers.lifecycle import OFFICE, State
from pilots.papers.readers import Reader, find, shown_vote
from pilots.papers.rendering import markup
from pilots.views.access import for_staff, person
from tendering.forms.faults import add_faults
from tendering.keyset import capped_total, page
from tendering.models import Tender

PER_PAGE = 40
View = Callable[..., HttpResponse]


def private_when_signed_in(view: View) -> View:
    """Never cached for people who are signed in: they may read what is not public."""
    fresh = never_cache(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (fresh if request.user.is_authenticated else view)(request, *args, **kwargs)

    return wrapped


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper being written, as the list names it."""

    title: str
    body: str
    language: str
    compose_url: str


@private_when_signed_in
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """Sessions with their papers, newest first; everybody finds by what everybody may read."""
    now = clock.now()
    everything = listing.issued(request.user, now)
    form = PaperFilterForm(request.GET)
    asked = {name: request.GET.get(name, "")[:200] for name in form.fields}
    for name, choices in (
        ("municipality", listing.municipalities(everything)),
        ("body", [(body, body) for body in listing.bodies(everything)]),
    ):
        form.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]  # a ChoiceField
    found = listing.chosen(
        everything, request.user, words=asked["q"], municipality=asked["municipality"], body=asked["body"]
    )
    try:
        shown = page(
            found, cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=("session_at", "created_at")
        )  # two papers are not created in the same microsecond: each is written under a lock
    except ValidationError:
        return redirect("papers")
    context = {
        "page": shown,
        "sessions": listing.sessions(shown.rows, request.user, now),
        "total": capped_total(found),
        "form": form,
        "in_use": any(asked.values()),
        "drafts": [_draft(paper) for paper in _own_drafts(request.user, now)],
    }
    return render(request, "pilots/papers/papers.html", context)


def _own_drafts(user: Any, now: Any) -> list[CouncilPaper]:
    if not isinstance(user, User) or not user.organizations_with(*OFFICE):
        return []
    return list(listing.drafts(user, now)[:20])


def _draft(paper: CouncilPaper) -> Draft:
    return Draft(about_of(paper).title, paper.body, paper.language, compose_url(paper))


def about_of(paper: CouncilPaper) -> Tender | Pilot:
    """The tender or pilot a paper is about."""
    found = paper.tender or paper.pilot
    assert found is not None
    return found


def compose_url(paper: CouncilPaper) -> str:
    """Where the office writes papers about the same thing."""
    if paper.tender_id:
        return reverse("tender_paper", args=[paper.tender_id])
    return reverse("pilot_paper", args=[paper.pilot_id])


@private_when_signed_in
@require_safe
def paper_session(request: HttpRequest, day: date, reference: str) -> HttpResponse:
    """A municipality's meetings of one day, with one file to take away."""
    now = clock.now()
    readers = listing.meeting(request.user, now, day, reference)
    town = readers[0].paper.municipality
    groups: dict[str, list[Reader]] = {}
    for reader in readers:
        groups.setdefault(reader.paper.body, []).append(reader)
    context = {
        "town": town,
        "day": day,
        "language": town.language,
        "readers": readers,
        "groups": list(groups.items()),
        "open": sum(reader.state == State.ISSUED for reader in readers),
        "file_url": _address("session_pdf", day, reference),
        "is_insider": any(reader.version == "full" for reader in readers),
    }
    return render(request, "pilots/papers/session.html", context)


@private_when_signed_in
@require_safe
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """One paper: what is to be decided first, then picture, table, money. Insiders may look as everybody does."""
    reader = find(request.user, paper_id, request.GET.get("version", ""))
    if reader.state == State.DRAFT or reader.paper.issued_at is None:
        return redirect(compose_url(reader.paper))
    return _paper_page(request, reader)


def _paper_page(request: HttpRequest, reader: Reader, **more: Any) -> HttpResponse:
    content, found = reader.content, reader.paper
    context = {
        "reader": reader,
        "paper": found,
        "about": about_of(found),
        "about_url": _about_url(request, reader),
        "day": listing.day_of(found),
        "fields": content["fields"],
        "content": markup(found, content),
        "vote": shown_vote(reader),
        "pdf_url": _address("paper_pdf", found.pk),
        **(_inside(reader) if reader.version == "full" else {}),
        **more,
    }
    return render(request, "pilots/papers/paper.html", context, status=422 if more else 200)


def _inside(reader: Reader) -> dict[str, Any]:
    """What only council, office and audit see below the paper."""
    found = reader.paper
    note = PaperNote.objects.filter(paper=found, user=reader.user).first()
    vote = reader.vote if reader.roles & OFFICE else None
    again = vote is not None and (vote.outcome != "accepted" or awaits_vote(found.tender))
    return {
        "comments": list(PaperComment.objects.filter(paper=found).select_related("author")),
        "comment_form": CommentForm(),
        "note_form": NoteForm(initial={"note": note.text if note else ""}),
        "may_vote": reader.may("vote"),
        "may_withdraw": reader.may("withdraw"),
        "may_comment": reader.may("comment"),
        "may_answer": reader.may("answer"),
        "may_note": reader.may("note"),
        "new_version_url": compose_url(found) if again else "",
    }


def _about_url(request: HttpRequest, reader: Reader) -> str:
    """The tender or pilot, where this person may see it."""
    found = reader.paper
    if found.pilot_id:
        return reverse("pilot_detail", args=[found.pilot_id])
    visible = Tender.objects.visible_to(request.user, reader.now).filter(pk=found.tender_id).exists()
    return reverse("tender_detail", args=[found.tender_id]) if visible else ""


def _address(name: str, *args: Any) -> str:
    """Where a file of the reports is taken from; "" without that room."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@require_POST
@for_staff
def paper_comment(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A question or comment."""
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            actions.comment_paper(actor=person(request), paper_id=paper_id, **form.cleaned_data)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Sent. Council and office read it."))
            return redirect(f"{reverse('paper', args=[paper_id])}#comments")
    reader = _full(request, paper_id)
    return _paper_page(request, reader, comment_form=form, form=form)


@require_POST
@for_staff
def paper_note(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A private note."""
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.note_paper(actor=person(request), paper_id=paper_id, text=form.cleaned_data["note"])
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Your note is kept."))
            return redirect(f"{reverse('paper', args=[paper_id])}#note")
    reader = _full(request, paper_id)
    return _paper_page(request, reader, note_form=form, form=form)


def _full(request: HttpRequest, paper_id: UUID) -> Reader:
    """The paper for somebody who writes on it; Http404 for those who read the public version only."""
    reader = find(request.user, paper_id)
    if reader.version != "full":
        raise Http404
    return reader
