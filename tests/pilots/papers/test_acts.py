"""Papers are written, issued, withdrawn, voted on, asked about."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import translation

from accounts import clock
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message
from evaluation import actions as evaluating
from evaluation.award_rules import newest_resolution
from evaluation.provision import kinds
from evaluation.results import latest
from pilots import actions
from pilots.models import CouncilPaper, PaperNote, Vote
from pilots.papers.compose import compose, hash_of
from tests import factories
from tests.evaluation import builders
from tests.pilots import trials
from tests.pilots.papers import scenes

pytestmark = pytest.mark.django_db


def refused(code: str) -> Any:
    return pytest.raises(RefusedError, match=f"^{code}$")


def verbs(paper: CouncilPaper) -> list[str]:
    chain = f"tender:{paper.tender_id}" if paper.tender_id else f"pilot:{paper.pilot_id}"
    found = AuditEvent.objects.filter(chain=chain, verb__startswith="paper.").order_by("seq")
    return list(found.values_list("verb", flat=True))


def held(paper: CouncilPaper) -> Any:
    """The session has been held."""
    return clock.simulated(paper.session_at + timedelta(hours=3))


def vote(scene: scenes.Scene, paper: CouncilPaper, outcome: str = "accepted", **more: Any) -> Vote:
    counts = {"votes_for": 14, "votes_against": 3, "abstentions": 1}
    with held(paper):
        return actions.record_vote(
            actor=scene.officer, paper_id=paper.pk, outcome=outcome, decided_at=paper.session_at, **{**counts, **more}
        )


def test_the_officer_writes_changes_and_issues_one_paper(scene) -> None:
    first = scenes.drafted(scene)
    again = actions.draft_paper(
        actor=scene.officer, tender_id=scene.tender.pk, fields=scenes.fields(wording="Award it.")
    )
    assert (first.pk, again.wording) == (again.pk, "Award it.")
    paper = actions.issue_paper(actor=scene.officer, paper_id=first.pk)
    stored = CouncilPaper.objects.get(pk=paper.pk)
    assert stored.issued_at
    assert stored.sha256 == hash_of(stored.full, stored.public)
    assert stored.full["fields"]["wording"] == "Award it."
    assert verbs(paper) == ["paper.drafted", "paper.drafted", "paper.issued"]
    event = AuditEvent.objects.get(verb="paper.issued")
    assert stored.sha256 in event.body
    assert not any(secret in event.body for secret in (*scenes.SECRETS, scenes.WINNER))


def test_what_was_issued_stays_as_it_was(scene) -> None:
    paper = scenes.issued(scene)
    with refused("issued"):
        scenes.drafted(scene)
    with refused("not_now"):
        actions.issue_paper(actor=scene.officer, paper_id=paper.pk)
    winner = scene.case.companies["B02"].organization
    winner.name = "Renamed"
    winner.save()
    assert scenes.WINNER in CouncilPaper.objects.get(pk=paper.pk).full["fields"]["finding"]


def test_the_council_is_told_without_a_name_or_a_price(scene) -> None:
    paper = scenes.issued(scene)
    told = Message.objects.filter(key__startswith=f"paper:{paper.pk}:issued")
    assert {message.recipient_id for message in told} == {scene.council.pk, scene.colleague.pk}
    for message in told:
        assert f"/papers/{paper.pk}/" in message.body
        text = f"{message.subject}{message.body}"
        assert not any(secret in text for secret in (*scenes.SECRETS, scenes.WINNER, "24,157"))


def test_only_those_who_are_on_the_council_today_are_told(scene) -> None:
    scene.colleague.memberships.update(ends_at=clock.now() - timedelta(days=1))
    paper = scenes.issued(scene)
    assert Message.objects.filter(key__startswith=f"paper:{paper.pk}:issued").count() == 1


def test_there_is_no_paper_before_there_is_a_result() -> None:
    case = builders.opened_case()
    with refused("not_evaluated"):
        actions.draft_paper(actor=case.town.officer, tender_id=case.tender.pk, fields=scenes.fields())
    town = factories.make_town()
    tender = factories.open_tender(town)
    with refused("not_now"):
        actions.draft_paper(actor=town.officer, tender_id=tender.pk, fields=scenes.fields())
    trial = trials.frozen()
    with refused("not_now"):
        actions.draft_paper(actor=trial.officer, pilot_id=trial.pilot.pk, fields=scenes.fields())


def test_a_result_that_is_out_of_date_is_not_issued(scene) -> None:
    paper = scenes.drafted(scene)
    bid = scene.case.bids["B01"]
    exclusion = evaluating.exclude_bid(
        actor=scene.officer, bid_id=bid.pk, lot_code="L1", code="form", reason="Not signed."
    )
    evaluating.confirm_exclusion(actor=scene.case.town.second, exclusion_id=exclusion.pk)
    with refused("evaluate_again"):
        actions.issue_paper(actor=scene.officer, paper_id=paper.pk)


def test_equal_bids_are_drawn_before_anybody_is_proposed() -> None:
    case = builders.opened_case()
    for name in ("B01", "B02"):
        builders.add_bid(case, name, builders.LETTER)
    builders.check_all(case)
    builders.score_and_close(case, {name: {"B1": "6", "B2": "6"} for name in ("B01", "B02")})
    evaluating.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    with refused("award_blocked"):
        actions.draft_paper(actor=case.town.officer, tender_id=case.tender.pk, fields=scenes.fields())


@pytest.mark.parametrize("role", [Role.APPROVER, Role.COUNCIL_MEMBER, Role.AUDITOR, Role.EVALUATOR])
def test_only_the_officer_writes_issues_and_records(scene, role) -> None:
    paper = scenes.issued(scene)
    other = factories.make_user(scene.case.town.organization, role)
    with refused("not_your_role"):
        actions.draft_paper(actor=other, tender_id=scene.tender.pk, fields=scenes.fields())
    for act in (
        lambda: actions.withdraw_paper(actor=other, paper_id=paper.pk, reason="No."),
        lambda: actions.record_vote(
            actor=other, paper_id=paper.pk, outcome="accepted", decided_at=clock.now(), votes_for=1
        ),
    ):
        with refused("not_your_role"):
            act()


def test_a_paper_nobody_may_know_of_is_not_there(scene) -> None:
    paper = scenes.drafted(scene)
    stranger = factories.make_town(keys=False).officer
    with pytest.raises(Http404):
        actions.issue_paper(actor=stranger, paper_id=paper.pk)
    with pytest.raises(Http404):
        actions.comment_paper(actor=scene.council, paper_id=paper.pk, text="Why?")


def test_the_session_lies_ahead(scene) -> None:
    with pytest.raises(ValidationError) as fault:
        scenes.drafted(scene, session_at=clock.now() - timedelta(days=1))
    assert set(fault.value.message_dict) == {"session_at"}
    paper = scenes.drafted(scene)
    with held(paper), pytest.raises(ValidationError):
        actions.issue_paper(actor=scene.officer, paper_id=paper.pk)
    assert not CouncilPaper.objects.exclude(issued_at=None).exists()


@pytest.mark.parametrize(
    "wording",
    [
        f"Awarded, not to {scenes.LOSER}.",
        "Awarded, not to sonnenhang verlierer ag.",
        "Awarded, although another bid cost 18.161,17 €.",
        "Awarded, although another bid cost 18 161.17.",
        "Awarded, although another bid cost EUR 14803.31.",
    ],
)
def test_words_that_everybody_reads_may_not_name_a_loser_or_its_price(scene, wording: str) -> None:
    scenes.award(scene)
    with pytest.raises(ValidationError) as fault:
        scenes.drafted(scene, wording=wording)
    assert set(fault.value.message_dict) == {"wording"}
    paper = scenes.drafted(scene, wording=f"Awarded to {scenes.WINNER} at 24.157,00 €.", note=wording)
    assert paper.note == wording  # what council and office read may say so


def test_before_the_award_the_agenda_names_no_bidder_at_all(scene) -> None:
    with pytest.raises(ValidationError) as fault:
        scenes.drafted(scene, agenda_item=scenes.WINNER)
    assert set(fault.value.message_dict) == {"agenda_item"}
    assert scenes.drafted(scene, wording=f"Award to {scenes.WINNER}.").wording  # not public before the award


def test_a_withdrawn_paper_is_gone_for_the_council_and_begins_anew(scene) -> None:
    paper = scenes.issued(scene)
    following = actions.withdraw_paper(actor=scene.officer, paper_id=paper.pk, reason="A figure was missing.")
    assert (following.version, following.wording, following.issued_at) == (2, paper.wording, None)
    assert not CouncilPaper.objects.visible_to(scene.council, clock.now()).exists()
    assert CouncilPaper.objects.visible_to(scene.officer, clock.now()).count() == 2
    assert Message.objects.filter(key__startswith=f"paper:{paper.pk}:withdrawn").count() == 2
    assert actions.issue_paper(actor=scene.officer, paper_id=following.pk).version == 2
    with pytest.raises(ValidationError):
        actions.withdraw_paper(actor=scene.officer, paper_id=following.pk, reason=" ")
    assert "A figure was missing." in AuditEvent.objects.get(verb="paper.withdrawn").body


def test_the_clerk_records_a_vote_once(scene) -> None:
    paper = scenes.issued(scene)
    found = vote(scene, paper, dissent="Two members would wait.", wording="Confirmed.")
    assert (found.outcome, found.votes_for, found.recorded_by) == ("accepted", 14, scene.officer)
    with refused("not_now"):
        vote(scene, paper)
    with refused("not_now"):
        actions.withdraw_paper(actor=scene.officer, paper_id=paper.pk, reason="Too late.")
    with refused("voted"):
        scenes.drafted(scene)
    assert verbs(paper)[-1] == "paper.voted"


def test_a_vote_lies_between_issue_and_now(scene) -> None:
    paper = scenes.issued(scene)
    for moment in (clock.now() + timedelta(days=1), paper.issued_at - timedelta(days=1)):
        with pytest.raises(ValidationError) as fault:
            actions.record_vote(
                actor=scene.officer, paper_id=paper.pk, outcome="accepted", decided_at=moment, votes_for=1
            )
        assert set(fault.value.message_dict) == {"decided_at"}


@pytest.mark.parametrize("outcome", ["returned", "postponed", "rejected"])
def test_after_any_other_outcome_the_next_version_may_be_written(scene, outcome: str) -> None:
    paper = scenes.issued(scene)
    vote(scene, paper, outcome)
    with held(paper):
        following = scenes.drafted(scene)
    assert (following.version, following.pk != paper.pk) == (2, True)


def test_a_vote_on_an_award_changes_no_score_and_awards_nothing(scene) -> None:
    before = scene.tender.evaluation_runs.latest().result_hash
    vote(scene, scenes.issued(scene))
    scene.tender.refresh_from_db()
    assert scene.tender.awarded_at is None
    assert scene.tender.evaluation_runs.latest().result_hash == before
    assert scene.tender.evaluation_runs.count() == 1


def pilot_paper() -> tuple[trials.Trial, CouncilPaper]:
    trial = trials.analysed()
    with clock.simulated(trials.AFTER + timedelta(days=3)):
        paper = actions.draft_paper(
            actor=trial.officer, pilot_id=trial.pilot.pk, fields=scenes.fields(session_at=trials.SESSION)
        )
        return trial, actions.issue_paper(actor=trial.officer, paper_id=paper.pk)


def test_an_accepted_pilot_paper_decides_the_pilot_in_the_same_act() -> None:
    trial, paper = pilot_paper()
    with clock.simulated(trials.SESSION + timedelta(hours=2)):
        actions.record_vote(
            actor=trial.officer, paper_id=paper.pk, outcome="accepted", verdict="extend", decided_at=trials.SESSION,
            votes_for=3, votes_against=1, abstentions=0, dissent="One would stop.", wording="Try longer.",
        )  # fmt: skip
    decision = trial.fresh().decision
    assert (decision.verdict, decision.body, decision.reason) == ("extend", "Town council", "Try longer.")
    assert decision.votes == {"yes": 3, "no": 1, "abstain": 0}
    assert decision.dissent == "One would stop."


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": "accepted"}, "verdict"),
        ({"outcome": "postponed", "verdict": "adopt"}, "verdict"),
        ({"outcome": "accepted", "verdict": "adopt", "votes_for": None}, "votes_for"),
        ({"outcome": "accepted", "verdict": "celebrate"}, "verdict"),
    ],
)
def test_a_vote_that_cannot_decide_the_pilot_stores_nothing(given: dict[str, Any], field: str) -> None:
    trial, paper = pilot_paper()
    with clock.simulated(trials.SESSION + timedelta(hours=2)), pytest.raises(ValidationError) as fault:
        actions.record_vote(
            actor=trial.officer, paper_id=paper.pk, decided_at=trials.SESSION, **{"votes_for": 3, **given}
        )
    assert field in fault.value.message_dict
    assert not Vote.objects.exists()
    assert trial.fresh().decided_at is None


def test_a_postponed_pilot_paper_leaves_the_pilot_undecided() -> None:
    trial, paper = pilot_paper()
    with clock.simulated(trials.SESSION + timedelta(hours=2)):
        actions.record_vote(actor=trial.officer, paper_id=paper.pk, outcome="postponed", decided_at=trials.SESSION)
    assert trial.fresh().decided_at is None


def test_a_member_asks_and_the_office_answers_once(scene) -> None:
    paper = scenes.issued(scene)
    question = actions.ask(actor=scene.council, paper_id=paper.pk, text="What does a second year cost?")
    told = Message.objects.filter(key__startswith=f"paper:{paper.pk}:asked")
    assert scene.officer.pk in {message.recipient_id for message in told}
    actions.answer_comment(actor=scene.officer, comment_id=question.pk, text="The same.")
    answered = Message.objects.filter(key__startswith=f"paper:{paper.pk}:answered")
    assert [message.recipient_id for message in answered] == [scene.council.pk]
    with refused("answered"):
        actions.answer_comment(actor=scene.officer, comment_id=question.pk, text="Again.")
    with refused("not_your_role"):
        actions.comment_paper(actor=scene.officer, paper_id=paper.pk, text="I comment.")
    with pytest.raises(ValidationError):
        actions.ask(actor=scene.council, paper_id=paper.pk, text="  ")
    assert "second year" not in AuditEvent.objects.get(verb="paper.commented").body


def test_after_the_vote_nobody_asks_any_more(scene) -> None:
    paper = scenes.issued(scene)
    vote(scene, paper)
    with refused("not_now"):
        actions.ask(actor=scene.council, paper_id=paper.pk, text="Too late?")


def test_a_note_is_private_and_goes_when_it_is_emptied(scene) -> None:
    paper = scenes.issued(scene)
    before = AuditEvent.objects.count()
    for text in ("Ask about the term.", "Ask about the term and the price."):
        actions.note_paper(actor=scene.council, paper_id=paper.pk, text=text)
    note = PaperNote.objects.get()
    assert (note.user, note.text) == (scene.council, "Ask about the term and the price.")
    actions.note_paper(actor=scene.colleague, paper_id=paper.pk, text="Mine.")
    actions.note_paper(actor=scene.council, paper_id=paper.pk, text="")
    assert [row.user for row in PaperNote.objects.all()] == [scene.colleague]
    assert AuditEvent.objects.count() == before
    with refused("not_your_role"):
        actions.note_paper(actor=factories.make_user(), paper_id=paper.pk, text="Hello.")


def test_a_lot_on_hold_is_left_out_and_gets_a_paper_of_its_own_later() -> None:
    """Lot 2 is tied: the paper proposes lot 1 only, and the vote counts for lot 1 only. Drawn, lot 2 is voted on."""
    case = builders.opened_case(lots=factories.default_lots(2), criteria=[], evaluation=factories.price_only())
    for name, price in (("B01", "2.00"), ("B02", "2.50")):
        lots = {"L1": {"1.1": price, "1.2": "400.00"}, "L2": {"2.1": "2.00", "2.2": "400.00"}}
        builders.add_bid(case, name, lots)
    builders.check_all(case, B01=builders.fine(mandatory={}), B02=builders.fine(mandatory={}))
    officer, about = case.town.officer, {"tender_id": case.tender.pk}
    evaluating.evaluate_tender(actor=officer, **about)
    paper = actions.draft_paper(actor=officer, **about, fields=scenes.fields())
    paper = actions.issue_paper(actor=officer, paper_id=paper.pk)
    assert "L2" in paper.full["fields"]["finding"].rpartition("L1")[2]
    with held(paper):
        actions.record_vote(actor=officer, paper_id=paper.pk, outcome="accepted", decided_at=paper.session_at)
        assert set(newest_resolution(case.tender).awards) == {"L1"}
        with refused("voted"):
            actions.draft_paper(actor=officer, **about, fields=scenes.fields())
        drawn = case.bids["B02"]
        lot = case.tender.lots.get(code="L2")
        evaluating.record_draw(
            actor=officer, lot_id=lot.pk, drawn_bid_id=drawn.pk, between=[b.reference for b in case.bids.values()],
            place="Town hall", persons=["Anna", "Bernd"], witnesses=["Clara"],
        )  # fmt: skip
        second = actions.draft_paper(actor=officer, **about, fields=scenes.fields())
    assert second.version == 2


def test_a_vote_is_about_the_result_of_its_paper_and_not_about_a_newer_one() -> None:
    scene = scenes.evaluated()
    officer, second, tender = scene.officer, scene.case.town.second, scene.tender
    run = latest(tender)
    paper = scenes.issued(scene)
    assert (paper.run, paper.awards) == (run, {"L1": [scene.case.bids["B02"].reference]})
    out = evaluating.exclude_bid(
        actor=officer, bid_id=scene.case.bids["B02"].pk, lot_code=None, code="not_eligible", reason="No licence."
    )
    evaluating.confirm_exclusion(actor=second, exclusion_id=out.pk)
    evaluating.evaluate_tender(actor=officer, tender_id=tender.pk)
    assert latest(tender) != run
    with held(paper):
        actions.record_vote(actor=officer, paper_id=paper.pk, outcome="accepted", decided_at=paper.session_at)
    vote = newest_resolution(tender)
    assert (vote.result_hash, vote.awards) == (run.result_hash, paper.awards)
    loser = {"L1": scene.case.bids["B01"].pk}
    proposal = evaluating.propose_award(actor=officer, tender_id=tender.pk, lots=loser, reason="Now first.")
    with refused("vote_outdated"):
        evaluating.decide_award(actor=second, approval_id=proposal.pk)


def test_a_paper_sets_the_proposal_beside_the_full_own_cost_and_names_what_is_missing() -> None:
    scene = scenes.evaluated(language="en")
    key = {"actor": scene.officer, "tender_id": scene.tender.pk}
    needed = [kind.code for kind in kinds() if kind.is_needed("gross")]
    rows = [{"code": code, "once": Decimal(0), "per_year": Decimal(3000), "per_case": Decimal(0),
             "source": "accounts of 2025", "confidence": "measured"} for code in needed]  # fmt: skip
    evaluating.save_provision(**key, lot_code="L1", items=rows[:-1])
    found = scenes.drafted(scene)
    told = compose(found, clock.now()).full["fields"]
    assert scenes.WINNER in told["own_provision"][0] and "per year than by doing it itself" in told["own_provision"][0]
    assert told["own_provision"][1] == f"Not in the own costs: {kinds_by_code()[needed[-1]]}."
    assert [row["title"] for row in told["alternatives"]][1] == "Keep doing it as today"
    evaluating.save_provision(**key, lot_code="L1", items=rows)
    composed = compose(found, clock.now())
    before = composed.full["fields"]["alternatives"][1]
    assert before["title"] == "Keep doing it ourselves" and "a year at full cost" in before["cost"]
    assert len(composed.full["fields"]["own_provision"]) == 1 and "own_provision" not in composed.public["fields"]


def kinds_by_code() -> dict[str, str]:
    with translation.override("en"):
        return {kind.code: kind.name for kind in kinds()}
