"""Pages after the decision: each is read by those it is for, and by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.lifecycle import Role
from evaluation import actions
from evaluation.models import (
    Complaint,
    Contract,
    DebriefRequest,
    Letter,
    LetterDispatch,
    LotCancellation,
    RegisterQuery,
)
from tendering.zones import zone_of
from tests import factories
from tests.evaluation.builders import evaluated_case
from tests.evaluation.test_letters_and_contract import awarded_case, later, letters_of, promised_case, send, three_bids

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def client(user):
    found = Client(headers={"accept-language": "en"})
    found.force_login(user)
    found.cookies["django_language"] = "en"
    return found


def read(user, url):
    return client(user).get(url)


def text(user, url):
    answer = read(user, url)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_the_officer_asks_the_register_on_the_page_of_the_award():
    case = evaluated_case(value="60000")
    page = reverse("evaluation_award", args=[case.tender.pk])
    url = reverse("award_register", args=[case.tender.pk, case.bids["B02"].pk])
    assert url in text(case.town.officer, page)
    assert client(case.town.officer).post(url, {"result": "entry"}).status_code == 422
    client(case.town.officer).post(url, {"result": "entry", "note": "Fine of 2024, self-cleaning shown."})
    assert RegisterQuery.objects.get().note
    assert "Fine of 2024" in text(case.town.officer, page)
    assert "Fine of 2024" not in text(factories.make_user(case.town.organization, Role.APPROVER), page)
    assert read(case.town.auditor, url).status_code == 403
    assert read(case.companies["B01"].bidder, url).status_code == 404


def test_letters_are_read_before_they_are_sent_and_the_page_shows_who_has_read_them():
    case = three_bids()
    page = reverse("award_letters", args=[case.tender.pk])
    before = text(case.town.officer, page)
    assert "3 letters are ready" in before and not Letter.objects.exists()
    assert client(case.town.auditor).post(page).status_code == 403
    assert client(case.town.officer).post(page).status_code == 302
    letter, loser = letters_of(case)["B01"], case.companies["B01"]
    url = reverse("award_letter", args=[letter.pk])
    assert text(loser.bidder, url) and text(case.town.auditor, url)
    assert LetterDispatch.objects.filter(read_at__isnull=False).count() == 1
    for stranger in (case.companies["B02"].bidder, factories.make_town(keys=False).officer, factories.make_user()):
        assert read(stranger, url).status_code == 404
        assert read(stranger, reverse("letter_pdf", args=[letter.pk])).status_code == 404
    assert "sent, not read yet" in text(case.town.officer, page)


def test_a_letter_can_be_kept_as_pdf():
    case = three_bids()
    send(case)
    for letter in letters_of(case).values():
        answer = read(letter.company.memberships.first().user, reverse("letter_pdf", args=[letter.pk]))
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF")


def test_a_bidder_reads_why_it_lost_and_asks_for_more():
    case = three_bids()
    send(case)
    url = reverse("bid_debrief", args=[case.bids["B01"].pk])
    loser = case.companies["B01"].bidder
    page = text(loser, url)
    assert "What would have won" in page and case.companies["B02"].organization.name in page
    assert case.companies["B03"].organization.name not in page and "Evaluator" not in page
    assert client(loser).post(url, {"text": ""}).status_code == 422
    client(loser).post(url, {"text": "Why 6 points?"})
    request = DebriefRequest.objects.get()
    answer = reverse("award_reasons", args=[case.tender.pk, request.pk])
    client(case.town.officer).post(answer, {"text": "The plan has no weeks."})
    assert "The plan has no weeks." in text(loser, url)
    excluded = text(case.companies["B03"].bidder, reverse("bid_debrief", args=[case.bids["B03"].pk]))
    assert "No licence." in excluded and "What would have won" not in excluded
    for other in (case.companies["B02"].bidder, case.town.officer, factories.make_user()):
        assert read(other, url).status_code == 404


def test_there_is_no_explanation_before_the_letters():
    case = three_bids()
    assert read(case.companies["B01"].bidder, reverse("bid_debrief", args=[case.bids["B01"].pk])).status_code == 404


def test_a_complaint_is_read_by_its_company_and_the_office_only():
    case = evaluated_case()
    url = reverse("award_complaints", args=[case.tender.pk])
    loser = case.companies["B01"].bidder
    day = f"{clock.now():%d.%m.%Y}"
    client(loser).post(url, {"text": "The weights were changed.", "known_on": day})
    complaint = Complaint.objects.get()
    assert "The weights were changed." in text(loser, url) and "The weights were changed." in text(
        case.town.officer, url
    )
    assert "The weights were changed." not in text(case.companies["B02"].bidder, url)
    assert read(factories.make_company().bidder, url).status_code == 404
    assert "Complaint of" in text(case.town.officer, reverse("evaluation_award", args=[case.tender.pk]))
    answer = reverse("award_complaint", args=[case.tender.pk, complaint.pk])
    assert read(loser, answer).status_code == 404
    client(case.town.officer).post(answer, {"text": "They were not.", "remedied": "no"})
    assert "They were not." in text(loser, url)


def test_a_contract_is_signed_measured_answered_and_listed():
    case = awarded_case()
    send(case)
    officer, supplier = case.town.officer, case.companies["B02"].bidder
    url = reverse("contract_sign", args=[case.tender.pk, "L1"])
    assert url in text(officer, reverse("award_letters", args=[case.tender.pk]))
    today = clock.now().astimezone(zone_of(case.town.organization)).date()
    first, last = f"{today:%d.%m.%Y}", f"{today + 365 * DAY:%d.%m.%Y}"
    values = {
        "signed_on": first, "starts_on": first, "ends_on": last, "remind_months": "6", "option_months": "12",
        "option_value": "20000.00",
    }  # fmt: skip
    assert client(officer).post(url, values).status_code == 302
    contract = Contract.objects.get()
    page = reverse("contract", args=[contract.pk])
    assert f'href="{page}"' in read(officer, reverse("award_letters", args=[case.tender.pk])).content.decode()
    with later(contract, 50):
        end = contract.starts_on + 30 * DAY
        period = {"start": f"{contract.starts_on:%d.%m.%Y}", "end": f"{end:%d.%m.%Y}", "paid_net": "1700.00"}
        client(officer).post(reverse("contract_period", args=[contract.pk]), period)
        reply = reverse("contract_reply", args=[contract.pk, contract.periods.get().pk])
        assert read(officer, reply).status_code == 404
        client(supplier).post(reply, {"text": "All was delivered."})
        assert "All was delivered." in text(officer, page)
        change = {"description": "More", "ground": "small", "reason": "Elections", "delta": "9000.00"}
        client(officer).post(reverse("contract_change", args=[contract.pk]), change)
        row = contract.changes.get()
        confirm = reverse("contract_confirm", args=[contract.pk, row.pk])
        assert client(officer).post(confirm).status_code == 403
        client(case.town.second).post(confirm)
        client(officer).post(
            reverse("contract_option", args=[contract.pk, contract.options.get().pk]), {"reason": "Good."}
        )
        contract.refresh_from_db()
        assert str(contract.value) == "49300.00"
        assert '<li aria-current="page">' in read(officer, reverse("contracts")).content.decode()
        assert page in text(officer, reverse("contracts")) and page in text(supplier, reverse("contracts"))
        for kind in ("csv", "xlsx"):
            assert read(officer, reverse("contracts_file", args=[kind])).status_code == 200
        for stranger in (case.companies["B01"].bidder, factories.make_town(keys=False).officer):
            assert read(stranger, page).status_code == 404
        assert client(officer).post(reverse("contract_next", args=[contract.pk])).status_code == 302


def test_promised_and_delivered_are_said_in_words():
    case, contract = promised_case()
    with later(contract, 50):
        actions.record_period(
            actor=case.town.officer, contract_id=contract.pk, start=contract.starts_on,
            end=contract.starts_on + 30 * DAY, paid_net=1700, quantity=800, measured={"E1": 7},
        )  # fmt: skip
        page = text(case.town.officer, reverse("contract", args=[contract.pk]))
    assert "Promised: 5 days. Last measured: 7 days. Kept in 0 of 1 periods." in page and "not kept" in page


def test_lots_end_without_award_by_two_people_on_one_page():
    case = evaluated_case()
    url = reverse("evaluation_cancel", args=[case.tender.pk])
    evaluation = reverse("evaluation", args=[case.tender.pk])
    assert f'href="{url}"' in read(case.town.officer, evaluation).content.decode()
    assert f'href="{url}"' in read(case.town.second, evaluation).content.decode()
    assert f'href="{url}"' not in read(case.town.auditor, evaluation).content.decode()
    values = {"lots": ["L1"], "ground": "no_economic_result", "reason": "Too dear."}
    client(case.town.officer).post(url, values)
    assert LotCancellation.objects.get().confirmed_at is None
    assert client(case.town.officer).post(url, {"confirm": "1"}).status_code == 403
    client(case.town.second).post(url, {"confirm": "1"})
    case.tender.refresh_from_db()
    assert case.tender.cancelled_at


def test_a_withheld_value_stands_on_no_public_page():
    case = awarded_case()
    tender, results = reverse("tender_detail", args=[case.tender.pk]), reverse("results")
    assert "20,300.00" in Client().get(tender, headers={"accept-language": "en"}).content.decode()
    actions.set_award_notice(
        actor=case.town.officer, tender_id=case.tender.pk, withhold_value=True, reason="It would harm the winner."
    )
    for url in (tender, results, reverse("results_file", args=["csv"])):
        shown = Client().get(url, headers={"accept-language": "en"}).content.decode()
        assert case.companies["B02"].organization.name in shown
        assert "20,300" not in shown and "20.300" not in shown and "843" not in shown


def test_the_desk_says_what_comes_after_the_award():
    case = awarded_case(profile="generic_en")
    desk = reverse("desk")
    assert "Send the letters about the award" in text(case.town.officer, desk)
    assert f'href="{reverse("contracts")}"' in read(case.town.officer, desk).content.decode()
    notice = send(case)
    assert "The waiting time runs" in text(case.town.officer, desk)
    with clock.simulated(notice.ends_at + DAY):
        assert "Record the contract" in text(case.town.officer, desk)
