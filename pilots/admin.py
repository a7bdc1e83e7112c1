"""Pilots in the admin: for reading only; everything that changes one is an action."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import practice_rows
from pilots.models import AnalysisRun, Decision, Indicator, Pilot


class ReadOnly(admin.ModelAdmin):
    """Nothing can be added, changed or deleted here."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing of anybody's practice."""
        return practice_rows.only_here(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Pilot)
class PilotAdmin(ReadOnly):
    list_display = ("reference", "title", "municipality", "registered_at", "gate_date", "decided_at")
    list_select_related = ("municipality",)
    search_fields = ("reference", "title")


@admin.register(Indicator)
class IndicatorAdmin(ReadOnly):
    list_display = ("code", "name_de", "pilot", "group", "is_primary", "is_guard")
    list_select_related = ("pilot",)


@admin.register(AnalysisRun)
class AnalysisRunAdmin(ReadOnly):
    list_display = ("pilot", "method_version", "created_at", "confirmed_at", "result_hash")
    list_select_related = ("pilot",)


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    list_display = ("pilot", "verdict", "body", "session_at")
    list_select_related = ("pilot",)
