"""The notice of an award: assembled from what the acts wrote, checked, published, changed; read by everybody."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts import clock, desk
from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.award_notice import content_of, gather, hash_of
from evaluation.award_notice_checks import due_of, findings_of
from evaluation.award_notice_words import sections
from evaluation.models import AwardNoticeEdition
from tendering.models import LotOutcome, Tender
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, evaluated_case, opened_case, score_and_close
from tests.evaluation.test_api import as_user
from tests.evaluation.test_letters_and_contract import awarded_case, decide, refusal, send, sign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENGLISH = {"accept-language": "en"}


def complete_case(**fields) -> Case:
    """Awarded, told and signed; nothing is missing in its notice."""
    case = awarded_case(**{"summary": "Letters are printed.", "cpv_main": "79800000", **fields})
    for company in case.companies.values():
        company.organization.scale = "small"
        company.organization.save()
    case.town.organization.vat_number = "DE123456789"
    case.town.organization.save()
    notice = send(case)
    with clock.simulated(notice.ends_at + DAY):
        sign(case, number="C-1")
    return case


def codes(case: Case) -> list[str]:
    tender = Tender.objects.get(pk=case.tender.pk)
    return [one.code for one in findings_of(gather(tender), clock.now())]


def content(case: Case) -> dict:
    return content_of(gather(Tender.objects.get(pk=case.tender.pk)), clock.now())


def publish(case: Case, **changes) -> AwardNoticeEdition:
    return actions.publish_award_notice(**{"actor": case.town.officer, "tender_id": case.tender.pk, **changes})


def page(case: Case, user=None) -> str:
    client = Client(headers=ENGLISH)
    if user is not None:
        client.force_login(user)
    address = "award/publication/" if user is not None else "award-notice/"
    answer = client.get(f"/tenders/{case.tender.pk}/{address}")
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


# -- content ----------------------------------------------------------------------------------------------------------
def test_a_notice_names_winner_value_bids_criteria_and_dates_and_nothing_of_the_bid_that_lost():
    case = complete_case()
    told = content(case)
    (lot,) = told["lots"]
    winner = case.companies["B02"].organization
    assert (lot["result"], lot["winner"]["name"], lot["value"]) == ("selec-w", winner.name, "20300.00")
    assert lot["bid"] == case.bids["B02"].reference
    assert {row["code"]: row["number"] for row in lot["received"]} == {
        "tenders": 2, "t-esubm": 2, "t-sme": 2, "t-oth-eea": 0, "t-no-eea": 0, "t-verif-inad": 0,
        "t-verif-inad-low": 0,
    }  # fmt: skip
    assert [row["type"] for row in lot["criteria"]] == ["price", "quality", "quality"]
    assert lot["contract"]["number"] == "C-1" and lot["contract"]["signed_on"] > lot["decided_on"]
    assert told["procedure"]["value"] == "20300.00"
    assert case.companies["B01"].organization.name not in str(told)
    assert hash_of(told) == hash_of(content(case))


def test_bids_are_counted_by_size_and_state_and_by_why_they_could_not_be_considered():
    case = opened_case()
    small = factories.make_company(scale="small", country="AT")
    large = factories.make_company(scale="large", country="CH")
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"}, company=small)
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, company=large)
    add_bid(case, "B03", {"1.1": "2.20", "1.2": "500.00"})
    out = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B03"].pk, lot_code=None, code="form", reason="Not signed."
    )
    check_all(case)
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=out.pk)
    scores = {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}}
    score_and_close(case, scores)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case)
    counted = {row["code"]: row["number"] for row in content(case)["lots"][0]["received"]}
    assert counted == {
        "tenders": 3, "t-esubm": 3, "t-sme": 1, "t-oth-eea": 1, "t-no-eea": 1, "t-verif-inad": 1,
        "t-verif-inad-low": 0,
    }  # fmt: skip
    assert "sizes" in codes(case)


def test_a_lot_that_ended_without_award_says_why():
    case = opened_case()
    cancelled = actions.request_cancellation(
        actor=case.town.officer, tender_id=case.tender.pk, ground="no_economic_result", reason="Too dear for us."
    )
    actions.confirm_cancellation(actor=case.town.second, cancellation_id=cancelled.pk)
    (lot,) = content(case)["lots"]
    assert (lot["result"], lot["no_award"]["code"], lot["no_award"]["reason"]) == (
        "clos-nw", "ins-fund", "Too dear for us.",
    )  # fmt: skip
    publish(case, reason="The procedure ended.")
    assert "Too dear for us." in page(case)


def test_bids_are_not_counted_before_they_are_opened_and_their_lot_is_decided():
    tender = factories.cancelled_tender()
    assert [lot["received"] for lot in content_of(gather(tender), clock.now())["lots"]] == [[]]
    assert [lot["received"] for lot in content(evaluated_case())["lots"]] == [[]]


# -- the value --------------------------------------------------------------------------------------------------------
def test_a_withheld_value_leaves_the_ground_in_its_place_and_no_reason():
    case = complete_case()
    actions.set_award_notice(
        actor=case.town.officer, tender_id=case.tender.pk, withhold_value=True, ground="business_interest",
        reason="Rivals would learn the price of a letter.",
    )  # fmt: skip
    assert codes(case) == []
    publish(case)
    told = content(case)
    assert told["withheld"] == {"what": "value", "ground": "business_interest", "code": "eo-int"}
    text = page(case)
    assert "20,300" not in text and "20300" not in text and "Rivals" not in text
    assert "it would harm a company&#x27;s legitimate business interests" in text


def test_a_withheld_value_without_a_ground_is_a_gap_and_the_form_asks_for_it():
    case = complete_case()
    key = {"actor": case.town.officer, "tender_id": case.tender.pk}
    actions.set_award_notice(**key, withhold_value=True, reason="It harms.")
    assert codes(case) == ["ground"]
    officer = Client(headers=ENGLISH)
    officer.force_login(case.town.officer)
    address = f"/tenders/{case.tender.pk}/award/notice/"
    assert officer.post(address, {"withhold_value": "on", "reason": "It harms."}).status_code == 422
    answer = officer.post(address, {"withhold_value": "on", "reason": "It harms.", "ground": "fair_competition"})
    assert answer.status_code == 302 and codes(case) == []


def test_a_value_withheld_after_publication_leaves_the_published_notice_too():
    case = complete_case()
    edition = publish(case)
    assert "20,300.00" in page(case) and edition.sha256 in page(case)
    actions.set_award_notice(
        actor=case.town.officer, tender_id=case.tender.pk, withhold_value=True, ground="fair_competition", reason="x"
    )
    text = page(case)
    assert "20,300" not in text and edition.sha256 not in text
    (row,) = APIClient().get(f"/api/v1/tenders/{case.tender.pk}/award/notices/").json()
    assert (row["sha256"], row["content"]["lots"][0]["value"], row["content"]["withheld"]["code"]) == (
        "", "", "fair-comp",
    )  # fmt: skip


# -- the duty ---------------------------------------------------------------------------------------------------------
def due(case: Case):
    return due_of(gather(Tender.objects.get(pk=case.tender.pk)), clock.now())


def test_above_the_threshold_the_notice_is_due_thirty_days_after_the_decision():
    case = awarded_case(profile="eu_vgv")
    LotOutcome.objects.filter(lot__tender=case.tender).update(at="2026-11-10T23:30:00Z")  # the 11th in Berlin
    found = due(case)
    assert (found.is_duty, found.day, found.days, found.source) == (True, date(2026, 12, 11), 30, "§ 39(1) VgV")
    with clock.simulated(clock.now() + 60 * DAY):
        assert "late" in codes(case)


def test_below_it_only_an_award_without_a_call_has_to_be_published_from_25000_on():
    invited = {"procedure_type": "NATIONAL_NEGOTIATED_WITHOUT_CALL", "profile": "uvgo_land"}
    company = factories.make_company().organization
    small = awarded_case(**invited, value="24999.99", invited=[company])
    large = awarded_case(**invited, value="25000", invited=[company])
    with_call = awarded_case(value="25000")
    assert [due(case).is_duty for case in (small, large, with_call)] == [False, True, False]
    assert (due(large).day, due(large).months) == (None, 3)


def test_under_a_profile_without_statutes_nobody_must_and_no_law_is_named():
    case = awarded_case(profile="generic_en")
    assert due(case).is_duty is False
    text = page(case, case.town.officer)
    assert "Nobody has to publish" in text
    assert not any(word in text for word in ("§", "VgV", "Vergabe"))


def test_the_desk_says_until_when_and_stops_once_it_is_published():
    case = awarded_case(profile="eu_vgv")
    send(case)

    def tasks():
        return [task for task in desk.tasks_of(case.town.officer, clock.now()) if "award/publication" in task.url]

    (task,) = tasks()
    award = LotOutcome.objects.get(lot__tender=case.tender, kind="awarded")
    assert task.due == award.at + 30 * DAY
    publish(case, reason="The contract follows.")
    assert tasks() == []


# -- the check --------------------------------------------------------------------------------------------------------
def test_a_complete_notice_has_no_findings_and_is_published_without_a_reason():
    case = complete_case(profile="eu_vgv", legal_basis="VgV")
    assert codes(case) == []
    edition = publish(case)
    assert (edition.number, edition.findings, edition.content["notice"]["subtype"]) == (1, [], "29")
    told = json.loads(AuditEvent.objects.get(verb="award_notice.published").body)["data"]
    assert told["sha256"] == edition.sha256 == hash_of(edition.content)
    assert set(told) == {"number", "form", "sha256", "findings", "reason"}, "no value, no winner"


def test_the_check_names_each_datum_that_is_missing():
    case = awarded_case(profile="eu_vgv", cpv_main="", summary="", legal_basis="")
    assert codes(case) == ["cpv", "buyer_number", "legal_basis", "summary", "size", "sizes", "letters", "contract"]
    text = page(case, case.town.officer)
    assert "8 points to look at" in text and "BT-145" in text


def test_the_check_names_a_contract_that_contradicts_the_award():
    case = complete_case()
    contract = case.tender.contracts.get()
    outcome = LotOutcome.objects.get(lot__tender=case.tender, kind="awarded")
    contract.value_at_start, contract.number = Decimal("1.00"), ""
    contract.company = case.companies["B01"].organization
    contract.signed_on = outcome.at.date() - DAY
    contract.save()
    assert codes(case) == ["number", "partner", "contract_value", "signed_early"]


def test_with_gaps_a_reason_is_needed_and_kept_in_the_file_alone():
    case = awarded_case()
    with pytest.raises(ValidationError):
        publish(case)
    edition = publish(case, reason="The contract follows next week.")
    assert "contract:L1" in edition.findings
    assert "The contract follows next week." not in page(case)
    assert "The contract follows next week." in page(case, case.town.auditor)


# -- publication ------------------------------------------------------------------------------------------------------
def test_nobody_publishes_before_a_lot_has_ended_or_twice_the_same():
    assert refusal(publish, evaluated_case()) == "no_outcome"
    case = complete_case()
    publish(case)
    assert refusal(publish, case) == "published_already"
    for actor in (case.town.auditor, case.town.chair):
        with pytest.raises(RefusedError):
            publish(case, actor=actor)


def test_a_changed_contract_is_told_of_in_a_notice_of_its_own():
    case = complete_case(profile="eu_vgv", legal_basis="VgV")
    publish(case)
    contract = case.tender.contracts.get()
    actions.change_contract(
        actor=case.town.officer, contract_id=contract.pk, description="A second town hall.", ground="additional",
        reason="Needed.", delta=Decimal("1000.00"),
    )  # fmt: skip
    edition = publish(case)
    (change,) = edition.content["changes"]
    assert (edition.number, edition.is_modification, edition.content["notice"]["subtype"]) == (2, True, "38")
    assert (change["code"], change["value_before"], change["value_after"]) == ("add-wss", "20300.00", "21300.00")
    assert edition.content["notice"]["previous"] == AwardNoticeEdition.objects.get(number=1).sha256
    text = page(case)
    assert "A second town hall." in text and "Earlier notices" in text and "21,300.00" in text


def test_the_public_reads_only_what_was_published_on_the_page_and_as_json():
    case = complete_case()
    visitor, api = Client(headers=ENGLISH), APIClient()
    address = f"/tenders/{case.tender.pk}/award-notice/"
    assert visitor.get(address).status_code == 404
    assert api.get(f"/api/v1/tenders/{case.tender.pk}/award/notices/").json() == []
    assert address not in visitor.get(f"/tenders/{case.tender.pk}/").content.decode()
    edition = publish(case)
    assert address in visitor.get(f"/tenders/{case.tender.pk}/").content.decode()
    (row,) = api.get(f"/api/v1/tenders/{case.tender.pk}/award/notices/").json()
    assert row["content"] == edition.content and hash_of(row["content"]) == row["sha256"] == edition.sha256


def test_the_office_reads_check_and_content_over_http_and_publishes_there():
    case = awarded_case(profile="eu_vgv")
    officer, address = as_user(case.town.officer), f"/api/v1/tenders/{case.tender.pk}/award/publication/"
    state = officer.get(address).json()
    assert state["due"]["days"] == 30 and state["published"] == 0
    assert "BT-145" in {one["term"] for one in state["findings"]}
    assert state["content"]["lots"][0]["result"] == "selec-w"
    assert officer.post(address, {}, format="json").status_code == 400
    answer = officer.post(address, {"reason": "The contract follows."}, format="json")
    assert (answer.status_code, answer.json()["number"]) == (201, 1)
    assert as_user(case.town.auditor).get(address).status_code == 200
    assert as_user(case.companies["B01"].bidder).get(address).status_code == 404
    assert officer.get(f"/api/v1/tenders/{factories.open_tender(case.town).pk}/award/publication/").status_code == 409


def test_every_code_of_a_notice_has_words():
    case = complete_case()
    for language in ("de", "en"):
        with translation.override(language):
            for part in sections(content(case)):
                assert all(fact.label and fact.text for fact in part.facts)
