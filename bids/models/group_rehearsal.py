"""The rehearsal of a group's opening: a test bid under a key that is thrown away, opened by the group's own people."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import OpenerKey, OpeningGroup, User
from bids.models.keys import random_id


class GroupRehearsal(models.Model):
    """Seal and session in one: `recipient` sealed `test_bid`; pieces, clock share and session key go when it is opened.

    `keys`: everybody's who held a part of it. `opened`: what came to light, {"total", "currency"}.
    """

    id = random_id()
    group = models.ForeignKey(OpeningGroup, on_delete=models.CASCADE, related_name="rehearsals")
    keys: models.ManyToManyField[OpenerKey, Any] = models.ManyToManyField(OpenerKey, related_name="group_rehearsals")
    needed = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=100)
    test_bid = models.BinaryField()
    bodies = models.JSONField(default=list, help_text="Pieces, as in SealPiece")
    clock_wrapped = models.TextField(blank=True)
    session_wrapped = models.TextField(blank=True)
    attempts = models.JSONField(default=dict, blank=True, help_text="As in OpeningSession")
    completed_at = models.DateTimeField(null=True, blank=True)
    opened = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group"], condition=~Q(session_wrapped=""), name="one_group_rehearsal_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"rehearsal of {self.group_id}"

    @property
    def scope(self) -> str:
        """What pieces and clock share are bound to. An opener's browser hands over none of a tender in a rehearsal."""
        return f"rehearsal/{self.pk}"

    @property
    def generation(self) -> int:
        """There is one."""
        return 1

    @property
    def session_info(self) -> dict[str, Any]:
        """What the wrapped session key is bound to."""
        return {"group": str(self.group_id), "session": str(self.pk), "what": "rehearsal"}

    def stored_bodies(self) -> list[dict[str, Any]]:
        """The pieces as stored; none after they were destroyed."""
        return list(self.bodies)


class GroupRehearsalPart(models.Model):
    """The part one person released in a rehearsal; the pieces go with the session."""

    rehearsal = models.ForeignKey(GroupRehearsal, on_delete=models.CASCADE, related_name="releases")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    unlocked_at = models.CharField(
        max_length=10, default="browser", choices=[("browser", "browser"), ("server", "server")]
    )
    pieces = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["released_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rehearsal", "opener"], name="each_opener_rehearses_once"),
        ]

    def __str__(self) -> str:
        return f"rehearsed part of {self.opener_id}"
