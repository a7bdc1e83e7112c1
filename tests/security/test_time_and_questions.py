"""Clients far away in time and language; and bids that somebody tries to send through the questions."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from bids.models import Bid, Receipt
from tendering.models import Document, Question
from tests.bids.bidding import content, key
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
AN_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$")


def moments(value: Any) -> list[str]:
    """Every text of an answer that begins like a moment, however deep."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in moments(item)]
    if isinstance(value, list):
        return [found for item in value for found in moments(item)]
    return [value] if isinstance(value, str) and A_MOMENT.match(value) else []


def test_a_client_in_another_zone_and_language_gets_moments_with_offset_and_the_buyer_s_zone_on_pages() -> None:
    town, company = make_town(), make_company(country="PT")
    tender = open_tender(town)
    before = datetime.now(UTC)
    client = Client(
        headers={"accept-language": "pt-PT", "date": "Mon, 01 Jan 2001 00:00:00 GMT", "x-timezone": "Pacific/Auckland"}
    )
    client.force_login(company.bidder)
    draft = client.post("/api/v1/bids/", {"tender": tender.pk}, "application/json").json()
    body = {"version": draft["version"], "content": content()}
    assert client.put(f"/api/v1/bids/{draft['id']}/", body, "application/json").status_code == 200
    address = f"/api/v1/bids/{draft['id']}/submit/"
    receipt = client.post(
        address, {"declarant": "Bidder Clara"}, "application/json", headers={"Idempotency-Key": key()}
    ).json()
    after = datetime.now(UTC)

    stored = Receipt.objects.get(pk=receipt["id"])
    assert stored.at.utcoffset() == UTC.utcoffset(None)
    assert before <= Bid.objects.get().received_at <= after
    signed = json.loads(stored.note.split("\n")[1])
    assert signed["received_at"].endswith("Z")
    assert signed["deadline"].endswith("Z")
    answers = [draft, receipt, client.get("/api/v1/bids/").json(), client.get(f"/api/v1/tenders/{tender.pk}/").json(),
               client.get("/api/v1/tenders/").json(), client.get("/api/v1/messages/").json()]  # fmt: skip
    found = moments(answers)
    assert len(found) > 8
    assert [moment for moment in found if not AN_OFFSET.match(moment)] == []
    page = client.get(f"/bids/receipts/{receipt['id']}/").content.decode()
    shown = re.findall(r'<time datetime="([^"]+)"', page)
    assert shown
    assert all(AN_OFFSET.match(moment) or len(moment) == 10 for moment in shown), shown
    with connection.cursor() as cursor:
        cursor.execute("SELECT received_at FROM bids_bid")
        raw = cursor.fetchone()[0]
    assert str(raw).startswith(f"{stored.at:%Y-%m-%d %H:%M}")  # UTC in the table, whatever the client or host speaks


@pytest.mark.parametrize(
    ("language", "words"), [("en", "neither sealed nor a bid"), ("de", "nicht versiegelt und kein Angebot")]
)
def test_a_question_takes_no_file_and_says_that_it_is_no_bid(language: str, words: str) -> None:
    tender, company = open_tender(make_town()), make_company()
    client = Client(headers={"accept-language": language})
    client.force_login(company.bidder)
    page = client.get(f"/tenders/{tender.pk}/").content.decode()
    form = re.search(rf'<form[^>]*action="/tenders/{tender.pk}/ask/[^"]*".*?</form>', page, re.DOTALL)
    assert form
    assert words in form[0]
    assert 'type="file"' not in form[0]
    assert "multipart" not in form[0]
    bid = SimpleUploadedFile("bid.pdf", b"%PDF-1.7 our price is 48151.62")
    answer = client.post(f"/tenders/{tender.pk}/ask/", {"text": "See the attachment", "file": bid, "attachment": bid})
    assert answer.status_code == 302
    question = Question.objects.get()
    assert question.text == "See the attachment"
    assert not Document.objects.exists()
    assert not Bid.objects.exists()
    body = {"text": "Our bid", "file": "JVBERi0=", "attachments": ["JVBERi0="]}
    refused = client.post(f"/api/v1/tenders/{tender.pk}/questions/", body, "application/json")
    assert refused.status_code == 400
    assert {"file", "attachments"} <= set(refused.json()["errors"])
    assert Question.objects.count() == 1
