"""Pilot projects: sealed registration, indicators, measurements, analysis and the council's decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import Role
from accounts.models import Organization, User
from pilots.fields import ExactDecimalField
from pilots.lifecycle import Status, status
from tendering.models import LifeSituation


class PilotQuerySet(models.QuerySet["Pilot"]):
    def visible_to(self, actor: Any, now: datetime) -> PilotQuerySet:
        """Registered pilots are public; drafts belong to the own municipality's staff."""
        public = Q(registered_at__lte=now)
        if not getattr(actor, "is_authenticated", False):
            return self.filter(public)
        own = actor.organizations_with(*(r for r in Role.values if r not in {Role.BIDDER, Role.BIDDER_ADMIN}))
        return self.filter(public | Q(municipality__in=own))


class Pilot(models.Model):
    """One trial: what it promised, what it measures against which comparison, what it costs, when it is decided.

    `sealed_registration` is the canonical JSON of everything promised, `registration_hash` its hash; the first person
    signs at `requested_at`, the second at `registered_at`, before the first pilot month. `costs`, `funding`, `phases`
    and `registration` have the shapes of docs/cases.md, decimals as text.
    """

    reference = models.CharField(max_length=40, unique=True)
    municipality = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="pilots")
    provider = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("Title"), max_length=200)
    description = models.TextField(_("What is tried"), blank=True)
    language = models.CharField(max_length=5, default="de")
    life_situation = models.CharField(max_length=20, choices=LifeSituation.choices, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    control_description = models.TextField(blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    phases = models.JSONField(default=dict, blank=True)
    costs = models.JSONField(default=dict, blank=True)
    funding = models.JSONField(default=dict, blank=True)
    council = models.JSONField(default=dict, blank=True)
    registration = models.JSONField(default=dict, blank=True)
    sealed_registration = models.TextField(blank=True)
    registration_hash = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    co_signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    gate_date = models.DateField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    analysed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = PilotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-registered_at", "-id"]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def chain(self) -> str:
        return f"pilot:{self.pk}"

    def status(self, now: datetime) -> Status:
        return status(self, now)


class Indicator(models.Model):
    """A KPI of a pilot for citizens, businesses or the authority."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(max_length=10)
    group = models.CharField(
        max_length=12,
        choices=[("citizen", _("Citizens")), ("business", _("Businesses")), ("authority", _("Authority"))],
    )
    name_de = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    unit = models.CharField(max_length=60)
    kind = models.CharField(
        max_length=12,
        choices=[
            ("mean", _("mean")),
            ("median", _("median")),
            ("share", _("share between 0 and 1")),
            ("count", _("count")),
            ("rate", _("rate")),
            ("amount", _("amount of money")),
        ],
    )
    better = models.CharField(max_length=6, choices=[("lower", _("less is better")), ("higher", _("more is better"))])
    target = ExactDecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    minimal_effect = ExactDecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    is_primary = models.BooleanField(default=False)
    is_guard = models.BooleanField(default=False)
    role = models.CharField(
        max_length=20,
        default="none",
        choices=[
            ("none", _("no money figure")),
            ("handling_time", _("minutes of staff per case")),
            ("cost_per_case", _("cost per case")),
            ("revenue", _("revenue per month")),
            ("volume", _("volume")),
        ],
    )
    per = models.CharField(max_length=20, default="case")
    source_system = models.CharField(max_length=120, blank=True)
    measured_by = models.CharField(max_length=120, blank=True)
    definition = models.TextField(blank=True)
    decimals = models.PositiveSmallIntegerField(default=2)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["pilot", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pilot", "code"], name="indicator_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"


class Measurement(models.Model):
    """One monthly value of one indicator in one arm. `value` keeps the digits as delivered."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measurements")
    arm = models.CharField(max_length=10, choices=[("pilot", _("pilot")), ("control", _("comparison"))])
    month = models.CharField(max_length=7)
    phase = models.CharField(max_length=10, choices=[("baseline", _("before")), ("pilot", _("during the pilot"))])
    value = ExactDecimalField(max_digits=18, decimal_places=6)
    n = models.PositiveIntegerField()
    provenance = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["indicator", "arm", "month"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "arm", "month"], name="one_value_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.arm} {self.month}"


class AnalysisRun(models.Model):
    """One analysis by the registered method: inputs, result, hashes. It counts once a second person confirmed it."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="analysis_runs")
    method_version = models.CharField(max_length=20)
    inputs = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    result = models.JSONField()
    result_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"analysis of {self.pilot_id}"


class Decision(models.Model):
    """What the council decided: adopt, extend, adapt or stop, with votes and dissent."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="decision")
    verdict = models.CharField(
        max_length=10,
        choices=[("adopt", _("adopt")), ("extend", _("extend")), ("adapt", _("adapt")), ("stop", _("stop"))],
    )
    body = models.CharField(max_length=120, blank=True)
    session_at = models.DateTimeField()
    votes = models.JSONField(default=dict)
    dissent = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.verdict} {self.pilot_id}"
