"""From the proposal to delivery over HTTP: every act of the pages, with the rights of the pages, errors by field."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts import clock
from accounts.audit import in_transaction
from accounts.lifecycle import Role
from evaluation import actions
from evaluation.actions import benchmark
from evaluation.models import Contract, LetterDispatch, StandstillNotice
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, opened_case, score_and_close
from tests.evaluation.test_api import as_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
API = "/api/v1"


def promised_case(**fields) -> Case:
    """B01 is cheaper, B02 better and promises 5 days per case; evaluated."""
    case = opened_case(criteria=factories.efficiency_criteria(), **fields)
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"}, promised={"E1": "12"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, promised={"E1": "5"})
    check_all(case)
    score_and_close(case, {"B01": {"B1": "6"}, "B02": {"B1": "9"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case


def of(case: Case, part: str) -> str:
    return f"{API}/tenders/{case.tender.pk}/{part}"


def sent(client: APIClient, address: str, body=None, status: int = 201, method: str = "post"):
    answer = getattr(client, method)(address, body or {}, format="json")
    assert answer.status_code == status, f"{address}: {answer.content.decode()[:400]}"
    return answer.json()


def test_an_award_goes_from_the_register_to_the_letters_and_the_bidders_answers():
    case = promised_case(profile="eu_vgv")
    officer, second = as_user(case.town.officer), as_user(case.town.second)
    query = {"bid_id": str(case.bids["B02"].pk), "result": "entry"}
    assert "note" in sent(officer, of(case, "award/register/"), query, 400)["errors"]
    assert sent(officer, of(case, "award/register/"), {**query, "result": "clear"})["result"] == "clear"
    assert len(officer.get(of(case, "award/register/")).json()) == 1

    winner = case.bids["B02"].reference
    assert "lots" in sent(officer, of(case, "award/"), {"lots": {"L9": winner}, "reason": "First."}, 400)["errors"]
    proposal = sent(officer, of(case, "award/"), {"lots": {"L1": winner}, "reason": "It comes first."})
    state = officer.get(of(case, "award/")).json()
    assert (state["proposal"]["id"], state["outcomes"]) == (proposal["id"], [])
    second.post(of(case, f"award/{proposal['id']}/decide/"), headers={"Idempotency-Key": "once"})
    assert [row["winner"] for row in officer.get(of(case, "award/")).json()["outcomes"]] == [
        case.companies["B02"].organization.reference
    ]

    assert "reason" in sent(officer, of(case, "award/notice/"), {"withhold_value": True}, 400, "put")["errors"]
    hidden = {"withhold_value": True, "ground": "fair_competition", "reason": "Rivals would learn the price."}
    assert sent(officer, of(case, "award/notice/"), hidden, 200, "put") == hidden
    assert sent(second, of(case, "contracts/"), {"lot": "L1"}, 409)["code"] == "letters_missing"
    assert officer.get(of(case, "letters/")).json() == {"waiting": ["L1"], "sent": []}
    (notice,) = sent(officer, of(case, "letters/"))["sent"]
    assert (notice["lots"], notice["days"], len(notice["letters"])) == (["L1"], 10, 2)
    assert sent(officer, of(case, "contracts/"), {"lot": "L1"}, 409)["code"] == "standstill"

    loser, bid = as_user(case.companies["B01"].bidder), case.bids["B01"].pk
    (letter,) = [row["id"] for row in notice["letters"] if row["kind"] == "refusal"]
    assert loser.get(f"{API}/letters/{letter}/").json()["content"]["bid"] == case.bids["B01"].reference
    assert LetterDispatch.objects.get(letter=letter, recipient=case.companies["B01"].bidder).read_at
    (lot,) = loser.get(f"{API}/bids/{bid}/debrief/").json()["lots"]
    assert (lot["is_won"], lot["heads"][0] != "", len(lot["would_have_won"]) > 0) == (False, True, True)
    assert "text" in sent(loser, f"{API}/bids/{bid}/debrief/", {"text": ""}, 400)["errors"]
    question = sent(loser, f"{API}/bids/{bid}/debrief/", {"text": "Why 6 points?"})
    told = sent(officer, of(case, f"reasons/{question['id']}/answer/"), {"text": "No plan for illness."}, 200)
    assert told == officer.get(of(case, "reasons/")).json()[0]
    tomorrow = (clock.now() + 2 * DAY).date().isoformat()
    wrong = {"text": "The weights were changed.", "known_on": tomorrow}
    assert "known_on" in sent(loser, of(case, "complaints/"), wrong, 400)["errors"]
    complaint = sent(loser, of(case, "complaints/"), {**wrong, "known_on": clock.now().date().isoformat()})
    answer = {"text": "They were not.", "remedied": False}
    done = sent(officer, of(case, f"complaints/{complaint['id']}/answer/"), answer, 200)
    assert done == loser.get(of(case, "complaints/")).json()[0] and done["review_until"]


def contract_case() -> tuple[Case, Contract]:
    case = promised_case()
    officer = case.town.officer
    key = {"tender_id": case.tender.pk, "lots": {"L1": case.bids["B02"].pk}, "reason": "It comes first."}
    proposal = actions.propose_award(actor=officer, **key)
    actions.decide_award(actor=case.town.second, approval_id=proposal.pk)
    actions.send_letters(actor=officer, tender_id=case.tender.pk)
    option = {"kind": "renewal", "title": "One more year", "months": 12, "value": "10000.00"}
    body = {"lot": "L1", "number": "V-17", "options": [option]}
    wrong = {**body, "options": [{**option, "value": "1,5"}]}
    assert "options" in sent(as_user(officer), of(case, "contracts/"), wrong, 400)["errors"]
    made = sent(as_user(officer), of(case, "contracts/"), body)
    assert (made["number"], made["value"], made["kpis"][0]["target"]) == ("V-17", "20300.00", "5.000000")
    return case, Contract.objects.get(pk=made["id"])


def test_a_contract_is_changed_measured_replied_to_and_followed_by_a_draft():
    case, contract = contract_case()
    officer, second = as_user(case.town.officer), as_user(case.town.second)
    one = f"{API}/contracts/{contract.pk}/"
    rated = officer.get(f"{one}changes/", {"ground": "small", "delta": "5000.00"}).json()
    assert rated["pct"] == "24.63" and [finding["code"] for finding in rated["findings"]] == ["above_small"]
    assert not contract.changes.exists()
    change = {"description": "More letters.", "ground": "small", "reason": "A third election.", "delta": "5000,00"}
    assert "delta" in sent(officer, f"{one}changes/", change, 400)["errors"]
    decided = sent(officer, f"{one}changes/", {**change, "delta": "5000.00"})
    assert decided["confirmed_at"] is None and officer.get(one).json()["value"] == "20300.00"
    confirm = f"{one}changes/{decided['id']}/confirm/"
    assert sent(officer, confirm, status=403)["code"] == "second_person"
    sent(second, confirm, status=200)
    option = contract.options.get()
    assert "reason" in sent(officer, f"{one}options/{option.pk}/draw/", {}, 400)["errors"]
    sent(officer, f"{one}options/{option.pk}/draw/", {"reason": "Good service."}, 200)
    assert officer.get(one).json()["value"] == "35300.00"

    supplier, start = as_user(case.companies["B02"].bidder), contract.starts_on
    with clock.simulated(contract.recorded_at + 40 * DAY):
        month = {"start": start.isoformat(), "end": (start + 30 * DAY).isoformat(), "paid_net": "1700.00",
                 "quantity": "800"}  # fmt: skip
        assert "measured" in sent(officer, f"{one}periods/", {**month, "measured": {"E9": "1"}}, 400)["errors"]
        period = sent(officer, f"{one}periods/", {**month, "measured": {"E1": "7.5"}})
        assert period["measured"] == [{"code": "E1", "value": "7.500000", "is_kept": False}]
        sent(supplier, f"{one}periods/{period['id']}/reply/", {"text": "The forms came late."})
        again = sent(supplier, f"{one}periods/{period['id']}/reply/", {"text": "Again."}, 409)
        assert again["code"] == "replied_already"
        draft = sent(officer, f"{one}next/")
    whole = supplier.get(one).json()
    assert whole["periods"][0]["reply"]["text"] == "The forms came late."
    assert [row["id"] for row in supplier.get(f"{API}/contracts/").json()] == [contract.pk]
    assert officer.get(f"{API}/tenders/{draft['tender']}/").status_code == 200


def test_lots_end_without_award_by_two_people():
    case = promised_case()
    officer, second = as_user(case.town.officer), as_user(case.town.second)
    wish = {"ground": "other_serious_reason", "reason": "Nobody met the need.", "lots": ["L1"]}
    for field, value in {"ground": "no_such", "reason": "", "lots": ["L7"]}.items():
        assert field in sent(officer, of(case, "cancellations/"), {**wish, field: value}, 400)["errors"]
    asked = sent(officer, of(case, "cancellations/"), wish)
    confirm = of(case, f"cancellations/{asked['id']}/confirm/")
    assert sent(officer, confirm, status=403)["code"] == "second_person"
    sent(second, confirm, status=200)
    assert officer.get(of(case, "cancellations/")).json()[0]["confirmed_at"]


def test_every_address_answers_its_roles_and_is_not_there_for_anybody_else():
    case, contract = contract_case()
    town, tender = case.town, case.tender
    letter = StandstillNotice.objects.get().letters.get(company=case.companies["B01"].organization)
    with in_transaction():
        actions.record_resolution(
            actor=town.officer, tender=tender, at=clock.now(), body="Council", outcome="accepted",
            decided_at=clock.now(),
        )  # fmt: skip
    data = benchmark.save_set(
        actor=town.officer, owner=town.organization, title="Offices", about="", source="survey", inputs=["hours"],
        outputs=["cases"],
        rows=[{"name": f"Office {n}", "year": 2025, "values": {"hours": str(8 + n), "cases": "80"}} for n in range(4)],
    )  # fmt: skip
    foreign = factories.make_town(keys=False)
    people = {
        "officer": town.officer, "auditor": town.auditor, "council": factories.make_user(
            town.organization, Role.COUNCIL_MEMBER), "evaluator": town.evaluators[0], "opener": town.openers[0],
        "winner": case.companies["B02"].bidder, "loser": case.companies["B01"].bidder,
        "foreign officer": foreign.officer, "other bidder": factories.make_company().bidder,
        "stranger": factories.make_user(),
    }  # fmt: skip
    file = {"officer", "auditor"}
    reading = {
        of(case, "award/"): file, of(case, "award/notice/"): file, of(case, "cancellations/"): file,
        of(case, "award/resolutions/"): {*file, "council", "evaluator"}, of(case, "letters/"): file,
        of(case, "reasons/"): file, of(case, "complaints/"): {*file, "winner", "loser"},
        f"{API}/letters/{letter.pk}/": {*file, "loser"}, f"{API}/bids/{case.bids['B01'].pk}/debrief/": {"loser"},
        f"{API}/contracts/{contract.pk}/": {*file, "winner"},
        f"{API}/evaluations/{tender.pk}/hints/": file, f"{API}/evaluations/{tender.pk}/provision/": file,
        f"{API}/benchmarks/{data.pk}/": file,
    }  # fmt: skip
    clients = {name: as_user(user) for name, user in people.items()}
    outside = {"winner", "loser", "foreign officer", "other bidder", "stranger"}
    faults = []
    for address, who in reading.items():
        assert APIClient().get(address).status_code in (401, 403), address
        for name, client in clients.items():
            got = client.get(address).status_code
            expected = {200} if name in who else {404} if name in outside else {403, 404}
            if got not in expected:
                faults.append(f"{name} at {address}: {got}")
    text = {"text": "x", "reason": "x", "remedied": True, "known_on": "2026-01-01", "lot": "L1",
            "start": "2026-01-01", "end": "2026-01-02", "paid_net": "1", "ground": "small", "description": "x",
            "delta": "1"}  # fmt: skip
    writing = [
        of(case, "letters/"), of(case, "contracts/"), f"{API}/contracts/{contract.pk}/changes/",
        f"{API}/contracts/{contract.pk}/options/{contract.options.get().pk}/draw/",
        f"{API}/contracts/{contract.pk}/periods/", f"{API}/contracts/{contract.pk}/next/",
    ]  # fmt: skip
    for address in writing:
        for name, client in clients.items():
            if name != "officer":
                got = client.post(address, text, format="json").status_code
                if got not in ({404} if name in outside else {403}):
                    faults.append(f"{name} posts to {address}: {got}")
    assert not faults, "\n".join(faults)
    assert Contract.objects.get(pk=contract.pk).value == Decimal("20300.00")
    wrong = clients["officer"].get(f"{API}/benchmarks/{data.pk}/", {"returns": "xyz"})
    assert wrong.status_code == 400 and "returns" in wrong.json()["errors"]
    best = clients["officer"].get(f"{API}/benchmarks/{data.pk}/").json()["units"][0]
    assert (best["name"], best["is_best"]) == ("Office 0", True)


def test_the_description_of_the_interface_names_every_act_after_the_award(client):
    described = client.get(f"{API}/schema/", headers={"accept": "application/json"}).json()["paths"]
    acts = {operation["operationId"] for path in described.values() for operation in path.values()
            if isinstance(operation, dict) and "operationId" in operation}  # fmt: skip
    assert acts >= {
        "award", "award_propose", "award_decide", "register_query_record", "award_resolutions", "award_notice_set",
        "lot_cancellation_request", "lot_cancellation_confirm", "award_letters", "award_letters_send", "award_letter",
        "bid_debrief", "bid_debrief_ask", "complaint_file", "complaint_answer", "reasons_answer", "contract_sign",
        "contract", "contract_change", "contract_change_rate", "contract_change_confirm", "contract_option_draw",
        "contract_period", "contract_reply", "contract_next", "own_provision", "hints", "benchmark",
    }  # fmt: skip
