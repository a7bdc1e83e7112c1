"""An officer corrects a published tender on one page, a second person publishes, everybody sees what changed."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tendering.models import Amendment, Tender
from tests.factories import Town, make_user, open_tender
from tests.tendering.pages.conftest import text_of

pytestmark = pytest.mark.django_db


def test_a_correction_goes_from_the_officer_over_a_second_person_to_everybody(
    town: Town, anna: Client, bernd: Client, visitor: Client
) -> None:
    tender: Tender = open_tender(town, summary="Two rooms are cleaned.")
    address = f"/tenders/{tender.pk}/correct/"
    assert address in text_of(anna.get(f"/tenders/{tender.pk}/"))
    page = text_of(anna.get(address))
    assert "Two rooms are cleaned." in page and "§ 20(3) VgV" in page
    fields = {"summary": "Three rooms are cleaned.", "reason": "A room was missing", "kind": "PLAN"}
    again = anna.post(address, {**fields, "is_material": "yes"})
    assert again.status_code == 422 and "A material change needs a later deadline" in text_of(again)
    file = SimpleUploadedFile("Rooms.pdf", b"%PDF", "application/pdf")
    answer = anna.post(address, {**fields, "is_material": "no", "attachments": [file]})
    waiting = Amendment.objects.get()
    assert answer["Location"] == f"{address}{waiting.pk}/"
    document = waiting.changes["documents"]["after"][0]["id"]
    assert visitor.get(f"/tenders/{tender.pk}/documents/{document}/").status_code == 404
    assert "Rooms.pdf" not in text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "A second person is needed" in text_of(anna.get(answer["Location"]))
    assert "Publish the correction" in text_of(bernd.get("/desk/"))
    shown = text_of(bernd.get(answer["Location"]))
    assert "<del>Two</del>" in shown and "<ins>Three</ins>" in shown
    assert bernd.post(answer["Location"]).status_code == 302
    public = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "A room was missing" in public and "<ins>Three</ins>" in public and "Rooms.pdf" in public
    assert visitor.get(f"/tenders/{tender.pk}/documents/{document}/").status_code == 200


def test_a_program_corrects_as_the_page_does(town: Town, anna: Client, bernd: Client) -> None:
    tender = open_tender(town)
    address = f"/api/v1/tenders/{tender.pk}/"
    file = {"name": "Plan.pdf", "content": base64.b64encode(b"%PDF").decode()}
    body = {"reason": "The plan was missing", "is_material": False, "add_documents": [file]}
    made = anna.post(f"{address}amend/", body, content_type="application/json")
    assert (made.status_code, made.json()["kind"]) == (201, "correction"), made.content
    refused = anna.post(f"{address}amend/", {"reason": "x", "changes": {"title": "y"}}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "frozen")
    published = bernd.post(f"{address}amendments/{made.json()['id']}/approve/")
    assert (published.status_code, published.json()["edition"]) == (200, 2)
    assert [row["name"] for row in anna.get(f"{address}documents/").json()] == ["Plan.pdf"]


def test_a_correction_that_waits_is_dropped_by_either(town: Town, anna: Client, bernd: Client) -> None:
    tender = open_tender(town)
    fields = {"summary": "Other words", "reason": "Clearer", "is_material": "no"}
    place = anna.post(f"/tenders/{tender.pk}/correct/", fields)["Location"]
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(place).status_code in {403, 404}
    assert anna.get(f"/tenders/{tender.pk}/correct/")["Location"] == place
    assert bernd.post(place, {"drop": "1"}).status_code == 302
    assert Amendment.objects.count() == 0
