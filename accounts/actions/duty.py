"""A service centre helps out: a municipality agrees once, then people of the centre hold a role there for a time.

Every act stands in the trail of both organisations. Tenders that are sealed already are never touched: their keys were
dealt out when they were published.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, days, leaving, outbox
from accounts.actions.people import MOST_OPENERS, chain_of, end_rows
from accounts.actions.people_access import administer, locked
from accounts.decision import refuse
from accounts.holders import holders, members
from accounts.lifecycle import ADMINS, OrganizationKind, Role
from accounts.models import CentreMember, Membership, MembershipQuerySet, OpeningGroup, Organization, User

DUTIES: Final = (Role.OPENER, Role.APPROVER)
PLANNERS: Final = frozenset({Role.ORG_ADMIN, Role.OFFICER})
LONGEST: Final = timedelta(days=731)


def join_centre(*, actor: User, municipality_id: int, centre_id: int) -> CentreMember:
    """The municipality's administrator agrees that this centre helps and sees its procedures. Joining twice is once."""
    with audit.in_transaction():
        municipality, now = administer(actor, municipality_id)
        centre = _centre(centre_id)
        if municipality.kind != OrganizationKind.MUNICIPALITY:
            raise Http404
        member = CentreMember.objects.filter(centre=centre, municipality=municipality).first()
        if member and _is_valid(member, now):
            return member
        member = member or CentreMember(centre=centre, municipality=municipality)
        member.since, member.until = now, None
        member.full_clean()
        member.save()
        for person in holders(centre, PLANNERS, now):
            with outbox.in_language_of(person):
                outbox.tell(
                    person,
                    key=f"centre:{centre.pk}:joined:{municipality.pk}:{audit.stamp(now)}",
                    subject=_("%(municipality)s is now a member") % {"municipality": municipality.name},
                    body=_("%(municipality)s has agreed that your service centre helps with openings and approvals.")
                    % {"municipality": municipality.name},
                    at=now,
                    url="/centre/",
                )
        _record_both(centre, municipality, "centre.joined", actor, now, {})
    return member


def leave_centre(*, actor: User, municipality_id: int, centre_id: int) -> None:
    """The membership ends, and with it every duty. Refused while a sealed tender needs the key of somebody on duty."""
    with audit.in_transaction():
        municipality, now = administer(actor, municipality_id)
        centre = _centre(centre_id)
        member = CentreMember.objects.filter(centre=centre, municipality=municipality).first()
        if member is None or not _is_valid(member, now):
            refuse("no_member", gettext_lazy("Your municipality is not a member of this service centre."))
        rows = duties_of(now).filter(organization=municipality, via=centre).select_related("user")
        for row in rows:
            _end(row, municipality, now)
        member.until = now
        member.save(update_fields=["until"])
        _record_both(centre, municipality, "centre.left", actor, now, {"duties": len(rows)})


def put_on_duty(
    *, actor: User, centre_id: int, municipality_id: int, user_id: int, role: str, first_day: date, last_day: date
) -> Membership:
    """Somebody of the centre is opener or approver of a member from `first_day` to the end of `last_day`.

    Openers join the opening group for tenders published from then on. Naming the same person for the same role again
    moves the period. ValidationError by field (`municipality`, `person`, `role`, `first_day`, `last_day`).
    """
    with audit.in_transaction():
        centre, now = _plan(actor, centre_id)
        municipality = _member(centre, municipality_id, now)
        person = members(centre.pk, now).filter(pk=user_id).first()
        if person is None:
            raise ValidationError({"person": _("Choose a colleague of your service centre.")})
        if role not in DUTIES:
            raise ValidationError({"role": _("On duty one opens bids or approves.")})
        start, end = _period(municipality, first_day, last_day, now)
        row = _hold(person, municipality, centre, role, start, end, actor)
        if role == Role.OPENER:
            leaving.require_free(person, municipality, end)
            _join_group(person, municipality)
        _tell(row, now)
        data = {"user": person.pk, "role": role, "from": first_day.isoformat(), "until": last_day.isoformat()}
        _record_both(centre, municipality, "duty.assigned", actor, now, data)
    return row


def end_duty(*, actor: User, membership_id: int) -> None:
    """Ended by the centre's planners, by the municipality's administrators or by the person. Http404 for all others."""
    found = Membership.objects.filter(pk=membership_id, via__isnull=False).first()
    if found is None:
        raise Http404
    with audit.in_transaction():
        municipality, now = locked(found.organization_id)
        row = duties_of(now).filter(pk=membership_id).select_related("user", "via").first()
        if row is None or row.via is None or not may_end(actor, row, now):
            raise Http404
        _end(row, municipality, now)
        data = {"user": row.user_id, "role": row.role}
        _record_both(row.via, municipality, "duty.ended", actor, now, data)


def leave_groups_after_duty(now: datetime) -> int:
    """A job: whose duty is over leaves the opening group, as soon as no sealed tender needs the key."""
    over = Membership.objects.filter(
        role=Role.OPENER, via__isnull=False, ends_at__lte=now, organization__opening_group__members=F("user")
    ).select_related("user", "organization")
    done = 0
    for row in over:
        if _is_opener_still(row, now) or leaving.obstacles_of(row.user, row.organization, now):
            continue
        done += _leave_group(row.user, row.organization)
    return done


def duties_of(now: datetime) -> MembershipQuerySet:
    """Roles held via a service centre, now or from a later day on."""
    return Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), via__isnull=False)


def may_end(actor: User, row: Membership, now: datetime) -> bool:
    """Whether the person may end this duty."""
    if actor.pk == row.user_id:
        return True
    held = Membership.objects.active(now).filter(user=actor)
    at_centre = held.filter(organization=row.via_id, role__in=PLANNERS)
    return at_centre.exists() or held.filter(organization=row.organization_id, role__in=ADMINS).exists()


def _centre(centre_id: int) -> Organization:
    found = Organization.objects.filter(pk=centre_id, kind=OrganizationKind.SERVICE_CENTRE).first()
    if found is None:
        raise Http404
    return found


def _plan(actor: User, centre_id: int) -> tuple[Organization, datetime]:
    """The centre, for its planners: Http404 for strangers, 403 for colleagues."""
    centre, now = locked(_centre(centre_id).pk)
    held = set(Membership.objects.active(now).filter(user=actor, organization=centre).values_list("role", flat=True))
    if not held or not actor.is_active:
        raise Http404
    if held.isdisjoint(PLANNERS):
        refuse("not_your_role", gettext_lazy("Only officers and administrators of the centre plan duties."), 403)
    return centre, now


def _is_valid(member: CentreMember, now: datetime) -> bool:
    return member.since <= now and (member.until is None or member.until > now)


def _member(centre: Organization, municipality_id: int, now: datetime) -> Organization:
    found = CentreMember.objects.filter(centre=centre, municipality=municipality_id).first()
    if found is None or not _is_valid(found, now):
        raise ValidationError({"municipality": _("Choose a municipality that is a member of your service centre.")})
    return locked(municipality_id)[0]


def _period(municipality: Organization, first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    if first > last:
        raise ValidationError({"last_day": _("The last day cannot lie before the first.")})
    start, end = days.begin_of(first, municipality), days.end_of(last, municipality)
    if end <= now:
        raise ValidationError({"last_day": _("Choose today or a later day.")})
    if end - start > LONGEST:
        raise ValidationError({"last_day": _("A duty lasts two years at most; renew it then.")})
    return max(start, now) if first == days.today(municipality, now) else start, end


def _hold(
    person: User, municipality: Organization, centre: Organization, role: str, start: datetime, end: datetime, by: User
) -> Membership:
    row = Membership.objects.filter(user=person, organization=municipality, role=role, stands_in_for=None).first()
    if row is not None and row.via_id is None and (row.ends_at is None or row.ends_at > start):
        raise ValidationError({"person": _("This person holds the role there already.")})
    row = row or Membership(user=person, organization=municipality, role=role)
    row.starts_at, row.ends_at, row.via, row.granted_by = start, end, centre, by
    row.full_clean()
    row.save()
    return row


def _join_group(person: User, municipality: Organization) -> None:
    group = OpeningGroup.objects.filter(organization=municipality).first()
    if group is None:
        group = OpeningGroup(organization=municipality)
        group.full_clean()
        group.save()
    others: Collection[int] = group.members.exclude(pk=person.pk).values_list("pk", flat=True)
    if len(others) >= MOST_OPENERS:
        text = _("The opening group of this municipality is full: at most five people open together.")
        raise ValidationError({"person": text})
    group.members.add(person)


def _end(row: Membership, municipality: Organization, now: datetime) -> None:
    """End one duty; an opener leaves the group unless a sealed tender needs the key."""
    if row.role == Role.OPENER:
        leaving.require_free(row.user, municipality, now)
    end_rows(Membership.objects.filter(pk=row.pk), now)
    if row.role == Role.OPENER and not _is_opener_still(row, now):
        _leave_group(row.user, municipality)


def _is_opener_still(row: Membership, now: datetime) -> bool:
    others = Membership.objects.filter(user=row.user_id, organization=row.organization_id, role=Role.OPENER)
    return others.filter(Q(ends_at=None) | Q(ends_at__gt=now)).exists()


def _leave_group(person: User, municipality: Organization) -> int:
    group = OpeningGroup.objects.filter(organization=municipality, members=person).first()
    if group is None:
        return 0
    group.members.remove(person)
    return 1


def _tell(row: Membership, now: datetime) -> None:
    """The person on duty, and the municipality's administrators."""
    municipality, centre = row.organization, row.via
    assert centre is not None
    assert row.starts_at is not None
    assert row.ends_at is not None
    for person in {row.user_id: row.user, **{p.pk: p for p in holders(municipality, ADMINS, now)}}.values():
        with outbox.in_language_of(person):
            words = {
                "person": str(row.user), "role": str(Role(row.role).label), "municipality": municipality.name,
                "centre": centre.name, "first": _day(row.starts_at, municipality),
                "last": date_format(days.last_day(row.ends_at, municipality), "DATE_FORMAT"),
            }  # fmt: skip
            outbox.tell(
                person,
                key=f"duty:{row.pk}:{audit.stamp(row.starts_at)}:{audit.stamp(row.ends_at)}",
                subject=_("On duty for %(municipality)s: %(role)s") % words,
                body=_(
                    "%(person)s of %(centre)s is %(role)s of %(municipality)s from %(first)s to %(last)s. "
                    "Openers need an own opening key before the next tender is published."
                ) % words,
                at=now,
                url="/account/openers/" if person.pk == row.user_id and row.role == Role.OPENER else "/centre/help/",
            )  # fmt: skip


def _day(moment: datetime, municipality: Organization) -> str:
    return date_format(days.today(municipality, moment), "DATE_FORMAT")


def _record_both(
    centre: Organization, municipality: Organization, verb: str, actor: User, now: datetime, data: dict[str, Any]
) -> None:
    both = {**data, "centre": centre.pk, "municipality": municipality.pk}
    for organization in sorted((centre, municipality), key=lambda one: one.pk):
        audit.record(chain_of(organization), verb, actor=actor, at=now, subject=f"organization:{municipality.pk}",
                     data=both)  # fmt: skip
