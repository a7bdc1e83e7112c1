"""Once a day openers get the newest checkpoint while a tender of theirs is sealed: what left the house cannot be
rewritten there. Who asked for it gets it every day, who ended it on none.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, checkpoints, outbox
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import Consent, Message, NotificationChoice, Organization, User
from accounts.notices import NEVER
from bids.keys_left import still_sealed
from bids.models import TenderSeal

KIND: Final = "checkpoint"


def send(now: datetime) -> int:
    """How many were told. A day is one of the platform's own time zone; running twice tells nobody twice."""
    people = list(_readers(now))
    newest = checkpoints.recent(now, hours=1)[:1] if people else []
    if not newest:
        return 0
    note = checkpoints.public(newest[0])
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return sum(_tell(person, f"checkpoint:{day}", note, now) for person in people)


def _readers(now: datetime) -> QuerySet[User]:
    asked = Consent.objects.filter(purpose=KIND, withdrawn_at=None, user__isnull=False).values("user")
    ended = NotificationChoice.objects.filter(kind=KIND, channel=NEVER).values("user")
    sealed = TenderSeal.objects.filter(
        still_sealed(), generation=F("tender__round"), tender__cancelled_at=None, tender__published_at__lte=now
    )
    wanted = Q(pk__in=asked) | Q(opening_groups__organization__in=sealed.values("tender__buyer"))
    openers = holders(Organization.objects.values("pk"), [Role.OPENER], now)
    return openers.filter(wanted).exclude(pk__in=ended).distinct().order_by("pk")


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
