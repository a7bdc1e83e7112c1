"""Tenders in the operator's admin: reading only. Every change is an action with its own checks and trail."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import practice_rows
from tendering.models import (
    Amendment,
    Approval,
    ConflictDeclaration,
    Criterion,
    Document,
    Invitation,
    Item,
    Lot,
    LotOutcome,
    Question,
    RequiredDocument,
    Tender,
)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows rows and forbids every change."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing of anybody's practice."""
        return practice_rows.only_here(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Tender)
class TenderAdmin(ReadOnlyAdmin):
    list_display = ("reference", "title", "buyer", "published_at", "tender_period_end", "opened_at", "awarded_at")
    list_filter = ("profile", "procedure_type", "simulated")
    list_select_related = ("buyer",)
    search_fields = ("reference", "title")
    show_full_result_count = False


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("code", "title", "tender", "value")
    list_select_related = ("tender",)
    show_full_result_count = False


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ("ref", "text", "unit", "quantity", "lot")
    list_select_related = ("lot",)
    show_full_result_count = False


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ("code", "kind", "name", "weight", "tender")
    list_filter = ("kind",)
    list_select_related = ("tender",)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Without the bytes."""

    list_display = ("name", "kind", "size", "sha256", "tender")
    exclude = ("content",)
    list_select_related = ("tender",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).defer("content")


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """Without the asker, who is shown to nobody."""

    list_display = ("tender", "asked_at", "answered_at")
    exclude = ("asked_by",)
    list_select_related = ("tender",)


@admin.register(Amendment, Approval, ConflictDeclaration, Invitation, LotOutcome, RequiredDocument)
class PartAdmin(ReadOnlyAdmin):
    list_display = ("__str__",)
