"""Documents of a draft and invitations: several files at once, one limit told and held, companies found by name."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import OutboxMessage
from tendering import actions
from tendering.models import ProcedureType, Tender
from tests import factories
from tests.factories import Company, Town
from tests.tendering.pages.conftest import signed_in, text_of, what_data

pytestmark = pytest.mark.django_db


def files(*names: str, content: bytes = b"%PDF-1.7") -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, content, "application/pdf") for name in names]


def invited_only(town: Town) -> Tender:
    tender: Tender = factories.draft_tender(
        town, procedure_type=ProcedureType.NATIONAL_NEGOTIATED_WITHOUT_CALL, legal_basis="Below the threshold"
    )
    return tender


def test_anna_reaches_the_documents_from_the_first_step_with_one_click(anna: Client) -> None:
    response = anna.post("/tenders/new/", what_data(documents="1"))
    tender = Tender.objects.get()
    assert response["Location"] == f"/tenders/{tender.pk}/edit/documents/"
    assert "at most 20 MB each" in text_of(anna.get(response["Location"]))


def test_several_files_are_attached_at_once_and_the_public_page_offers_them(
    town: Town, anna: Client, visitor: Client
) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/documents/"
    assert anna.post(address, {"attachments": files("Plan.pdf", "Terms.pdf"), "kind": "CONTRACT"}).status_code == 302
    assert [(one.name, one.kind) for one in tender.documents.order_by("name")] == [
        ("Plan.pdf", "CONTRACT"), ("Terms.pdf", "CONTRACT"),
    ]  # fmt: skip
    assert "Plan.pdf" in text_of(anna.get(address))
    actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked"})
    actions.release_tender(actor=town.second, tender_id=tender.pk)
    text = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "Terms.pdf" in text
    assert "Contract and terms" in text
    assert f"/tenders/{tender.pk}/documents.zip" in text
    assert anna.post(address, {"attachments": files("Late.pdf"), "kind": "OTHER"}).status_code == 409


def test_a_document_can_be_taken_out_again(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/documents/"
    anna.post(address, {"attachments": files("Plan.pdf"), "kind": "PLAN"})
    document = tender.documents.get()
    assert signed_in(town.auditor).post(f"{address}{document.pk}/remove/").status_code == 403
    assert anna.post(f"{address}{document.pk}/remove/").status_code == 302
    assert not tender.documents.exists()


def test_more_than_five_megabytes_arrive_and_more_than_the_limit_are_refused_beside_the_field(
    town: Town, anna: Client, settings: object
) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/documents/"
    anna.post(address, {"attachments": files("Big.pdf", content=b"x" * 7_000_000), "kind": "OTHER"})
    assert tender.documents.get().size == 7_000_000
    settings.DOCUMENT_FILE_LIMIT = 2_000_000  # type: ignore[attr-defined]  # pytest-django's settings
    response = anna.post(address, {"attachments": files("Huge.pdf", content=b"x" * 2_000_001), "kind": "OTHER"})
    assert response.status_code == 422
    assert "“Huge.pdf” is larger than 2 MB" in text_of(response)
    assert tender.documents.count() == 1


def test_no_file_and_an_empty_file_are_told_at_the_field(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/documents/"
    assert "Choose at least one file" in text_of(anna.post(address, {"kind": "OTHER"}))
    empty = anna.post(address, {"attachments": files("Empty.pdf", content=b""), "kind": "OTHER"})
    assert "This file is empty" in text_of(empty)


def test_an_upload_without_the_forms_token_is_refused(town: Town) -> None:
    tender = factories.draft_tender(town)
    client = Client(enforce_csrf_checks=True)
    client.force_login(town.officer)
    data = {"attachments": files("Plan.pdf"), "kind": "PLAN"}
    assert client.post(f"/tenders/{tender.pk}/edit/documents/", data).status_code == 403
    assert not tender.documents.exists()


def test_the_gap_leads_to_the_search_and_the_invited_company_is_told_at_release(
    town: Town, company: Company, anna: Client
) -> None:
    tender = invited_only(town)
    address = f"/tenders/{tender.pk}/invite/"
    assert f'href="{address}">Invite at least one company' in text_of(anna.get(f"/tenders/{tender.pk}/edit/publish/"))
    found = text_of(anna.get(address, {"q": "post &"}))
    assert f'name="invite" value="{company.organization.pk}"' in found
    assert f'value="{company.organization.pk}"' in text_of(anna.get(address, {"q": company.bidder.email[:8]}))
    anna.post(address, {"invite": company.organization.pk})
    assert tender.invitations.get().provider == company.organization
    assert not OutboxMessage.objects.filter(key__contains=":invited").exists()
    assert "Invite at least one company" not in text_of(anna.get(f"/tenders/{tender.pk}/edit/publish/"))
    actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked"})
    actions.release_tender(actor=town.second, tender_id=tender.pk)
    assert OutboxMessage.objects.filter(key__contains=":invited", recipient=company.bidder.email).exists()
    anna.post(address, {"remove": company.organization.pk})
    assert tender.invitations.exists()


def test_an_invitation_can_be_taken_back_before_release(town: Town, company: Company, anna: Client) -> None:
    tender = invited_only(town)
    address = f"/tenders/{tender.pk}/invite/"
    anna.post(address, {"invite": company.organization.pk})
    assert f'name="remove" value="{company.organization.pk}"' in text_of(anna.get(address))
    anna.post(address, {"remove": company.organization.pk})
    assert not tender.invitations.exists()


def test_only_companies_can_be_found_and_an_open_procedure_invites_nobody(
    town: Town, company: Company, anna: Client
) -> None:
    other = factories.make_organization(name="Post Town")
    tender = invited_only(town)
    assert "Post Town" not in text_of(anna.get(f"/tenders/{tender.pk}/invite/", {"q": "post"}))
    assert anna.post(f"/tenders/{tender.pk}/invite/", {"invite": other.pk}).status_code == 404
    open_to_all = factories.draft_tender(town)
    assert "open to every company" in text_of(anna.get(f"/tenders/{open_to_all.pk}/invite/"))
    assert anna.post(f"/tenders/{open_to_all.pk}/invite/", {"invite": company.organization.pk}).status_code == 409
    assert signed_in(company.bidder).get(f"/tenders/{tender.pk}/invite/").status_code == 404
