"""The id of a foreign bid and one that was never given out take the same way through the code, and the same time."""

import re
import time
from statistics import median
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bids.models import Bid, Receipt, SealedObject
from tests.bids.bidding import draft_with, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
ASKED = 500  # requests for each of the two ids
APART = 0.1  # medians of CPU time may differ by so much of the smaller one; one more look at a table is far beyond it


@pytest.fixture
def stranger() -> Client:
    town = make_town()
    tender = open_tender(town)
    owner = make_company()
    submit(owner, tender)
    draft_with(owner, tender)
    client = Client()
    client.force_login(make_company().bidder)
    return client


ADDRESSES = [
    ("/api/v1/bids/{}/", Bid), ("/api/v1/bids/{}/receipt/", Bid), ("/bids/receipts/{}/", Receipt),
    ("/bids/receipts/{}/note.txt", Receipt), ("/api/v1/bids/opened/{}/", SealedObject),
    ("/api/v1/uploads/{}/", SealedObject),
]  # fmt: skip


def looks(client: Client, address: str, pk: Any) -> tuple[int, list[str]]:
    """Status and every statement, with the ids taken out: PostgreSQL and SQLite write them differently."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address.format(pk))
    plain = [query["sql"].replace(str(pk), "ID").replace(pk.hex, "ID") for query in captured.captured_queries]
    return answer.status_code, [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*", "NOW", sql) for sql in plain]


@pytest.mark.parametrize(("address", "model"), ADDRESSES)
def test_a_foreign_id_takes_the_same_way_as_one_that_does_not_exist(stranger: Client, address: str, model: Any) -> None:
    looks(stranger, address, uuid4())  # what the first request of a process asks once
    foreign = looks(stranger, address, model.objects.values_list("pk", flat=True)[0])
    assert foreign == looks(stranger, address, uuid4())
    assert foreign[0] == 404
    assert foreign[1]


@pytest.mark.slow
def test_five_hundred_answers_about_a_foreign_bid_take_as_long_as_about_none(stranger: Client) -> None:
    foreign = Bid.objects.get().pk
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * ASKED):
        exists = bool(number % 2)
        address = f"/api/v1/bids/{foreign if exists else uuid4()}/"
        started = time.thread_time()
        assert stranger.get(address).status_code == 404
        seconds[exists].append(time.thread_time() - started)
    existing, random = (median(seconds[exists]) for exists in (True, False))
    assert abs(existing - random) < APART * min(existing, random)
