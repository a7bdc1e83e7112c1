"""Who holds a role now. Everything that looks for the people of an organisation asks here, so that nobody is forgotten
to be left out: memberships begin and end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.lifecycle import OrganizationKind, Role
from accounts.models import CentreMember, Membership, OpenerKey, OpeningGroup, Organization, User


def holders(organizations: Any, roles: Iterable[str], now: datetime) -> QuerySet[User]:
    """Active people who hold any of the roles there at this moment, each once.

    `organizations`: one organisation or its id, or anything `__in` takes (ids, a queryset).
    """
    held = Membership.objects.active(now).filter(user=OuterRef("pk"), role__in=list(roles))
    if isinstance(organizations, int | Organization):
        held = held.filter(organization=organizations)
    else:
        held = held.filter(organization__in=organizations)
    return User.objects.filter(Exists(held), is_active=True)


def members(organization_id: int, now: datetime) -> QuerySet[User]:
    """Active people with any role there at this moment."""
    held = Membership.objects.active(now).filter(user=OuterRef("pk"), organization=organization_id)
    return User.objects.filter(Exists(held), is_active=True)


@dataclass(frozen=True, slots=True)
class OpeningPeople:
    """Who of the opening group can open now: with a key in use and the role; `needed` of them open together."""

    needed: int
    people: tuple[User, ...]


def opening_people(organization_id: int, now: datetime) -> OpeningPeople:
    """The opening group of a buyer as it could open now; two queries. Two are needed where there is no group yet."""
    group = OpeningGroup.objects.filter(organization=organization_id).first()
    if group is None:
        return OpeningPeople(2, ())
    centres = Organization.objects.filter(kind=OrganizationKind.SERVICE_CENTRE).values("pk")
    able = holders(organization_id, [Role.OPENER], now) | holders(centres, [Role.OPENER], now)
    able = able.filter(opening_groups=group, pk__in=OpenerKey.objects.own().values("user"))
    return OpeningPeople(group.needed, tuple(able.distinct().order_by("function", "pk")))


def keepers(organization_id: int, now: datetime) -> QuerySet[User]:
    """Who may make and try a buyer's recovery key: openers there or at a service centre that works for it, who are not
    in its opening group. Nobody is to hold two keys of one group.
    """
    at_work = CentreMember.objects.filter(Q(until=None) | Q(until__gt=now), municipality=organization_id)
    able = holders(organization_id, [Role.OPENER], now) | holders(at_work.values("centre"), [Role.OPENER], now)
    return able.exclude(opening_groups__organization=organization_id).distinct()


def kept_groups(user: User, now: datetime) -> QuerySet[Organization]:
    """The buyers whose recovery key this person may make and try: the other way round than `keepers`."""
    held = user.organizations_with(Role.OPENER)
    at_work = CentreMember.objects.filter(Q(until=None) | Q(until__gt=now), centre__in=held)
    found = Organization.objects.filter(Q(pk__in=held) | Q(pk__in=at_work.values("municipality")))
    return found.exclude(kind=OrganizationKind.PROVIDER).exclude(opening_group__members=user).order_by("name")


def groups_of(user: User) -> QuerySet[OpeningGroup]:
    """The opening groups in which the person may open now: named in the group, and opener today of that buyer or of a
    service centre, which lends its openers.
    """
    held = user.organizations_with(Role.OPENER)
    centre = Organization.objects.filter(pk__in=held, kind=OrganizationKind.SERVICE_CENTRE)
    return OpeningGroup.objects.filter(Q(organization__in=held) | Exists(centre), members=user)
