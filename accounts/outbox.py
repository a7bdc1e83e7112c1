"""Outbox: an act writes its mails as rows of its own transaction; `deliver` sends each exactly once."""

from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation

from accounts import clock
from accounts.models import OutboxMessage, User


def tell(user: User, *, key: str, subject: str, body: str, at: datetime) -> None:
    """Queue one mail for a person; the same key is told once. Never put a price, bid text or file name in it."""
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(key=f"{key}:{user.pk}", recipient=user.email, subject=subject[:200], body=body, created_at=at)],
        ignore_conflicts=True,
    )


def in_language_of(user: User) -> translation.override:
    """Context in which texts for this person are rendered."""
    return translation.override(user.language)


def deliver(limit: int = 200) -> int:
    """Send what waits; returns how many were sent. Safe to run twice or in parallel: each row is locked while sent."""
    sent = 0
    for pk in OutboxMessage.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True)[:limit]:
        sent += _deliver_one(pk)
    return sent


def _deliver_one(pk: int) -> int:
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=pk, sent_at=None).first()
        if message is None:
            return 0
        mail = EmailMessage(message.subject, message.body, to=[message.recipient])
        mail.extra_headers["Message-ID"] = f"<outbox-{message.pk}@zuschlag.example>"  # a repeated send is recognisable
        mail.send()
        OutboxMessage.objects.filter(pk=pk).update(sent_at=clock.now(), attempts=message.attempts + 1)
    return 1
