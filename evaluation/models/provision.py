"""What the municipality's own provision of a service costs, and the dated rates it is discounted with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.models import Organization, User
from evaluation.figures import shortest
from tendering.models import Lot

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class DiscountRateManager(practice.ScopedManager["DiscountRate"]):
    """The rate of a practised town exists inside its practice only."""

    path = "organization"


class DiscountRate(models.Model):
    """A rate per year in per cent, valid from a day until the next row; entered by a person with its source."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="discount_rates")
    pct = models.DecimalField(
        _("Rate per year"), max_digits=6, decimal_places=3, validators=[*NOT_NEGATIVE, MaxValueValidator(Decimal(30))]
    )
    valid_from = models.DateField(_("Valid from"))
    source = models.CharField(_("Source"), max_length=300)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = DiscountRateManager()

    class Meta:
        ordering: ClassVar = ["-valid_from", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "valid_from"], name="one_discount_rate_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.pct} % from {self.valid_from}"

    @property
    def pct_shown(self) -> Decimal:
        """Without needless zeros: 1.500 could be read as a thousand and a half where the comma is the mark."""
        return shortest(self.pct)


class OwnProvision(models.Model):
    """The full comparison of one lot with the municipality's own provision; `rate_pct` and its source as used."""

    lot = models.OneToOneField(Lot, on_delete=models.CASCADE, related_name="own_provision")
    rate_pct = models.DecimalField(max_digits=6, decimal_places=3, default=Decimal(0))
    rate_source = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"own provision of lot {self.lot_id}"


class ProvisionItem(models.Model):
    """One cost item: once, per year, per case; net or gross as the prices are compared. Kinds: evaluation.provision."""

    provision = models.ForeignKey(OwnProvision, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=40)
    once = models.DecimalField(max_digits=14, decimal_places=2, default=0, validators=NOT_NEGATIVE)
    per_year = models.DecimalField(max_digits=14, decimal_places=2, default=0, validators=NOT_NEGATIVE)
    per_case = models.DecimalField(max_digits=14, decimal_places=4, default=0, validators=NOT_NEGATIVE)
    source = models.CharField(_("Source"), max_length=300)
    confidence = models.CharField(
        max_length=10,
        choices=[("measured", _("measured")), ("flat", _("flat rate")), ("estimate", _("estimate"))],
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["provision", "code"], name="cost_item_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def amounts(self) -> dict[str, Any]:
        return {"once": self.once, "per_year": self.per_year, "per_case": self.per_case}
