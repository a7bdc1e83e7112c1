"""Pilot projects: sealed registration, indicators, measurements, analysis and the council's decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import Organization, User
from evaluation.models import EvaluationRun
from pilots.fields import ExactDecimalField
from pilots.lifecycle import Status, status
from tendering.models import LifeSituation, TemplateVersion, Tender


class PilotQuerySet(models.QuerySet["Pilot"]):
    def visible_to(self, actor: Any, now: datetime) -> PilotQuerySet:
        """Registered pilots are public; drafts belong to the own municipality's staff."""
        public = Q(registered_at__lte=now)
        if not getattr(actor, "is_authenticated", False):
            return self.filter(public)
        own = actor.organizations_with(*(r for r in Role.values if r not in {Role.BIDDER, Role.BIDDER_ADMIN}))
        return self.filter(public | Q(municipality__in=own))


class PilotManager(practice.ScopedManager["Pilot"].from_queryset(PilotQuerySet)):  # type: ignore[misc]  # made by Django
    """A practised pilot exists inside its practice only."""

    path = "municipality"


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
    template_version = models.ForeignKey(
        TemplateVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="pilots"
    )
    simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = PilotManager()

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


class PaperQuerySet(models.QuerySet["CouncilPaper"]):
    def visible_to(self, actor: Any, now: datetime) -> PaperQuerySet:
        """Issued papers: their public version for everybody; what is not issued yet for the office that writes it.

        Which of the two versions a reader gets is `pilots.papers.reader_of`, never this query.
        """
        issued = Q(issued_at__lte=now, withdrawn_at=None)
        if not getattr(actor, "is_authenticated", False):
            return self.filter(issued)
        office = actor.organizations_with(Role.OFFICER, Role.APPROVER)
        inside = actor.organizations_with(Role.COUNCIL_MEMBER, Role.AUDITOR)
        return self.filter(
            issued | Q(municipality__in=office) | Q(municipality__in=inside, issued_at__lte=now, withdrawn_at=None)
        )


class PaperManager(practice.ScopedManager["CouncilPaper"].from_queryset(PaperQuerySet)):  # type: ignore[misc]  # likewise
    """A practised paper exists inside its practice only."""

    path = "municipality"


class CouncilPaper(models.Model):
    """One page to vote on: an award or a pilot. Both versions come from one source by field rules and are frozen.

    `full` and `public` have the shape of pilots.papers.fields; `sha256` is the digest of canonical {full, public}.
    `run` and `awards` {lot code: bid numbers} are what an award paper proposes since it was issued: a vote is about
    them, whatever is evaluated later.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=[("award", _("Award")), ("pilot", _("Pilot"))])
    municipality = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="papers")
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    body = models.CharField(_("Council or committee"), max_length=120)
    session_at = models.DateTimeField(_("Session"))
    agenda_item = models.CharField(_("Item of the agenda"), max_length=40, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=5, default="de")
    wording = models.TextField(_("Proposed decision"), blank=True)
    note = models.TextField(_("Further remarks"), blank=True)
    full: models.JSONField[Any, Any] = models.JSONField(default=dict)
    public: models.JSONField[Any, Any] = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    awards: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PaperManager()

    class Meta:
        ordering: ClassVar = ["-session_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="award", tender__isnull=False, pilot=None)
                | Q(kind="pilot", pilot__isnull=False, tender=None),
                name="paper_has_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} paper {self.pk}"


class Vote(models.Model):
    """What was decided on a paper, recorded by the clerk (an officer of the municipality)."""

    paper = models.OneToOneField(CouncilPaper, on_delete=models.PROTECT, related_name="vote")
    outcome = models.CharField(
        max_length=12,
        choices=[
            ("accepted", _("accepted")),
            ("rejected", _("rejected")),
            ("returned", _("sent back")),
            ("postponed", _("postponed")),
        ],
    )
    votes_for = models.PositiveSmallIntegerField(_("Votes in favour"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("Votes against"), null=True, blank=True)
    abstentions = models.PositiveSmallIntegerField(_("Abstentions"), null=True, blank=True)
    dissent = models.TextField(_("Dissenting opinion"), blank=True)
    wording = models.TextField(_("Decision as taken"), blank=True)
    decided_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.outcome} {self.paper_id}"


class PaperComment(models.Model):
    """A council member's comment or question on a paper, and the office's answer. Seen by council and office only."""

    paper = models.ForeignKey(CouncilPaper, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_question = models.BooleanField(default=False)
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"comment on {self.paper_id}"


class PaperNote(models.Model):
    """A private note of one reader on one paper; nobody else sees it."""

    paper = models.ForeignKey(CouncilPaper, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "user"], name="one_note_per_reader")]

    def __str__(self) -> str:
        return f"note on {self.paper_id}"
