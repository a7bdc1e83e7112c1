"""An auditor reads everything and changes nothing: every address is posted to, and no procedure has moved."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.lifecycle import Role
from accounts.models import AuditEvent, ChainHead
from tests.config.test_access import ADDRESSES, TRIED, World

pytestmark = pytest.mark.django_db
PROCEDURES = ("tendering", "bids", "evaluation", "pilots")
PERSONAL = {"tendering.Subscription", "tendering.Bookmark"}  # everybody's own, no part of a procedure
OWN_WORDS = {"act": "confirm", "decision": "yes", "conflict": "no", "reason": "because", "text": "words"}


def state() -> dict[str, Any]:
    """Every row of every procedure, and where their trails end."""
    models = [model for app in PROCEDURES for model in apps.get_app_config(app).get_models()]
    models = [model for model in models if model._meta.label not in PERSONAL]
    rows = {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in models}
    heads = ChainHead.objects.exclude(chain__startswith="organization:").exclude(chain="platform")
    return {**rows, "heads": sorted(heads.values_list("chain", "seq", "hash"))}


@pytest.mark.slow
def test_no_address_lets_an_auditor_change_a_procedure():
    world = World()
    addresses = {name: world.address(name, row) for name, row in sorted(TRIED.items()) if name in ADDRESSES}
    before = state()
    client = Client(raise_request_exception=False)
    for name, address in addresses.items():
        client.force_login(world.people[Role.AUDITOR])  # one of them signs out
        for form, kind in ((OWN_WORDS, None), (json.dumps(OWN_WORDS), "application/json")):
            answer = client.post(address, form, content_type=kind) if kind else client.post(address, form)
            assert answer.status_code < 500, f"{name} {address}"
    after = state()
    assert [label for label in before if before[label] != after[label]] == []


def test_looking_writes_nothing_and_taking_away_one_line():
    world = World()
    tender = world.tender("evaluated")
    client = Client()
    client.force_login(world.people[Role.AUDITOR])
    before, number = state(), AuditEvent.objects.count()
    for name in ("audit_room", "audit_deviations", "audit_files_xlsx", "audit_deviations_xlsx"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("audit_tender", args=[tender.pk])).status_code == 200
    assert client.head(reverse("audit_export", args=[tender.pk])).status_code == 200
    assert state() == before
    assert AuditEvent.objects.count() == number
    assert client.get(reverse("audit_export", args=[tender.pk])).status_code == 200
    assert AuditEvent.objects.latest("pk").verb == "file.exported"
    assert AuditEvent.objects.count() == number + 1
