"""The pages of papers: the list, a session, one paper, and the office's own pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.lifecycle import Role
from pilots import actions
from pilots.models import CouncilPaper, PaperComment, PaperNote, Vote
from pilots.papers.listing import day_of
from tests import factories
from tests.pilots import trials
from tests.pilots.papers import scenes
from tests.pilots.papers.test_acts import held, pilot_paper, vote

pytestmark = pytest.mark.django_db
MOMENT = "%Y-%m-%dT%H:%M"


def signed_in(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client


def get(user: Any, name: str, *args: Any, **query: str) -> Any:
    return signed_in(user).get(reverse(name, args=args), query)


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ")


def post(user: Any, name: str, *args: Any, **data: Any) -> Any:
    return signed_in(user).post(reverse(name, args=args), data)


def form_of(**changes: Any) -> dict[str, Any]:
    found = scenes.fields(**changes)
    return {**found, "session_at": found["session_at"].strftime(MOMENT)}


def test_a_member_reads_the_full_paper_and_everybody_the_public_one(scene) -> None:
    paper = scenes.issued(scene)
    full, public = text(get(scene.council, "paper", paper.pk)), text(get(None, "paper", paper.pk))
    assert scenes.LOSER in full
    assert "Budget line 0815." in full
    assert scene.tender.title in public
    for secret in (*scenes.SECRETS, scenes.WINNER, "24,157", "Budget line 0815.", "The proposal is confirmed."):
        assert secret not in public
    assert "Names and prices are not public before the award." in public


def test_an_insider_may_look_as_everybody_does_and_nobody_the_other_way_round(scene) -> None:
    paper = scenes.issued(scene)
    public = text(get(scene.council, "paper", paper.pk, version="public"))
    assert scenes.LOSER not in public
    assert "This is what everybody reads." in public
    assert scenes.LOSER not in text(get(None, "paper", paper.pk, version="full"))


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.OPENER, Role.REQUESTER, Role.ORG_ADMIN])
def test_other_people_of_the_town_read_the_public_version(scene, role) -> None:
    paper = scenes.issued(scene)
    other = factories.make_user(scene.case.town.organization, role)
    assert scenes.LOSER not in text(get(other, "paper", paper.pk))


def test_a_bidder_reads_no_more_than_everybody(scene) -> None:
    paper = scenes.issued(scene)
    page = text(get(scene.case.companies["B01"].bidder, "paper", paper.pk))
    assert not [secret for secret in (*scenes.SECRETS, scenes.WINNER) if secret in page]


def test_what_is_to_be_decided_stands_before_everything_else(scene) -> None:
    page = text(get(scene.council, "paper", scenes.issued(scene).pk))
    places = [page.index(words) for words in (
        "Confirm the award, cancel the procedure, or send it back", "is proposed: first by", "Proposed decision",
        "<svg", "All bids", ">Money<", "Alternatives", "Questions and comments",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "Weights, scores and ranks cannot be changed" in page


def test_the_paper_speaks_its_own_language_whatever_the_page_speaks(scene) -> None:
    paper = scenes.issued(scene)
    client = Client(headers={"accept-language": "de"})
    client.force_login(scene.council)
    page = text(client.get(reverse("paper", args=[paper.pk])))
    assert 'lang="en"' in page
    assert "How firm is this?" in page
    assert "Fragen und Anmerkungen" in page


def test_a_draft_is_for_the_office_and_leads_to_where_it_is_written(scene) -> None:
    draft = scenes.drafted(scene)
    answer = get(scene.officer, "paper", draft.pk)
    assert answer.headers["Location"] == reverse("tender_paper", args=[scene.tender.pk])
    for user in (None, scene.council, factories.make_town(keys=False).officer):
        assert get(user, "paper", draft.pk).status_code == 404
        assert scene.tender.title not in text(get(user, "papers"))
    assert scene.tender.title in text(get(scene.officer, "papers"))


def test_a_withdrawn_paper_is_not_there_any_more(scene) -> None:
    paper = scenes.issued(scene)
    actions.withdraw_paper(actor=scene.officer, paper_id=paper.pk, reason="Wrong.")
    for user in (None, scene.council):
        assert get(user, "paper", paper.pk).status_code == 404
    assert "This paper has been withdrawn." in text(get(scene.officer, "paper", paper.pk))


def test_nobody_finds_by_words_they_may_not_read(scene) -> None:
    scenes.issued(scene)
    for words in (scenes.LOSER, "Budget 0815", "24,157.00"):
        assert scene.tender.title in text(get(scene.council, "papers", q=words)), words
        for user in (None, factories.make_town(keys=False).officer):
            assert scene.tender.title not in text(get(user, "papers", q=words)), words
    assert scene.tender.title in text(get(None, "papers", q="letters printing"))


def test_words_with_other_letters_are_found_too() -> None:
    scene = scenes.evaluated(language="de")
    scenes.issued(scene, body="Ausschuss für Straßen", note="Größe prüfen")
    page = text(get(scene.council, "papers", q="größe"))
    assert scene.tender.title in page
    assert scene.tender.title in text(get(None, "papers", q="Straßen"))


def test_the_list_narrows_by_municipality_and_body(scene) -> None:
    scenes.issued(scene)
    other = scenes.evaluated(language="en", name="Farther Town")
    scenes.issued(other, body="Finance committee")
    both = text(get(None, "papers"))
    assert "2 papers" in both
    assert "Farther Town" in both
    assert "1 paper" in text(get(None, "papers", body="Finance committee"))
    place = scene.case.town.organization.reference
    assert "1 paper" in text(get(None, "papers", municipality=place))
    assert "No paper fits" in text(get(None, "papers", municipality=place, body="Finance committee"))


def test_a_session_lists_its_papers_in_the_order_of_the_agenda(scene) -> None:
    paper = scenes.issued(scene, agenda_item="Item 10")
    other = scenes.issued(scenes.evaluated(language="en"), agenda_item="Item 9")
    CouncilPaper.objects.filter(pk=other.pk).update(municipality=paper.municipality, session_at=paper.session_at)
    day, place = day_of(paper), paper.municipality.reference
    page = text(get(scene.council, "paper_session", day, place))
    assert page.index("Item 9") < page.index("Item 10")
    assert "There are 2 papers." in page
    assert "2 decisions are open." in page
    assert reverse("session_pdf", args=[day, place]) in page
    assert get(None, "paper_session", day + timedelta(days=1), place).status_code == 404
    assert get(None, "paper_session", day, "NOWHERE").status_code == 404


def test_a_day_that_does_not_exist_is_not_found() -> None:
    assert Client().get("/papers/session/2026-02-31/M01/").status_code == 404


def test_the_office_writes_looks_at_both_versions_and_issues(scene) -> None:
    first = text(get(scene.officer, "tender_paper", scene.tender.pk))
    assert scenes.WINNER in first  # the proposed decision is offered
    assert "Issue to the council" not in first
    assert post(scene.officer, "tender_paper", scene.tender.pk, **form_of()).status_code == 302
    page = text(get(scene.officer, "tender_paper", scene.tender.pk))
    full, public = page[page.index('id="full"') : page.index('id="public"')], page[page.index('id="public"') :]
    assert scenes.LOSER in full
    assert not [secret for secret in (*scenes.SECRETS, scenes.WINNER) if secret in public]
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    draft = CouncilPaper.objects.get()
    same = {name: getattr(draft, name) for name in ("body", "agenda_item", "wording", "note")}
    shown = page.split('name="session_at" value="')[1].split('"')[0]
    answer = post(scene.officer, "tender_paper", scene.tender.pk, **same, session_at=shown, act="issue")
    assert answer.headers["Location"] == reverse("paper", args=[draft.pk])
    assert CouncilPaper.objects.get().issued_at


def test_what_was_changed_on_issuing_is_shown_once_more_first(scene) -> None:
    draft = scenes.drafted(scene)
    changed = form_of(wording="Another decision.")
    assert post(scene.officer, "tender_paper", scene.tender.pk, **changed, act="issue").status_code == 302
    draft.refresh_from_db()
    assert (draft.wording, draft.issued_at) == ("Another decision.", None)


def test_a_text_that_says_too_much_is_refused_at_its_field_and_kept(scene) -> None:
    scenes.award(scene)
    wording = f"Not to {scenes.LOSER}."
    answer = post(scene.officer, "tender_paper", scene.tender.pk, **form_of(wording=wording))
    assert answer.status_code == 422
    assert "It must not name a company that is not awarded." in text(answer)
    assert wording in text(answer)
    assert not CouncilPaper.objects.exists()


def test_while_a_version_is_out_its_page_is_shown_instead_of_the_form(scene) -> None:
    paper = scenes.issued(scene)
    answer = get(scene.officer, "tender_paper", scene.tender.pk)
    assert answer.headers["Location"] == reverse("paper", args=[paper.pk])


@pytest.mark.parametrize("role", [Role.APPROVER, Role.COUNCIL_MEMBER, Role.AUDITOR, Role.OPENER])
def test_only_the_officer_gets_the_forms_of_the_office(scene, role) -> None:
    paper = scenes.issued(scene)
    other = factories.make_user(scene.case.town.organization, role)
    assert get(other, "tender_paper", scene.tender.pk).status_code == 403
    for name in ("paper_vote", "paper_withdraw"):
        assert get(other, name, paper.pk).status_code in {403, 404}
        assert post(other, name, paper.pk, reason="x").status_code in {403, 404}
    assert CouncilPaper.objects.get().withdrawn_at is None


def test_people_from_elsewhere_find_no_form(scene) -> None:
    paper = scenes.issued(scene)
    stranger = factories.make_town(keys=False).officer
    for name in ("paper_vote", "paper_withdraw", "paper_comment", "paper_note"):
        assert post(stranger, name, paper.pk, text="x", note="x").status_code in {403, 404}, name
    assert post(None, "paper_comment", paper.pk, text="x").status_code == 302
    assert not PaperComment.objects.exists()
    assert not PaperNote.objects.exists()


def test_before_there_is_a_result_the_page_says_why_not() -> None:
    town = factories.make_town()
    tender = factories.opened_tender(town)
    answer = get(town.officer, "tender_paper", tender.pk)
    assert answer.status_code == 409
    assert "have not been evaluated yet" in text(answer)
    trial = trials.frozen()
    assert get(trial.officer, "pilot_paper", trial.pilot.pk).status_code == 409


def test_the_clerk_records_the_vote_and_everybody_reads_the_outcome(scene) -> None:
    paper = scenes.issued(scene)
    with held(paper):
        assert "Record the decision" in text(get(scene.officer, "paper_vote", paper.pk))
        form = {"outcome": "accepted", "votes_for": "14", "votes_against": "3", "abstentions": "1",
                "wording": "Confirmed with one condition.", "dissent": "Two would wait."}  # fmt: skip
        bad = post(scene.officer, "paper_vote", paper.pk, **form, decided_at="2030-01-01T18:00")
        assert bad.status_code == 422
        assert "Two would wait." in text(bad)
        local = text(get(scene.officer, "paper_vote", paper.pk)).split('name="decided_at" value="')[1].split('"')[0]
        assert post(scene.officer, "paper_vote", paper.pk, **form, decided_at=local).status_code == 302
        inside, public = text(get(scene.council, "paper", paper.pk)), text(get(None, "paper", paper.pk))
    assert Vote.objects.get().votes_for == 14
    for page in (inside, public):
        assert "Decided: accepted" in page
        assert "14 yes, 3 no, 1 abstained" in page
    assert "Two would wait." in inside
    assert "Confirmed with one condition." in inside
    assert "Two would wait." not in public
    assert "Confirmed with one condition." not in public


def test_the_vote_on_a_pilot_names_what_becomes_of_it_and_is_public() -> None:
    trial, paper = pilot_paper()
    with clock.simulated(trials.SESSION + timedelta(hours=3)):
        local = text(get(trial.officer, "paper_vote", paper.pk)).split('name="decided_at" value="')[1].split('"')[0]
        form = {"outcome": "accepted", "votes_for": "4", "decided_at": local, "dissent": "One would stop."}
        assert "Say what becomes of the trial." in text(post(trial.officer, "paper_vote", paper.pk, **form))
        assert post(trial.officer, "paper_vote", paper.pk, **form, verdict="adapt").status_code == 302
        page = text(get(None, "paper", paper.pk))
    assert trial.fresh().decision.verdict == "adapt"
    assert "One would stop." in page


def test_a_member_asks_on_the_page_and_reads_the_answer_there(scene) -> None:
    paper = scenes.issued(scene)
    assert post(scene.council, "paper_comment", paper.pk, text="Why now?", is_question="on").status_code == 302
    page = text(get(scene.officer, "paper", paper.pk))
    comment = PaperComment.objects.get()
    assert reverse("paper_answer", args=[paper.pk, comment.pk]) in page
    assert "Why now?" in text(get(scene.officer, "paper_answer", paper.pk, comment.pk))
    assert post(scene.officer, "paper_answer", paper.pk, comment.pk, answer="The old contract ends.").status_code == 302
    assert "The old contract ends." in text(get(scene.colleague, "paper", paper.pk))
    public = text(get(None, "paper", paper.pk))
    assert "Why now?" not in public
    assert "The old contract ends." not in public
    empty = post(scene.council, "paper_comment", paper.pk, text="")
    assert empty.status_code == 422


def test_a_note_is_shown_to_nobody_else(scene) -> None:
    paper = scenes.issued(scene)
    assert post(scene.council, "paper_note", paper.pk, note="Ask about the term.").status_code == 302
    assert "Ask about the term." in text(get(scene.council, "paper", paper.pk))
    for user in (scene.colleague, scene.officer, None):
        assert "Ask about the term." not in text(get(user, "paper", paper.pk))


def test_withdrawing_takes_a_reason_and_leads_to_the_next_version(scene) -> None:
    paper = scenes.issued(scene)
    assert post(scene.officer, "paper_withdraw", paper.pk, reason="").status_code == 422
    answer = post(scene.officer, "paper_withdraw", paper.pk, reason="A figure was missing.")
    assert answer.headers["Location"] == reverse("tender_paper", args=[scene.tender.pk])
    page = text(get(scene.officer, "tender_paper", scene.tender.pk))
    assert "Version 1" in page


def test_the_tender_and_the_pilot_lead_to_their_papers(scene) -> None:
    officer_page = text(get(scene.officer, "tender_detail", scene.tender.pk))
    assert reverse("tender_paper", args=[scene.tender.pk]) in officer_page
    assert reverse("tender_paper", args=[scene.tender.pk]) not in text(get(None, "tender_detail", scene.tender.pk))
    paper = scenes.issued(scene)
    for user in (scene.officer, scene.council, None):
        assert reverse("paper", args=[paper.pk]) in text(get(user, "tender_detail", scene.tender.pk))
    trial, pilots_paper = pilot_paper()
    with clock.simulated(trials.SESSION):
        assert reverse("paper", args=[pilots_paper.pk]) in text(get(None, "pilot_detail", trial.pilot.pk))


def test_an_analysed_pilot_offers_its_paper_to_the_officer_only() -> None:
    trial = trials.analysed()
    with clock.simulated(trials.AFTER + timedelta(days=2)):
        address = reverse("pilot_paper", args=[trial.pilot.pk])
        assert address in text(get(trial.officer, "pilot_detail", trial.pilot.pk))
        assert address not in text(get(trial.council, "pilot_detail", trial.pilot.pk))
        assert get(trial.officer, "pilot_paper", trial.pilot.pk).status_code == 200


def test_pages_for_people_who_are_signed_in_are_kept_by_no_cache(scene) -> None:
    paper = scenes.issued(scene)
    for name, args in (("papers", ()), ("paper", (paper.pk,))):
        assert "no-store" in get(scene.council, name, *args).headers["Cache-Control"]


def test_a_page_costs_as_many_looks_at_tables_however_many_papers_there_are(
    scene, django_assert_max_num_queries
) -> None:
    paper = scenes.issued(scene)
    for number in range(4):
        other = scenes.issued(scenes.evaluated(language="en"), agenda_item=f"Item {number}")
        if number < 2:
            CouncilPaper.objects.filter(pk=other.pk).update(municipality=paper.municipality)
    vote(scene, paper)
    client = signed_in(scene.council)
    with django_assert_max_num_queries(9):
        client.get(reverse("papers"))
    with django_assert_max_num_queries(7):
        client.get(reverse("paper_session", args=[day_of(paper), paper.municipality.reference]))
    with django_assert_max_num_queries(9):
        client.get(reverse("paper", args=[paper.pk]))
    with django_assert_max_num_queries(4):
        Client().get(reverse("paper", args=[paper.pk]))


def test_a_paper_of_a_town_without_german_law_has_none_of_it() -> None:
    scene = scenes.evaluated(language="en", profile="generic_en", country="IE", land="")
    page = text(get(scene.council, "paper", scenes.issued(scene).pk))
    for word in ("§", "Vergabe", "VgV", "Zuschlag wie", "Angebot"):
        assert word not in page.replace("– Zuschlag", ""), word
