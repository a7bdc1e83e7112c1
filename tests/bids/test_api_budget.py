"""How often the database is asked for one bid over the API: what five hundred bids in a minute hang on."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bids.bidding import content, key
from tests.bids.by_program import JSON, Program
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
# Statements from draft to receipt, savepoints of the test included; 167 on SQLite before they were counted. PostgreSQL
# is asked for the newest event of the bids' trail besides (decision 0018).
MOST = {"sqlite": 132, "postgresql": 144}


def test_a_bid_over_the_api_asks_the_database_a_bounded_number_of_times() -> None:
    tender, program = open_tender(make_town()), Program(make_company())
    bid(program, tender.pk)  # the second one replaces it, as most of a rush do
    with CaptureQueriesContext(connection) as asked:
        bid(program, tender.pk)
    assert len(asked) <= MOST[connection.vendor], "\n".join(row["sql"][:150] for row in asked.captured_queries)


def bid(program: Program, tender_id: int) -> dict[str, Any]:
    draft = program.write_draft(tender_id, content())
    program.attach(draft.pk, b"how we work", "Konzept.pdf", "concept", at_once=True)
    body = {"declarant": "Clara"}
    answer = program.client.post(f"/api/v1/bids/{draft.pk}/submit/", body, JSON, headers={"Idempotency-Key": key()})
    assert answer.status_code == 201, answer.content
    received: dict[str, Any] = answer.json()
    return received
