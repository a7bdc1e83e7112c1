"""The service centre: what its members have under way, who is on duty for whom, and the members' own consent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, days
from accounts.actions import duty
from accounts.decision import RefusedError
from accounts.lifecycle import ADMINS, OrganizationKind, Role
from accounts.models import CentreMember, Membership, OpenerKey, OpeningGroup, Organization, ready_recovery
from tendering.forms.centre import DutyForm, JoinForm
from tendering.forms.faults import add_faults
from tendering.lifecycle import Status
from tendering.models import LotOutcome, Tender
from tendering.views.access import for_staff, person
from tendering.views.public_content import BADGES

MOST = 300
STAFF = tuple(role for role in Role.values if role not in {Role.BIDDER, Role.BIDDER_ADMIN})
NEXT = {
    Status.SCHEDULED: "published_at", Status.OPEN: "tender_period_end", Status.CLOSED: "opening_planned_at",
    Status.EVALUATION: "bid_validity_end", Status.AWARDED: "awarded_at", Status.CANCELLED: "cancelled_at",
    Status.SELECTED: "candidates_decided_at",
}  # fmt: skip
Json = dict[str, Any]
either = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@for_staff
def centre(request: HttpRequest) -> HttpResponse:
    """Procedures of the members with phase, next date and unit; who is on duty; where help is missing."""
    if not _houses(request, OrganizationKind.SERVICE_CENTRE) and _houses(request, OrganizationKind.MUNICIPALITY):
        return redirect("centre_help")
    house, now = _own_centre(request), clock.now()
    return _show(request, house, now, DutyForm(centre=house, members=_members(house, now), now=now))


@require_POST
@for_staff
def assign(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty."""
    house, now = _own_centre(request), clock.now()
    form = DutyForm(request.POST, centre=house, members=_members(house, now), now=now)
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = duty.put_on_duty(
                actor=person(request), centre_id=house.pk, municipality_id=data["municipality"].pk,
                user_id=data["person"].pk, role=data["role"], first_day=data["first_day"], last_day=data["last_day"],
            )  # fmt: skip
            words = {"person": row.user, "municipality": row.organization}
            messages.success(request, _("%(person)s is on duty for %(municipality)s.") % words)
            return redirect("centre")
        except ValidationError as error:
            add_faults(form, error)
        except RefusedError as error:
            if error.refused.code != "key_still_needed":
                raise
            form.add_error("last_day", str(error.refused.sentence))
    return _show(request, house, now, form, status=422)


def _houses(request: HttpRequest, kind: str) -> list[Organization]:
    """Organisations of this kind where the person works, by name."""
    own = Organization.objects.filter(pk__in=person(request).organizations_with(*STAFF), kind=kind)
    return list(own.order_by("name"))


def _own(request: HttpRequest, kind: str, name: str) -> Organization:
    """The one asked for by `name` when there are several, else the first; Http404 for everybody else."""
    houses = _houses(request, kind)
    wanted = request.GET.get(name, "") if request.method != "POST" else request.POST.get(name, "")
    found = next((house for house in houses if not wanted or house.reference == wanted), None)
    if found is None:
        raise Http404
    return found


def _own_centre(request: HttpRequest) -> Organization:
    return _own(request, OrganizationKind.SERVICE_CENTRE, "centre")


def _members(house: Organization, now: datetime) -> list[Organization]:
    valid = CentreMember.objects.filter(Q(until=None) | Q(until__gt=now), centre=house, since__lte=now)
    return list(Organization.objects.filter(centres__in=valid).order_by("name"))


def _show(request: HttpRequest, house: Organization, now: datetime, form: DutyForm, status: int = 200) -> HttpResponse:
    members = _members(house, now)
    chosen, phase = request.GET.get("municipality", ""), request.GET.get("phase", "")
    rows = _procedures(request, members, now)
    phases = {row["status"] for row in rows}
    shown = [
        row
        for row in rows
        if (not chosen or row["tender"].buyer.reference == chosen) and (not phase or row["status"] == phase)
    ]
    planner = person(request).has_role(house.pk, *duty.PLANNERS)
    duties = list(duty.duties_of(now).filter(via=house).select_related("user", "organization"))
    context = {
        "house": house, "members": members, "procedures": shown, "total": len(rows), "form": form, "now": now,
        "drafts": _drafts(members, now), "chosen": chosen, "phase": phase, "is_planner": planner,
        "phases": [(value, Status(value).label) for value in Status.values if value in phases],
        "duties": _duties(duties, now),
        "cover": _cover(members, now),
        "houses": [other for other in _houses(request, OrganizationKind.SERVICE_CENTRE) if other != house],
    }  # fmt: skip
    return render(request, "tendering/centre.html", context, status=status)


def _procedures(request: HttpRequest, members: list[Organization], now: datetime) -> list[Json]:
    """Published procedures of the members: title, phase, next date, unit, public result. Three queries, never a bid."""
    outcomes = Prefetch(
        "lots__outcomes", LotOutcome.objects.filter(at__lte=now).select_related("winner").order_by("at")
    )
    rows = list(
        Tender.objects.filter(buyer__in=members, published_at__lte=now, released_at__isnull=False)
        .select_related("buyer", "contact_unit")
        .prefetch_related(outcomes)
        .defer("summary", "search_extra", "rule_findings", "evaluation", "council", "timeline")
        .order_by("-published_at")[:MOST]
    )
    readable = set(
        Tender.objects.visible_to(request.user, now).filter(pk__in=[t.pk for t in rows]).values_list("pk", flat=True)
    )
    return [_procedure(tender, now, tender.pk in readable) for tender in rows]


def _procedure(tender: Tender, now: datetime, is_readable: bool) -> Json:
    status = tender.status(now)
    moment = getattr(tender, NEXT.get(status, "tender_period_end"))
    if status == Status.OPEN and tender.enquiry_period_end and tender.enquiry_period_end > now:
        moment = tender.enquiry_period_end
    words = {
        Status.SCHEDULED: _("goes public"), Status.CLOSED: _("opening planned"), Status.AWARDED: _("awarded"),
        Status.EVALUATION: _("bids bind until"), Status.CANCELLED: _("cancelled"),
        Status.SELECTED: _("candidates selected"),
        Status.OPEN: _("questions until") if moment == tender.enquiry_period_end else _("deadline for bids"),
    }  # fmt: skip
    return {
        "tender": tender, "status": status, "kind": BADGES[status], "moment": moment, "what": words.get(status, ""),
        "is_readable": is_readable, "result": _result(tender) if status == Status.AWARDED else "",
    }  # fmt: skip


def _result(tender: Tender) -> str:
    """Who was awarded, as published."""
    names = [outcome.winner.name for lot in tender.lots.all() for outcome in lot.outcomes.all() if outcome.winner]
    return ", ".join(dict.fromkeys(names))


def _drafts(members: list[Organization], now: datetime) -> list[tuple[str, int]]:
    """[(municipality, how many are being prepared)]: a number, never a title."""
    waiting = Tender.objects.filter(buyer__in=members, cancelled_at=None).exclude(published_at__lte=now)
    rows = waiting.order_by().values_list("buyer__name").annotate(number=Count("pk")).order_by("buyer__name")
    return [(str(name), number) for name, number in rows]


def _duties(rows: Iterable[Membership], now: datetime) -> list[Json]:
    """Rows for the table, by municipality and role; one query for the keys."""
    ordered = sorted(rows, key=lambda row: (str(row.organization), row.role, row.pk))
    keys = OpenerKey.objects.own().filter(user__in=[row.user_id for row in ordered])
    with_key = set(keys.values_list("user", flat=True))
    return [_duty(row, now, row.user_id in with_key) for row in ordered]


def _duty(row: Membership, now: datetime, has_key: bool) -> Json:
    return {
        "row": row, "role": Role(row.role).label, "begins": row.starts_at,
        "last": days.last_day(row.ends_at, row.organization) if row.ends_at else None,
        "is_now": row.starts_at is None or row.starts_at <= now,
        "lacks_key": row.role == Role.OPENER and not has_key,
    }  # fmt: skip


def _cover(members: list[Organization], now: datetime) -> list[Json]:
    """Where two-person opening or the second approval lacks people; four queries whatever the number of members."""
    held = Membership.objects.active(now).filter(organization__in=members, user__is_active=True)
    people: dict[int, dict[str, set[int]]] = {}
    for town, role, user in held.filter(role__in=(Role.OPENER, Role.APPROVER, Role.OFFICER)).values_list(
        "organization", "role", "user"
    ):
        people.setdefault(town, {}).setdefault(role, set()).add(user)
    spare = ready_recovery("recovery_keys__") & Q(recovery_keys__isnull=False)
    keys = dict(
        OpeningGroup.objects.filter(organization__in=members)
        .annotate(
            ready=Count("members", filter=Q(members__in=OpenerKey.objects.own().values("user")), distinct=True)
            + Count("recovery_keys", filter=spare, distinct=True)
        )
        .values_list("organization", "ready")
    )
    needed = dict(OpeningGroup.objects.filter(organization__in=members).values_list("organization", "needed"))
    return [_cover_of(town, people.get(town.pk, {}), keys.get(town.pk, 0), needed.get(town.pk, 2)) for town in members]


def _cover_of(town: Organization, people: dict[str, set[int]], ready: int, needed: int) -> Json:
    deciders = people.get(Role.OFFICER, set()) | people.get(Role.APPROVER, set())
    return {
        "town": town, "ready": ready, "least": needed + 1, "openers_lack": ready <= needed,
        "approvers": len(people.get(Role.APPROVER, set())),
        "approvers_lack": not people.get(Role.APPROVER) or len(deciders) < 2,
    }  # fmt: skip


@either
@for_staff
def end(request: HttpRequest, membership_id: int) -> HttpResponse:
    """End a duty, after saying what it means for sealed tenders."""
    now = clock.now()
    row = get_object_or_404(duty.duties_of(now).select_related("user", "organization", "via"), pk=membership_id)
    if not duty.may_end(person(request), row, now):
        raise Http404
    back = "centre" if person(request).has_role(row.via_id or 0, *STAFF) else "centre_help"
    if request.method == "POST":
        duty.end_duty(actor=person(request), membership_id=row.pk)
        messages.success(request, _("The duty has ended."))
        return redirect(back)
    return render(request, "tendering/centre_end.html", {"row": row, "duty": _duties([row], now)[0], "back": back})


@require_safe
@for_staff
def help_page(request: HttpRequest) -> HttpResponse:
    """The municipality's side: which centre helps, what it sees, who is on duty; administrators agree and leave."""
    if not _houses(request, OrganizationKind.MUNICIPALITY) and _houses(request, OrganizationKind.SERVICE_CENTRE):
        return redirect("centre")
    town = _own_town(request)
    return _show_help(request, town, JoinForm(centres=_centres_for(town, clock.now())))


@require_POST
@for_staff
def join(request: HttpRequest) -> HttpResponse:
    """Agree once that a centre helps."""
    town, now = _own_town(request), clock.now()
    form = JoinForm(request.POST, centres=_centres_for(town, now))
    if form.is_valid():
        house = form.cleaned_data["house"]
        duty.join_centre(actor=person(request), municipality_id=town.pk, centre_id=house.pk)
        messages.success(request, _("%(centre)s may now help you.") % {"centre": house})
        return redirect("centre_help")
    return _show_help(request, town, form, status=422)


@either
@for_staff
def leave(request: HttpRequest, centre_id: int) -> HttpResponse:
    """End the membership and every duty with it."""
    town, now = _own_town(request), clock.now()
    house = get_object_or_404(Organization, pk=centre_id, centre_members__municipality=town)
    if request.method == "POST":
        duty.leave_centre(actor=person(request), municipality_id=town.pk, centre_id=house.pk)
        messages.success(
            request, _("%(centre)s no longer helps you and no longer sees your procedures.") % {"centre": house}
        )
        return redirect("centre_help")
    rows = duty.duties_of(now).filter(organization=town, via=house).select_related("user", "organization")
    context = {"house": house, "town": town, "duties": _duties(rows, now)}
    return render(request, "tendering/centre_leave.html", context)


def _own_town(request: HttpRequest) -> Organization:
    return _own(request, OrganizationKind.MUNICIPALITY, "town")


def _centres_for(town: Organization, now: datetime) -> Any:
    """Centres the municipality has not joined yet."""
    valid = CentreMember.objects.filter(Q(until=None) | Q(until__gt=now), municipality=town)
    centres = Organization.objects.filter(kind=OrganizationKind.SERVICE_CENTRE)
    return centres.exclude(pk__in=valid.values("centre")).order_by("name")


def _show_help(request: HttpRequest, town: Organization, form: JoinForm, status: int = 200) -> HttpResponse:
    now = clock.now()
    valid = CentreMember.objects.filter(Q(until=None) | Q(until__gt=now), municipality=town, since__lte=now)
    rows = duty.duties_of(now).filter(organization=town).select_related("user", "organization", "via")
    context = {
        "town": town, "memberships": list(valid.select_related("centre")), "form": form,
        "may_join": form.fields["house"].queryset.exists(),  # type: ignore[attr-defined]  # a ModelChoiceField
        "is_admin": person(request).has_role(town.pk, *ADMINS), "duties": _duties(rows, now),
        "cover": _cover([town], now)[0],
    }  # fmt: skip
    return render(request, "tendering/centre_help.html", context, status=status)
