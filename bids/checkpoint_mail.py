"""Once a day openers who asked for it get the newest checkpoint: what left the house cannot be rewritten there."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, checkpoints, outbox
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import Consent, Message, Organization, User

KIND: Final = "checkpoint"


def send(now: datetime) -> int:
    """How many were told. A day is one of the platform's own time zone; running twice tells nobody twice."""
    asked = Consent.objects.filter(purpose=KIND, withdrawn_at=None, user__isnull=False).values("user")
    people = list(holders(Organization.objects.values("pk"), [Role.OPENER], now).filter(pk__in=asked).order_by("pk"))
    newest = checkpoints.recent(now, hours=1)[:1] if people else []
    if not newest:
        return 0
    note = checkpoints.public(newest[0])
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return sum(_tell(person, f"checkpoint:{day}", note, now) for person in people)


def _tell(person: User, key: str, note: str, now: datetime) -> bool:
    if Message.objects.filter(key=f"{key}:{person.pk}").exists():
        return False
    with audit.in_transaction(), outbox.in_language_of(person):
        words = _(
            "Keep this mail. With it one can show later whether anything written down before was changed or taken out."
        )
        outbox.tell(
            person,
            key=key,
            kind=KIND,
            subject=_("Checkpoint of the audit trail"),
            body=f"{words}\n\n{note}",
            at=now,
            url=reverse("checkpoints"),
        )
    return True
