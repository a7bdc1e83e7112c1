"""A company's own papers, used again in every bid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from bids.models.keys import random_id


class Proof(models.Model):
    """A paper in a company's profile, used again in every bid: register extract, insurance, a person's authority ...

    `content` is encrypted under the store key like a draft; `person` is set where it says that this person may act.
    """

    id = random_id()
    company = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(
        max_length=30,
        choices=[
            ("register", _("Extract from the company or trade register")),
            ("tax", _("Tax clearance certificate")),
            ("social_insurance", _("Social insurance clearance certificate")),
            ("liability_insurance", _("Liability insurance")),
            ("references", _("References")),
            ("certificate", _("Certificate, for example ISO 27001")),
            ("authority", _("Authority to act for the company")),
            ("declaration", _("Self-declaration")),
            ("other", _("Another proof")),
        ],
    )
    title = models.CharField(_("Name"), max_length=200)
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "-added_at"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.company_id}"


class SelfDeclaration(models.Model):
    """A company's declaration on grounds for exclusion, kept for every bid; the newest row counts.

    `content` is bids.grounds.Declaration as JSON, encrypted under the store key; erased when a newer one is given.
    """

    id = random_id()
    company = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="self_declarations")
    content = models.BinaryField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company"], condition=models.Q(replaced_at=None), name="one_declaration_counts"
            )
        ]

    def __str__(self) -> str:
        return f"declaration of {self.company_id}"
