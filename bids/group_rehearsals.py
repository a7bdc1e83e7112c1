"""Whether an opening group has rehearsed an opening: with the keys it has now, and not too long ago.

Worked out when it is read, as the trials of single keys are, and due as often: every 180 days, 90 with one spare key.
A missing rehearsal warns and stops nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import OpenerKey, OpeningGroup, ready_recovery
from bids.models import GroupRehearsal
from bids.trials import limit_of

State = Literal["never", "changed", "old", "good"]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`at`: the last rehearsal; "changed": since then somebody has a new key, or more people open together.

    `ready`: whether enough people have a key to rehearse.
    """

    group: OpeningGroup
    state: State
    at: datetime | None
    limit: timedelta
    ready: bool

    @property
    def days(self) -> int:
        return self.limit.days

    @property
    def until(self) -> datetime | None:
        """When the next one is due."""
        return self.at + self.limit if self.at else None


def rehearsed(groups: QuerySet[OpeningGroup], now: datetime) -> list[Rehearsed]:
    """How each of the groups stands. One query."""
    done = GroupRehearsal.objects.filter(group=OuterRef("pk"), completed_at__isnull=False).order_by("-completed_at")
    in_it = GroupRehearsal.keys.through.objects.filter(
        openerkey=OuterRef("pk"), grouprehearsal=OuterRef(OuterRef("last_rehearsal"))
    )
    own = OpenerKey.objects.own().filter(user__opening_groups=OuterRef("pk"), user__is_active=True)
    has_key = Q(members__is_active=True, members__in=OpenerKey.objects.own().values("user"))
    spare = Q(recovery_keys__isnull=False) & ready_recovery("recovery_keys__")
    all_of = OpeningGroup.objects.filter(pk__in=groups.order_by().values("pk"))  # counts whole groups, not one member
    found = all_of.order_by("organization").annotate(
        last_rehearsal=Subquery(done.values("pk")[:1]),
        rehearsed_at=Subquery(done.values("completed_at")[:1]),
        rehearsed_needed=Subquery(done.values("needed")[:1]),
        has_new_key=Exists(own.filter(~Exists(in_it))),
        able=Count("members", filter=has_key, distinct=True),
        spare=Count("recovery_keys", filter=spare, distinct=True),
    )
    return [_rehearsed(group, now) for group in found.select_related("organization")]


def rehearsed_by(group: OpeningGroup, now: datetime) -> Rehearsed:
    """How this group stands. One query."""
    return rehearsed(OpeningGroup.objects.filter(pk=group.pk), now)[0]


def last_rehearsal(group: OpeningGroup) -> GroupRehearsal | None:
    """The last one that opened the test bid, with who released and whose keys were in it. Four queries."""
    done = group.rehearsals.filter(completed_at__isnull=False).prefetch_related("releases__opener", "keys__user")
    return done.order_by("-completed_at").first()


def _rehearsed(group: Any, now: datetime) -> Rehearsed:
    """Of a group with the annotations of `rehearsed`."""
    limit = limit_of(group.able + group.spare, group.needed)
    state: State = "good"
    if group.rehearsed_at is None:
        state = "never"
    elif group.has_new_key or group.rehearsed_needed != group.needed:
        state = "changed"
    elif group.rehearsed_at + limit < now:
        state = "old"
    return Rehearsed(group, state, group.rehearsed_at, limit, group.able >= group.needed)
