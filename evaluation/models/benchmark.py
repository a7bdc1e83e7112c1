"""Benchmarks across municipalities and years: data sets, their units, computations that take long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import Organization, User

READERS = (Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.LIBRARIAN)


class BenchmarkSetQuerySet(models.QuerySet["BenchmarkSet"]):
    def visible_to(self, actor: Any, now: datetime) -> BenchmarkSetQuerySet:
        """Sets of the own house, and those of the service centre one's municipality belongs to."""
        if not getattr(actor, "is_authenticated", False):
            return self.none()
        mine = actor.organizations_with(*READERS)
        current = Q(owner__centre_members__since__lte=now) & (
            Q(owner__centre_members__until=None) | Q(owner__centre_members__until__gt=now)
        )
        of_centre = current & Q(owner__centre_members__municipality__in=mine)
        found = self.filter(Q(owner__in=mine) | of_centre).values("pk")
        return self.filter(pk__in=found)


class BenchmarkSetManager(practice.ScopedManager["BenchmarkSet"].from_queryset(BenchmarkSetQuerySet)):  # type: ignore[misc]  # made by Django
    """A practised house has its own sets."""

    path = "owner"


class BenchmarkSet(models.Model):
    """Units (municipalities, providers, offices, pilots) with the same inputs and outputs, by year."""

    owner = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="benchmark_sets")
    title = models.CharField(_("Title"), max_length=200)
    about = models.TextField(_("What is compared"), blank=True)
    inputs = models.JSONField(default=list)
    outputs = models.JSONField(default=list)
    source = models.CharField(_("Where the numbers come from"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = BenchmarkSetManager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class BenchmarkUnit(models.Model):
    """One unit in one year; `values` = {column: number as text}."""

    set = models.ForeignKey(BenchmarkSet, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["year", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["set", "name", "year"], name="unit_once_a_year")]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class BenchmarkRun(models.Model):
    """A request for a computation that takes long. The queue is only a doorbell: this row says what is to be done.

    A worker holds it until `lease_until`; then another may begin again. `failed` is a code, never a trace.
    """

    set = models.ForeignKey(BenchmarkSet, on_delete=models.CASCADE, related_name="runs")
    set_version = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    returns = models.CharField(max_length=3, choices=[("crs", "CRS"), ("vrs", "VRS")])
    orientation = models.CharField(max_length=3, choices=[("in", "in"), ("out", "out")])
    draws = models.PositiveIntegerField(default=2000)
    seed = models.PositiveIntegerField(default=20260701)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failed = models.CharField(max_length=40, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-requested_at", "-id"]

    def __str__(self) -> str:
        return f"bootstrap of {self.set_id}"
