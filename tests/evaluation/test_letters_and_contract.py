"""From the decision to delivery: register, vote, letters, the days before the contract, the contract itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import translation

from accounts import clock
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, OutboxMessage
from bids.models import BidAnswer
from evaluation import actions
from evaluation.actions.delivery import remind_of_ends
from evaluation.letters import hash_of
from evaluation.models import Contract, Letter, LetterDispatch, StandstillNotice
from tendering.models import LotOutcome, Tender
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, evaluated_case, opened_case, score_and_close

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused.code


def propose(case: Case, name: str = "B02"):
    lots = {"L1": case.bids[name].pk}
    return actions.propose_award(actor=case.town.officer, tender_id=case.tender.pk, lots=lots, reason="It comes first.")


def decide(case: Case, approval=None):
    return actions.decide_award(actor=case.town.second, approval_id=(approval or propose(case)).pk)


def awarded_case(**fields) -> Case:
    case = evaluated_case(**fields)
    decide(case)
    return case


def send(case: Case, **changes) -> StandstillNotice:
    return actions.send_letters(**{"actor": case.town.officer, "tender_id": case.tender.pk, **changes})


def sign(case: Case, **changes) -> Contract:
    return actions.sign_contract(
        **{"actor": case.town.officer, "tender_id": case.tender.pk, "lot_code": "L1", **changes}
    )


def contract_case(**fields) -> tuple[Case, Contract]:
    case = awarded_case(**fields)
    send(case)
    return case, sign(case)


# -- register (R44) -------------------------------------------------------------------------------------------------
def ask_register(case: Case, name: str = "B02", **changes):
    return actions.record_register_query(
        **{"actor": case.town.officer, "bid_id": case.bids[name].pk, "result": "clear", **changes}
    )


def test_above_the_limit_the_register_is_asked_about_the_winner_before_the_award():
    case = evaluated_case(value="60000")
    approval = propose(case)
    assert refusal(decide, case, approval) == "register_missing"
    ask_register(case, "B01")  # an answer about somebody else does not help
    assert refusal(decide, case, approval) == "register_missing"
    ask_register(case)
    decide(case, approval)


def test_an_answer_older_than_two_months_does_not_count():
    case = evaluated_case(value="60000")
    approval = propose(case)
    ask_register(case, answered_at=clock.now() - 63 * DAY)
    assert refusal(decide, case, approval) == "register_missing"
    ask_register(case, answered_at=clock.now() - 58 * DAY)
    decide(case, approval)


def test_the_register_is_asked_below_no_limit_and_under_no_profile_without_statutes():
    decide(evaluated_case(value="49999.99"))
    decide(evaluated_case(value="60000", profile="generic_en"))


def test_an_answer_of_the_register_is_never_in_the_future_and_an_entry_says_what_follows():
    case = evaluated_case()
    with translation.override("en"), pytest.raises(ValidationError, match="future"):
        ask_register(case, answered_at=clock.now() + DAY)
    with translation.override("en"), pytest.raises(ValidationError, match="entry"):
        ask_register(case, result="entry")
    assert refusal(ask_register, case, actor=case.town.auditor) == "not_your_role"


# -- the competent body ---------------------------------------------------------------------------------------------
LIMITS = {"award_competence": {"mayor_up_to": 5000, "committee_up_to": 15000, "council_above": 15000}}


def limited_case() -> Case:
    case = evaluated_case()
    case.town.organization.details = LIMITS
    case.town.organization.save()
    return case


def resolve(case: Case, outcome: str):
    from accounts.audit import in_transaction

    with in_transaction():
        return actions.record_resolution(
            actor=case.town.officer, tender=case.tender, at=clock.now(), body="Council", outcome=outcome,
            decided_at=clock.now(),
        )  # fmt: skip


def test_an_award_above_the_mayors_limit_waits_for_the_vote():
    case = limited_case()
    approval = propose(case)
    assert refusal(decide, case, approval) == "vote_missing"
    resolve(case, "accepted")
    decide(case, approval)


@pytest.mark.parametrize("outcome", ["rejected", "returned", "postponed"])
def test_a_no_or_a_return_blocks_the_award_until_another_vote(outcome):
    case = limited_case()
    resolve(case, "accepted")
    resolve(case, outcome)
    approval = propose(case)
    assert refusal(decide, case, approval) == "not_confirmed"
    resolve(case, "accepted")
    decide(case, approval)


def test_a_vote_on_another_result_does_not_count():
    case = limited_case()
    resolve(case, "accepted")
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code=None, code="not_eligible", reason="No licence."
    )
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    assert refusal(decide, case, propose(case, "B01")) == "vote_outdated"


# -- letters --------------------------------------------------------------------------------------------------------
def three_bids(**fields) -> Case:
    """B02 wins, B01 loses, B03 is excluded."""
    case = opened_case(**fields)
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    add_bid(case, "B03", {"1.1": "2.10", "1.2": "500.00"})
    check_all(case)
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B03"].pk, lot_code=None, code="not_eligible", reason="No licence."
    )
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    worse, better = {"B1": "6", "B2": "6"}, {"B1": "9", "B2": "8"}
    score_and_close(case, {"B01": worse, "B02": better, "B03": worse})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case)
    return case


def letters_of(case: Case) -> dict[str, Letter]:
    return {row.bid.reference.rpartition("-")[2]: row for row in Letter.objects.filter(tender=case.tender)}


def test_a_letter_says_by_which_calculation_a_cost_has_its_points():
    cost = {"code": "C1", "kind": "cost", "name": "Electricity", "weight": "20", "unit": "EUR", "direction": "lower",
            "curve": [["0", "10"], ["30000", "0"]]}  # fmt: skip
    life = {
        **cost,
        "code": "C2",
        "life_cycle": {
            "years": 3,
            "rate_pct": "2",
            "with_price": True,
            "parts": [{"id": "1", "kind": "use", "text": "Electricity", "unit": "kWh a year", "unit_price": "0.30"}],
        },
    }
    case = opened_case(criteria=[*factories.default_criteria()[:2], cost, life])
    for name, price in (("B01", "2.00"), ("B02", "1.90")):
        bid = add_bid(case, name, {"1.1": price, "1.2": "400.00"}, promised={"C1": "1500"})
        row, rule = bid.lot_bids.get(), case.tender.criteria.get(code="C2")
        BidAnswer.objects.create(bid_lot=row, criterion=rule, numbers={"1": "1000"})
    check_all(case)
    score_and_close(case, {"B01": {"B1": "6"}, "B02": {"B1": "9"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case)
    companies = [company.organization for company in case.companies.values()]
    for company in companies:
        company.language = "en"
        company.save()
    send(case)
    reasons = {row[0]: row[-1] for row in letters_of(case)["B01"].content["lots"][0]["rows"]}
    assert reasons["C1 Electricity"] == "1,500 EUR by your bid; computed from it by the published curve"
    assert "over 3 years at 2 %, out of your price and the numbers of your bid" in reasons["C2 Electricity"]
    assert reasons["C2 Electricity"].split()[0] == "22,761.17"


def test_every_bidder_gets_the_letter_that_fits_its_bid():
    case = three_bids()
    send(case)
    letters = letters_of(case)
    assert {name: letter.kind for name, letter in letters.items()} == {
        "B01": "refusal", "B02": "winner", "B03": "excluded",
    }  # fmt: skip
    lot = letters["B01"].content["lots"][0]
    winner = case.companies["B02"].organization.name
    assert winner in " ".join(lot["sentences"])
    assert "2" in lot["sentences"][1] and lot["rows"][0][2:4] == ["6", "9"]
    assert "concept p. 4" in lot["rows"][0][4]
    excluded = letters["B03"].content["lots"][0]
    assert "No licence." in " ".join(excluded["sentences"]) and excluded["rows"] == []


def test_letters_name_no_evaluator_no_other_loser_and_are_kept_with_their_hash():
    case = three_bids()
    send(case)
    for name, letter in letters_of(case).items():
        text = str(letter.content)
        assert "Evaluator" not in text
        other = {"B01": "B03", "B03": "B01", "B02": "B01"}[name]
        assert case.companies[other].organization.name not in text
        assert letter.sha256 == hash_of(letter.content)
    event = AuditEvent.objects.get(chain=case.tender.chain, verb="letters.sent")
    assert all(str(letter.pk) in event.body and letter.sha256 in event.body for letter in Letter.objects.all())


def test_dispatch_and_first_reading_are_recorded_per_recipient_and_mails_say_nothing():
    case = three_bids()
    send(case)
    loser, letter = case.companies["B01"], letters_of(case)["B01"]
    rows = LetterDispatch.objects.filter(letter=letter)
    assert {row.recipient for row in rows} == {loser.bidder, loser.admin} and all(row.message for row in rows)
    actions.note_reading(actor=loser.bidder, letter_id=letter.pk)
    first = rows.get(recipient=loser.bidder).read_at
    actions.note_reading(actor=loser.bidder, letter_id=letter.pk)
    assert first and rows.get(recipient=loser.bidder).read_at == first
    assert rows.get(recipient=loser.admin).read_at is None
    winner = case.companies["B02"].organization.name
    mails = [*OutboxMessage.objects.filter(kind="award_letter"), *Message.objects.filter(kind="award_letter")]
    assert mails and not any(winner in mail.body or "20300" in mail.body for mail in mails)


def test_a_company_reads_its_letter_in_its_language():
    case = three_bids()
    company = case.companies["B01"].organization
    company.language = "en"
    company.save()
    send(case)
    assert letters_of(case)["B01"].content["heading"] == "Information about the result"
    assert "Ergebnis" in letters_of(case)["B03"].content["heading"]


def test_letters_are_sent_once_and_never_before_the_decision():
    case = evaluated_case()
    assert refusal(send, case) == "letters_sent"
    decide(case)
    assert refusal(send, case, actor=case.town.auditor) == "not_your_role"
    send(case)
    assert refusal(send, case) == "letters_sent"


def test_a_letter_under_a_profile_without_statutes_knows_no_paragraph():
    case = three_bids(profile="generic_en")
    send(case)
    for letter in letters_of(case).values():
        assert "§" not in str(letter.content) and "GWB" not in str(letter.content)


def test_the_letter_of_an_eu_procedure_names_its_paragraph():
    case = eu_case()
    send(case)
    assert "§ 134 GWB" in letters_of(case)["B01"].content["heading"]


# -- the days before the contract (R56) -----------------------------------------------------------------------------
def eu_case() -> Case:
    case = evaluated_case(profile="eu_vgv")
    decide(case)
    return case


def test_ten_days_after_the_day_of_dispatch_block_the_contract_to_the_day():
    case = eu_case()
    notice = send(case)
    sent = notice.sent_at
    assert notice.days == 10
    assert notice.earliest_contract_date == sent.astimezone(_zone(case)).date() + timedelta(days=11)
    assert refusal(sign, case) == "standstill"
    with clock.simulated(notice.ends_at - timedelta(seconds=1)):
        assert refusal(sign, case) == "standstill"
    with clock.simulated(notice.ends_at):
        with pytest.raises(ValidationError):
            sign(case, signed_on=notice.earliest_contract_date - DAY)
        assert sign(case).signed_on == notice.earliest_contract_date


def _zone(case: Case):
    from tendering.zones import zone_of

    return zone_of(case.town.organization)


def test_below_the_threshold_there_is_no_standstill_unless_the_profile_or_the_buyer_says_so():
    assert send(awarded_case()).days == 0
    assert send(awarded_case(profile="generic_en")).days == 14
    case = awarded_case()
    case.town.organization.details = {"pre_information_days": 7}
    case.town.organization.save()
    assert send(case).days == 7


def test_no_contract_without_letters_nor_on_a_lot_nobody_won():
    case = evaluated_case()
    assert refusal(sign, case) == "not_awarded"
    decide(case)
    assert refusal(sign, case) == "letters_missing"
    send(case)
    sign(case)
    assert refusal(sign, case) == "signed_already"
    assert set(LotOutcome.objects.values_list("kind", flat=True)) == {"awarded", "contract"}


# -- the contract ---------------------------------------------------------------------------------------------------
def test_the_contract_has_the_awarded_value_and_the_published_months():
    case, contract = contract_case(contract_months=12)
    assert contract.company == case.companies["B02"].organization
    assert contract.value == contract.value_at_start == Decimal("20300.00")
    assert contract.ends_on == contract.starts_on.replace(year=contract.starts_on.year + 1) - DAY


def promised_case() -> tuple[Case, Contract]:
    """E1: days per case, less is better, the winner promised 5."""
    case = opened_case(criteria=factories.efficiency_criteria())
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"}, promised={"E1": "12"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, promised={"E1": "5"})
    check_all(case)
    score_and_close(case, {"B01": {"B1": "6"}, "B02": {"B1": "9"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case)
    send(case)
    return case, sign(case)


def test_the_winners_scored_promises_become_the_targets_of_the_contract():
    _case, contract = promised_case()
    (kpi,) = contract.kpis.all()
    assert (kpi.code, kpi.unit, kpi.direction, kpi.target) == ("E1", "days", "lower", Decimal(5))


def record(case: Case, contract: Contract, **changes):
    start = contract.starts_on
    values = {"start": start, "end": start + 30 * DAY, "paid_net": Decimal("1700.00"), "quantity": Decimal(800)}
    return actions.record_period(actor=case.town.officer, contract_id=contract.pk, **{**values, **changes})


def later(contract: Contract, days: int):
    return clock.simulated(contract.recorded_at + timedelta(days=days))


def test_promised_and_delivered_stand_beside_one_another_and_the_supplier_replies_once():
    case, contract = promised_case()
    with later(contract, 40):
        period = record(case, contract, measured={"E1": Decimal("7.5")})
        assert not period.measurements.get().is_kept
        supplier = case.companies["B02"].bidder
        reply = actions.reply_to_period(actor=supplier, period_id=period.pk, text="The forms came late.")
        assert reply.text == "The forms came late."
        again = {"actor": supplier, "period_id": period.pk, "text": "Again."}
        assert refusal(actions.reply_to_period, **again) == "replied_already"
        with pytest.raises(Http404):
            actions.reply_to_period(actor=case.companies["B01"].bidder, period_id=period.pk, text="Not mine.")
        assert refusal(actions.reply_to_period, actor=case.town.officer, period_id=period.pk, text="x") == (
            "not_your_role"
        )


def test_periods_lie_inside_the_contract_in_the_past_and_beside_one_another():
    case, contract = promised_case()
    with later(contract, 100):
        record(case, contract)
        for wrong in (
            {"start": contract.starts_on + 10 * DAY, "end": contract.starts_on + 50 * DAY},
            {"start": contract.starts_on - DAY, "end": contract.starts_on - DAY},
            {"start": contract.starts_on + 90 * DAY, "end": contract.starts_on + 130 * DAY},
            {"start": contract.starts_on + 60 * DAY, "end": contract.starts_on + 50 * DAY},
            {"start": contract.starts_on + 60 * DAY, "end": contract.starts_on + 70 * DAY, "measured": {"E9": 1}},
        ):
            with pytest.raises(ValidationError):
                record(case, contract, **wrong)


def test_an_option_is_drawn_once_and_counts_in_value_and_time():
    case = awarded_case()
    send(case)
    options = [{"kind": "renewal", "title": "12 more months", "months": 12, "value": Decimal(20000)}]
    contract = sign(case, options=options)
    end = contract.ends_on
    option = contract.options.get()
    key = {"actor": case.town.officer, "option_id": option.pk, "reason": "It works well."}
    actions.draw_option(**key)
    contract.refresh_from_db()
    assert contract.value == Decimal("40300.00") and contract.ends_on == end.replace(year=end.year + 1)
    assert contract.value_at_start == Decimal("20300.00")
    assert refusal(actions.draw_option, **key) == "drawn_already"


def change(case: Case, contract: Contract, delta: str, ground: str = "small", **more):
    words = {"description": "More letters", "reason": "Elections"}
    return actions.change_contract(
        actor=case.town.officer, contract_id=contract.pk, ground=ground, delta=Decimal(delta), **{**words, **more}
    )


def test_small_changes_add_up_and_above_the_limit_a_second_person_confirms():
    case, contract = contract_case()  # 20,300; below the threshold 20 % are 4,060
    first = change(case, contract, "4060")
    assert (first.pct_cumulated, first.findings) == (Decimal("20.00"), []) and first.confirmed_at
    second = change(case, contract, "1")
    assert [finding["code"] for finding in second.findings] == ["above_small"]
    assert second.findings[0]["source"] and second.confirmed_at is None
    contract.refresh_from_db()
    assert contract.value == Decimal("24360.00")
    assert refusal(change, case, contract, "1") == "change_open"
    key = {"change_id": second.pk}
    assert refusal(actions.confirm_change, actor=case.town.officer, **key) == "second_person"
    actions.confirm_change(actor=case.town.second, **key)
    contract.refresh_from_db()
    assert contract.value == Decimal("24361.00")


def test_the_office_is_reminded_of_the_end_once():
    case, contract = contract_case(contract_months=12)
    with later(contract, 100):
        assert remind_of_ends(clock.now()) == 0
    with later(contract, 200):
        assert remind_of_ends(clock.now()) == 1
        assert remind_of_ends(clock.now()) == 0
        assert Message.objects.filter(kind="contract", recipient=case.town.officer).exists()


def test_the_next_draft_starts_from_what_was_really_delivered_and_paid():
    case, contract = contract_case()
    with later(contract, 400):
        start = contract.starts_on
        record(case, contract, start=start, end=start + 364 * DAY, quantity=Decimal(9500), paid_net=Decimal("21850"))
        draft = actions.draft_next(actor=case.town.officer, contract_id=contract.pk)
    lot = draft.lots.get()
    assert (lot.reference_quantity, lot.baseline_cost_per_case) == (Decimal("9500.00"), Decimal("2.3000"))


# -- bidders --------------------------------------------------------------------------------------------------------
def test_reasons_are_asked_for_after_the_letter_and_answered_once():
    case = awarded_case()
    send(case)
    letter, loser = letters_of(case)["B01"], case.companies["B01"].bidder
    request = actions.ask_for_reasons(actor=loser, letter_id=letter.pk, text="Why 6 points in B1?")
    assert request.due_at - request.asked_at == 15 * DAY
    with pytest.raises(Http404):
        actions.ask_for_reasons(actor=case.companies["B02"].bidder, letter_id=letter.pk, text="Mine?")
    actions.answer_reasons(actor=case.town.officer, request_id=request.pk, text="The plan has no weeks.")
    again = {"actor": case.town.officer, "request_id": request.pk, "text": "x"}
    assert refusal(actions.answer_reasons, **again) == "answered_already"


def test_a_complaint_has_its_clocks_and_an_answer_without_remedy_starts_the_next_one():
    from evaluation.actions.bidders import is_late

    case = eu_case()
    bidder, today = case.companies["B01"].bidder, clock.now().date()
    key = {"actor": bidder, "tender_id": case.tender.pk, "text": "The weights were changed."}
    late = actions.file_complaint(**key, known_on=today - 12 * DAY)
    soon = actions.file_complaint(**key, known_on=today - 9 * DAY)
    assert (is_late(late, case.tender), is_late(soon, case.tender)) == (True, False)
    answer = {"actor": case.town.officer, "text": "They were not."}
    answered = actions.answer_complaint(complaint_id=soon.pk, remedied=False, **answer)
    assert answered.review_until is not None and answered.review_until >= today + 14 * DAY
    assert actions.answer_complaint(complaint_id=late.pk, remedied=True, **answer).review_until is None
    stranger = factories.make_company().bidder
    with pytest.raises(Http404):
        actions.file_complaint(**{**key, "actor": stranger}, known_on=today)


# -- cancellation ---------------------------------------------------------------------------------------------------
def test_a_lot_is_cancelled_by_two_people_and_the_rest_goes_on():
    case = opened_case(lots=factories.default_lots(2))
    add_bid(case, "B01", {"L1": {"1.1": "2.00", "1.2": "400.00"}})
    key = {"tender_id": case.tender.pk, "ground": "no_economic_result", "reason": "Far above the estimate."}
    row = actions.request_cancellation(actor=case.town.officer, lots=["L2"], **key)
    assert not LotOutcome.objects.exists()
    assert refusal(actions.confirm_cancellation, actor=case.town.officer, cancellation_id=row.pk) == "second_person"
    actions.confirm_cancellation(actor=case.town.second, cancellation_id=row.pk)
    assert list(LotOutcome.objects.values_list("lot__code", "kind")) == [("L2", "cancelled")]
    assert Tender.objects.get(pk=case.tender.pk).cancelled_at is None
    with pytest.raises(ValidationError):
        actions.request_cancellation(actor=case.town.officer, lots=["L2"], **key)
    last = actions.request_cancellation(actor=case.town.officer, **key)
    actions.confirm_cancellation(actor=case.town.second, cancellation_id=last.pk)
    tender = Tender.objects.get(pk=case.tender.pk)
    assert tender.cancelled_at and tender.cancellation_reason == "Far above the estimate."
    assert Message.objects.filter(kind="cancelled", recipient=case.companies["B01"].bidder).exists()


def test_once_bids_are_open_one_officer_alone_cannot_cancel():
    from tendering.actions import cancel_tender

    case = evaluated_case()
    key = {"tender_id": case.tender.pk, "ground": "other_serious_reason", "reason": "The need has gone."}
    assert refusal(cancel_tender, actor=case.town.officer, **key) == "second_person_needed"


def test_the_value_is_withheld_only_with_a_reason():
    case = awarded_case()
    key = {"actor": case.town.officer, "tender_id": case.tender.pk, "withhold_value": True}
    with pytest.raises(ValidationError):
        actions.set_award_notice(**key)
    actions.set_award_notice(**key, reason="It would tell rivals the price per letter.")
    send(case)
    rows = letters_of(case)["B01"].content["lots"][0]["rows"]
    assert all(row[3] in {"nicht offengelegt", "not disclosed"} for row in rows[-2:])


def test_the_roles_are_checked_by_every_act():
    case, contract = contract_case()
    for actor in (case.town.auditor, factories.make_user(case.town.organization, Role.COUNCIL_MEMBER)):
        assert refusal(sign, case, actor=actor) == "not_your_role"
        key = {"actor": actor, "contract_id": contract.pk}
        assert refusal(actions.draft_next, **key) == "not_your_role"
    with pytest.raises(Http404):
        sign(case, actor=factories.make_town(keys=False).officer)
