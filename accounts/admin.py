"""The operator's view of people and trail: read-only. Changes are actions, never rows edited by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import practice_rows
from accounts.models import AuditEvent, Feedback, Membership, OpeningGroup, Organization, OutboxMessage, User


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows, never changes."""

    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing of anybody's practice."""
        return practice_rows.only_here(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("reference", "name", "kind", "country")
    list_filter = ("kind", "country")
    search_fields = ("reference", "name")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "function", "is_active", "is_staff")
    search_fields = ("email", "function")
    exclude = ("password", "user_permissions", "groups")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "organization", "role")
    list_filter = ("role",)
    list_select_related = ("user", "organization")


@admin.register(OpeningGroup)
class OpeningGroupAdmin(ReadOnlyAdmin):
    list_display = ("organization", "needed")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("chain", "seq", "at", "verb")
    list_filter = ("verb",)
    search_fields = ("chain",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the trails of sealed bids: how many there are is nobody's business before the opening."""
        return super().get_queryset(request).exclude(chain__startswith="bids:")


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Reported barriers; each was mailed to the operator too."""

    list_display = ("created_at", "kind", "page", "email")


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnlyAdmin):
    """Who was told what and when; the text is left out, it may hold a personal link."""

    list_display = ("created_at", "recipient", "subject", "sent_at", "attempts")
    list_filter = ("sent_at",)
    exclude = ("body", "headers")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without receipts and news of tenders: their recipients tell who bids for what."""
        return super().get_queryset(request).exclude(key__regex=r"^(receipt|tender):")
