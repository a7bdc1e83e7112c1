"""Documents asked for later: what may be asked, handed in on the platform, late, judged, nothing half stored."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse

from accounts import clock, desk, scanning
from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.actions.checking import lacking
from evaluation.actions.run import gaps
from evaluation.inputs import build_inputs
from evaluation.models import SupplementDocument, SupplementRequest
from tendering.models import Tender
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, fine, opened_case
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of
from tests.evaluation.test_api import address, as_user

pytestmark = pytest.mark.django_db
PAPER = ("Nachweis.pdf", b"%PDF-1.7 this is the proof")


def item(name="Reference list", category="company_related", status="missing", note=""):
    return {"name": name, "category": category, "status": status, **({"note": note} if note else {})}


def scene(*documents):
    case = opened_case()
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    check_all(case, B01=fine(documents=list(documents or [item()])))
    return case


def ask(case, *names, days=3) -> list[SupplementRequest]:
    due = clock.now() + timedelta(days=days)
    bid = case.bids["B01"].pk
    return actions.request_supplement(
        actor=case.town.officer, bid_id=bid, documents=list(names or ["Reference list"]), due_at=due
    )


def hand_in(case, request, file=PAPER, by="B01"):
    files = {request.pk: file}
    return actions.hand_in_documents(actor=case.companies[by].bidder, bid_id=case.bids["B01"].pk, files=files)


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused


def reasons(case: Case):
    bid = next(bid for bid in build_inputs(case.tender).lots[0].bids if bid.bid_id == case.bids["B01"].reference)
    return [reason.text for reason in bid.formal_reasons]


@pytest.mark.parametrize(
    ("category", "status", "allowed"),
    [
        ("company_related", "missing", True),
        ("company_related", "incomplete", True),
        ("company_related", "wrong", True),
        ("performance_related", "missing", True),
        ("performance_related", "incomplete", True),
        ("performance_related", "wrong", False),
        ("evaluation_relevant", "missing", False),
        ("evaluation_relevant", "incomplete", False),
        ("prices", "missing", False),
    ],
)
def test_what_may_be_asked_for_hangs_on_the_kind_of_document_and_on_its_fault(category, status, allowed):
    case = scene(item(category=category, status=status, note="Page 3."))
    (found,) = lacking(case.tender)
    assert (found.askable, found.not_askable) == ((["Reference list"], []) if allowed else ([], ["Reference list"]))
    if allowed:
        (request,) = ask(case)
        assert (request.fault, request.wanted) == (status, "Page 3.")
    else:
        refused = refusal(ask, case)
        assert refused.code == "not_supplementable" and "Reference list: " in str(refused.sentence)


def test_an_incomplete_document_says_what_it_lacks_and_excludes_with_that_word():
    with pytest.raises(ValidationError):
        scene(item(status="incomplete"))
    case = scene(item(status="incomplete", note="The signature."))
    case.tender.language = "en"
    assert reasons(case) == ["Document “Reference list” is incomplete and was not completed in time."]


def test_a_document_is_handed_in_with_its_hash_encrypted_and_the_trail_names_no_file():
    case = scene()
    (request,) = ask(case)
    (document,) = hand_in(case, request)
    assert document.sha256 == hashlib.sha256(PAPER[1]).hexdigest()
    assert PAPER[1] not in bytes(SupplementDocument.objects.get().content)
    body = AuditEvent.objects.get(verb="supplement.received").body
    assert json.loads(body)["data"]["sha256"] == document.sha256 and PAPER[0] not in body
    assert refusal(hand_in, case, request).code == "received_already"
    assert reasons(case) == []


def test_all_documents_of_one_go_are_stored_or_none():
    case = scene(item("One"), item("Two"))
    first, second = ask(case, "One", "Two")
    files = {first.pk: PAPER, second.pk: ("empty.pdf", b"")}
    with pytest.raises(ValidationError) as caught:
        actions.hand_in_documents(actor=case.companies["B01"].bidder, bid_id=case.bids["B01"].pk, files=files)
    assert list(caught.value.message_dict) == [f"file_{second.pk}"]
    assert not SupplementDocument.objects.exists()
    assert not SupplementRequest.objects.exclude(received_at=None).exists()


def test_files_that_are_too_large_nameless_or_infected_are_not_taken(settings, monkeypatch):
    case = scene()
    (request,) = ask(case)
    settings.DOCUMENT_FILE_LIMIT = 10
    for file in (PAPER, ("..", b"x"), ("\u202e", b"x")):
        with pytest.raises(ValidationError):
            hand_in(case, request, file)
    monkeypatch.setattr(scanning, "scan", lambda _chunks: scanning.Verdict.FOUND)
    with pytest.raises(ValidationError):
        hand_in(case, request, ("a.pdf", b"x"))
    assert not SupplementDocument.objects.exists()


def test_nobody_else_hands_in_or_reads_a_document():
    case = scene()
    (request,) = ask(case)
    files = {request.pk: PAPER}
    for stranger in (case.companies["B02"].bidder, case.town.officer):
        with pytest.raises(Http404):
            actions.hand_in_documents(actor=stranger, bid_id=case.bids["B01"].pk, files=files)
    (document,) = hand_in(case, request)
    for reader in (case.companies["B01"].bidder, case.town.officer, case.town.auditor):
        assert actions.read_supplement(reader, document.pk)[1] == PAPER[1]
    panel = case.town.evaluators[0]
    for stranger in (case.companies["B02"].bidder, panel, factories.make_town(keys=False).officer):
        with pytest.raises(Http404):
            actions.read_supplement(stranger, document.pk)


def test_a_late_document_is_taken_and_marked_and_counts_only_if_two_people_accept_it():
    case = scene()
    (request,) = ask(case)
    with clock.simulated(request.due_at + timedelta(seconds=1)):
        hand_in(case, request)
    assert len(reasons(case)) == 1
    with pytest.raises(ValidationError):
        actions.judge_supplement(actor=case.town.officer, request_id=request.pk, accepted=True)
    judge = {"actor": case.town.officer, "request_id": request.pk, "accepted": True, "reason": "The platform was down."}
    actions.judge_supplement(**judge)
    assert len(reasons(case)) == 1
    assert refusal(actions.confirm_supplement, actor=case.town.officer, request_id=request.pk).code == "second_person"
    actions.confirm_supplement(actor=case.town.second, request_id=request.pk)
    assert reasons(case) == []
    assert refusal(actions.judge_supplement, **judge).code == "judged_already"


def test_a_document_in_time_that_is_not_what_was_asked_for_excludes_after_a_second_person():
    case = scene()
    (request,) = ask(case)
    judge = {"actor": case.town.officer, "request_id": request.pk, "accepted": False, "reason": "Another company's."}
    assert refusal(actions.judge_supplement, **judge).code == "not_received"
    hand_in(case, request)
    assert "documents_unjudged" in [gap.code for gap in gaps(case.tender, clock.now())]
    actions.judge_supplement(**judge)
    assert reasons(case) == [] and "documents_unjudged" in [gap.code for gap in gaps(case.tender, clock.now())]
    actions.confirm_supplement(actor=case.town.second, request_id=request.pk)
    assert len(reasons(case)) == 1 and "documents_unjudged" not in [gap.code for gap in gaps(case.tender, clock.now())]


def test_the_pages_take_the_file_show_the_hash_and_lead_the_office_to_its_word():
    case = scene(item(), item("Insurance", status="incomplete", note="Page 2 is missing."))
    first, second = ask(case, "Reference list", "Insurance")
    bidder, officer = browser(case.companies["B01"].bidder), browser(case.town.officer)
    page = text_of(bidder.get(at("bid_requests", case)))
    assert "Page 2 is missing." in page and "Hand in the documents" in page
    send = reverse("bid_request_documents", args=[case.tender.pk])
    assert bidder.post(send, {}).status_code == 422
    assert browser(case.companies["B02"].bidder).post(send, {}).status_code == 404
    file = SimpleUploadedFile("../../etc/Liste <b>.pdf", PAPER[1])
    assert bidder.post(send, {f"file_{first.pk}": file}).status_code == 302
    page = bidder.get(at("bid_requests", case)).content.decode()
    assert hashlib.sha256(PAPER[1]).hexdigest() in page and "Liste &lt;b&gt;.pdf" in page
    document = SupplementDocument.objects.get()
    answer = officer.get(reverse("supplement_document", args=[document.pk]))
    assert answer.content == PAPER[1] and "attachment" in answer["Content-Disposition"]
    assert "Accept it or not" in text_of(officer.get(at("check_bid", case, case.bids["B01"].pk)))
    judge = at("check_handed_in", case, first.pk)
    assert officer.post(judge, {"accepted": "no", "reason": ""}).status_code == 422
    assert officer.post(judge, {"accepted": "no", "reason": "Another company's."}).status_code == 302
    second_person = browser(case.town.second)
    assert "Another company" in text_of(second_person.get(at("checks_confirm", case)))
    assert officer.post(at("checks_confirm", case), {"act": f"supplement:{first.pk}"}).status_code == 403
    assert second_person.post(at("checks_confirm", case), {"act": f"supplement:{first.pk}"}).status_code == 302
    first.refresh_from_db()
    assert (first.counts, second.received_at) == (False, None)


def test_after_the_award_nothing_is_offered_that_would_be_refused():
    case = scene(item())
    (request,) = ask(case, "Reference list")
    bidder = browser(case.companies["B01"].bidder)
    Tender.objects.filter(pk=case.tender.pk).update(awarded_at=clock.now())
    page = text_of(bidder.get(at("bid_requests", case)))
    assert "nothing can be answered or handed in here now" in page and "Hand in the documents" not in page
    file = SimpleUploadedFile(*PAPER)
    send = reverse("bid_request_documents", args=[case.tender.pk])
    assert bidder.post(send, {f"file_{request.pk}": file}).status_code == 409
    assert not SupplementDocument.objects.exists()


def test_a_file_above_the_limit_is_told_at_its_field(settings):
    case = scene()
    (request,) = ask(case)
    settings.DOCUMENT_FILE_LIMIT = 10
    send = reverse("bid_request_documents", args=[case.tender.pk])
    answer = browser(case.companies["B01"].bidder).post(send, {f"file_{request.pk}": SimpleUploadedFile(*PAPER)})
    assert answer.status_code == 422 and "may have at most" in text_of(answer)


def test_the_interface_hands_in_judges_confirms_and_gives_the_file():
    case = scene()
    (request,) = ask(case)
    mine, other, office, second = (
        as_user(person)
        for person in (
            case.companies["B01"].bidder, case.companies["B02"].bidder, case.town.officer, case.town.second,
        )
    )  # fmt: skip
    path = address(case, f"checks/supplements/{request.pk}/")
    assert mine.get(address(case, "checks/supplements/own/")).json()[0]["document"] == "Reference list"
    assert other.get(address(case, "checks/supplements/own/")).status_code == 404
    assert mine.post(f"{path}file/", {}, format="multipart").status_code == 400
    assert other.post(f"{path}file/", {"file": SimpleUploadedFile(*PAPER)}, format="multipart").status_code == 404
    taken = mine.post(f"{path}file/", {"file": SimpleUploadedFile(*PAPER)}, format="multipart")
    assert taken.status_code == 201, taken.content
    (file,) = taken.json()["files"]
    assert file["sha256"] == hashlib.sha256(PAPER[1]).hexdigest() and taken.json()["in_time"] is True
    body = {"accepted": False, "reason": "Another company's."}
    assert office.post(f"{path}judge/", body, format="json").json()["needs_second"] is True
    assert second.post(f"{path}confirm/").json()["needs_second"] is False
    assert office.get(f"/api/v1/bids/supplements/{file['id']}/").content == PAPER[1]
    assert other.get(f"/api/v1/bids/supplements/{file['id']}/").status_code == 404


def test_the_desks_call_the_office_to_look_and_the_second_person_to_confirm():
    case = scene()
    (request,) = ask(case)
    hand_in(case, request)
    page = at("check_bid", case, case.bids["B01"].pk)
    assert page in {task.url for task in desk.tasks_of(case.town.officer, clock.now())}
    judge = {"actor": case.town.officer, "request_id": request.pk, "accepted": False, "reason": "Another company's."}
    actions.judge_supplement(**judge)
    assert page not in {task.url for task in desk.tasks_of(case.town.officer, clock.now())}
    assert at("checks_confirm", case) in {task.url for task in desk.tasks_of(case.town.second, clock.now())}
    actions.confirm_supplement(actor=case.town.second, request_id=request.pk)
    assert at("checks_confirm", case) not in {task.url for task in desk.tasks_of(case.town.second, clock.now())}
