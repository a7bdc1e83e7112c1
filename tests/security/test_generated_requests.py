"""Requests generated from the description of the API, by nobody, a bidder and an officer: answered or refused.

Never a server error; every refusal is a problem of RFC 9457 with code, sentence and number, and tells nothing of our
inside. What a request did is rolled back, so that each meets the same data.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from tests.config.crossing import Crossing
from tests.evaluation.builders import evaluated_case
from tests.security.generated import Sent, Things, operations, requests_of

pytestmark = pytest.mark.django_db
PROBLEM = {"type", "status", "title", "code", "detail", "request_id"}
INSIDE = ("Traceback (most", 'File "/', "/site-packages/", "django.db", "DoesNotExist", "IntegrityError", "sqlite")


def faults_of(sent: Sent, who: str, answer: Any) -> Iterator[str]:
    """What is wrong with this answer, in words."""
    what = f"{who}: {sent.method} {sent.path} {sent.query or ''} {str(sent.body)[:300]} gave {answer.status_code}"
    if answer.status_code >= 500:
        error = getattr(answer, "exc_info", None)
        yield f"{what} {error[0].__name__ if error else ''}: {error[1] if error else ''}"[:900]
        return
    if answer.status_code < 400:
        return
    if answer.headers.get("Content-Type") != "application/problem+json":
        yield f"{what} as {answer.headers.get('Content-Type')}"
        return
    if sent.method == "HEAD":
        return
    body = answer.json()
    texts = [body.get(name) for name in ("title", "code", "detail")]
    if not body.keys() >= PROBLEM or body["status"] != answer.status_code or not all(texts):
        yield f"{what} and is no whole problem: {json.dumps(body)[:300]}"
    if any(word in answer.content.decode() for word in INSIDE):
        yield f"{what} and tells of our inside: {json.dumps(body)[:300]}"


def ask(clients: dict[str, Client], things: Things, wanted: list[Any], each: int) -> tuple[int, list[str]]:
    """(how many requests were answered with 2xx, faults): `each` requests of every operation, by everybody."""
    faults: list[str] = []
    good = 0
    few = settings(
        max_examples=each, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def send(sent: Sent) -> None:
        nonlocal good
        for who, client in clients.items():
            with transaction.atomic():
                answer = sent.by(client)
                faults.extend(faults_of(sent, who, answer))
                good += answer.status_code < 300
                transaction.set_rollback(True)

    for operation in wanted:
        few(given(requests_of(operation, things))(send))()
    return good, faults


def test_some_operations_answer_or_refuse_whatever_fits_their_description_or_nearly() -> None:
    case = evaluated_case()
    clients = {}
    for who, user in {"nobody": None, "bidder": case.companies["B01"].bidder, "officer": case.town.officer}.items():
        clients[who] = Client(raise_request_exception=False)
        if user:
            clients[who].force_login(user)
    good, faults = ask(clients, Things(), operations()[::10], each=1)
    assert not faults, "\n".join(faults)
    assert good > 5


@pytest.mark.slow
def test_every_operation_answers_or_refuses_whatever_fits_its_description_or_nearly() -> None:
    crossing = Crossing()
    clients = {who: crossing.client(who) for who in ("anonymous", "Y", "A officer")}
    good, faults = ask(clients, Things(), operations(), each=2)
    assert len(operations()) > 190
    assert not faults, "\n".join(faults)
    assert good > 120
