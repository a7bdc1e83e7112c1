"""The contract and its delivery: term, options, changes, promised and measured values, the supplier's replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import Organization, User
from bids.models import Bid
from tendering.models import Lot, Tender


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, actor: Any, now: datetime) -> ContractQuerySet:
        """Contracts of the own municipality for its office and audit, of the own company for its people."""
        if not getattr(actor, "is_authenticated", False):
            return self.none()
        office = actor.organizations_with(Role.OFFICER, Role.APPROVER, Role.AUDITOR)
        companies = actor.organizations_with(*PROVIDER_ROLES)
        return self.filter(Q(tender__buyer__in=office) | Q(company__in=companies), recorded_at__lte=now)


class ContractManager(practice.ScopedManager["Contract"].from_queryset(ContractQuerySet)):  # type: ignore[misc]  # made by Django
    """A practised contract exists inside its practice only."""

    path = "tender__buyer"


class Contract(models.Model):
    """One signed contract about one lot. Amounts net in the tender's currency; `value_at_start` never changes."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="contracts")
    lot = models.OneToOneField(Lot, on_delete=models.CASCADE, related_name="contract")
    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("Contract number"), max_length=60, blank=True)
    value_at_start = models.DecimalField(max_digits=14, decimal_places=2)
    value = models.DecimalField(max_digits=14, decimal_places=2)
    signed_on = models.DateField(_("Signed on"))
    starts_on = models.DateField(_("Starts on"))
    ends_on = models.DateField(_("Ends on"))
    remind_months = models.PositiveSmallIntegerField(_("Reminder before the end, in months"), default=6)
    reminded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    note = models.TextField(blank=True)

    objects = ContractManager()

    class Meta:
        ordering: ClassVar = ["ends_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.number or f"contract {self.pk}"

    @property
    def chain(self) -> str:
        """Its events stand in the chain of the procedure."""
        return f"tender:{self.tender_id}"


class ContractOption(models.Model):
    """A right the contract gives the buyer: more months, or more service; drawn once, by an act."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="options")
    kind = models.CharField(max_length=10, choices=[("renewal", _("renewal")), ("option", _("option"))])
    title = models.CharField(max_length=200)
    months = models.PositiveSmallIntegerField(default=0)
    value = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    draw_until = models.DateField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title


class ChangeGround(models.TextChoices):
    """Why a contract may be changed without a new procedure; one vocabulary for all profiles (R61)."""

    SMALL = "small", _("small change below the limits")
    REVIEW_CLAUSE = "review_clause", _("a clause of the contract provides for it")
    ADDITIONAL = "additional", _("additional service that another company cannot sensibly give")
    UNFORESEEN = "unforeseen", _("unforeseen circumstances")
    NEW_PARTNER = "new_partner", _("another company takes the contract over")
    NOT_SUBSTANTIAL = "not_substantial", _("the change is not substantial")


class ContractChange(models.Model):
    """A change of a signed contract: what, why, how much, and what the rule of changes says about it.

    `pct` and `pct_cumulated` are per cent of the value at the start, with two decimals; `findings` the warnings with
    their source, as shown to the officer who gave `reason` in spite of them.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    effective_on = models.DateField()
    ground = models.CharField(max_length=20, choices=ChangeGround.choices)
    description = models.TextField()
    reason = models.TextField()
    delta = models.DecimalField(max_digits=14, decimal_places=2)
    months = models.SmallIntegerField(default=0)
    pct = models.DecimalField(max_digits=9, decimal_places=2)
    pct_cumulated = models.DecimalField(max_digits=9, decimal_places=2)
    findings = models.JSONField(default=list, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_person=None) | ~Q(second_person=F("decided_by")),
                name="contract_change_by_second_person",
            )
        ]

    def __str__(self) -> str:
        return f"change of {self.contract_id}"


class ContractKpi(models.Model):
    """A number the winner promised in its bid and got points for: now the target of the contract."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="kpis")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=300)
    unit = models.CharField(max_length=60, blank=True)
    direction = models.CharField(
        max_length=6, choices=[("lower", _("less is better")), ("higher", _("more is better"))]
    )
    target = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "code"], name="kpi_once_a_contract")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ContractPeriod(models.Model):
    """What was really delivered and paid from `start` to `end`, both days included; `paid_net` in the currency."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="periods")
    start = models.DateField(_("First day"))
    end = models.DateField(_("Last day"))
    quantity = models.DecimalField(_("Quantity delivered"), max_digits=16, decimal_places=3, null=True, blank=True)
    paid_net = models.DecimalField(_("Paid, net"), max_digits=14, decimal_places=2)
    note = models.TextField(_("Note"), blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["start", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="period_ends_after_start"),
            models.UniqueConstraint(fields=["contract", "start"], name="period_starts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


class KpiMeasurement(models.Model):
    """The measured value of one promise in one period."""

    kpi = models.ForeignKey(ContractKpi, on_delete=models.CASCADE, related_name="measurements")
    period = models.ForeignKey(ContractPeriod, on_delete=models.CASCADE, related_name="measurements")
    value = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        ordering: ClassVar = ["period__start", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kpi", "period"], name="measured_once_a_period")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.period_id}"

    @property
    def is_kept(self) -> bool:
        """Whether the promise was kept; equal keeps it."""
        if self.kpi.direction == "lower":
            return self.value <= self.kpi.target
        return self.value >= self.kpi.target


class SupplierReply(models.Model):
    """What the company says about a period in which something was not kept. Written once, stands beside the record."""

    period = models.OneToOneField(ContractPeriod, on_delete=models.CASCADE, related_name="reply")
    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reply to {self.period_id}"
