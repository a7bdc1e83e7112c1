"""The company's profile: proofs kept encrypted, remembered before they expire, used again in every bid."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock, desk
from accounts.decision import RefusedError
from accounts.models import AuditEvent, Organization
from bids import proofs
from bids.actions import profile, start_draft
from bids.actions.drafts import content_of
from bids.models import Proof
from bids.tasks import tasks_of
from bids.workbench import open_draft
from tendering import actions as tendering
from tests.bids.bidding import content, draft_with, open_all, submit
from tests.factories import Company, draft_tender, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


MARK = b"MARKED-PROOF-2288 "


@pytest.fixture
def clara() -> Company:
    return make_company(name="Clara GmbH", country="DE")


def today() -> date:
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


def keep(company: Company, kind: str = "liability_insurance", **changes: Any) -> Proof:
    arguments = {"kind": kind, "content": MARK * 100, "name": "insurance.pdf"}
    return profile.add_proof(actor=company.admin, company_id=company.organization.pk, **{**arguments, **changes})


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def asking(*papers: str, **fields: Any) -> Any:
    """An open tender that asks for these documents."""
    town = make_town()
    tender = draft_tender(town, **fields)
    rows = [{"name": name, "category": "company_related"} for name in papers]
    tendering.replace_required_documents(actor=town.officer, tender_id=tender.pk, documents=rows)
    tendering.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "tested"})
    tendering.release_tender(actor=town.second, tender_id=tender.pk)
    tender.refresh_from_db()
    return town, tender


def test_a_proof_lies_encrypted_and_is_named_nowhere_else(clara: Company) -> None:
    proof = keep(clara)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM bids_proof")
        assert MARK not in bytes(cursor.fetchone()[0])
    assert profile.bytes_of(Proof.objects.get(pk=proof.pk)) == MARK * 100
    body = AuditEvent.objects.get(verb="proof.added").body
    assert "insurance.pdf" not in body
    assert proof.sha256 in body


def test_a_proof_is_added_downloaded_and_taken_out_on_pages(clara: Company) -> None:
    client, until = browser(clara.admin), today() + timedelta(days=20)
    entries = {"kind": "liability_insurance", "title": "Insurance 2026", "valid_until": f"{until:%d.%m.%Y}",
               "document": SimpleUploadedFile("../policy.pdf", MARK, "application/pdf")}  # fmt: skip
    assert client.post(reverse("proof_add"), entries).status_code == 302
    page = client.get(reverse("company_profile")).content.decode()
    assert "Insurance 2026" in page
    assert "expires in 20 days" in page
    proof = Proof.objects.get()
    file = client.get(reverse("proof_file", args=[proof.pk]))
    assert file.content == MARK
    assert 'filename="policy.pdf"' in file.headers["Content-Disposition"]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file.headers["Cache-Control"]
    assert client.get(reverse("proof_remove", args=[proof.pk])).status_code == 200
    assert client.post(reverse("proof_remove", args=[proof.pk])).status_code == 302
    proof.refresh_from_db()
    assert (proof.removed_at is not None, bytes(proof.content)) == (True, b"")
    assert client.get(reverse("proof_file", args=[proof.pk])).status_code == 404


def test_a_page_in_disguise_is_never_shown_as_one(clara: Company) -> None:
    proof = keep(clara, name="page.html", content=b"<script>alert(1)</script>")
    file = browser(clara.admin).get(reverse("proof_file", args=[proof.pk]))
    assert file.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document": SimpleUploadedFile("a.pdf", b"")}, "document"),
        ({"valid_until": "01.01.2020"}, "valid_until"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"valid_from": "01.02.2999", "valid_until": "01.01.2999"}, "valid_until"),
        ({"kind": ""}, "kind"),
        ({"kind": "authority"}, "person"),
    ],
)
def test_a_slip_is_named_at_its_field_and_nothing_is_kept(clara: Company, changes: dict[str, Any], field: str) -> None:
    entries = {"kind": "tax", "title": "My title", "document": SimpleUploadedFile("a.pdf", b"x"), **changes}
    page = browser(clara.admin).post(reverse("proof_add"), entries)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert 'value="My title"' in page.content.decode()
    assert not Proof.objects.exists()


def test_a_file_beyond_the_limit_is_refused_at_the_field(clara: Company, settings: Any) -> None:
    settings.DOCUMENT_FILE_LIMIT = 1_000_000
    entries = {"kind": "tax", "document": SimpleUploadedFile("a.pdf", b"x" * 1_000_001)}
    page = browser(clara.admin).post(reverse("proof_add"), entries)
    assert "at most 1 MB" in page.context["form"].errors["document"][0]
    with pytest.raises(ValidationError):
        keep(clara, content=b"x" * 1_000_001)


def test_nobody_outside_the_company_reaches_a_proof(clara: Company) -> None:
    proof = keep(clara)
    for stranger in (make_company().admin, make_town(keys=False).officer):
        for name in ("proof_file", "proof_remove"):
            assert browser(stranger).get(reverse(name, args=[proof.pk])).status_code == 404
        with pytest.raises(Http404):
            profile.remove_proof(actor=stranger, proof_id=proof.pk)
    assert Client().get(reverse("proof_file", args=[proof.pk])).status_code == 302
    foreign = browser(make_company().admin).get(reverse("company_profile"), {"company": clara.organization.pk})
    assert foreign.status_code == 404


def test_without_a_token_of_the_form_no_proof_is_taken(clara: Company) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clara.admin)
    entries = {"kind": "tax", "document": SimpleUploadedFile("a.pdf", b"x")}
    assert client.post(reverse("proof_add"), entries).status_code == 403
    assert not Proof.objects.exists()


def test_the_profile_is_changed_by_administrators_and_numbers_are_checked(clara: Company) -> None:
    client = browser(clara.admin)
    entries = {"name": "Clara Druck GmbH", "street": "Hafen 2", "register": "HRB 1", "vat_number": "de 136 695 976",
               "iban": "DE89 3704 0044 0532 0130 00", "scale": "micro"}  # fmt: skip
    assert client.post(reverse("company_edit"), entries).status_code == 302
    company = Organization.objects.get(pk=clara.organization.pk)
    assert (company.name, company.vat_number, company.scale) == ("Clara Druck GmbH", "DE136695976", "micro")
    assert company.details["iban"] == "DE89370400440532013000"
    wrong = client.post(reverse("company_edit"), {**entries, "vat_number": "DE1", "iban": "DE1"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors.keys() <= {"vat_number", "iban"}
    assert browser(clara.bidder).post(reverse("company_edit"), entries).status_code == 403
    assert "Hafen 2" in browser(clara.bidder).get(reverse("company_profile")).content.decode()


def test_what_expires_stands_on_the_desk_until_it_is_renewed(clara: Company) -> None:
    def tasks(user: Any) -> list[str]:
        return [str(task.title) for task in desk.tasks_of(user, clock.now()) if "Renew a proof" in str(task.title)]

    keep(clara, title="Far away", valid_until=today() + timedelta(days=60))
    keep(clara, title="Without end")
    soon = keep(clara, title="Insurance", valid_until=today() + timedelta(days=20))
    assert tasks(clara.admin) == tasks(clara.bidder) == ["Renew a proof: Insurance"]
    assert tasks(make_company().admin) == []
    profile.remove_proof(actor=clara.admin, proof_id=soon.pk)
    assert tasks(clara.admin) == []


@pytest.mark.parametrize(
    ("required", "kind"),
    [
        ("Handelsregisterauszug, nicht älter als 6 Monate", "register"),
        ("Betriebshaftpflicht ≥ 1 Mio. EUR", "liability_insurance"),
        ("Referenzliste (3 vergleichbare Aufträge)", "references"),
        ("Eigenerklärung Eignung / Ausschlussgründe", "declaration"),
        ("Unbedenklichkeitsbescheinigung der Krankenkasse", "social_insurance"),
        ("Tax clearance certificate", "tax"),
        ("ISO 27001 certificate", "certificate"),
        ("Leistungskonzept", ""),
    ],
)
def test_a_required_document_is_recognised_by_its_words(required: str, kind: str) -> None:
    assert proofs.kind_of(required) == kind


def test_the_same_kind_comes_before_a_name_that_sounds_alike() -> None:
    rows = [Proof(kind="other", title="Data protection concept"), Proof(kind="references", title="Our customers")]
    assert proofs.best_fit("References", rows) is rows[1]
    assert proofs.best_fit("Data protection concept 2026", rows) is rows[0]
    assert proofs.best_fit("Price sheet", rows) is None


def test_the_bid_offers_what_fits_and_seals_a_copy(clara: Company) -> None:
    _town, tender = asking("Liability insurance", "References", "Tax clearance certificate")
    proof = keep(clara, title="Policy")
    keep(clara, "references", name="refs.pdf", title="Three contracts")
    draft = start_draft(actor=clara.bidder, company=clara.organization, tender_id=tender.pk)
    task = next(task for task in tasks_of(open_draft(clara.bidder, draft.pk)) if task.key == "documents")
    assert "2 are in your profile · you miss one of 3 proofs" in str(task.note)
    page = browser(clara.bidder).get(reverse("bid_documents", args=[draft.pk]))
    form = page.context["profile"]
    assert [form.fields[name].initial != "" for name in form.names] == [True, True, False]
    chosen = {name: form.fields[name].initial for name in form.names}
    answer = browser(clara.bidder).post(reverse("bid_proofs", args=[draft.pk]), chosen)
    assert answer.status_code == 302
    draft.refresh_from_db()
    files = {file.role: file for file in content_of(draft).files}
    assert files.keys() == {"Liability insurance", "References"}
    assert files["Liability insurance"].sha256_plain == proof.sha256
    page = browser(clara.bidder).get(reverse("bid_draft", args=[draft.pk])).content.decode()
    assert "you miss one of 3 proofs" in page


def test_the_copy_of_a_proof_opens_with_the_bid(clara: Company) -> None:
    from bids.actions import submit_bid
    from bids.models import OpenedDocument
    from tests.bids.bidding import key

    town, tender = asking("Liability insurance")
    proof = keep(clara)
    draft = draft_with(clara, tender)
    profile.use_proof(actor=clara.bidder, draft_id=draft.pk, proof_id=proof.pk, role="Liability insurance")
    submit_bid(actor=clara.bidder, draft_id=draft.pk, declarant="Clara", idempotency_key=key())
    profile.remove_proof(actor=clara.admin, proof_id=proof.pk)
    open_all(town, tender)
    assert [(d.name, d.role, d.sha256) for d in OpenedDocument.objects.all()] == [
        ("insurance.pdf", "Liability insurance", proof.sha256)
    ]


def test_an_expired_or_foreign_proof_is_not_offered(clara: Company) -> None:
    _town, tender = asking("Liability insurance")
    proof = keep(clara, valid_until=today())
    foreign = keep(make_company())
    draft = start_draft(actor=clara.bidder, company=clara.organization, tender_id=tender.pk)
    with clock.simulated(clock.now() + timedelta(days=2)):
        assert browser(clara.bidder).get(reverse("bid_documents", args=[draft.pk])).context["profile"] is None
    with pytest.raises(Http404):
        profile.use_proof(actor=clara.bidder, draft_id=draft.pk, proof_id=foreign.pk, role="")
    with pytest.raises(ValidationError):
        profile.use_proof(actor=clara.bidder, draft_id=draft.pk, proof_id=proof.pk, role="Something else")


def test_a_bid_for_a_tender_without_documents_looks_at_no_profile(clara: Company) -> None:
    tender = open_tender(make_town())
    draft = start_draft(actor=clara.bidder, company=clara.organization, tender_id=tender.pk)
    assert browser(clara.bidder).get(reverse("bid_documents", args=[draft.pk])).context["profile"] is None


def authority(company: Company, **changes: Any) -> Proof:
    return keep(company, "authority", name="authority.pdf", person_id=company.bidder.pk, **changes)


def code_of(act: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        act(*arguments, **more)
    return refused.value.refused.code


def test_a_tender_that_asks_for_an_authority_takes_no_bid_without_one(clara: Company) -> None:
    tender = open_tender(make_town(), authority="document")
    assert code_of(submit, clara, tender) == "authority_missing"
    draft = draft_with(clara, tender)
    tasks = {task.key: task for task in tasks_of(open_draft(clara.bidder, draft.pk))}
    assert tasks["authority"].state == "open"
    proof = authority(clara)
    tasks = {task.key: task for task in tasks_of(open_draft(clara.bidder, draft.pk))}
    assert tasks["authority"].state == "done"
    receipt = submit(clara, tender)
    assert receipt.bid.company == clara.organization
    assert proof.person == clara.bidder


@pytest.mark.parametrize("why", ["expired", "not yet valid", "of a colleague", "taken out", "of another company"])
def test_only_the_own_authority_that_is_valid_on_the_day_counts(clara: Company, why: str) -> None:
    tender = open_tender(make_town(), authority="document")
    proof = authority(clara)
    if why == "expired":
        Proof.objects.filter(pk=proof.pk).update(valid_until=today() - timedelta(days=2))
    elif why == "not yet valid":
        Proof.objects.filter(pk=proof.pk).update(valid_from=today() + timedelta(days=2))
    elif why == "of a colleague":
        Proof.objects.filter(pk=proof.pk).update(person=clara.admin)
    elif why == "taken out":
        profile.remove_proof(actor=clara.admin, proof_id=proof.pk)
    else:
        Proof.objects.filter(pk=proof.pk).update(company=make_company().organization)
    assert code_of(submit, clara, tender) == "authority_missing"


def test_the_last_day_still_counts(clara: Company) -> None:
    tender = open_tender(make_town(), authority="document")
    authority(clara, valid_until=today() + timedelta(days=1))
    assert submit(clara, tender)


def test_which_document_was_used_is_sealed_with_the_bid(clara: Company) -> None:
    town = make_town()
    tender = open_tender(town, authority="document")
    proof = authority(clara)
    bid = submit(clara, tender).bid
    open_all(town, tender)
    bid.refresh_from_db()
    assert bid.opened["extra"]["authority"] == {"sha256": proof.sha256, "valid_until": ""}


def test_only_administrators_say_who_may_act(clara: Company) -> None:
    arguments = {"company_id": clara.organization.pk, "kind": "authority", "content": b"x", "name": "a.pdf"}
    assert code_of(profile.add_proof, actor=clara.bidder, person_id=clara.bidder.pk, **arguments) == "not_your_role"
    with pytest.raises(ValidationError):
        profile.add_proof(actor=clara.admin, person_id=make_company().bidder.pk, **arguments)
    page = browser(clara.bidder).get(reverse("proof_add")).content.decode()
    assert "Authority to act for the company" not in page
    proof = authority(clara)
    assert code_of(profile.remove_proof, actor=clara.bidder, proof_id=proof.pk) == "not_your_role"


def test_where_the_account_is_enough_no_name_has_to_be_typed(clara: Company) -> None:
    from bids.actions import submit_bid
    from tests.bids.bidding import key

    tender = open_tender(make_town(), authority="none")
    draft = draft_with(clara, tender, content(declarant=""))
    assert submit_bid(actor=clara.bidder, draft_id=draft.pk, declarant="", idempotency_key=key())
    other = open_tender(make_town())
    draft = draft_with(clara, other, content(declarant=""))
    with pytest.raises(ValidationError):
        submit_bid(actor=clara.bidder, draft_id=draft.pk, declarant="", idempotency_key=key())


def test_the_profile_asks_the_same_number_of_questions_for_many_proofs(
    clara: Company, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        keep(clara, title=f"Proof {number}")
    client = browser(clara.admin)
    with django_assert_max_num_queries(12):
        client.get(reverse("company_profile"))
