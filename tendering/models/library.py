"""The service centre's library: templates with versions, for tenders and for pilots."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import Organization, User
from tendering.models.tender import LifeSituation


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, actor: Any) -> TemplateQuerySet:
        """What has a version in use is public; what is still written belongs to the owner's librarians."""
        public = models.Exists(TemplateVersion.objects.in_use().filter(template=models.OuterRef("pk")))
        if not getattr(actor, "is_authenticated", False):
            return self.filter(public)
        return self.filter(models.Q(public) | models.Q(owner__in=actor.organizations_with(Role.LIBRARIAN)))


class TemplateManager(practice.ScopedManager["Template"].from_queryset(TemplateQuerySet)):  # type: ignore[misc]  # made by Django
    """Templates of real centres are no part of a practice."""

    path = "owner"


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    def in_use(self) -> TemplateVersionQuerySet:
        """Published and not taken out of use."""
        return self.filter(published_at__isnull=False, withdrawn_at=None)


class Template(models.Model):
    """A service that is bought or tried again and again. Its versions hold the content; the newest published counts."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    owner = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="templates")
    kind = models.CharField(max_length=10, choices=[("tender", _("tender")), ("pilot", _("pilot"))], default="tender")
    life_situation = models.CharField(max_length=20, choices=LifeSituation.choices, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    objects = TemplateManager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class TemplateVersion(models.Model):
    """One version; never changed after publication. `content` has the shape of tendering.library.shape.

    `published_at` None is a draft of the librarian; `withdrawn_at` takes it out of use, adoptions stay counted.
    """

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content: models.JSONField[Any, Any] = models.JSONField(default=dict)
    note = models.TextField(_("What is new"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["template", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"

    @property
    def is_in_use(self) -> bool:
        """Published and not taken out of use."""
        return self.published_at is not None and self.withdrawn_at is None
