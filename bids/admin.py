"""The operator's view of bids: only of opened tenders, read-only, without prices. Being staff opens nothing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import clock
from accounts.admin import ReadOnlyAdmin
from bids.models import Bid, OpeningSession, TenderSeal


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    """No row of a tender that has not been opened: its number of bids is sealed, too."""

    list_display = ("reference", "tender", "company", "received_at", "is_late")
    list_select_related = ("tender", "company")
    fields = (
        "reference",
        "tender",
        "company",
        "version",
        "round",
        "received_at",
        "recorded_at",
        "is_late",
        "opened_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(tender__opened_at__lte=clock.now())


@admin.register(TenderSeal)
class TenderSealAdmin(ReadOnlyAdmin):
    """Every published tender has one, whether a bid came or not."""

    list_display = ("tender", "generation", "recipient", "needed", "created_at")
    list_select_related = ("tender",)
    fields = list_display


@admin.register(OpeningSession)
class OpeningSessionAdmin(ReadOnlyAdmin):
    """Who started when; the record itself is shown on the tender's pages to those entitled."""

    list_display = ("tender", "kind", "started_at", "started_by", "completed_at")
    list_select_related = ("tender", "started_by")
    fields = list_display
