"""The opening by two: before the deadline nothing is shown, then each releases the own part, then the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice
from accounts.decision import Refused, RefusedError
from accounts.evidence import canonical_bytes, digest
from accounts.holders import groups_of
from accounts.lifecycle import Role
from accounts.models import OpeningGroup, User
from bids import actions, keys
from bids.actions.opening import SESSION_LIFE, is_running, unfinished
from bids.actions.opening_access import key_for, may_use_recovery_key, recovery_key_of
from bids.actions.opening_failure import OF_THE_KEY
from bids.actions.opening_time import AFTERWARDS
from bids.actions.recovery_use import kind_now
from bids.actions.seal_check import checks_of
from bids.damage import reason
from bids.forms.acts import DeclarationForm, HandOverForm, ReleaseForm, with_only_error
from bids.group_rehearsals import Rehearsed, rehearsed
from bids.models import Bid, OpeningRelease, OpeningSession, TenderSeal
from bids.views.access import person, signed_in
from tendering import actions as tendering
from tendering.lifecycle import Status
from tendering.models import ConflictDeclaration, Tender
from tendering.views.access import find_tender, roles_at
from tendering.views.officer_view import navigation_of

READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.OPENER, Role.AUDITOR})
HIDDEN = frozenset({Status.DRAFT, Status.PREPARED, Status.SCHEDULED})


@dataclass
class Ceremony:
    """Where the opening of one tender stands, for one person."""

    tender: Tender
    status: Status
    now: datetime
    user: User
    is_opener: bool

    @cached_property
    def session(self) -> OpeningSession | None:
        """The session that runs now, if any."""
        running = [one for one in unfinished(self.tender) if is_running(one, self.now)]
        return running[-1] if running else None

    @property
    def phase(self) -> str:
        """ "bids" or "prices" while that can be opened now, "scoring" while prices wait for the scores, else ""."""
        if self.status == Status.CLOSED:
            return "bids"
        if self.status != Status.EVALUATION or not self.tender.prices_sealed:
            return ""
        return "prices" if self.tender.scores_closed_at else "scoring"

    @property
    def opens_with_recovery_key(self) -> bool:
        """Whether something is to be opened now: bids, prices, admitted late bids, restored ones."""
        afterwards = self.status == Status.EVALUATION and kind_now(self.tender) in AFTERWARDS
        return self.phase in {"bids", "prices"} or afterwards

    @property
    def seal(self) -> TenderSeal | None:
        """The seal that is opened next."""
        seals = actions.current_seals(self.tender)
        return (seals[-1] if self.phase in {"prices", "scoring"} else seals[0]) if seals else None

    def context(self) -> dict[str, Any]:
        """Everything the page shows; before the opening no number and no name of a bid is even asked for."""
        session = self.session
        seal = self.seal
        releases = list(session.releases.select_related("opener")) if session else []
        needed = seal.needed if seal else 2
        last = self._last_open(session)
        return {
            "tender": self.tender,
            "status": self.status,
            "phase": self.phase,
            "now": self.now,
            "is_opener": self.is_opener,
            "needed": needed,
            "session": session,
            "released": releases,
            "have_released": any(release.opener_id == self.user.pk for release in releases),
            "expires_at": session.started_at + SESSION_LIFE if session else None,
            "declaration": ConflictDeclaration.objects.filter(tender=self.tender, user=self.user).first(),
            "has_key": bool(seal and key_for(self.user, seal)),
            "assisted": keys.assisted_allowed(self.tender.buyer),
            "all_here": bool(session) and len(releases) >= needed,
            "state": state_of(self.tender, session, len(releases)),
            "went_through_server": self._went_through_server(releases),
            "seal": seal,
            "checks": checks_of(self.tender, seal) if seal and self.status == Status.OPEN else [],
            "expired": session is None and last is not None and last.started_at <= self.now - SESSION_LIFE,
            "failure": last.failure if last and last.failure.get("code") in OF_THE_KEY else {},
            "rehearsed": self._rehearsed() if seal and self.status == Status.OPEN else None,
            "guard_ends": self._guard_ends(),
            "may_recover": self._may_recover(seal),
        }

    def _rehearsed(self) -> Rehearsed | None:
        """How the rehearsal of the buyer's opening group stands; in a practice nobody asks for one."""
        if practice.current_run_id() is not None:
            return None
        return next(iter(rehearsed(OpeningGroup.objects.filter(organization=self.tender.buyer_id), self.now)), None)

    def _may_recover(self, seal: TenderSeal | None) -> bool:
        """Whether the person may take a recovery key of this seal out of its envelope."""
        if seal is None or not may_use_recovery_key(self.user, self.tender) or recovery_key_of(seal) is None:
            return False
        return self.opens_with_recovery_key

    def _went_through_server(self, releases: list[OpeningRelease]) -> bool:
        """Whether this person's own sentence was typed to the server, where that is not the rule."""
        mine = [release for release in releases if release.opener_id == self.user.pk]
        return not settings.ASSISTED_OPENING and any(release.unlocked_at == "server" for release in mine)

    def _last_open(self, session: OpeningSession | None) -> OpeningSession | None:
        """The last attempt at what is to be opened that opened nothing: the one that runs, or one that has ended."""
        if session is not None:
            return session
        kind = self.phase or "bids"
        return OpeningSession.objects.filter(tender=self.tender, kind=kind, completed_at=None).last()

    def _guard_ends(self) -> datetime | None:
        end = self.tender.tender_period_end
        if end is None or self.status != Status.CLOSED:
            return None
        ends = end + timedelta(seconds=settings.OPENING_GUARD_SECONDS)
        return ends if self.now < ends else None


def state_of(tender: Tender, session: OpeningSession | None, released: int) -> str:
    """Another text whenever the page of the opening has something else to show."""
    return f"{session.pk if session else ''}:{released}:{tender.opened_at or ''}:{tender.prices_opened_at or ''}"


def ceremony_of(request: HttpRequest, tender_id: int) -> Ceremony:
    """For the buyer's office and its opening group; Http404 for everybody else and before publication."""
    tender, now = find_tender(request, tender_id)
    user, status = person(request), tender.status(now)
    is_opener = groups_of(user).filter(organization=tender.buyer_id).exists()
    if status in HIDDEN or not (is_opener or roles_at(request, tender) & READERS):
        raise Http404
    return Ceremony(tender, status, now, user, is_opener)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Where the opening stands and the one thing to do now."""
    ceremony = ceremony_of(request, tender_id)
    act = request.POST.get("act", "")
    if act == "go_on":
        try:
            actions.resume_opening(actor=ceremony.user, tender_id=tender_id)
        except RefusedError as error:
            fresh, refused = ceremony_of(request, tender_id), error.refused
            form = ReleaseForm(initial=_running(fresh))
            return _page(request, fresh, form, refused.status, refusal=refused.sentence)
        return redirect("bid_opening", tender_id=tender_id)
    if act == "hand_over":
        return _handed_over(request, ceremony)
    if act == "end":
        return _ended(ceremony, request.POST.get("session", ""))
    form = ReleaseForm(request.POST or None, initial=_running(ceremony))
    if request.method == "POST" and form.is_valid():
        try:
            _release(ceremony.user, tender_id, form)
        except RefusedError as error:
            return _refused(request, ceremony, form, error.refused)
        return redirect("bid_opening", tender_id=tender_id)
    return _page(request, ceremony, form, 422 if form.is_bound else 200)


def _ended(ceremony: Ceremony, session_id: str) -> HttpResponse:
    """The attempt of the page is given up; only one of this tender can be named."""
    found = [one for one in OpeningSession.objects.filter(tender=ceremony.tender) if str(one.pk) == session_id]
    if not found:
        raise Http404
    actions.end_failed_opening(actor=ceremony.user, session_id=found[0].pk)
    return redirect("bid_opening", tender_id=ceremony.tender.pk)


def _running(ceremony: Ceremony) -> dict[str, Any]:
    session = ceremony.session
    return {"session": session.pk if session else None}


def _release(user: User, tender_id: int, form: ReleaseForm) -> None:
    """Joins the session of the page, or starts one; the last release opens."""
    session_id: UUID | None = form.cleaned_data["session"]
    if session_id is None:
        session_id = actions.start_opening(actor=user, tender_id=tender_id).pk
    actions.release_pieces(actor=user, session_id=session_id, pass_sentence=form.cleaned_data["pass_sentence"])


def _handed_over(request: HttpRequest, ceremony: Ceremony) -> HttpResponse:
    """What the person's browser has unlocked and wrapped to the session; a refusal stands above the empty form."""
    try:
        hand_over(ceremony.user, request.POST)
    except RefusedError as error:
        fresh, refused = ceremony_of(request, ceremony.tender.pk), error.refused
        form = ReleaseForm(initial=_running(fresh))
        return _page(request, fresh, form, refused.status, refusal=refused.sentence)
    except ValidationError as error:
        form = ReleaseForm(initial=_running(ceremony))
        return _page(request, ceremony, form, 422, refusal=error.messages[0])
    return redirect("bid_opening", tender_id=ceremony.tender.pk)


def hand_over(user: User, data: QueryDict) -> None:
    """The posted pieces to the action; ValidationError when they are none."""
    form = HandOverForm(data)
    if not form.is_valid():
        raise ValidationError(_("These are not your pieces for this opening."))
    actions.hand_over_pieces(actor=user, session_id=form.cleaned_data["session"], pieces=form.cleaned_data["pieces"])


def _refused(request: HttpRequest, ceremony: Ceremony, form: ReleaseForm, refused: Refused) -> HttpResponse:
    """The sentence at its field; the typed sentence itself is never sent back."""
    fresh = ceremony_of(request, ceremony.tender.pk)
    data = {"pass_sentence": "", "session": _running(fresh)["session"] or ""}
    again = with_only_error(ReleaseForm(data), "pass_sentence", refused.sentence)
    return _page(request, fresh, again, refused.status)


def _page(request: HttpRequest, ceremony: Ceremony, form: ReleaseForm, status: int, **more: Any) -> HttpResponse:
    context = {**ceremony.context(), "form": form, "declare_form": DeclarationForm(), **more}
    context["navigation"] = navigation_of(request, ceremony.tender, ceremony.status, ceremony.now)
    if ceremony.status in {Status.EVALUATION, Status.AWARDED} or ceremony.tender.opened_at:
        context["record"] = shown_record(ceremony.tender)
        context["late_bids"] = late_bids(ceremony.tender)
        context["damaged_bids"] = damaged_bids(ceremony.tender)
    return render(request, "bids/opening.html", context, status=status)


def late_bids(tender: Tender) -> list[Bid]:
    """Live late bids of this round, first come first."""
    found = Bid.objects.live().filter(tender=tender, is_late=True, round=tender.round)
    return list(found.select_related("company").order_by("received_at"))


def damaged_bids(tender: Tender) -> list[Bid]:
    """Live bids of this round that could not be opened, also those that were opened later."""
    found = Bid.objects.live().filter(tender=tender, round=tender.round).exclude(damage={})
    return list(found.select_related("company").order_by("received_at"))


def shown_record(tender: Tender) -> dict[str, Any] | None:
    """The record of the last opening with people by name and moments as moments; None before."""
    sessions = OpeningSession.objects.filter(tender=tender, completed_at__isnull=False).order_by("completed_at")
    session = sessions.filter(kind="bids").last()
    if session is None:
        return None
    later = list(sessions.filter(completed_at__gte=session.completed_at).exclude(kind="bids"))
    again = [done for done in later if done.kind in {"again", "again_prices"}]
    mended = {one["bid"] for done in again for one in done.record["bids"] if one["integrity"] == "ok"}
    return {
        **_with_moments(session.record, mended),
        "session": session,
        "later": [{**_with_moments(one.record, mended), "session_id": one.pk} for one in later],
    }


def _with_moments(record: dict[str, Any], mended: set[str]) -> dict[str, Any]:
    """`mended`: bids that could not be opened at first and were opened later."""
    moments = {name: parse_datetime(record[name]) for name in ("deadline", "started_at", "opened_at") if record[name]}
    lists = {name: [_entry(entry, mended) for entry in record.get(name, [])] for name in ("openers", "bids", "late")}
    damaged = sum(entry["integrity"] != "ok" for entry in record["bids"])
    more = {
        "damaged": damaged,
        "intact": len(record["bids"]) - damaged,
        "sha256": digest("opening-record", canonical_bytes(record)),
    }
    return {**record, **moments, **lists, **more}


def _entry(entry: dict[str, Any], mended: set[str]) -> dict[str, Any]:
    """An entry with moments instead of texts, and the reason of damage in words."""
    moments: dict[str, Any] = {n: parse_datetime(entry[n]) for n in ("received_at", "released_at") if n in entry}
    later = entry.get("integrity", "ok") != "ok" and entry["bid"] in mended
    return {**entry, **moments, "why": reason(entry.get("integrity", "")), "opened_later": later}


@signed_in
@require_POST
def declare(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Declare (no) conflict of interest on the spot, and go back to where that was asked."""
    ceremony = ceremony_of(request, tender_id)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        context = {**ceremony.context(), "form": form, "declare_form": form}
        return render(request, "bids/opening.html", context, status=422)
    tendering.declare_conflict(
        actor=ceremony.user, tender_id=tender_id, conflict=form.cleaned_data["conflict"] == "yes"
    )
    back = request.POST.get("back", "")
    if back == "recovery":
        return redirect("bid_opening_recovery", tender_id=tender_id)
    tender = ceremony.tender
    pages = {"bid_damaged": damaged_bids, "bid_late": late_bids} if back and tender.opened_at else {}
    for name, bids in pages.items():
        if any(str(bid.pk) == back for bid in bids(tender)):
            return redirect(name, tender_id=tender_id, bid_id=back)
    return redirect("bid_opening", tender_id=tender_id)


@signed_in
@require_safe
def record(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The record of the opening, for reading and printing."""
    ceremony = ceremony_of(request, tender_id)
    found = shown_record(ceremony.tender)
    if found is None:
        raise Http404
    context = {"tender": ceremony.tender, "record": found, "now": ceremony.now}
    return render(request, "bids/record.html", context)
