"""The parts of a tender: lots, items, criteria, documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tendering.models.tender import CPV, POSITIVE, Tender
from tendering.rules import life_cycle
from tendering.rules.life_cycle import LifeCycle

CODE = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Use letters, digits, full stop and hyphen only."))


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
    SELECTION = "selection", _("Selection of candidates")


@dataclass(frozen=True, slots=True)
class Asked:
    """A number every bid states: the key it is kept under, its name and unit, which direction is better, a hint."""

    code: str
    name: str
    unit: str
    better: Literal["lower", "higher"]
    hint: str = ""


class Criterion(models.Model):
    """A requirement (yes or no), an award criterion, or in a call what candidates are compared by.

    Efficiency and cost are promised numbers scored by `curve`.
    `curve` is a list of [value, points] as decimal strings, published; `guide` maps "8-10" to the anchor text.
    `weight` are weight points; scored criteria of a lot sum to 100. `life_cycle` is the published calculation of a cost
    that is worked out from several numbers of the bid (`rules.life_cycle`), empty where one number is promised.
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
    life_cycle = models.JSONField(default=dict, blank=True)
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

    @property
    def calculation(self) -> LifeCycle | None:
        """The published life-cycle calculation, if the cost is worked out by one."""
        return life_cycle.read(self.life_cycle) if self.life_cycle else None

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The numbers a bid states for this criterion: the promised one, or those of the life-cycle calculation."""
        if (rule := self.calculation) is None:
            better: Literal["lower", "higher"] = "higher" if self.direction == "higher" else "lower"
            return (Asked(self.code, self.name, self.unit, better, self.description),) if self.is_promised else ()
        return tuple(
            Asked(
                life_cycle.part_key(self.code, part.id),
                part.text,
                part.unit,
                "higher" if part.kind == "residual" else "lower",
                part.unit,
            )
            for part in rule.parts
        )

    def clean(self) -> None:
        if self.is_promised and len(self.curve) < 2:
            raise ValidationError(
                {
                    "curve": _(
                        "Publish at least two points of the scoring curve, for example 5 days = 10 points, 20 days = 0."
                    )
                }
            )


PRICE_PAPER = "prices"


class RequiredDocument(models.Model):
    """A paper every bid must contain; `category` decides whether it may be asked for later.

    "company_related" may be; "evaluation_relevant" and PRICE_PAPER, which is hidden from the panel too, may not.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="required_documents")
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=30, default="company_related")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["tender", "position", "id"]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self) -> DocumentQuerySet:
        """All that are or were part of the documents; those of a correction that waits are not."""
        return self.filter(Q(added_with=None) | Q(added_with__approved_at__isnull=False))

    def in_force(self) -> DocumentQuerySet:
        """The documents of the present edition."""
        return self.published().filter(Q(removed_with=None) | Q(removed_with__approved_at=None))


class Document(models.Model):
    """A published procurement document; the bytes lie in the database (small) and are public with the tender.

    A correction adds documents and takes some out; those stay readable as part of the earlier edition.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=40, default="SPECIFICATION")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_with = models.ForeignKey(
        "tendering.Amendment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_with = models.ForeignKey(
        "tendering.Amendment", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["added_at", "name"]

    def __str__(self) -> str:
        return self.name
