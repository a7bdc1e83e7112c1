"""Formal check, missing documents, exclusions and price questions: two people, reasons in words, in the right order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from evaluation import actions
from evaluation.inputs import build_inputs
from evaluation.models import Exclusion, FormalCheck
from tests import factories
from tests.evaluation.builders import add_bid, check_all, fine, opened_case, score_and_close

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7"}
MISSING = {"name": "Reference list", "category": "company_related", "status": "missing"}


@pytest.fixture
def case():
    case = opened_case()
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    return case


def usable(**changes):
    """What an optional ground needs to exclude: its day and the weighing."""
    day = (clock.now() - timedelta(days=400)).date().isoformat()
    return {"kind": "optional", "event_date": day, "proportionality": "Grave, and repeated within a year.", **changes}


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused.code


def reasons(case, name, lot="L1"):
    inputs = build_inputs(case.tender)
    lot_input = next(item for item in inputs.lots if item.lot_id == lot)
    bid = next(bid for bid in lot_input.bids if bid.bid_id == case.bids[name].reference)
    return [reason.code for reason in bid.formal_reasons]


def test_the_formal_check_is_confirmed_by_another_person_than_the_checker(case):
    for bid in case.bids.values():
        actions.record_formal_check(actor=case.town.second, bid_id=bid.pk, findings=fine())
    assert refusal(actions.confirm_formal_check, actor=case.town.second, tender_id=case.tender.pk) == "second_person"


def test_the_formal_check_is_confirmed_only_when_every_opened_bid_was_checked(case):
    actions.record_formal_check(actor=case.town.officer, bid_id=case.bids["B01"].pk, findings=fine())
    assert refusal(actions.confirm_formal_check, actor=case.town.second, tender_id=case.tender.pk) == "checks_missing"


def test_a_confirmed_check_can_no_longer_be_changed(case):
    check_all(case)
    bid = case.bids["B01"]
    assert (
        refusal(actions.record_formal_check, actor=case.town.officer, bid_id=bid.pk, findings=fine())
        == "check_confirmed"
    )


def test_findings_count_only_once_they_are_confirmed(case):
    bid = case.bids["B01"]
    actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=fine(mandatory={"A1": False}))
    assert reasons(case, "B01") == []
    actions.record_formal_check(actor=case.town.officer, bid_id=case.bids["B02"].pk, findings=fine())
    actions.confirm_formal_check(actor=case.town.second, tender_id=case.tender.pk)
    assert reasons(case, "B01") == ["mandatory_requirement"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"mandatory": {}}, "mandatory"),
        ({"mandatory": {"A1": "yes"}}, "mandatory"),
        ({"documents": [{"name": "x", "status": "perhaps"}]}, "documents"),
        ({"grounds": [{"ground": "x", "decision": "perhaps"}]}, "grounds"),
        ({"colour": "red"}, "findings"),
    ],
)
def test_findings_that_do_not_fit_the_tender_are_refused_by_field(case, wrong, field):
    with pytest.raises(ValidationError) as caught:
        actions.record_formal_check(actor=case.town.officer, bid_id=case.bids["B01"].pk, findings=fine(**wrong))
    assert list(caught.value.message_dict) == [field]
    assert not FormalCheck.objects.exists()


def test_all_reasons_are_collected_in_the_published_order(case):
    ground = {"ground": "bid rigging", "decision": "exclude", **usable()}
    kept = {"ground": "too old", "decision": "keep"}
    findings = fine(mandatory={"A1": False}, documents=[MISSING], changed_documents=True, grounds=[kept, ground])
    check_all(case, B01=findings)
    assert reasons(case, "B01") == [
        "mandatory_requirement", "documents_missing", "documents_changed", "exclusion_ground",
    ]  # fmt: skip


def test_an_exclusion_ground_is_dated_and_has_not_lapsed(case):
    today = clock.now().date().replace(day=15)

    def tried(years, kind):
        day = None if years is None else today.replace(year=today.year - years).isoformat()
        ground = usable(kind=kind, event_date=day)
        findings = fine(grounds=[{"ground": "agreed prices", "decision": "exclude", **ground}])
        check = {"actor": case.town.officer, "bid_id": case.bids["B02"].pk, "findings": findings}
        key = {"code": "exclusion_ground", "reason": "Agreed prices in an earlier tender.", "ground": ground}
        return (lambda: exclude(case, **key)), (lambda: actions.record_formal_check(**check))

    for years, kind, field in (
        (4, "optional", "event_date"), (6, "mandatory", "event_date"), (-1, "optional", "event_date"),
        (None, "mandatory", "event_date"), (1, "perhaps", "kind"),
    ):  # fmt: skip
        for act in tried(years, kind):
            with pytest.raises(ValidationError) as caught:
                act()
            assert list(caught.value.message_dict) == [field], (years, kind)
            assert years not in (4, 6) or "§ 126 GWB" in caught.value.message_dict[field][0]
    assert not Exclusion.objects.exists() and not FormalCheck.objects.exists()
    for years, kind in ((2, "optional"), (4, "mandatory")):
        by_decision, by_finding = tried(years, kind)
        assert by_decision().ground["kind"] == kind
        by_finding()
        Exclusion.objects.all().delete()


def test_an_optional_ground_is_weighed_and_what_the_company_has_mended_gets_an_answer(case):
    cleaning = {"damages": "paid in full", "cooperation": "", "measures": "new management"}
    for change, field in (
        ({"proportionality": " "}, "proportionality"),
        ({"cleaning": cleaning}, "cleaning_decision"),
        ({"cleaning": cleaning, "cleaning_decision": "accepted"}, "cleaning_decision"),
        ({"cleaning": cleaning, "cleaning_decision": "refused"}, "cleaning_reason"),
    ):
        with pytest.raises(ValidationError) as caught:
            exclude(case, code="exclusion_ground", ground=usable(**change))
        assert list(caught.value.message_dict) == [field]
    answered = {"cleaning": cleaning, "cleaning_decision": "refused", "cleaning_reason": "Nobody was replaced."}
    assert exclude(case, code="exclusion_ground", ground=usable(**answered)).ground["cleaning"] == cleaning


def test_a_profile_without_statutes_asks_for_no_day(case):
    case.tender.profile = "generic_en"
    case.tender.save(update_fields=["profile"])
    assert exclude(case, code="exclusion_ground").ground == {}


def test_reasons_are_written_in_the_language_of_the_tender(case):
    check_all(case, B01=fine(documents=[MISSING]))
    case.tender.language = "en"
    bid = build_inputs(case.tender).lots[0].bids[0]
    assert bid.formal_reasons[0].text == "Document “Reference list” was not supplied in time."


def ask_for(case, days=3, **changes):
    request = {
        "bid_id": case.bids["B01"].pk,
        "documents": ["Reference list"],
        "due_at": clock.now() + timedelta(days=days),
    }
    return actions.request_supplement(actor=case.town.officer, **{**request, **changes})


def test_a_missing_document_that_comes_in_time_heals(case):
    check_all(case, B01=fine(documents=[MISSING]))
    ask_for(case)
    bidder = case.companies["B01"].bidder
    assert OutboxMessage.objects.filter(recipient=bidder.email).count() == 1
    claim = {"actor": bidder, "bid_id": case.bids["B01"].pk, "document": "Reference list"}
    assert refusal(actions.record_supplement, **claim) == "hand_in_file"  # saying so alone mends nothing
    (request,) = case.bids["B01"].supplement_requests.all()
    file = {request.pk: ("list.pdf", b"%PDF-1.7 references")}
    actions.hand_in_documents(actor=bidder, bid_id=case.bids["B01"].pk, files=file)
    assert reasons(case, "B01") == []


def test_a_missing_document_that_comes_a_second_late_excludes(case):
    check_all(case, B01=fine(documents=[MISSING]))
    (request,) = ask_for(case)
    with clock.simulated(request.due_at + timedelta(seconds=1)):
        actions.record_supplement(
            actor=case.town.officer, bid_id=case.bids["B01"].pk, document="Reference list", received_at=clock.now()
        )
    assert reasons(case, "B01") == ["documents_missing"]


def test_a_document_is_asked_for_once_and_only_when_it_is_missing(case):
    check_all(case, B01=fine(documents=[MISSING]))
    with pytest.raises(ValidationError):
        ask_for(case, documents=["Something else"])
    with pytest.raises(ValidationError):
        ask_for(case, days=-1)
    ask_for(case)
    assert refusal(ask_for, case) == "asked_already"


def test_documents_that_decide_the_ranking_are_not_asked_for(case):
    check_all(case, B01=fine(documents=[{**MISSING, "category": "evaluation_relevant"}]))
    assert refusal(ask_for, case) == "not_supplementable"


def test_a_bidder_cannot_say_when_its_document_arrived_nor_hand_in_for_another(case):
    check_all(case, B01=fine(documents=[MISSING]))
    ask_for(case)
    given = {"bid_id": case.bids["B01"].pk, "document": "Reference list"}
    with pytest.raises(ValidationError):
        actions.record_supplement(actor=case.companies["B01"].bidder, received_at=clock.now(), **given)
    with pytest.raises(Http404):
        actions.record_supplement(actor=case.companies["B02"].bidder, **given)


def exclude(case, **changes):
    decision = {"bid_id": case.bids["B01"].pk, "lot_code": None, "code": "not_eligible", "reason": "No licence."}
    return actions.exclude_bid(actor=case.town.officer, **{**decision, **changes})


def test_an_exclusion_counts_once_a_second_person_has_confirmed_it(case):
    exclusion = exclude(case)
    assert reasons(case, "B01") == []
    assert refusal(actions.confirm_exclusion, actor=case.town.officer, exclusion_id=exclusion.pk) == "second_person"
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    assert reasons(case, "B01") == ["not_eligible"]
    assert reasons(case, "B02") == []
    assert AuditEvent.objects.filter(verb="bid.excluded").count() == 1


def test_an_exclusion_needs_a_known_code_and_words(case):
    for wrong in ({"code": "ugly"}, {"reason": "  "}, {"lot_code": "L9"}):
        with pytest.raises(ValidationError):
            exclude(case, **wrong)
    assert not Exclusion.objects.exists()


def test_a_decision_on_what_the_check_found_does_not_state_the_reason_twice(case):
    check_all(case, B01=fine(mandatory={"A1": False}))
    exclusion = exclude(case, code="mandatory_requirement", reason="A1 is not met.")
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    assert reasons(case, "B01") == ["mandatory_requirement"]


def test_strangers_learn_nothing_of_a_bid(case):
    stranger = factories.make_town(keys=False).officer
    with pytest.raises(Http404):
        actions.record_formal_check(actor=stranger, bid_id=case.bids["B01"].pk, findings=fine())
    with pytest.raises(Http404):
        actions.exclude_bid(
            actor=case.companies["B02"].bidder, bid_id=case.bids["B01"].pk, lot_code=None, code="form", reason="x"
        )


def test_a_sealed_bid_cannot_be_checked(case):
    late = add_bid(case, "B03", {}, opened_at=None, is_late=True)
    assert (
        refusal(actions.record_formal_check, actor=case.town.officer, bid_id=late.pk, findings=fine()) == "not_opened"
    )


def cheap(case):
    """B03 lies far below the others."""
    add_bid(case, "B03", {"1.1": "1.00", "1.2": "100.00"})
    check_all(case)
    score_and_close(case, dict.fromkeys(case.bids, GOOD))
    return actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)


def low(run, case):
    return next(row for row in run.result["lots"][0]["rows"] if row["bid_id"] == case.bids["B03"].reference)


def ask(case):
    due = clock.now() + timedelta(days=5)
    return actions.ask_price(actor=case.town.officer, bid_id=case.bids["B03"].pk, lot_code="L1", due_at=due)


def test_a_surprisingly_low_price_is_flagged_and_stays_in_the_ranking(case):
    row = low(cheap(case), case)
    assert row["status"] == "valid"
    assert row["rank"] == 1
    # 9000 × 1.00 + 100 = 9100 net, 10829.00 gross; next 18400 net, 21896.00 gross: 50.54 % below
    assert [(flag["base"], flag["pct"]) for flag in row["flags"]] == [("next", "50.54"), ("estimate", "54.50")]
    assert row["abnormally_low_outcome"] == "clarification_required"


def test_an_unexplained_price_is_out_only_after_two_people_said_so(case):
    cheap(case)
    check = ask(case)
    actions.answer_price(actor=case.companies["B03"].bidder, check_id=check.pk, text="We own the machines.")
    decision = {"check_id": check.pk, "outcome": "not_explained", "reason": "No calculation was shown."}
    actions.decide_price(actor=case.town.officer, **decision)
    evaluate = {"actor": case.town.officer, "tender_id": case.tender.pk}
    assert low(actions.evaluate_tender(**evaluate), case)["status"] == "valid"
    assert refusal(actions.confirm_price, actor=case.town.officer, check_id=check.pk) == "second_person"
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    row = low(actions.evaluate_tender(**evaluate), case)
    assert row["status"] == "excluded"
    assert [reason["code"] for reason in row["reasons"]] == ["abnormally_low"]


def test_a_price_is_decided_after_the_answer_or_the_due_date(case):
    cheap(case)
    check = ask(case)
    decision = {"check_id": check.pk, "outcome": "explained", "reason": "Plausible."}
    assert refusal(actions.decide_price, actor=case.town.officer, **decision) == "answer_pending"
    with clock.simulated(check.due_at + timedelta(seconds=1)):
        actions.decide_price(actor=case.town.officer, **decision)
    assert (
        refusal(actions.answer_price, actor=case.companies["B03"].bidder, check_id=check.pk, text="x")
        == "decided_already"
    )


def test_another_bidder_cannot_answer(case):
    cheap(case)
    check = ask(case)
    with pytest.raises(Http404):
        actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text="x")


def test_a_price_asked_about_by_hand_and_not_explained_can_be_excluded_without_a_flag(case):
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    exclusion = exclude(case, code="abnormally_low", lot_code="L1", reason="The wages are below the legal minimum.")
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    run = actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    rows = run.result["lots"][0]["rows"]
    assert [(row["status"], row.get("rank")) for row in rows] == [("excluded", None), ("valid", 1)]
    assert rows[0]["reasons"][0]["text"] == "The wages are below the legal minimum."


def test_a_missing_essential_price_excludes_and_a_wrong_sum_is_corrected_with_a_note():
    case = opened_case()
    add_bid(case, "B01", {"1.1": "2.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, stated="20000.00")
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    run = actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    first, second = run.result["lots"][0]["rows"]
    assert [reason["code"] for reason in first["reasons"]] == ["price_missing"]
    assert Decimal(second["net"]) == Decimal("20300.00")
    assert second["notes"][0]["params"] == {"stated": "20000.00", "computed": "20300.00"}
