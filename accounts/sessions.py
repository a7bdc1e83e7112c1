"""Ending open sessions of people who have left."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import ApiToken, Membership, User

LOOK_BACK = timedelta(days=1)


def sign_out(people: Collection[int], now: datetime) -> int:
    """End every open session and key for programs of these people; returns how many sessions. Reads all sessions."""
    keys = {str(pk) for pk in people}
    if not keys:
        return 0
    ApiToken.objects.filter(user__in=people, revoked_at=None).update(revoked_at=now)
    open_ones = Session.objects.filter(expire_date__gte=now).iterator()
    found = [session.pk for session in open_ones if session.get_decoded().get(SESSION_KEY) in keys]
    Session.objects.filter(pk__in=found).delete()
    return len(found)


def has_left_all(user: User, now: datetime) -> bool:
    """Whether the person has no organisation any more, now or later."""
    return not user.is_staff and not Membership.objects.filter(user=user).exclude(ends_at__lte=now).exists()


def sign_out_leavers(now: datetime) -> int:
    """For roles that ended by their date: people whose last one ended within a day are signed out."""
    ended = Membership.objects.filter(ends_at__lte=now, ends_at__gt=now - LOOK_BACK).values("user")
    leavers = User.objects.filter(pk__in=ended, is_staff=False).exclude(
        pk__in=Membership.objects.exclude(ends_at__lte=now).values("user")
    )
    return sign_out(list(leavers.values_list("pk", flat=True)), now)
