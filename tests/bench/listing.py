"""The public list of tenders against the list view of a tutorial, over the same 2,000 rows and filters.

Also the URL configuration of this measurement: the product's, and the tutorial's view beside it.
"""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, pagination, permissions, serializers

from accounts import clock
from config.urls import urlpatterns as product
from tendering.models import Lot, Tender
from tests.bench.database import database
from tests.bench.measuring import Table, rounds

ROWS, PAGE, REQUESTS = 2_000, 25, 10
FILTERS = "life_situation=taxes"


class _LotSerializer(serializers.ModelSerializer):
    class Meta:
        model = Lot
        fields = "__all__"


class _TenderSerializer(serializers.ModelSerializer):
    lots = _LotSerializer(many=True)

    class Meta:
        model = Tender
        fields = "__all__"


class _Pages(pagination.PageNumberPagination):
    page_size = PAGE


class TutorialList(generics.ListAPIView):
    """As the first chapters teach it: all fields, nested lots, counted pages."""

    queryset = Tender.objects.filter(published_at__isnull=False)
    serializer_class = _TenderSerializer
    pagination_class = _Pages
    filter_backends = [DjangoFilterBackend]
    filterset_fields = ["life_situation", "procedure_type"]
    permission_classes = [permissions.AllowAny]
    throttle_classes: list[Any] = []
    authentication_classes: list[Any] = []


urlpatterns = [*product, path("tutorial/", TutorialList.as_view())]


def tables() -> list[Table]:
    from django.test.utils import override_settings

    with database(), override_settings(ROOT_URLCONF=__name__), patch("tendering.views.listing.PER_PAGE", PAGE):
        fill()
        seconds = rounds(
            {
                "tutorial DRF view": lambda: ask(f"/tutorial/?{FILTERS}&procedure_type=OPEN"),
                "our list page (HTML)": lambda: ask(f"/tenders/?{FILTERS}&procedure=OPEN"),
                "our list by API": lambda: ask(f"/api/v1/tenders/?{FILTERS}&procedure=OPEN&page_size={PAGE}"),
            }
        )
    title = f"Public list: {PAGE} of {ROWS} rows, 2 filters"
    note = "CPU of application and database together (SQLite runs inside the process). The page counts its filters too."
    return [Table(title, "tutorial DRF view", seconds, note, per=REQUESTS)]


def fill() -> None:
    """Published tenders of four life situations and two procedures, two lots each."""
    from accounts.models import Organization

    now = clock.now()
    buyer = Organization.objects.create(reference="M001", name="Town", kind="municipality", land="NW")
    tenders = [
        Tender(
            reference=f"2026-{n:04}", buyer=buyer, title=f"Letters {n}", summary="Printing and delivery " * 5,
            life_situation=("taxes", "living", "mobility", "family")[n % 4],
            procedure_type=("OPEN", "NATIONAL_PUBLIC")[n // 4 % 2],
            cpv_main="64112000", value=20_000, created_at=now, prepared_at=now, released_at=now,
            published_at=now - timedelta(minutes=n + 1), tender_period_end=now + timedelta(days=n % 40 + 1),
        )
        for n in range(ROWS)
    ]  # fmt: skip
    Tender.objects.bulk_create(tenders, batch_size=500)
    lots = [Lot(tender=tender, code=f"L{n}", title=f"Lot {n}", value=10_000) for tender in tenders for n in (1, 2)]
    Lot.objects.bulk_create(lots, batch_size=500)


def ask(address: str) -> None:
    for _number in range(REQUESTS):
        response = Client(SERVER_NAME="localhost", headers={"accept-language": "en"}).get(address)
        if response.status_code != 200:
            raise AssertionError(f"{address} answered {response.status_code}")
