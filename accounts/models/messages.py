"""What the platform writes to people: mailbox, outbox, consent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.models.people import User


class Message(models.Model):
    """One message in a person's mailbox. Never changed, never deleted (triggers): what stands here was delivered.

    `kind` is a code of accounts.notices; `sha256` is the digest of the canonical {kind, subject, body, recipient, at}.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True, help_text=_("Says what is told to whom; the same is told once"))
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=5, default="de")
    url = models.CharField(max_length=300, blank=True, help_text=_("Page it speaks of"))
    chain = models.CharField(max_length=80, blank=True, help_text=_("Procedure it belongs to, for example tender:12"))
    created_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["recipient", "-created_at", "-id"], name="mailbox_keyset")]

    def __str__(self) -> str:
        return self.subject


class MessageRead(models.Model):
    """When the recipient opened a message for the first time. Append-only like the message."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="read")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.message_id} read"


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """As Django's, and a mail written in a practice stays there."""
        return super().bulk_create([message.kept_in_practice() for message in objs], *args, **options)


class OutboxMessage(models.Model):
    """A mail to be sent, written in the same transaction as the act it tells of; sent once, later.

    `not_before` delays it (retry after a failure); `failed_at` says that it was given up after the last retry.
    """

    key = models.CharField(max_length=120, unique=True, help_text=_("Says what is told to whom; the same is told once"))
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=40, blank=True)
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    headers = models.JSONField(default=dict, blank=True, help_text=_("Further headers, for example List-Unsubscribe"))
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="outbox_waiting", condition=Q(sent_at=None, failed_at=None)),
            models.Index(
                fields=["failed_at"], name="outbox_failed", condition=Q(sent_at=None, failed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's, and a mail written in a practice stays there."""
        if self.pk is None:
            self.kept_in_practice()
        super().save(*args, **options)

    def kept_in_practice(self) -> OutboxMessage:
        """Inside a practice: delivered to its own inbox at once and to nobody else, so that no job ever sends it.

        Outside, what a job writes to an invented account (a summary of the day) counts as delivered likewise.
        """
        self.recipient = practice.held(self.recipient)
        if self.recipient.endswith(f"@{practice.DOMAIN}"):
            self.sent_at = self.created_at
        return self


class Consent(models.Model):
    """That an address may be written to for one purpose: when given, how, when taken back. Rows stay as evidence."""

    email = models.EmailField()
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="consents")
    purpose = models.CharField(max_length=40, help_text=_("Code of accounts.notices"))
    given_at = models.DateTimeField()
    given_how = models.CharField(max_length=40)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_how = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-given_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "purpose"], condition=Q(withdrawn_at=None), name="one_consent_per_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.email}"


class NotificationChoice(models.Model):
    """How a person wants one kind of notice: a mail at once, one a day, or only in the mailbox."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=40)
    channel = models.CharField(
        max_length=10,
        choices=[("now", _("mail at once")), ("daily", _("one mail a day")), ("never", _("mailbox only"))],
    )
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.channel}"


class Feedback(models.Model):
    """A barrier somebody reported, or another word to the operator; answered by mail where an address was left."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=[("barrier", _("barrier")), ("other", _("other"))])
    page = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d}"


class DeskVisit(models.Model):
    """When a person looked at the desk: `looked_at` now, `before_at` the time before ("new since then")."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="desk_visit")
    looked_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"desk of {self.user_id}"
