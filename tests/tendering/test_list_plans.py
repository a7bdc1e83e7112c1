"""What the list asks the database as it is served: no order sorts all tenders, and the counts beside it cost one query.

The statements are those that the pages send, with all that they show; a database that knows how its tables are filled
(ANALYZE) chose to walk the buyers first and to sort everything.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import Organization
from tendering.filters import FACETS, facets, listed
from tendering.models import Tender

pytestmark = pytest.mark.django_db
ONLY_SQLITE = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL sorts so few rows in memory")


@pytest.fixture
def filled() -> None:
    """Eight hundred published tenders of forty towns; the database has looked at how they are spread."""
    now = clock.now()
    towns = [Organization.objects.create(reference=f"T{n}", name=f"Town {n}", kind="municipality") for n in range(40)]
    Tender.objects.bulk_create(
        Tender(
            reference=f"R{n}", buyer=towns[n % 40], title=f"Letters {n}", value=1_000 + n % 97, created_at=now,
            life_situation=("taxes", "living")[n % 2], published_at=now - timedelta(minutes=n + 1),
            released_at=now - timedelta(days=9), prepared_at=now - timedelta(days=9),
            tender_period_end=now + timedelta(hours=30 - n),
        )
        for n in range(800)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@ONLY_SQLITE
@pytest.mark.parametrize("address", ["/tenders/?", "/api/v1/tenders/?"])
@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("newest", "tender_keyset"),
        ("closing", "tender_by_deadline"),
        ("value", "tender_by_value"),
        ("title", "tender_by_title"),
        ("value&status=open", "tender_by_value"),
    ],
)
def test_the_statement_of_a_page_walks_the_index_of_its_order(
    address: str, sort: str, index: str, filled: None
) -> None:
    rows = [sql for sql in asked(f"{address}sort={sort}") if "ORDER BY" in sql and '"title"' in sql]
    assert len(rows) == 1, rows
    plan = plan_of(rows[0])
    assert index in plan and "TEMP B-TREE" not in plan, plan


@ONLY_SQLITE
def test_the_start_page_finds_what_is_open_by_its_deadline(filled: None) -> None:
    rows = [sql for sql in asked("/") if "= 'open'" in sql]
    plans = [plan_of(sql) for sql in rows]
    assert len(plans) >= 3 and all("tender_by_deadline" in plan for plan in plans), plans


def test_all_counts_beside_the_list_cost_two_queries(filled: None, django_assert_num_queries: Any) -> None:
    rows = listed(None, clock.now())  # on PostgreSQL reading the clock is a statement, too
    with django_assert_num_queries(2):
        counts = facets(rows)
    assert set(counts) == set(FACETS)
    assert counts["buyer"][0] == ("T0", 20)
    assert counts["life_situation"] == [("living", 400), ("taxes", 400)]


def asked(address: str) -> list[str]:
    client = Client(headers={"accept-language": "en"})
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [row["sql"] for row in queries.captured_queries]


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[3] for row in cursor.fetchall())
