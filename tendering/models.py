"""The buyer's call: tender, lots, items, criteria, documents, questions, amendments and who released what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import Role
from accounts.models import ContactUnit, Organization, User
from tendering.lifecycle import Status, status

POSITIVE = MinValueValidator(Decimal("0"))
CPV = RegexValidator(r"\A[0-9]{8}\Z", _("A CPV code has eight digits."))
CODE = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Use letters, digits, full stop and hyphen only."))


class ProcedureType(models.TextChoices):
    OPEN = "OPEN", _("Open procedure")
    RESTRICTED = "RESTRICTED", _("Restricted procedure")
    NEGOTIATED_WITH_CALL = "NEGOTIATED_WITH_CALL", _("Negotiated procedure with call")
    NEGOTIATED_WITHOUT_CALL = "NEGOTIATED_WITHOUT_CALL", _("Negotiated procedure without call")
    NATIONAL_PUBLIC = "NATIONAL_PUBLIC", _("Public tender (national)")
    NATIONAL_RESTRICTED_WITH_CALL = "NATIONAL_RESTRICTED_WITH_CALL", _("Restricted tender with call (national)")
    NATIONAL_RESTRICTED_WITHOUT_CALL = (
        "NATIONAL_RESTRICTED_WITHOUT_CALL",
        _("Restricted tender without call (national)"),
    )
    NATIONAL_NEGOTIATED_WITH_CALL = "NATIONAL_NEGOTIATED_WITH_CALL", _("Negotiated award with call (national)")
    NATIONAL_NEGOTIATED_WITHOUT_CALL = "NATIONAL_NEGOTIATED_WITHOUT_CALL", _("Negotiated award without call (national)")
    DIRECT_ORDER = "DIRECT_ORDER", _("Direct order")


INVITED_ONLY = frozenset(
    {
        ProcedureType.NEGOTIATED_WITHOUT_CALL,
        ProcedureType.NATIONAL_NEGOTIATED_WITHOUT_CALL,
        ProcedureType.NATIONAL_RESTRICTED_WITHOUT_CALL,
        ProcedureType.DIRECT_ORDER,
    }
)


class AllocationRule(models.TextChoices):
    """How lots are handed out when a company may not win them all; published, or the limit is void."""

    BEST_PER_LOT = "best_per_lot", _("each lot to its best bid")
    MAXIMISE_TOTAL_POINTS = "maximise_total_points", _("the combination with the most points in total")
    BEST_VALUE_COMBINATION = "best_value_combination", _("the combination with the best value in total")


class LifeSituation(models.TextChoices):
    """Where the service meets people: the public start page is sorted by these."""

    FAMILY = "family", _("Family and children")
    LIVING = "living", _("Building and living")
    BUSINESS = "business", _("Starting and running a business")
    WORK = "work", _("Work and education")
    HEALTH = "health", _("Health and care")
    MOBILITY = "mobility", _("Mobility and travel")
    IDENTITY = "identity", _("Identity and residence")
    TAXES = "taxes", _("Taxes and fees")
    TOWN_HALL = "town_hall", _("Inside the town hall")


class CancellationGround(models.TextChoices):
    """§ 63 (1) VgV / § 48 (1) UVgO; one vocabulary for all profiles."""

    NO_ADMISSIBLE_BID = "no_admissible_bid", _("No admissible bid")
    BASIS_CHANGED = "basis_changed", _("The basis of the procedure has changed materially")
    NO_ECONOMIC_RESULT = "no_economic_result", _("No economic result")
    OTHER_SERIOUS_REASON = "other_serious_reason", _("Another serious reason")


class TenderQuerySet(models.QuerySet["Tender"]):
    def visible_to(self, actor: Any, now: datetime) -> TenderQuerySet:
        """Published open tenders for everybody, invited-only ones for the invited, one's own buyer's for its staff."""
        published = Q(published_at__lte=now, released_at__isnull=False)
        # one bound on published_at, not one per branch: the list then walks its index instead of sorting everything
        public = published & (~Q(procedure_type__in=INVITED_ONLY) | Q(awarded_at__lte=now))
        if not getattr(actor, "is_authenticated", False):
            return self.filter(public)
        buyers = actor.organizations_with(*(r for r in Role.values if r not in {Role.BIDDER, Role.BIDDER_ADMIN}))
        companies = actor.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
        invited = Invitation.objects.filter(tender=models.OuterRef("pk"), provider__in=companies)
        own = Q(buyer__in=buyers)
        if companies:
            own |= published & Q(models.Exists(invited))
        return self.filter(public | own)

    def with_status(self, now: datetime) -> TenderQuerySet:
        """Adds `status_now`, the SQL twin of lifecycle.status."""
        moment = Value(now, output_field=models.DateTimeField())
        return self.annotate(
            status_now=Case(
                When(cancelled_at__lte=moment, then=Value(Status.CANCELLED)),
                When(awarded_at__lte=moment, then=Value(Status.AWARDED)),
                When(opened_at__lte=moment, then=Value(Status.EVALUATION)),
                When(prepared_at=None, then=Value(Status.DRAFT)),
                When(released_at=None, then=Value(Status.PREPARED)),
                When(Q(published_at=None) | Q(published_at__gt=moment), then=Value(Status.SCHEDULED)),
                When(tender_period_end__gt=moment, then=Value(Status.OPEN)),
                default=Value(Status.CLOSED),
                output_field=models.CharField(),
            )
        )


class Tender(models.Model):
    """One procurement procedure. Moments are stored, the status is worked out; amounts are net estimates.

    `evaluation` holds the evaluation settings (shape: evaluation.scoring EvaluationSpec.to_json) and is frozen with
    `spec_hash` at publication together with criteria, items and lot rules.
    """

    reference = models.CharField(_("Number"), max_length=40, unique=True)
    buyer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tenders")
    contact_unit = models.ForeignKey(ContactUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("Title"), max_length=200)
    summary = models.TextField(_("What is needed, in plain words"), blank=True)
    language = models.CharField(max_length=5, default="de")
    cpv_main = models.CharField(_("CPV code"), max_length=8, blank=True, validators=[CPV])
    cpv_additional = models.JSONField(default=list, blank=True)
    life_situation = models.CharField(_("Life situation"), max_length=20, choices=LifeSituation.choices, blank=True)
    procedure_type = models.CharField(
        max_length=40, choices=ProcedureType.choices, default=ProcedureType.NATIONAL_PUBLIC
    )
    profile = models.CharField(max_length=40, default="uvgo_land")
    legal_basis = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    value = models.DecimalField(
        _("Estimated value (net)"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[POSITIVE]
    )
    value_method = models.TextField(blank=True)
    contract_months = models.PositiveSmallIntegerField(_("Contract months"), default=12)
    option_months = models.PositiveSmallIntegerField(_("Option months"), default=0)
    is_framework = models.BooleanField(default=False)
    max_lots_bid = models.PositiveSmallIntegerField(null=True, blank=True)
    max_lots_awarded = models.PositiveSmallIntegerField(null=True, blank=True)
    allocation_rule = models.CharField(
        max_length=40, choices=AllocationRule.choices, default=AllocationRule.BEST_PER_LOT
    )
    combination_discounts_allowed = models.BooleanField(default=False)
    lot_waiver_reason = models.TextField(blank=True)
    variants_allowed = models.BooleanField(default=False)
    subcontracting_allowed = models.BooleanField(default=True)
    supplementation_allowed = models.BooleanField(default=True)
    evaluation = models.JSONField(default=dict)
    spec_hash = models.CharField(max_length=64, blank=True)
    rule_findings = models.JSONField(default=list, blank=True)
    rule_version = models.CharField(max_length=64, blank=True)
    timeline = models.JSONField(default=dict, blank=True, help_text=_("Further dates of the procedure, as published"))
    search_extra = models.TextField(blank=True, help_text=_("Further words the search finds this tender by"))
    council = models.JSONField(default=dict, blank=True)

    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)
    enquiry_period_end = models.DateTimeField(_("Questions until"), null=True, blank=True)
    tender_period_end = models.DateTimeField(_("Deadline for bids"), null=True, blank=True)
    opening_planned_at = models.DateTimeField(null=True, blank=True)
    bid_validity_end = models.DateField(_("Bids are binding until"), null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    awarded_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancellation_ground = models.CharField(max_length=30, choices=CancellationGround.choices, blank=True)
    cancellation_reason = models.TextField(blank=True)
    round = models.PositiveSmallIntegerField(default=1, help_text=_("Round of a negotiated procedure"))
    time_high_water = models.DateTimeField(
        null=True, blank=True, help_text=_("Latest moment an act of this procedure saw")
    )

    simulated = models.BooleanField(
        default=False, help_text=_("Played at invented times: demo, practice or imported case")
    )
    imported = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, help_text=_("Counts saves of the draft; a stale form is refused"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = TenderQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["-published_at", "-id"], name="tender_keyset")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("prepared_by")), name="release_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def chain(self) -> str:
        return f"tender:{self.pk}"

    def status(self, now: datetime) -> Status:
        return status(self, now)

    @property
    def term_years(self) -> Decimal:
        return Decimal(self.contract_months) / 12


class Lot(models.Model):
    """A part that is bid for and awarded on its own. Reference quantity and today's figures make efficiency visible."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="lots")
    code = models.CharField(_("Code"), max_length=10, validators=[CODE])
    title = models.CharField(_("Title"), max_length=200)
    cpv = models.CharField(_("CPV code"), max_length=8, blank=True, validators=[CPV])
    value = models.DecimalField(
        _("Estimated value (net)"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[POSITIVE]
    )
    quantity_basis = models.CharField(max_length=200, blank=True)
    reference_quantity = models.DecimalField(
        _("Cases per year"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    reference_unit = models.CharField(_("What is one case"), max_length=80, blank=True)
    baseline_cost_per_case = models.DecimalField(
        _("Today's cost per case"), max_digits=12, decimal_places=4, null=True, blank=True, validators=[POSITIVE]
    )
    baseline_minutes_per_case = models.DecimalField(
        _("Today's minutes per case"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[POSITIVE]
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["tender", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "code"], name="lot_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Item(models.Model):
    """One position of the price sheet."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="items")
    ref = models.CharField(_("Position"), max_length=20, validators=[CODE])
    text = models.CharField(_("Text"), max_length=500)
    unit = models.CharField(_("Unit"), max_length=60)
    quantity = models.DecimalField(_("Quantity"), max_digits=16, decimal_places=3, validators=[POSITIVE])
    price_decimals = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(6)])
    is_optional = models.BooleanField(default=False)
    in_evaluation = models.BooleanField(default=True)
    essential = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["lot", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["lot", "ref"], name="position_once_per_lot")]

    def __str__(self) -> str:
        return f"{self.ref} {self.text}"


class CriterionKind(models.TextChoices):
    MANDATORY = "mandatory", _("Mandatory requirement")
    PRICE = "price", _("Price")
    COST = "cost", _("Cost")
    EFFICIENCY = "efficiency", _("Efficiency")
    QUALITY = "quality", _("Quality")


class Criterion(models.Model):
    """A requirement (yes or no) or an award criterion. Efficiency and cost are promised numbers scored by `curve`.

    `curve` is a list of [value, points] as decimal strings, published; `guide` maps "8-10" to the anchor text.
    `weight` are weight points; scored criteria of a lot sum to 100.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(_("Code"), max_length=10, validators=[CODE])
    kind = models.CharField(max_length=20, choices=CriterionKind.choices)
    name = models.CharField(_("Name"), max_length=300)
    description = models.TextField(_("What is expected"), blank=True)
    proof = models.CharField(_("Proof"), max_length=300, blank=True)
    weight = models.DecimalField(
        _("Weight"), max_digits=7, decimal_places=3, null=True, blank=True, validators=[POSITIVE]
    )
    minimum_score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, validators=[POSITIVE])
    scale = models.CharField(max_length=200, blank=True, default="0-10")
    guide = models.JSONField(default=dict, blank=True)
    unit = models.CharField(_("Unit"), max_length=60, blank=True)
    direction = models.CharField(
        max_length=6, blank=True, choices=[("lower", _("less is better")), ("higher", _("more is better"))]
    )
    curve = models.JSONField(default=list, blank=True)
    measures = models.CharField(max_length=30, blank=True, choices=[("minutes_per_case", _("minutes per case"))])
    key = models.CharField(max_length=40, blank=True)
    lots: models.ManyToManyField[Lot, Any] = models.ManyToManyField(Lot, blank=True, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["tender", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "code"], name="criterion_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_scored(self) -> bool:
        return self.kind in {CriterionKind.QUALITY, CriterionKind.EFFICIENCY, CriterionKind.COST}

    @property
    def is_promised(self) -> bool:
        """A number the bidder promises, scored by the published curve."""
        return self.kind in {CriterionKind.EFFICIENCY, CriterionKind.COST}

    def clean(self) -> None:
        if self.is_promised and len(self.curve) < 2:
            raise ValidationError(
                {
                    "curve": _(
                        "Publish at least two points of the scoring curve, for example 5 days = 10 points, 20 days = 0."
                    )
                }
            )


class RequiredDocument(models.Model):
    """A paper every bid must contain; `category` decides whether it may be asked for later."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="required_documents")
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=30, default="company_related")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["tender", "position", "id"]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A published procurement document; the bytes lie in the database (small) and are public with the tender."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=40, default="SPECIFICATION")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["added_at", "name"]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """A bidder's question; the answer goes to all, the asker is never shown."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="questions")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("Question"))
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(_("Answer"), blank=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"question {self.pk}"


class Amendment(models.Model):
    """A change after publication: what changed (before and after), why, by whom and released by whom."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="amendments")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    changes = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("by")), name="amendment_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"amendment of {self.tender_id} at {self.at:%Y-%m-%d}"


class Invitation(models.Model):
    """A provider invited to a procedure that is not open to all."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="invitations")
    provider = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "provider"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.provider} invited to {self.tender_id}"


class ConflictDeclaration(models.Model):
    """A person's declaration of (no) conflict of interest, made before any bid is shown to them."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="conflict_declarations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    conflict = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "user"], name="declared_once")]

    def __str__(self) -> str:
        return f"declaration of {self.user_id} for {self.tender_id}"


class Approval(models.Model):
    """A second person's yes to a step that needs two (release, exclusion, award)."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="approvals")
    kind = models.CharField(max_length=30)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="approval_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.tender_id}"


class LotOutcome(models.Model):
    """What became of a lot, for the public status; written by evaluation through a tendering action."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(
        max_length=20,
        choices=[
            ("awarded", _("awarded")),
            ("cancelled", _("cancelled")),
            ("unsuccessful", _("unsuccessful")),
            ("contract", _("contract signed")),
        ],
    )
    at = models.DateTimeField()
    winner = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    saving_per_year = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    cost_per_case = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.lot_id}"
