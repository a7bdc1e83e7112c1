"""Pages about an organisation's people and its own data, for its administrators; one's own organisations for everybody.

A stranger's organisation is 404; a member without the role is told so (403).
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeAlias, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, days, leaving
from accounts.actions import organizations, people, people_invitations, people_requests, people_stand_ins
from accounts.actions.people_access import colleague
from accounts.decision import RefusedError, refuse
from accounts.holders import holders, members
from accounts.lifecycle import ADMINS, OrganizationKind, Role
from accounts.models import (
    ContactUnit,
    Membership,
    OpenerKey,
    OpeningGroup,
    Organization,
    PersonInvitation,
    User,
    ready_recovery,
)
from accounts.people_forms import (
    ContactUnitForm,
    InviteForm,
    LeaveForm,
    OpenersForm,
    OrganizationForm,
    RolesForm,
    StandInForm,
    label_of,
    organization_values,
)

View: TypeAlias = Callable[..., HttpResponse]


def told(view: View) -> View:
    """Sign in first; a refusal is shown with its sentence."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RefusedError as error:
            refused = error.refused
            return render(request, f"{refused.status}.html", {"reason": refused.sentence}, status=refused.status)

    return wrapped


def me(request: HttpRequest) -> User:
    """The signed-in person."""
    return cast(User, request.user)


def administered(request: HttpRequest, organization_id: int) -> Organization:
    """An organisation the person administers; 404 for strangers, 403 for its other members. Times are its own."""
    organization = get_object_or_404(Organization, pk=organization_id, pk__in=me(request).role_table)
    if not me(request).has_role(organization_id, *ADMINS):
        refuse("not_your_role", _("Only an administrator of the organisation may do this."), 403)
    timezone.activate(ZoneInfo(organization.time_zone))
    return organization


def add_faults(form: forms.BaseForm, error: ValidationError, names: dict[str, str] | None = None) -> None:
    """What the action did not accept, at its field of the form."""
    for path, texts in (error.message_dict if hasattr(error, "error_dict") else {"": error.messages}).items():
        name = (names or {}).get(path, path)
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


@require_safe
@told
def own_organizations(request: HttpRequest) -> HttpResponse:
    """Where the person belongs, with which roles, until when, and for whom."""
    now = clock.now()
    rows = Membership.objects.active(now).filter(user=me(request), organization__in=me(request).role_table)
    places: dict[int, list[Membership]] = {}
    for row in rows.select_related("organization", "stands_in_for", "via").order_by("organization__name", "role"):
        places.setdefault(row.organization_id, []).append(row)
    context = {"places": [_place(me(request), held) for held in places.values()]}
    return render(request, "accounts/organizations.html", context)


def _place(user: User, held: list[Membership]) -> dict[str, Any]:
    organization = held[0].organization
    return {
        "organization": organization,
        "rows": [_words(row, organization) for row in held],
        "is_admin": user.has_role(organization.pk, *ADMINS),
        "is_company": organization.kind == OrganizationKind.PROVIDER,
    }


def _words(row: Membership, organization: Organization) -> dict[str, Any]:
    """A role as a page shows it: word, last day, whom it is held for, who lends the person."""
    return {
        "row": row,
        "role": row.get_role_display(),
        "last_day": days.last_day(row.ends_at, organization) if row.ends_at else None,
        "first_day": days.today(organization, row.starts_at) if row.starts_at else None,
        "for": row.stands_in_for,
        "via": row.via,
    }


@require_safe
@told
def people_page(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Everybody who belongs here, open invitations, requests to join, who has left. Seven queries."""
    organization, now = administered(request, organization_id), clock.now()
    rows = Membership.objects.filter(organization=organization).select_related("user", "stands_in_for", "via")
    here: dict[User, list[Membership]] = {}
    gone: dict[User, list[Membership]] = {}
    for row in rows.order_by("user__function", "user__email", "role"):
        is_over = row.ends_at is not None and row.ends_at <= now
        (gone if is_over else here).setdefault(row.user, []).append(row)
    group = OpeningGroup.objects.filter(organization=organization).prefetch_related("members").first()
    context = {
        "organization": organization,
        "people": [(person, [_words(row, organization) for row in held]) for person, held in here.items()],
        "former": [
            (person, max(days.last_day(row.ends_at, organization) for row in held if row.ends_at))
            for person, held in gone.items()
            if person not in here
        ],
        "invitations": _open_invitations(organization, now),
        "requests": [
            {**row, "at": datetime.fromisoformat(row["at"])} for row in people_requests.requests_of(organization)
        ],
        "group": group,
        "opens": {person.pk for person in group.members.all()} if group else set(),
        "may_have_group": organization.is_buyer,
        "now": now,
    }
    return render(request, "accounts/people.html", context)


def _open_invitations(organization: Organization, now: datetime) -> list[tuple[PersonInvitation, str]]:
    waiting = PersonInvitation.objects.filter(organization=organization, accepted_at=None, withdrawn_at=None)
    found = waiting.filter(expires_at__gt=now)
    return [(row, ", ".join(str(Role(role).label) for role in row.roles)) for row in found]


@require_http_methods(["GET", "HEAD", "POST"])
@told
def invite(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Ask somebody to join."""
    organization = administered(request, organization_id)
    form = InviteForm(organization, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people_invitations.invite_person(actor=me(request), organization_id=organization_id, **form.cleaned_data)
            messages.success(request, _("The invitation is on its way. It is valid for 14 days."))
            return redirect("people", organization_id=organization_id)
        except ValidationError as error:
            add_faults(form, error)
    context = {"organization": organization, "form": form}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@require_POST
@told
def withdraw(request: HttpRequest, organization_id: int, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    people_invitations.withdraw_person_invitation(
        actor=me(request), organization_id=organization_id, invitation_id=invitation_id
    )
    messages.success(request, _("The invitation has been withdrawn. Its link no longer works."))
    return redirect("people", organization_id=organization_id)


@require_POST
@told
def answer_request(request: HttpRequest, organization_id: int, request_id: str) -> HttpResponse:
    """Let somebody in who asked, or not."""
    let_in = request.POST.get("answer") == "let_in"
    people_requests.answer_join_request(
        actor=me(request), organization_id=organization_id, request_id=request_id, let_in=let_in
    )
    done = _("An invitation is on its way to this address.") if let_in else _("The request has been declined.")
    messages.success(request, done)
    return redirect("people", organization_id=organization_id)


@require_http_methods(["GET", "HEAD", "POST"])
@told
def person(request: HttpRequest, organization_id: int, user_id: int) -> HttpResponse:
    """One person: roles with their end, who stands in, the way to let the person leave."""
    organization, now = administered(request, organization_id), clock.now()
    somebody = _member(organization, user_id)
    own = list(people.own_rows(somebody, organization).active(now))
    shared = _shared_last_day(own, organization)
    form = RolesForm(organization, request.POST or None, {"roles": [row.role for row in own], "last_day": shared})
    if request.method == "POST" and form.is_valid():
        try:
            people.set_roles(actor=me(request), organization_id=organization_id, user_id=user_id, **form.cleaned_data)
            messages.success(request, _("The roles have been changed. They hold at once."))
            return redirect("people", organization_id=organization_id)
        except ValidationError as error:
            add_faults(form, error)
        except RefusedError as error:
            form.add_error(None, str(error.refused.sentence))
    rows = Membership.objects.filter(organization=organization).exclude(ends_at__lte=now)
    context = {
        "organization": organization, "somebody": somebody, "form": form, "is_here": bool(own),
        "lent": [_words(row, organization) for row in rows.filter(user=somebody).exclude(via=None, stands_in_for=None)
                 .select_related("via", "stands_in_for")],
        "stand_ins": [_words(row, organization) for row in rows.filter(stands_in_for=somebody).select_related("user")],
    }  # fmt: skip
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


def _shared_last_day(rows: list[Membership], organization: Organization) -> date | None:
    """The last day of all roles, where they end together."""
    ends = {row.ends_at for row in rows}
    end = ends.pop() if len(ends) == 1 else None
    return days.last_day(end, organization) if end else None


@require_http_methods(["GET", "HEAD", "POST"])
@told
def leave(request: HttpRequest, organization_id: int, user_id: int) -> HttpResponse:
    """All roles of a person end: what that means first, then the button."""
    organization, now = administered(request, organization_id), clock.now()
    somebody = _member(organization, user_id)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    places = leaving.places_of(somebody, organization, now)
    if request.method == "POST" and form.is_valid():
        try:
            people.remove_person(
                actor=me(request), organization_id=organization_id, user_id=user_id, **form.cleaned_data
            )
            return _after_leaving(request, somebody, organization_id, form.cleaned_data["last_day"])
        except ValidationError as error:
            add_faults(form, error)
        except RefusedError as error:
            form.add_error(None, str(error.refused.sentence))
    context = {
        "organization": organization, "somebody": somebody, "form": form,
        "obstacles": [s for place in places for s in leaving.obstacles_of(somebody, place, now)],
        "notices": [notice for place in places if (notice := leaving.group_notice(somebody, place))],
    }  # fmt: skip
    return render(request, "accounts/leave.html", context, status=422 if form.errors else 200)


def _after_leaving(request: HttpRequest, somebody: User, organization_id: int, last: date | None) -> HttpResponse:
    words = _("%(person)s has left. All roles have ended.") if last is None else _("The roles of %(person)s will end.")
    messages.success(request, words % {"person": somebody})
    if somebody == me(request):
        return redirect("organizations")
    return redirect("people", organization_id=organization_id)


@require_http_methods(["GET", "HEAD", "POST"])
@told
def stand_in_for(request: HttpRequest, organization_id: int, user_id: int) -> HttpResponse:
    """An administrator names a stand-in for somebody who is absent."""
    organization, now = administered(request, organization_id), clock.now()
    somebody = _member(organization, user_id)
    roles = people_stand_ins.own_roles(somebody, organization, now)
    if not roles:
        raise Http404
    form = _stand_in_form(request, organization, somebody, roles, now)
    if request.method == "POST" and _named(request, form, organization, somebody):
        return redirect("person", organization_id=organization_id, user_id=user_id)
    context = {"organization": organization, "somebody": somebody, "form": form}
    return render(request, "accounts/stand_in.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@told
def stand_ins(request: HttpRequest) -> HttpResponse:
    """Who stands in for me, for whom I stand in, and a form per organisation to name somebody."""
    user, now = me(request), clock.now()
    places = list(Organization.objects.filter(pk__in=user.role_table))
    forms_of: list[tuple[Organization, StandInForm]] = []
    for organization in places:
        if roles := people_stand_ins.own_roles(user, organization, now):
            is_this = request.method == "POST" and request.POST.get("organization") == str(organization.pk)
            form = _stand_in_form(request if is_this else None, organization, user, roles, now)
            if is_this and _named(request, form, organization, user):
                return redirect("stand_ins")
            forms_of.append((organization, form))
    rows = Membership.objects.exclude(ends_at__lte=now).filter(organization__in=places)
    rows = rows.select_related("organization", "user", "stands_in_for").order_by("starts_at", "role")
    faulty = next((form for _place, form in forms_of if form.errors), None)
    context = {
        "for_me": [_words(row, row.organization) for row in rows.filter(stands_in_for=user)],
        "by_me": [_words(row, row.organization) for row in rows.filter(user=user, stands_in_for__isnull=False)],
        "forms": forms_of, "form": faulty, "now": now,
    }  # fmt: skip
    return render(request, "accounts/stand_ins.html", context, status=422 if faulty else 200)


@require_POST
@told
def end_stand_in(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Back at work, or the stand-in gives it back."""
    people_stand_ins.end_stand_in(actor=me(request), membership_id=membership_id)
    messages.success(request, _("The stand-in has ended."))
    return redirect("stand_ins")


def _stand_in_form(
    request: HttpRequest | None, organization: Organization, absent: User, roles: list[str], now: datetime
) -> StandInForm:
    offered = [role for role in roles if role != Role.COUNCIL_MEMBER]
    colleagues = members(organization.pk, now).exclude(pk=absent.pk).order_by("function", "email")
    data = request.POST if request is not None and request.method == "POST" else None
    today = days.today(organization, now)
    return StandInForm(colleagues, offered, data, prefix=f"o{organization.pk}", initial={"first_day": today})


def _named(request: HttpRequest, form: StandInForm, organization: Organization, absent: User) -> bool:
    """Whether the form was whole and the action took it; otherwise the form says what is wrong."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        people_stand_ins.name_stand_in(
            actor=me(request), organization_id=organization.pk, absent_id=absent.pk, stand_in_id=data["stand_in"],
            roles=data["roles"], first_day=data["first_day"], last_day=data["last_day"],
        )  # fmt: skip
    except ValidationError as error:
        add_faults(form, error)
        return False
    except RefusedError as error:
        form.add_error("roles", str(error.refused.sentence))
        return False
    messages.success(request, _("The stand-in has been named and told by mail."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@told
def opening_group(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Who opens the bids together."""
    organization, now = administered(request, organization_id), clock.now()
    if not organization.is_buyer:
        raise Http404
    group = OpeningGroup.objects.filter(organization=organization).first()
    named = list(group.members.values_list("pk", flat=True)) if group else []
    openers = list(holders(organization.pk, [Role.OPENER], now).order_by("function", "email"))
    with_key = set(OpenerKey.objects.own().filter(user__in=openers).values_list("user_id", flat=True))
    rows = [(one.pk, f"{label_of(one)} – {_key_words(one.pk in with_key)}") for one in openers]
    assisted = bool(organization.details.get("assisted_opening", False))
    form = OpenersForm(rows, request.POST or None, named, assisted=assisted)
    if request.method == "POST" and form.is_valid():
        try:
            people.choose_openers(
                actor=me(request), organization_id=organization_id, user_ids=form.cleaned_data["people"],
                assisted=form.cleaned_data["assisted"],
            )  # fmt: skip
            messages.success(
                request, _("The opening group has been changed. It counts for tenders released from now on.")
            )
            return redirect("people", organization_id=organization_id)
        except ValidationError as error:
            add_faults(form, error)
        except RefusedError as error:
            form.add_error("people", str(error.refused.sentence))
    needed = group.needed if group else OpeningGroup._meta.get_field("needed").default
    spare = group.recovery_keys.filter(ready_recovery()).first() if group else None
    least = needed + (spare is None)
    context = {
        "organization": organization, "form": form, "needed": needed, "least": least, "openers": openers,
        "spare": spare,
    }  # fmt: skip
    return render(request, "accounts/opening_group.html", context, status=422 if form.errors else 200)


def _key_words(has_key: bool) -> str:
    return _("has an opening key") if has_key else _("has no opening key yet")


@require_http_methods(["GET", "HEAD", "POST"])
@told
def edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The organisation's own data. A company's stand in its profile."""
    organization = administered(request, organization_id)
    if not organization.is_buyer:
        return redirect("company_profile")
    form = OrganizationForm(
        request.POST or None, initial=organization_values(organization, OrganizationForm.base_fields)
    )
    if request.method == "POST" and form.is_valid():
        try:
            organizations.update_organization(
                actor=me(request), organization_id=organization_id, fields=form.cleaned_data
            )
            messages.success(request, _("Saved."))
            return redirect("organizations")
        except ValidationError as error:
            add_faults(form, error)
    context = {"organization": organization, "form": form}
    return render(request, "accounts/organization_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@told
def contacts(request: HttpRequest, organization_id: int, unit_id: int | None = None) -> HttpResponse:
    """The contact units of a buyer, and a form for a new one or for the chosen one."""
    organization = administered(request, organization_id)
    if not organization.is_buyer:
        raise Http404
    units = list(ContactUnit.objects.filter(organization=organization, closed_at=None).order_by("name", "pk"))
    chosen = None if unit_id is None else get_object_or_404(ContactUnit, pk=unit_id, organization=organization)
    form = ContactUnitForm(request.POST or None, instance=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            organizations.save_contact_unit(
                actor=me(request), organization_id=organization_id, unit_id=unit_id, fields=form.cleaned_data
            )
            messages.success(request, _("Saved. The directory shows it at once."))
            return redirect("contacts_edit", organization_id=organization_id)
        except ValidationError as error:
            add_faults(form, error)
    context = {"organization": organization, "units": units, "chosen": chosen, "form": form}
    return render(request, "accounts/contacts.html", context, status=422 if form.errors else 200)


@require_POST
@told
def close_contact(request: HttpRequest, organization_id: int, unit_id: int) -> HttpResponse:
    """Take a unit out of the directory."""
    organizations.close_contact_unit(actor=me(request), organization_id=organization_id, unit_id=unit_id)
    messages.success(request, _("The contact has been taken out of the directory."))
    return redirect("contacts_edit", organization_id=organization_id)


def _member(organization: Organization, user_id: int) -> User:
    """Somebody who belongs or belonged here; Http404 otherwise."""
    return colleague(organization, user_id)
