"""The whole way of a call for candidates by pages and API: who sees what, and what is told when."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from evaluation.models import CandidateLetter, CandidateScore
from tendering.models import Tender
from tests.evaluation.candidates import Procedure, call_fields, draft_procedure
from tests.evaluation.pages.test_scoring_pages import browser, text_of
from tests.evaluation.test_api import as_user
from tests.factories import Company, make_company, make_town
from tests.reports.pdf_text import pages

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *arguments: Any) -> Any:
    return client.get(reverse(name, args=arguments))


def opened(*names: str, **met: bool) -> tuple[Procedure, dict[str, Company]]:
    one = Procedure()
    companies = {name: one.apply(name) for name in names}
    one.open()
    with one.after():
        one.check_all(**met)
    return one, companies


def test_an_officer_sets_the_call_on_one_page_and_hands_it_over() -> None:
    town = make_town()
    tender = draft_procedure(town)
    officer = browser(town.officer)
    address = reverse("tender_call", args=[tender.pk])
    form = page(officer, "tender_call", tender.pk).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"end_time": "12:00", "questions_time": "12:00", "least": "2", "most": "1"}
    wrong = officer.post(address, data)
    assert wrong.status_code == 422 and "cannot be smaller than the lowest" in text_of(wrong)
    data |= {"most": "3", "requirements": "Entry in the register\nInsurance", "documents": "Extract",
             "name_0": "References", "weight_0": "70", "name_1": "Staff", "weight_1": "30"}  # fmt: skip
    answer = officer.post(address, data)
    call = Tender.objects.get(bid_stage=tender)
    assert answer.headers["Location"] == reverse("tender_edit_publish", args=[call.pk])
    assert [row.code for row in call.criteria.all()] == ["A1", "A2", "S1", "S2"] and call.max_candidates == 3
    assert page(officer, "tender_edit_how", call.pk).headers["Location"] == address
    check = text_of(page(officer, "tender_edit_publish", call.pk))
    assert "How candidates are selected" in check and "Price sheet" not in check
    again = page(officer, "tender_call", tender.pk)
    assert "Entry in the register" in text_of(again) and again.context["form"]["weight_0"].value() == "70"
    assert browser(town.auditor).get(address).status_code == 403


def test_the_public_reads_both_stages_and_a_company_applies_without_prices() -> None:
    one = Procedure()
    visitor = Client(headers={"accept-language": "en"})
    body = text_of(page(visitor, "tender_detail", one.call.pk))
    assert "Two stages" in body and "Open for requests to participate" in body and "Sign in to apply" in body
    assert page(visitor, "tender_detail", one.tender.pk).status_code == 404
    assert "Call for candidates" in text_of(visitor.get(reverse("tender_list")))
    company = make_company(name="Alpha")
    bidder = browser(company.bidder)
    draft = bidder.post(reverse("bid_start", args=[one.call.pk])).headers["Location"]
    tasks = text_of(bidder.get(draft))
    assert "Your request to participate" in tasks and "Answers on suitability" in tasks and "priced" not in tasks
    submit = text_of(bidder.get(f"{draft}submit/"))
    assert "Hand in the request to participate" in submit and "binding" not in submit


def test_nothing_tells_the_office_of_requests_before_the_opening() -> None:
    one = Procedure()
    officer, auditor = browser(one.town.officer), browser(one.town.auditor)
    names = ("tender_detail", "bid_opening", "tender_questions")
    before = [text_of(page(officer, name, one.call.pk)) for name in names]
    one.apply("Alpha Hidden")
    after = [text_of(page(officer, name, one.call.pk)) for name in names]
    assert [len(text) for text in before] == [len(text) for text in after]
    assert "Alpha Hidden" not in "".join(after)
    for client in (officer, auditor):
        assert page(client, "candidates", one.call.pk).status_code == 409
        assert page(client, "checks", one.call.pk).status_code == 409
    assert as_user(one.town.officer).get(f"/api/v1/evaluations/{one.call.pk}/candidates/").status_code == 409


def test_office_and_second_person_select_on_the_page_and_everybody_reads_the_own_letter() -> None:
    one, companies = opened("Alpha", "Beta", "Gamma")
    officer, second = browser(one.town.officer), browser(one.town.second)
    with one.after():
        assert "Points are missing for: Alpha, Beta, Gamma" in text_of(page(officer, "candidates", one.call.pk))
        assert page(officer, "evaluation", one.call.pk).headers["Location"] == reverse("candidates", args=[one.call.pk])
        for name in ("flags", "scoring", "evaluation_result", "evaluation_award", "moderation", "award_letters"):
            assert page(officer, name, one.call.pk).status_code == 404, name
        checked = text_of(page(officer, "check_bid", one.call.pk, one.bid_of(companies["Alpha"]).pk))
        assert "Ask about the price" not in checked and "Try the rule" not in checked
        for name, points in (("Alpha", "9"), ("Beta", "7.5"), ("Gamma", "7.49")):
            address = reverse("candidate_points", args=[one.call.pk, one.bid_of(companies[name]).pk])
            assert "Ten towns" in text_of(officer.get(address))
            assert officer.post(address, {"points_S1": "11"}).status_code == 422
            marks = {"points_S1": points, "reason_S1": "shown", "points_S2": points, "reason_S2": "shown"}
            assert officer.post(address, marks).status_code == 302
        address = reverse("candidates", args=[one.call.pk])
        assert officer.post(address, {"act": "propose", "reason": ""}).status_code == 302
        assert officer.post(address, {"act": "decide"}).status_code == 403
        assert "waits for your decision" in text_of(page(second, "tender_detail", one.call.pk))
        assert second.post(address, {"act": "return", "reason": ""}).status_code == 422
        assert second.post(address, {"act": "decide"}).status_code == 302
        beta, gamma = browser(companies["Beta"].bidder), browser(companies["Gamma"].bidder)
        assert "Sie sind ausgewählt." in text_of(page(beta, "candidacy", one.call.pk))
        told = text_of(page(gamma, "candidacy", one.call.pk))
        assert "74,9 von 100 Punkten" in told and "Alpha" not in told and "Beta" not in told
        letter = CandidateLetter.objects.get(company=companies["Gamma"].organization)
        file = page(gamma, "candidate_letter_pdf", letter.pk)
        printed = " ".join(" ".join(pages(file.content)).split())
        assert file.status_code == 200 and letter.content["parts"][1] in printed and "Gamma" in printed
        assert page(officer, "candidate_letter_pdf", letter.pk).status_code == 200
        assert page(beta, "candidate_letter_pdf", letter.pk).status_code == 404
        assert (
            reverse("candidate_letter_pdf", args=[letter.pk]) in page(gamma, "candidacy", one.call.pk).content.decode()
        )
        assert "Read the letter" in text_of(page(gamma, "tender_detail", one.call.pk))
        assert page(browser(make_company().bidder), "candidacy", one.call.pk).status_code == 404
        assert page(officer, "candidacy", one.call.pk).status_code == 404
        assert "The candidates are decided" in text_of(page(officer, "tender_detail", one.call.pk))
        visitor = Client(headers={"accept-language": "en"})
        assert "Candidates selected" in text_of(page(visitor, "tender_detail", one.call.pk))
    with one.after(days=2):
        one.release_bids()
        assert "Two stages" in text_of(page(beta, "tender_detail", one.tender.pk))
        for client in (gamma, Client(), browser(make_company().bidder)):
            assert page(client, "tender_detail", one.tender.pk).status_code == 404
        assert page(gamma, "tender_documents", one.tender.pk).status_code == 404
        assert gamma.post(reverse("bid_start", args=[one.tender.pk])).status_code == 404


def test_the_whole_way_over_the_api() -> None:
    town = make_town()
    tender = draft_procedure(town)
    officer, second = as_user(town.officer), as_user(town.second)
    body = json.loads(json.dumps(call_fields(), default=str))
    answer = officer.put(f"/api/v1/tenders/{tender.pk}/call/", {**body, "max_candidates": 1}, format="json")
    assert answer.status_code == 400 and "max_candidates" in str(answer.json())
    answer = officer.put(f"/api/v1/tenders/{tender.pk}/call/", body, format="json").json()
    assert (answer["stage"], answer["min_candidates"], answer["max_candidates"]) == ("candidates", 2, 2)
    assert answer["request_period_end"] == answer["tender_period_end"]
    assert second.put(f"/api/v1/tenders/{tender.pk}/call/", body, format="json").status_code == 200
    assert as_user(town.auditor).put(f"/api/v1/tenders/{tender.pk}/call/", body, format="json").status_code == 403


def test_points_and_decision_over_the_api() -> None:
    one, companies = opened("Alpha", "Beta", "Gamma")
    officer, second = as_user(one.town.officer), as_user(one.town.second)
    base = f"/api/v1/evaluations/{one.call.pk}/candidates/"
    with one.after():
        for name, points in (("Alpha", "9"), ("Beta", "8"), ("Gamma", "7")):
            rows = [{"criterion": code, "points": points, "reason": "shown"} for code in ("S1", "S2")]
            data = {"bid_id": str(one.bid_of(companies[name]).pk), "scores": rows}
            assert officer.post(f"{base}scores/", data, format="json").status_code == 200
        assert CandidateScore.objects.count() == 6
        shown = officer.get(base).json()["candidates"]
        assert [(row["company"], row["total"], row["rank"], row["selected"]) for row in shown] == [
            ("Alpha", "90", 1, True), ("Beta", "80", 2, True), ("Gamma", "70", 3, False),
        ]  # fmt: skip
        assert officer.post(f"{base}selection/", {}, format="json").status_code == 201
        assert officer.post(f"{base}selection/decide/").json()["code"] == "second_person"
        back = second.post(f"{base}selection/return/", {"reason": "Look again."}, format="json").json()
        assert back["proposed_at"] is None
        officer.post(f"{base}selection/", {}, format="json")
        assert second.post(f"{base}selection/decide/").json()["decided_at"]
        own = as_user(companies["Gamma"].bidder)
        assert own.get(f"{base}own/").json()[0]["selected"] is False
        assert own.get(base).status_code == 404
        assert as_user(make_company().bidder).get(f"{base}own/").status_code == 404
        assert as_user(companies["Gamma"].bidder).get(f"/api/v1/tenders/{one.tender.pk}/").status_code == 404


def test_the_file_of_the_tender_holds_its_call() -> None:
    one, _companies = opened("Alpha", "Beta")
    with one.after():
        one.select()
        answer = page(browser(one.town.auditor), "audit_export", one.tender.pk)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        names = set(zipfile.ZipFile(BytesIO(content)).namelist())
        assert {"tender.json", "call-for-candidates/tender.json", "call-for-candidates/candidates.json"} <= names
        assert "Call for candidates" in text_of(page(browser(one.town.auditor), "audit_tender", one.tender.pk))
        assert clock.now()


def test_the_desk_tells_what_to_do_with_candidates() -> None:
    one = Procedure()
    for name in ("Alpha", "Beta"):
        one.apply(name)
    one.open()
    officer, second = browser(one.town.officer), browser(one.town.second)
    with one.after():
        assert "Check 2 bids formally" in text_of(officer.get("/desk/"))
        one.check_all()
        assert "Select candidates" in text_of(officer.get("/desk/"))
        officer.post(reverse("candidates", args=[one.call.pk]), {"act": "propose", "reason": ""})
        assert "Decide on the candidates" in text_of(second.get("/desk/"))
        second.post(reverse("candidates", args=[one.call.pk]), {"act": "decide"})
        assert "Select candidates" not in text_of(officer.get("/desk/"))
