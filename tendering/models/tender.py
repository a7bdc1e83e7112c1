"""The tender: one procurement procedure, who sees it and what its status is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import ContactUnit, Organization, User
from tendering import notice_time
from tendering.lifecycle import Status, status

POSITIVE = MinValueValidator(Decimal("0"))
CPV = RegexValidator(r"\A[0-9]{8}\Z", _("A CPV code has eight digits."))


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


WITH_CALL = frozenset(
    {
        ProcedureType.RESTRICTED,
        ProcedureType.NEGOTIATED_WITH_CALL,
        ProcedureType.NATIONAL_RESTRICTED_WITH_CALL,
        ProcedureType.NATIONAL_NEGOTIATED_WITH_CALL,
    }
)


class Stage(models.TextChoices):
    """Part of a procedure with a call for candidates; "" where there is one stage only."""

    CANDIDATES = "candidates", _("Call for candidates")
    BIDS = "bids", _("Bids of the selected candidates")


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


class Authority(models.TextChoices):
    """What a bidder must show about the person who hands in (text form, § 126b BGB, is enough by default)."""

    NONE = "none", _("nothing beyond the account")
    STATEMENT = "statement", _("a statement with the name of the person who declares")
    DOCUMENT = "document", _("a document in the company profile that is valid on the day")


class TitleKey(models.Func):
    """What titles are sorted by: small letters, umlauts beside their vowels, the same on both databases.

    The letters stand in the template: SQLite uses an index on an expression only where it is written the same way.
    """

    template = (
        "LOWER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(%(expressions)s, "
        "'Ä', 'A'), 'Ö', 'O'), 'Ü', 'U'), 'ä', 'a'), 'ö', 'o'), 'ü', 'u'))"
    )
    arity = 1
    output_field = models.TextField()


class TenderQuerySet(models.QuerySet["Tender"]):
    def visible_to(self, actor: Any, now: datetime) -> TenderQuerySet:
        """Published open tenders for everybody, invited-only ones for the invited, one's own buyer's for its staff.

        An award without a call is public as long as its notice.
        """
        published = Q(published_at__lte=now, released_at__isnull=False)
        # one bound on published_at, not one per branch: the list then walks its index instead of sorting everything
        shown = Q(awarded_at__lte=now) & ~notice_time.over(now)
        for_all = ~Q(procedure_type__in=INVITED_ONLY) & ~Q(stage=Stage.BIDS)
        public = published & (for_all | shown)
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
                When(candidates_decided_at__lte=moment, then=Value(Status.SELECTED)),
                When(opened_at__lte=moment, then=Value(Status.EVALUATION)),
                When(prepared_at=None, then=Value(Status.DRAFT)),
                When(released_at=None, then=Value(Status.PREPARED)),
                When(Q(published_at=None) | Q(published_at__gt=moment), then=Value(Status.SCHEDULED)),
                When(tender_period_end__gt=moment, then=Value(Status.OPEN)),
                default=Value(Status.CLOSED),
                output_field=models.CharField(),
            )
        )


class TenderManager(practice.ScopedManager["Tender"].from_queryset(TenderQuerySet)):  # type: ignore[misc]  # made by Django
    """A practised procedure exists inside its practice only."""

    path = "buyer"


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
    variants_allowed = models.BooleanField(
        default=False, help_text=_("Bidders may hand in variants, beside a main bid or instead of it")
    )
    variant_requirements = models.TextField(blank=True, help_text=_("What every variant must meet at least"))
    subcontracting_allowed = models.BooleanField(default=True)
    supplementation_allowed = models.BooleanField(default=True)
    evaluation = models.JSONField(default=dict)
    spec_hash = models.CharField(max_length=64, blank=True)
    edition = models.PositiveSmallIntegerField(default=1, help_text=_("Of text and documents; grows by corrections"))
    rule_findings = models.JSONField(default=list, blank=True)
    rule_version = models.CharField(max_length=64, blank=True)
    timeline = models.JSONField(default=dict, blank=True, help_text=_("Further dates of the procedure, as published"))
    search_extra = models.TextField(blank=True, help_text=_("Further words the search finds this tender by"))
    council = models.JSONField(default=dict, blank=True)
    responsible = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="responsible_for",
        help_text=_("Officer whose desk shows it first; may be handed over"),
    )
    authority = models.CharField(
        _("Proof that the person may act for the company"),
        max_length=10,
        choices=Authority.choices,
        default="statement",
    )
    template_version = models.ForeignKey(
        "tendering.TemplateVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="tenders"
    )

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
    scores_closed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Two envelopes: from then on the sealed prices may be opened")
    )
    prices_opened_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    bid_stage = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="call",
        help_text=_("Of a call for candidates: the tender whose bidders it finds"),
    )
    candidates_decided_at = models.DateTimeField(null=True, blank=True)
    awarded_at = models.DateTimeField(null=True, blank=True)
    withholds_award_value = models.BooleanField(default=False)
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

    objects = TenderManager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-published_at", "-id"], name="tender_keyset"),
            models.Index(fields=["tender_period_end", "id"], name="tender_by_deadline"),
            models.Index(fields=["value", "id"], name="tender_by_value"),
            models.Index(TitleKey("title"), "id", name="tender_by_title"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("prepared_by")), name="release_by_second_person"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.CANDIDATES, bid_stage__isnull=False)
                | (~Q(stage=Stage.CANDIDATES) & Q(bid_stage=None)),
                name="call_serves_a_tender",
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
    def two_envelopes(self) -> bool:
        """Whether prices are sealed to a lock of their own, opened only after the scores are closed."""
        return bool(self.evaluation.get("two_envelopes"))

    @property
    def prices_sealed(self) -> bool:
        """Whether the bids are without prices for everybody still, although their first part may be open."""
        return self.two_envelopes and self.prices_opened_at is None

    @property
    def is_call(self) -> bool:
        """Whether companies apply to take part here; they hand in requests without prices, no bids."""
        return self.stage == Stage.CANDIDATES

    @property
    def is_invited_only(self) -> bool:
        """Whether only companies with an invitation may see it and bid: no call, or the stage after one."""
        return self.stage == Stage.BIDS or self.procedure_type in INVITED_ONLY

    @property
    def request_period_end(self) -> datetime | None:
        """Until when requests to participate are taken; None where bids are handed in."""
        return self.tender_period_end if self.is_call else None

    @property
    def min_candidates(self) -> int | None:
        """Of a call: how many suitable candidates shall at least be invited, as published."""
        return self._candidates("min_candidates")

    @property
    def max_candidates(self) -> int | None:
        """Of a call: how many are invited at most, and those equal to the last of them; None invites all suitable."""
        return self._candidates("max_candidates")

    def _candidates(self, name: str) -> int | None:
        number = self.evaluation.get(name) if self.is_call else None
        return int(number) if number is not None else None

    @property
    def term_years(self) -> Decimal:
        return Decimal(self.contract_months) / 12


class Invitation(models.Model):
    """A provider invited to a procedure that is not open to all."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="invitations")
    provider = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "provider"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.provider} invited to {self.tender_id}"
