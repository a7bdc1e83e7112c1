"""The audit trail and what keeps a repeated act from happening twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.people import User


class ChainHead(models.Model):
    """Last link of a hash chain; locked while an event is appended, so that no chain forks or has gaps."""

    chain = models.CharField(max_length=80, unique=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"


class AuditEvent(models.Model):
    """One link: `body` is canonical JSON, kept byte by byte. Append-only: triggers refuse change and deletion."""

    chain = models.CharField(max_length=80)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    body = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["chain", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_has_no_fork"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.verb}"


class IdempotencyKey(models.Model):
    """Answer of an act that a client may repeat: the same key gives the same answer, never a second act."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    act = models.CharField(max_length=40)
    request_digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key", "act"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.key}"
