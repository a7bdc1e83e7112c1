"""A colleague stands in for somebody's roles for a time: named by the person, or by an administrator for the absent."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit, days, outbox
from accounts.actions.people import chain_of, end_rows, has_key, own_rows, require_permanent
from accounts.actions.people_access import locked
from accounts.decision import refuse, require
from accounts.holders import members
from accounts.lifecycle import ADMINS, Role, decide_stand_in
from accounts.models import Membership, Organization, User

LONGEST = timedelta(days=366)


def name_stand_in(
    *, actor: User, organization_id: int, absent_id: int, stand_in_id: int, roles: Collection[str], first_day: date,
    last_day: date,
) -> list[Membership]:  # fmt: skip
    """The colleague holds these roles of the absent from `first_day` to the end of `last_day`.

    Naming the same colleague for the same role again moves the period. ValidationError by field (`roles`, `stand_in`,
    `first_day`, `last_day`); refused "seat_is_personal", "no_opener_key", "audit_stays_apart".
    """
    with audit.in_transaction():
        organization, now = locked(organization_id)
        absent = _absent(actor, organization, absent_id, now)
        stand_in = members(organization.pk, now).filter(pk=stand_in_id).exclude(pk=absent.pk).first()
        if stand_in is None:
            raise ValidationError({"stand_in": _("Choose a colleague of the same organisation.")})
        start, end = _period(organization, first_day, last_day, now)
        wanted = _roles(absent, organization, roles, now)
        require_permanent(actor, organization, now, wanted, None) if actor.pk != absent.pk else None
        _require_may_stand_in(stand_in, organization, wanted, now)
        rows = [_hold(stand_in, absent, organization, role, start, end, actor) for role in wanted]
        _tell(stand_in, absent, organization, rows, now)
        data = {"absent": absent.pk, "stand_in": stand_in.pk, "roles": wanted, "from": first_day.isoformat(),
                "until": last_day.isoformat()}  # fmt: skip
        audit.record(
            chain_of(organization), "stand_in.named", actor=actor, at=now, subject=f"user:{stand_in.pk}", data=data
        )
    return rows


def end_stand_in(*, actor: User, membership_id: int) -> None:
    """Ended by the one who is represented, by the stand-in, or by an administrator. Http404 for everybody else."""
    found = Membership.objects.filter(pk=membership_id, stands_in_for__isnull=False).first()
    if found is None:
        raise Http404
    with audit.in_transaction():
        organization, now = locked(found.organization_id)
        row = Membership.objects.filter(pk=membership_id).first()
        is_admin = own_rows(actor, organization).active(now).filter(role__in=ADMINS).exists()
        if row is None or not (is_admin or actor.pk in {row.user_id, row.stands_in_for_id}):
            raise Http404
        end_rows(Membership.objects.filter(pk=row.pk), now)
        data = {"absent": row.stands_in_for_id, "stand_in": row.user_id, "role": row.role}
        audit.record(
            chain_of(organization), "stand_in.ended", actor=actor, at=now, subject=f"user:{row.user_id}", data=data
        )


def own_roles(person: User, organization: Organization, now: datetime) -> list[str]:
    """What the person may be represented in: roles held there itself now."""
    return list(own_rows(person, organization).active(now).order_by("role").values_list("role", flat=True))


def _absent(actor: User, organization: Organization, absent_id: int, now: datetime) -> User:
    """The represented person; Http404 unless it is the actor itself or the actor administers here."""
    held = Membership.objects.active(now).filter(user=actor, organization=organization)
    may = actor.pk == absent_id or held.filter(role__in=ADMINS).exists()
    absent = User.objects.filter(pk=absent_id).first()
    if not held.exists() or not may or absent is None or not own_roles(absent, organization, now):
        raise Http404
    return absent


def _roles(absent: User, organization: Organization, roles: Collection[str], now: datetime) -> list[str]:
    wanted = [role for role in own_roles(absent, organization, now) if role in set(roles)]
    if not wanted or len(wanted) != len(set(roles)):
        raise ValidationError({"roles": _("Choose at least one of the roles the person holds.")})
    return wanted


def _period(organization: Organization, first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    today = days.today(organization, now)
    if first < today:
        raise ValidationError({"first_day": _("Choose today or a later day.")})
    if last < first:
        raise ValidationError({"last_day": _("The last day must not be before the first one.")})
    if last - first > LONGEST:
        raise ValidationError({"last_day": _("At most a year. For longer, give the colleague the role itself.")})
    return (now if first == today else days.begin_of(first, organization)), days.end_of(last, organization)


def _require_may_stand_in(stand_in: User, organization: Organization, roles: Collection[str], now: datetime) -> None:
    held = Membership.objects.active(now).filter(user=stand_in, organization=organization)
    own, key = set(held.values_list("role", flat=True)), has_key(stand_in)
    if Role.AUDITOR in roles and len(set(roles)) > 1:
        refuse("audit_stays_apart", _("The audit is represented by somebody who takes over no other role with it."))
    if held.filter(role=Role.AUDITOR).exists() and not set(roles) <= {Role.AUDITOR, Role.ORG_ADMIN}:
        refuse("audit_stays_apart", _("Who audits does not stand in for those who are audited."))
    for role in roles:
        require(decide_stand_in(role, own, has_opener_key=key))


def _hold(
    stand_in: User, absent: User, organization: Organization, role: str, start: datetime, end: datetime, by: User
) -> Membership:
    """Never longer than the represented person holds the role."""
    own = own_rows(absent, organization).get(role=role)
    row = Membership.objects.filter(
        user=stand_in, organization=organization, role=role, stands_in_for=absent
    ).first() or Membership(user=stand_in, organization=organization, role=role, stands_in_for=absent)
    row.starts_at, row.granted_by = start, by
    row.ends_at = min(end, own.ends_at) if own.ends_at else end
    row.full_clean()
    row.save()
    return row


def _tell(stand_in: User, absent: User, organization: Organization, rows: list[Membership], now: datetime) -> None:
    for person in (stand_in, absent):
        with outbox.in_language_of(person):
            words = {
                "stand_in": str(stand_in), "absent": str(absent), "organization": organization.name,
                "roles": ", ".join(str(Role(row.role).label) for row in rows),
                "first": _day(rows[0].starts_at, organization), "last": _last(rows[0], organization),
            }  # fmt: skip
            outbox.tell(
                person,
                key=f"organization:{organization.pk}:stand_in:{rows[0].pk}:{audit.stamp(now)}",
                subject=_("Standing in at %(organization)s") % words,
                body=_("%(stand_in)s stands in for %(absent)s from %(first)s to %(last)s.\nRoles: %(roles)s") % words,
                at=now,
                kind="account",
                url=reverse("stand_ins"),
            )


def _day(moment: datetime | None, organization: Organization) -> str:
    return date_format(days.today(organization, moment), "DATE_FORMAT") if moment else "–"


def _last(row: Membership, organization: Organization) -> str:
    return date_format(days.last_day(row.ends_at, organization), "DATE_FORMAT") if row.ends_at else "–"
