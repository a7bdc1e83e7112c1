"""A call for candidates: companies apply under seal, two people select by the published criteria, the selected bid."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent, Message
from bids import actions as bids
from bids.models import Bid, OpeningSession
from bids.sealing import seal_bytes
from evaluation import actions
from evaluation.candidates import field_of
from evaluation.models import CandidateLetter, CandidateSelection
from tendering import actions as tendering
from tendering.actions.library import copy_tender
from tendering.lifecycle import Status
from tendering.models import Invitation, Tender
from tests.bids.bidding import at_deadline, content, draft_with, submit
from tests.evaluation.candidates import Procedure, call_fields, decided, draft_procedure, request_body
from tests.factories import draft_tender, make_company, make_town

pytestmark = pytest.mark.django_db


def test_from_the_call_to_the_bids_of_the_selected():
    one, companies = decided(Alpha=("9", "8"), Beta=("5", "5"), Gamma=("7", "9.5"))
    assert one.call.status(one.call.candidates_decided_at) == Status.SELECTED
    invited = Invitation.objects.filter(tender=one.tender).values_list("provider__name", flat=True)
    assert sorted(invited) == ["Alpha", "Gamma"]
    with one.after(days=2):
        tender = one.release_bids()
        submit(companies["Alpha"], tender, content())
        with pytest.raises(Http404):
            submit(companies["Beta"], tender, content())
    told = Message.objects.filter(kind="invitation").values_list("recipient", flat=True)
    assert set(told) == {p.pk for n in ("Alpha", "Gamma") for p in (companies[n].bidder, companies[n].admin)}
    letter = CandidateLetter.objects.get(company=companies["Beta"].organization)
    text = "\n".join(letter.content["parts"])
    assert "50" in text and "its references" in text
    assert not any(word in text for word in ("Alpha", "Gamma"))


def test_before_the_opening_nobody_learns_of_a_request():
    one = Procedure()
    before = AuditEvent.objects.filter(chain=one.call.chain).count()
    company = one.apply("Alpha")
    assert AuditEvent.objects.filter(chain=one.call.chain).count() == before
    for person in (one.town.officer, one.town.second, one.town.auditor, *one.town.openers):
        assert not Bid.objects.visible_to(person, clock.now()).exists()
    with pytest.raises(RefusedError):
        actions.propose_selection(actor=one.town.officer, tender_id=one.call.pk)
    with pytest.raises(RefusedError):
        actions.score_candidate(actor=one.town.officer, bid_id=one.bid_of(company).pk, scores={})


def test_a_request_one_moment_after_the_deadline_is_late_and_stays_sealed():
    one = Procedure()
    in_time, late = make_company(name="Alpha"), make_company(name="Beta")
    with at_deadline(one.call, microseconds=-1):
        one.hand_in(in_time)
    with at_deadline(one.call):
        one.hand_in(late)
    one.open()
    assert not one.bid_of(in_time).is_late and one.bid_of(in_time).opened_at
    assert one.bid_of(late).is_late and one.bid_of(late).opened_at is None
    with one.after():
        field = field_of(one.call)
        assert [(c.bid.company.name, c.is_suitable) for c in field.candidates] == [("Alpha", True), ("Beta", False)]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"vat_rate": "19"}, "$.vat_rate"),
        ({"lots": {"1": {"unit_prices": {"1.1": "5"}}}}, '$.lots["1"].unit_prices["1.1"]'),
        ({"lots": {"1": {"stated_total": "5"}}}, '$.lots["1"].stated_total'),
        ({"lots": {"1": {"discount_pct": "5"}}}, '$.lots["1"].discount_pct'),
    ],
)
def test_a_request_with_a_price_is_refused_by_its_place(change, path):
    one = Procedure()
    with pytest.raises(ValidationError) as refused:
        one.hand_in(make_company(), **change)
    assert path in refused.value.message_dict


def test_the_record_of_the_opening_names_no_amount():
    one = Procedure()
    one.apply("Alpha")
    one.open()
    record = OpeningSession.objects.get(tender=one.call).record
    assert record["bids"][0]["bidder"] == "Alpha" and record["bids"][0]["lots"] == [{"lot": "1"}]


def test_a_draft_of_a_request_has_its_lot_already():
    one = Procedure()
    company = make_company()
    draft = bids.start_draft(actor=company.bidder, company=company.organization, tender_id=one.call.pk)
    assert list(bids.read_draft(draft)["lots"]) == ["1"]
    saved = draft_with(company, one.call, request_body())
    bids.submit_bid(actor=company.bidder, draft_id=saved.pk, declarant="Clara", idempotency_key="one")


def test_everybody_suitable_is_invited_where_no_more_apply_than_the_number():
    one = Procedure()
    names = {name: one.apply(name) for name in ("Alpha", "Beta")}
    one.open()
    with one.after():
        one.check_all()
        assert actions.selection_gaps(one.call, clock.now()) == []
        one.select()
    assert {row.provider for row in one.tender.invitations.all()} == {c.organization for c in names.values()}


def test_who_does_not_meet_a_requirement_is_told_why_and_not_invited():
    one = Procedure()
    good, bad = one.apply("Alpha"), one.apply("Beta")
    one.open()
    with one.after():
        one.check_all(Beta=False)
        with pytest.raises(ValidationError):  # fewer remain than published: the file needs a word about it
            one.select()
        one.select(reason="Only one company is suitable.")
    assert [row.provider for row in one.tender.invitations.all()] == [good.organization]
    letter = CandidateLetter.objects.get(company=bad.organization)
    assert letter.content["selected"] is False and any("A1" in part for part in letter.content["parts"])


def test_equal_points_at_the_limit_let_all_equal_ones_in():
    one, companies = decided(Alpha=("9", "9"), Beta=("7", "7"), Gamma=("7", "7"), Delta=("6.99", "7"))
    invited = {row.provider.name for row in one.tender.invitations.select_related("provider")}
    assert invited == {"Alpha", "Beta", "Gamma"}
    assert companies["Delta"].organization not in {row.provider for row in one.tender.invitations.all()}


def test_points_are_asked_for_only_where_more_are_suitable_than_may_be_invited():
    one = Procedure()
    for name in ("Alpha", "Beta", "Gamma"):
        one.apply(name)
    one.open()
    with one.after():
        one.check_all()
        (gap,) = actions.selection_gaps(one.call, clock.now())
        assert gap.code == "points_missing" and "Gamma" in str(gap.sentence)
        with pytest.raises(RefusedError):
            actions.propose_selection(actor=one.town.officer, tender_id=one.call.pk)


def test_points_need_every_criterion_a_reason_and_a_number_up_to_ten():
    one = Procedure()
    company = one.apply("Alpha")
    one.open()
    scores = {"S1": {"points": "10.5", "reason": "x"}, "S2": {"points": "8", "reason": " "}}
    with one.after(), pytest.raises(ValidationError) as refused:
        actions.score_candidate(actor=one.town.officer, bid_id=one.bid_of(company).pk, scores=scores)
    assert set(refused.value.message_dict) == {"scores.S1.points", "scores.S2.reason"}


def test_two_people_decide_and_new_points_undo_a_proposal():
    one = Procedure()
    companies = [one.apply(name) for name in ("Alpha", "Beta", "Gamma")]
    one.open()
    with one.after():
        one.check_all()
        for number, company in enumerate(companies, start=5):
            one.score(company, str(number), "5")
        actions.propose_selection(actor=one.town.officer, tender_id=one.call.pk)
        with pytest.raises(RefusedError) as alone:
            actions.decide_selection(actor=one.town.officer, tender_id=one.call.pk)
        assert alone.value.refused.code == "second_person"
        one.score(companies[0], "10", "10")
        assert not CandidateSelection.objects.exists()
        with pytest.raises(RefusedError):
            actions.decide_selection(actor=one.town.second, tender_id=one.call.pk)
        actions.propose_selection(actor=one.town.officer, tender_id=one.call.pk)
        actions.return_selection(actor=one.town.second, tender_id=one.call.pk, reason="Look at Beta again.")
        assert not CandidateSelection.objects.exists()
        one.select()
        with pytest.raises(RefusedError):  # decided once for all
            one.score(companies[0], "1", "1")


def test_exactly_the_selected_are_invited_and_nobody_else_can_be():
    one, companies = decided(Alpha=("9", "9"), Beta=("7", "7"), Gamma=("1", "1"))
    gamma = companies["Gamma"].organization
    with one.after():
        for act in (
            lambda: tendering.invite_providers(actor=one.town.officer, tender_id=one.tender.pk, providers=[gamma]),
            lambda: tendering.withdraw_invitation(
                actor=one.town.officer, tender_id=one.tender.pk, provider=companies["Alpha"].organization
            ),
        ):
            with pytest.raises(RefusedError) as refused:
                act()
            assert refused.value.refused.code == "after_call"


def test_the_stage_of_bids_waits_for_the_candidates_and_is_seen_by_the_invited_only():
    one = Procedure()
    with pytest.raises(ValidationError) as waiting:
        one.release_bids()
    assert "invitations" in waiting.value.message_dict
    names = {name: one.apply(name) for name in ("Alpha", "Beta", "Gamma")}
    one.open()
    with one.after():
        one.check_all()
        for name, points in (("Alpha", "9"), ("Beta", "8"), ("Gamma", "1")):
            one.score(names[name], points, points)
        one.select()
    with one.after(days=2):
        one.release_bids()
        seen = {
            name: Tender.objects.visible_to(company.bidder, clock.now()).filter(pk=one.tender.pk).exists()
            for name, company in names.items()
        }
        assert seen == {"Alpha": True, "Beta": True, "Gamma": False}
        assert not Tender.objects.visible_to(None, clock.now()).filter(pk=one.tender.pk).exists()


def test_a_call_has_no_panel_award_or_next_round_and_a_tender_no_candidates():
    one = Procedure()
    one.apply("Alpha")
    one.open()
    officer = one.town.officer
    with one.after():
        for act in (
            lambda: actions.evaluate_tender(actor=officer, tender_id=one.call.pk),
            lambda: actions.appoint_panel(actor=officer, tender_id=one.call.pk, users=one.town.evaluators),
            lambda: tendering.start_next_round(
                actor=officer, tender_id=one.call.pk, new_end=clock.now() + timedelta(days=9),
                opening_planned_at=clock.now() + timedelta(days=9),
            ),
        ):  # fmt: skip
            with pytest.raises(RefusedError) as refused:
                act()
            assert refused.value.refused.code == "call"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"min_candidates": None}, "min_candidates"),
        ({"min_candidates": "3"}, "min_candidates"),
        ({"max_candidates": 1}, "max_candidates"),
        ({"prices": True}, "prices"),
        ({"selection": "all"}, "selection"),
        ({"selection": [{"name": "References", "weight": "1,5"}]}, "criteria[1].weight"),
    ],
)
def test_a_faulty_call_names_what_is_wrong(change, path):
    town = make_town()
    tender = draft_procedure(town)
    with pytest.raises(ValidationError) as refused:
        tendering.set_call(actor=town.officer, tender_id=tender.pk, call=call_fields(**change))
    assert path in refused.value.message_dict
    assert not Tender.objects.filter(bid_stage=tender).exists()


def test_a_number_needs_criteria_and_their_weights_a_hundred_points():
    town = make_town()
    tender = draft_procedure(town)
    for changes in (
        {"selection": []},
        {"max_candidates": None},
        {"selection": [{"name": "References", "weight": "90"}]},
    ):
        call = tendering.set_call(actor=town.officer, tender_id=tender.pk, call=call_fields(**changes))
        with pytest.raises(ValidationError) as refused:
            tendering.prepare_tender(actor=town.officer, tender_id=call.pk, reasons={"*": "checked"})
        assert "criteria" in refused.value.message_dict


def test_an_open_procedure_has_no_call_and_a_call_no_award_criteria():
    town = make_town()
    tender = draft_tender(town)
    with pytest.raises(RefusedError):
        tendering.set_call(actor=town.officer, tender_id=tender.pk, call=call_fields())
    row = {"code": "S1", "kind": "selection", "name": "References", "weight": "100"}
    with pytest.raises(ValidationError):
        tendering.replace_criteria(actor=town.officer, tender_id=tender.pk, criteria=[row])
    call = tendering.set_call(actor=town.officer, tender_id=draft_procedure(town).pk, call=call_fields())
    with pytest.raises(ValidationError):
        tendering.replace_criteria(
            actor=town.officer, tender_id=call.pk, criteria=[{**row, "kind": "quality", "code": "B1"}]
        )


def test_the_minimum_time_for_requests_and_the_lowest_number_of_an_eu_procedure_are_checked():
    town = make_town(profile="eu_vgv")
    tender = draft_tender(town, procedure_type="RESTRICTED", profile="eu_vgv", value="300000")
    short = call_fields(
        request_period_end=clock.now() + timedelta(days=20), enquiry_period_end=None, opening_planned_at=None
    )
    call = tendering.set_call(actor=town.officer, tender_id=tender.pk, call=short)
    with pytest.raises(ValidationError) as refused:
        tendering.prepare_tender(actor=town.officer, tender_id=call.pk)
    assert {"reasons.R14", "reasons.R15"} <= set(refused.value.message_dict)


def test_a_price_that_a_company_sealed_into_its_own_request_is_shown_to_nobody():
    one = Procedure()
    company = make_company(name="Alpha")
    draft = draft_with(company, one.call, request_body())
    wanted = bids.prepare_manifest(actor=company.bidder, draft_id=draft.pk, declarant="Clara")
    text = json.loads(wanted.text)
    text["content"]["lots"][0]["stated_total"] = "4711.00"
    data = seal_bytes(wanted.place, json.dumps(text).encode(), wanted.recipient)
    sealed = bids.SealedOutside(
        object_id=UUID(wanted.place.object), data=data, version=wanted.version, where="client"
    )  # fmt: skip
    bids.submit_sealed(
        actor=company.bidder, draft_id=draft.pk, sealed=sealed, declarant="Clara", idempotency_key="own"
    )  # fmt: skip
    one.open()
    record = OpeningSession.objects.get(tender=one.call).record
    assert record["bids"][0]["integrity"] == "manifest" and "4711" not in str(record)
    with one.after():
        (candidate,) = field_of(one.call).candidates
        assert not candidate.is_suitable


def test_the_kind_of_procedure_stays_once_its_call_was_begun():
    one = Procedure()
    with pytest.raises(ValidationError) as refused:
        tendering.update_tender(
            actor=one.town.officer, tender_id=one.tender.pk, expected_version=None,
            fields={"procedure_type": "NATIONAL_PUBLIC"},
        )  # fmt: skip
    assert "procedure_type" in refused.value.message_dict
    copied = copy_tender(actor=one.town.officer, tender_id=one.call.pk)
    assert (copied.stage, copied.lots.count()) == ("", 1) and copied.lots.get().items.exists()
