"""When the openers of a group last showed that their keys work: by a trial, or by releasing a part in an opening.

Worked out when it is read; no job keeps it. A group that can lose two keys is tried every 180 days, a smaller one every
90, because there two forgotten sentences make bids unreadable for good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, Count, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from accounts.holders import groups_of
from accounts.models import OpenerKey, OpeningGroup, User, ready_recovery
from bids.models import OpeningRelease

USUAL: Final = timedelta(days=180)
SMALL: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Trial:
    """A key of a group and when it last worked; `at` is the making of a key that was never used.

    `person` is its owner; of a recovery key who has made it, and `name` the office that keeps it.
    """

    person: User
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class GroupTrials:
    """All keys of a group, its recovery key among them, the longest ago first."""

    limit: timedelta
    trials: tuple[Trial, ...]

    def overdue(self, now: datetime) -> list[Trial]:
        """Those who have not shown within the limit that their key works."""
        return [trial for trial in self.trials if trial.at + self.limit < now]

    @property
    def days(self) -> int:
        return self.limit.days

    @property
    def since(self) -> datetime | None:
        """Every key of the group has worked since then; None without a key."""
        return self.trials[0].at if self.trials else None

    @property
    def until(self) -> datetime | None:
        """When the next trial is due."""
        return self.since + self.limit if self.since else None


def trials_of(group: OpeningGroup) -> GroupTrials:
    """The trials of this group. One query."""
    own = Q(recovery_for=None, retired_at=None, user__opening_groups=group, user__is_active=True)
    keys = shown(OpenerKey.objects.filter(own | ready_recovery() & Q(recovery_for=group)).distinct())
    trials = (Trial(key.user, key.shown_at, key.holder) for key in keys.select_related("user"))  # type: ignore[attr-defined]  # annotated
    found = sorted(trials, key=lambda one: one.at)
    return GroupTrials(limit_of(len(found), group.needed), tuple(found))


def limit_for(user: User) -> timedelta | None:
    """How often the person should try the own key, by the smallest of the groups; None outside of any. One query."""
    has_key = Q(members__opener_key__isnull=False, members__opener_key__retired_at=None, members__is_active=True)
    has_key &= Q(members__opener_key__recovery_for=None)
    spare = Q(recovery_keys__isnull=False) & ready_recovery("recovery_keys__")
    groups = groups_of(user).order_by()
    counted = OpeningGroup.objects.filter(pk__in=groups.values("pk")).annotate(
        keys=Count("members__opener_key", filter=has_key, distinct=True)
        + Count("recovery_keys", filter=spare, distinct=True)
    )
    return min((limit_of(group.keys, group.needed) for group in counted), default=None)


def shown(keys: QuerySet[OpenerKey]) -> QuerySet[OpenerKey]:
    """The keys with `shown_at`: made, tried or used in an opening, whatever was last. One with a recovery key does not
    show that the own one works.
    """
    used = OpeningRelease.objects.filter(opener=OuterRef("user"), released_at__gte=OuterRef("created_at")).order_by()
    used = used.filter(recovery_use=None)
    last = used.values("opener").annotate(last=Max("released_at")).values("last")
    moments: Iterable[Coalesce | Case] = (
        Coalesce("tried_at", "created_at"),
        Case(When(recovery_for=None, then=Coalesce(Subquery(last), "created_at")), default="created_at"),
    )  # fmt: skip
    return keys.defer("locked").annotate(shown_at=Greatest(*moments))


def limit_of(keys: int, needed: int) -> timedelta:
    """How often keys of a group with so many of them are tried."""
    return USUAL if keys >= needed + 2 else SMALL
