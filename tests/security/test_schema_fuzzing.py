"""Requests generated from the API's own description, right and wrong ones, as every role: an answer, never a fault."""

import json
import time
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from bids.models import Draft
from tests.bids.bidding import draft_with, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROLES = ("visitor", "officer", "approver", "opener", "evaluator", "auditor", "bidder", "other bidder")
EXAMPLES = 2  # per operation, role and kind
SECONDS = 5
BINARY = {"application/offset+octet-stream", "application/octet-stream", "application/pdf", "*/*"}


@cache
def description() -> Any:
    return schemathesis.openapi.from_dict(
        json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))
    )


class Scene:
    """A town with a running tender, one company with a bid and a draft, another with nothing."""

    def __init__(self) -> None:
        town, bidder, other = make_town(), make_company(), make_company()
        self.tender = open_tender(town)
        self.bid = submit(bidder, self.tender).bid
        self.draft: Draft = draft_with(bidder, self.tender)
        people = (None, town.officer, town.second, town.openers[0], town.evaluators[0], town.auditor, bidder.admin,
                  other.bidder)  # fmt: skip
        self.people = dict(zip(ROLES, people, strict=True))

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False, headers={"accept-language": "en"})
        if person := self.people[role]:
            client.force_login(person)
        return client

    def place(self, name: str) -> list[Any]:
        """Objects that are there, for a gap of this name in an address."""
        return {"tender_id": [self.tender.pk], "bid_id": [self.bid.pk, self.draft.pk]}.get(name, [])


def operations() -> Iterator[Any]:
    for found in description().get_all_operations():
        yield found.ok()


def request_of(case: Any, chosen: dict[str, Any]) -> tuple[str, bytes, str, dict[str, str]]:
    """Address, body, its kind and headers, as a program would send them."""
    path = case.path
    for name, value in {**(case.path_parameters or {}), **chosen}.items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    query = urlencode({name: str(value) for name, value in (case.query or {}).items()}, errors="replace")
    kind, body = case.media_type or "application/json", case.body
    if isinstance(body, type(schemathesis.core.NOT_SET)):
        data = b""
    elif isinstance(body, bytes):
        data = body
    elif kind in BINARY:
        data = str(body).encode("utf-8", "replace")
    else:
        data = json.dumps(body, default=str).encode("utf-8", "replace")
    headers = {str(name): str(value) for name, value in (case.headers or {}).items()}
    return f"{path}?{query}" if query else path, data, kind, headers


@pytest.mark.parametrize("role", ROLES)
def test_no_generated_request_of_any_role_meets_a_fault_or_waits(role: str, caplog: pytest.LogCaptureFixture) -> None:
    scene, faults, statuses = Scene(), [], set()
    client, asked = scene.client(role), 0
    for operation in operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES, database=None, deadline=None, derandomize=True,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
            def ask(case: Any, real: bool) -> None:
                nonlocal asked
                names = [name for name in (case.path_parameters or {}) if scene.place(name)] if real else []
                address, data, kind, headers = request_of(case, {name: scene.place(name)[0] for name in names})
                started = time.monotonic()
                with transaction.atomic():
                    answer = client.generic(case.method, address, data, content_type=kind, headers=headers)
                    b"".join(answer.streaming_content) if answer.streaming else answer.content
                    transaction.set_rollback(True)
                asked += 1
                statuses.add(answer.status_code)
                if answer.status_code >= 500 or time.monotonic() - started > SECONDS:
                    faults.append(f"{case.method} {address} {data[:300]!r}: {answer.status_code}")

            ask()
    assert faults == []
    assert asked > 500
    assert {200, 404} <= statuses
