"""Who belongs to an organisation: roles with their period, leaving and coming back, the opening group."""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, days, leaving, outbox, sessions
from accounts.actions.people_access import administer, colleague, require_admin_left
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import ADMINS, Role, role_fits
from accounts.models import (
    Membership,
    MembershipQuerySet,
    OpenerKey,
    OpeningGroup,
    Organization,
    User,
    ready_recovery,
)

MOST_OPENERS = 5


def chain_of(organization: Organization) -> str:
    """The trail of the organisation's people and data."""
    return f"organization:{organization.pk}"


def set_roles(
    *, actor: User, organization_id: int, user_id: int, roles: Collection[str], last_day: date | None = None
) -> None:
    """The person holds exactly these roles from now on, until the end of `last_day`; also lets a leaver back in.

    Roles held for somebody else or on loan from a service centre stay as they are. ValidationError on `roles` or
    `last_day`; refused with "last_admin", "only_for_somebody", "key_still_needed".
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        person = colleague(organization, user_id)
        wanted, end = check_roles(organization, roles), _end(organization, last_day, now)
        require_permanent(actor, organization, now, wanted, person)
        rows = own_rows(person, organization)
        was_admin = rows.active(now).filter(role__in=ADMINS).exists()
        lost = set(rows.active(now).exclude(role__in=wanted).values_list("role", flat=True))
        if Role.OPENER in lost:
            _leave_opening_group(person, organization, now)
        elif end is not None and Role.OPENER in wanted:
            leaving.require_free(person, organization, end)
        end_rows(rows.filter(role__in=lost) | _represented_by_others(person, organization, lost), now)
        for role in wanted:
            grant(person, organization, role, now, end=end, by=actor)
        if was_admin:
            require_admin_left(organization, end or now)
        data = {"user": person.pk, "roles": sorted(wanted), "until": last_day.isoformat() if last_day else ""}
        audit.record(
            chain_of(organization), "person.roles_changed", actor=actor, at=now, subject=f"user:{person.pk}", data=data
        )


def remove_person(*, actor: User, organization_id: int, user_id: int, last_day: date | None = None) -> None:
    """All roles of the person here, and on duty from here, end at once or with the end of a day; the rows stay.

    Somebody without any organisation left is signed out everywhere. Refused with "last_admin" and "key_still_needed".
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        person = colleague(organization, user_id)
        end = _end(organization, last_day, now) or now
        places = leaving.places_of(person, organization, end)
        for place in places:
            if end == now:
                _leave_opening_group(person, place, now)
            else:
                leaving.require_free(person, place, end)
        was_admin = own_rows(person, organization).active(now).filter(role__in=ADMINS).exists()
        ending = Membership.objects.filter(organization=organization, user=person)
        ending |= Membership.objects.filter(organization=organization, stands_in_for=person)
        end_rows(ending | Membership.objects.filter(user=person, via=organization), end)
        if was_admin:
            require_admin_left(organization, end)
        if end == now and sessions.has_left_all(person, now):
            sessions.sign_out([person.pk], now)
        _tell_leaver(person, organization, now, end)
        data = {"user": person.pk, "end": audit.stamp(end)}
        for place in places:
            audit.record(chain_of(place), "person.left", actor=actor, at=now, subject=f"user:{person.pk}", data=data)


def choose_openers(
    *, actor: User, organization_id: int, user_ids: Collection[int], assisted: bool | None = None
) -> OpeningGroup:
    """Name the people who open bids together: openers of the organisation, one more than needed at least, five at most.

    Whoever is taken out must not be needed for a tender that is sealed already. `assisted`: whether a pass sentence may
    be typed to the server where a browser has no JavaScript; None leaves it as it is.
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        chosen = list(holders(organization, [Role.OPENER], now).filter(pk__in=list(user_ids)))
        group = OpeningGroup.objects.filter(organization=organization).first() or OpeningGroup(
            organization=organization
        )
        _check_group(group, chosen, len(set(user_ids)))
        group.full_clean()
        group.save()
        for member in group.members.exclude(pk__in=[person.pk for person in chosen]):
            leaving.require_free(member, organization, now)
        group.members.set(chosen)
        data: dict[str, object] = {"users": sorted(person.pk for person in chosen), "needed": group.needed}
        if assisted is not None:
            organization.details = {**organization.details, "assisted_opening": assisted}
            organization.save(update_fields=["details"])
            data["assisted"] = assisted
        audit.record(chain_of(organization), "opening_group.chosen", actor=actor, at=now, data=data)
    return group


def check_roles(organization: Organization, roles: Collection[str]) -> list[str]:
    """The roles in a fixed order; ValidationError when none is chosen or one does not exist at this organisation."""
    wanted = [role.value for role in Role if role in set(roles)]
    if not wanted:
        raise ValidationError({"roles": _("Choose at least one role. To end all of them, let the person leave.")})
    if len(wanted) != len(set(roles)) or not all(role_fits(role, organization.kind) for role in wanted):
        raise ValidationError({"roles": _("This role does not exist at this kind of organisation.")})
    return wanted


def require_permanent(
    actor: User, organization: Organization, now: datetime, roles: Collection[str], person: User | None = None
) -> None:
    """Who administers only for somebody else neither changes own roles nor makes administrators."""
    if own_rows(actor, organization).active(now).filter(role__in=ADMINS).exists():
        return
    if person == actor or not ADMINS.isdisjoint(roles):
        text = _("You administer for somebody else. Own roles and new administrators are decided by a permanent one.")
        refuse("only_for_somebody", text, 403)


def grant(
    person: User, organization: Organization, role: str, now: datetime, *, end: datetime | None, by: User | None
) -> Membership:
    """The person's own role, new, opened again or with another end. A role on loan from a centre is left alone."""
    row = Membership.objects.filter(user=person, organization=organization, role=role, stands_in_for=None).first()
    row = row or Membership(user=person, organization=organization, role=role, starts_at=now)
    if row.via_id and (row.ends_at is None or row.ends_at > now):
        return row
    if row.pk and (row.via_id or (row.ends_at and row.ends_at <= now) or (row.starts_at and row.starts_at > now)):
        row.starts_at = now
    if row.starts_at == now:
        row.granted_by = by
    row.ends_at, row.via = end, None
    row.full_clean()
    row.save()
    return row


def own_rows(person: User, organization: Organization) -> MembershipQuerySet:
    """Roles the person holds there itself: not for somebody else, not on loan from a centre."""
    return Membership.objects.filter(user=person, organization=organization, stands_in_for=None, via=None)


def end_rows(rows: MembershipQuerySet, end: datetime) -> None:
    """Roles end at this moment; those that would begin later never were, so they go."""
    rows.filter(starts_at__gte=end).delete()
    rows.exclude(ends_at__lte=end).update(ends_at=end)


def _represented_by_others(person: User, organization: Organization, roles: Collection[str]) -> MembershipQuerySet:
    """What others hold for the person: it ends with the role itself."""
    return Membership.objects.filter(organization=organization, stands_in_for=person, role__in=roles)


def _end(organization: Organization, last_day: date | None, now: datetime) -> datetime | None:
    if last_day is None:
        return None
    end = days.end_of(last_day, organization)
    if end <= now:
        raise ValidationError({"last_day": _("Choose today or a later day.")})
    return end


def _leave_opening_group(person: User, organization: Organization, now: datetime) -> None:
    group = OpeningGroup.objects.filter(organization=organization, members=person).first()
    if group is not None:
        leaving.require_free(person, organization, now)
        group.members.remove(person)


def _check_group(group: OpeningGroup, chosen: list[User], asked: int) -> None:
    """A recovery key is one of the keys: with it as many people are enough as open together, and one less at most."""
    if len(chosen) != asked:
        raise ValidationError({"people": _("Choose people who are openers of this organisation.")})
    spare = OpenerKey.objects.filter(ready_recovery(), recovery_for=group) if group.pk else OpenerKey.objects.none()
    made_by = {key.user_id for key in spare}
    if not made_by.isdisjoint(person.pk for person in chosen):
        text = _("Who has made the recovery key does not open with an own key. Have a new recovery key made first.")
        raise ValidationError({"people": text})
    least, most = group.needed + 1 - len(made_by), MOST_OPENERS - len(made_by)
    if not least <= len(chosen) <= most:
        words = {"least": least, "most": most, "needed": group.needed}
        text = _("%(needed)s open together, so choose at least %(least)s people and at most %(most)s.")
        raise ValidationError({"people": text % words})


def has_key(person: User) -> bool:
    """Whether the person has an opening key in use."""
    return OpenerKey.objects.own().filter(user=person).exists()


def _tell_leaver(person: User, organization: Organization, now: datetime, end: datetime) -> None:
    with outbox.in_language_of(person):
        day = days.last_day(end, organization)
        outbox.tell(
            person,
            key=f"organization:{organization.pk}:left:{audit.stamp(now)}",
            subject=_("Your roles end: %(organization)s") % {"organization": organization.name},
            body=_("Your roles at %(organization)s end on %(day)s. What you did there stays in the record.")
            % {"organization": organization.name, "day": _day(day)},
            at=now,
            kind="account",
        )


def _day(day: date) -> str:
    from django.utils.formats import date_format

    return date_format(day, "DATE_FORMAT")
