"""When the openers of a group last showed that their keys work: by a trial, or by releasing a part in an opening.

Worked out when it is read; no job keeps it. A group that can lose two keys is tried every 180 days, a smaller one every
90, because there two forgotten sentences make bids unreadable for good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.holders import groups_of
from accounts.models import OpenerKey, OpeningGroup, User
from bids.models import OpeningRelease

USUAL: Final = timedelta(days=180)
SMALL: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Trial:
    """A member of a group and when the own key last worked; `at` is the making of a key that was never used."""

    person: User
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupTrials:
    """All members of a group who have a key, the longest ago first."""

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
    keys = shown(OpenerKey.objects.own().filter(user__opening_groups=group, user__is_active=True))
    found = sorted((Trial(key.user, key.shown_at) for key in keys.select_related("user")), key=lambda one: one.at)  # type: ignore[attr-defined]  # annotated
    return GroupTrials(_limit(len(found), group.needed), tuple(found))


def limit_for(user: User) -> timedelta | None:
    """How often the person should try the own key, by the smallest of the groups; None outside of any. One query."""
    has_key = Q(members__opener_key__isnull=False, members__opener_key__retired_at=None, members__is_active=True)
    groups = groups_of(user).order_by()
    counted = OpeningGroup.objects.filter(pk__in=groups.values("pk")).annotate(
        keys=Count("members__opener_key", filter=has_key, distinct=True)
    )
    return min((_limit(group.keys, group.needed) for group in counted), default=None)


def shown(keys: QuerySet[OpenerKey]) -> QuerySet[OpenerKey]:
    """The keys with `shown_at`: made, tried or used in an opening, whatever was last."""
    used = OpeningRelease.objects.filter(opener=OuterRef("user"), released_at__gte=OuterRef("created_at")).order_by()
    last = used.values("opener").annotate(last=Max("released_at")).values("last")
    moments: Iterable[Coalesce] = (
        Coalesce("tried_at", "created_at"), Coalesce(Subquery(last), "created_at"),
    )  # fmt: skip
    return keys.defer("locked").annotate(shown_at=Greatest(*moments))


def _limit(keys: int, needed: int) -> timedelta:
    return USUAL if keys >= needed + 2 else SMALL
