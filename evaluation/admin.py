"""Read-only tables for operators. Nothing here exists before the opening; changes go through the actions."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from evaluation.models import EvaluationRun, Exclusion, FormalCheck, PanelLock, PanelMember


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ReadOnlyAdmin):
    list_display = ("tender", "method", "created_at", "result_hash")
    fields = ("tender", "spec_hash", "method", "method_version", "inputs_hash", "result_hash", "reason", "created_at")


@admin.register(Exclusion)
class ExclusionAdmin(ReadOnlyAdmin):
    list_display = ("bid", "code", "decided_at", "confirmed_at")


@admin.register(FormalCheck)
class FormalCheckAdmin(ReadOnlyAdmin):
    list_display = ("bid", "checked_at", "confirmed_at")


@admin.register(PanelMember)
class PanelMemberAdmin(ReadOnlyAdmin):
    list_display = ("tender", "user", "submitted_at")


@admin.register(PanelLock)
class PanelLockAdmin(ReadOnlyAdmin):
    list_display = ("tender", "locked_at")
