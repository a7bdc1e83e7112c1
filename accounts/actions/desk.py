"""What a person does with the own desk: look at it, subscribe to its calendar."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.http import Http404

from accounts import audit, clock
from accounts.desk import since_when
from accounts.models import CalendarKey, DeskVisit, User

SAME = timedelta(minutes=1)  # reloading a page is not worth a write


def look_at_desk(*, actor: User, now: datetime) -> datetime:
    """Remember the look; answers since when things are new. No audit event: nothing but the person's view changes."""
    visit = DeskVisit.objects.filter(user=actor).first()
    since = since_when(visit, now)
    if visit and timedelta(0) <= now - visit.looked_at < SAME:
        return since
    visit = DeskVisit(user=actor, looked_at=now, before_at=since)
    DeskVisit.objects.bulk_create(
        [visit], update_conflicts=True, unique_fields=["user"], update_fields=["looked_at", "before_at"]
    )
    return since


def make_calendar_key(*, actor: User) -> str:
    """The secret of the person's calendar address, known only now; the address made before is void."""
    token = secrets.token_urlsafe(32)
    with audit.in_transaction():
        now = clock.now()
        key = CalendarKey(user=actor, digest=calendar_digest(token), created_at=now)
        key.full_clean(validate_unique=False)
        CalendarKey.objects.bulk_create(
            [key], update_conflicts=True, unique_fields=["user"], update_fields=["digest", "created_at"]
        )
        audit.record("platform", "calendar.opened", actor=actor, at=now, subject=f"user:{actor.pk}")
    return token


def revoke_calendar_key(*, actor: User) -> None:
    """From now on the address is unknown; doing it twice is the same."""
    with audit.in_transaction():
        if not CalendarKey.objects.filter(user=actor).delete()[0]:
            return
        audit.record("platform", "calendar.closed", actor=actor, at=clock.now(), subject=f"user:{actor.pk}")


def calendar_owner(token: str) -> tuple[User, CalendarKey]:
    """Whose calendar an address shows; Http404 for an unknown or void one and for people who have left."""
    found = CalendarKey.objects.select_related("user").filter(digest=calendar_digest(token)).first()
    if found is None or not found.user.is_active:
        raise Http404
    return found.user, found


def calendar_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
