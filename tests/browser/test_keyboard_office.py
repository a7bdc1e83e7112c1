"""Each role of the office does its work with the keyboard alone, in German and in English.

Every role runs in one language in `make test`, in the other in `make test-all`. On the page that matters most the
whole round is tabbed: everything that can be pressed is reached, shows its focus, and lets it go.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import Membership, PersonInvitation
from evaluation import actions as evaluating
from evaluation.models import PanelMember
from tendering.models import TemplateVersion, Tender
from tests import factories
from tests.bids.bidding import submit
from tests.browser.keyboard import Keyboard
from tests.browser.languages import VALUES, in_both
from tests.browser.visitor import Visitor
from tests.evaluation import builders
from tests.tendering.library.shelf import make_centre, publish

pytestmark = pytest.mark.browser
TITLE = "Letters for the tax office"


@in_both("de")
def test_an_officer_creates_a_tender_in_four_steps_and_hands_it_over(
    visit: Callable[..., Visitor], language: str
) -> None:
    officer = visit("officer", user=factories.make_town().officer, language=language, session=True)
    keys = Keyboard(officer)
    officer.open("/desk/")
    keys.enter("Prepare a new tender")
    keys.content()
    keys.write(TITLE, name="title")
    keys.write("Bescheide drucken und zustellen.", name="summary")
    keys.write(VALUES[language], name="value")
    keys.press_in_place("Add a row")
    keys.to("Remove row %(number)s.%(row)s", tag="BUTTON", number=1, row=2)
    keys.press_in_place("Remove row %(number)s.%(row)s", number=1, row=2)
    for part, text in {"text": "Brief drucken", "quantity": "12000", "unit": "Brief"}.items():
        keys.write(text, name=f"lots-0-items-0-{part}")
    keys.press("Save and continue")
    keys.choose("method", "weighted_linear")
    assert keys.whole_round() > 20
    keys.press("Save and continue")
    keys.press("Save and continue")
    for reason in officer.page.locator('textarea[name^="reason_"]').all():
        keys.write("Im Vermerk begründet.", name=reason.get_attribute("name"))
    keys.press("Hand over for release")
    officer.sees("Handed over. A second person can now release the tender.")
    assert Tender.objects.get(title=TITLE).prepared_at


@in_both(None)
def test_an_approver_reads_and_releases(visit: Callable[..., Visitor], language: str) -> None:
    town = factories.make_town()
    tender = factories.prepared_tender(town, title=TITLE)
    approver = visit("approver", user=town.second, language=language, session=True)
    keys = Keyboard(approver)
    approver.open("/desk/")
    keys.content()
    keys.enter("Check and release: %(tender)s", tender=TITLE)
    approver.sees("Publish the tender")
    keys.whole_round()
    keys.press("Publish the tender")
    approver.sees("The tender is published. Bids can come in now.")
    tender.refresh_from_db()
    assert tender.published_at


@in_both("de")
def test_an_opener_declares_and_releases_the_first_of_two_parts(visit: Callable[..., Visitor], language: str) -> None:
    town, now = factories.make_town(), clock.now()
    with clock.simulated(now - timedelta(days=41)):
        tender = factories.open_tender(town, title=TITLE)
        submit(factories.make_company(), tender)
    opener = visit("opener", user=town.openers[0], language=language, session=True)
    keys = Keyboard(opener)
    opener.open("/desk/")
    keys.content()
    keys.enter("Open the bids together: %(tender)s", tender=TITLE)
    keys.choose("conflict", "no")
    keys.press("Declare")
    opener.sees("%(needed)s people open together. You may be the first.", needed=2)
    keys.whole_round()
    keys.write(factories.PASS_SENTENCE, "Your pass sentence")
    keys.press("Start the opening and release my part")
    opener.sees("%(done)s of %(needed)s released. Now the next opener.", done=1, needed=2)


@in_both("en")
def test_an_evaluator_declares_scores_one_bid_by_criterion_and_hands_in(
    visit: Callable[..., Visitor], language: str
) -> None:
    case = _one_bid_to_score()
    evaluator = visit("evaluator", user=case.town.evaluators[0], language=language, session=True)
    keys = Keyboard(evaluator)
    evaluator.open("/desk/")
    keys.content()
    keys.enter("Declare whether you have a conflict of interest: %(tender)s", tender=TITLE)
    _declare(keys)
    keys.enter("Start scoring")
    keys.whole_round()
    for value in ("8", "5"):
        keys.choose("choice", value)
        keys.write("Concrete and measurable.", "Reason")
        keys.press("Save and go on")
    keys.enter("Hand in my scores")
    keys.press("Hand in my scores for good")
    evaluator.sees("Handed in. Thank you. The chair goes on from here.")
    assert PanelMember.objects.filter(submitted_at__isnull=False).count() == 1


@in_both(None)
def test_the_chair_moderates_what_lies_far_apart_and_closes(visit: Callable[..., Visitor], language: str) -> None:
    case = _one_bid_to_score()
    for evaluator, value in zip(case.town.evaluators, ("2", "9", "9"), strict=True):
        builders.declare(case, evaluator)
        builders.score(case, evaluator, {"B01": {"B1": value, "B2": "7"}})
        evaluating.submit_scores(actor=evaluator, tender_id=case.tender.pk)
    chair = visit("chair", user=case.town.chair, language=language, session=True)
    keys = Keyboard(chair)
    chair.open("/desk/")
    keys.content()
    keys.enter("Moderate the scores and close the panel: %(tender)s", tender=TITLE)
    _declare(keys)
    keys.whole_round()
    keys.enter("B1")
    keys.choose("choice", "7")
    keys.write("Zwei von drei sahen den Plan auf Seite 4.", name="comment")
    keys.press("Record the agreed score")
    keys.enter("Close the panel")
    keys.press("Close the panel for good")
    chair.sees("The panel is closed. The scores are final.")


def _declare(keys: Keyboard) -> None:
    """The bidders are known by now: an answer about each."""
    for name in dict.fromkeys(
        keys.visitor.page.locator("main [type=radio]").evaluate_all("all => all.map(r => r.name)")
    ):
        keys.choose(name, "no")
    keys.press("Declare")


def _one_bid_to_score() -> builders.Case:
    case = builders.opened_case(title=TITLE)
    builders.add_bid(case, "B01", builders.LETTER)
    builders.check_all(case)
    evaluating.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=case.town.evaluators)
    return case


@in_both(None)
def test_an_auditor_filters_reads_the_trail_and_takes_the_file_away(
    visit: Callable[..., Visitor], language: str
) -> None:
    town = factories.make_town()
    factories.open_tender(town, title=TITLE)
    factories.draft_tender(town, title="Something else")
    auditor = visit("auditor", user=town.auditor, language=language, session=True)
    keys = Keyboard(auditor)
    auditor.open("/desk/")
    keys.enter("Audit", tag="A")
    keys.whole_round()
    keys.content()
    keys.write(TITLE, name="q")
    keys.press("Show")
    assert "Something else" not in auditor.text
    keys.enter(TITLE)
    auditor.sees("Every act, in order")
    content = keys.download("Export file (ZIP)")
    assert content.startswith(b"PK")


@in_both(None)
def test_a_librarian_publishes_a_version_and_an_officer_adopts_it(visit: Callable[..., Visitor], language: str) -> None:
    centre, town = make_centre(), factories.make_town()
    publish(centre, "it-help-desk")
    librarian = visit("librarian", user=centre.librarian, language=language, session=True)
    keys = Keyboard(librarian)
    librarian.open("/library/it-help-desk/")
    keys.enter("Write a new version")
    keys.unfold("Description")
    keys.write("48", name="$.contract_months")
    keys.write("Four years instead of three.", name="note")
    keys.press("Save and check for publishing")
    keys.whole_round()
    keys.press("Publish this version")
    assert TemplateVersion.objects.filter(published_at__isnull=False).count() == 2
    officer = visit("officer", user=town.officer, language=language, session=True)
    keys = Keyboard(officer)
    officer.open("/library/")
    keys.content()
    keys.write("help desk", name="q")
    keys.press("Show")
    keys.enter({"de": "IT-Hilfe für Rathaus", "en": "IT help for town hall"}[language])
    keys.press("Make a draft from this template")
    assert Tender.objects.get().contract_months == 48


@in_both(None)
def test_an_administrator_invites_a_person_and_names_a_stand_in(visit: Callable[..., Visitor], language: str) -> None:
    town = factories.make_town()
    admin = visit("admin", user=factories.make_user(town.organization, Role.ORG_ADMIN), language=language, session=True)
    keys = Keyboard(admin)
    admin.open(f"/organizations/{town.organization.pk}/people/")
    keys.enter("Invite somebody")
    keys.write("clara@town.example", name="email")
    keys.tick(name="roles")
    keys.press("Send the invitation")
    assert PersonInvitation.objects.get().email == "clara@town.example"
    keys.whole_round()
    keys.enter("Officer Anna")
    keys.enter("Name a stand-in for this person")
    keys.select("Officer Bernd", "Stand-in")
    keys.write("01.12.2026", "From")
    keys.write("20.12.2026", "Until")
    keys.press("Name the stand-in")
    assert Membership.objects.get(stands_in_for=town.officer).user == town.second


@in_both(None)
def test_a_requesting_department_drafts_a_need_and_hands_it_over(visit: Callable[..., Visitor], language: str) -> None:
    town = factories.make_town()
    user = factories.make_user(town.organization, Role.REQUESTER, function="Building department")
    requester = visit("requester", user=user, language=language, session=True)
    keys = Keyboard(requester)
    requester.open("/desk/")
    keys.enter("Prepare a new tender")
    keys.content()
    keys.write(TITLE, name="title")
    keys.write(VALUES[language], name="value")
    for part, text in {"text": "Letter", "quantity": "12000", "unit": "letter"}.items():
        keys.write(text, name=f"lots-0-items-0-{part}")
    for _step in range(3):
        keys.press("Save and continue")
    keys.enter("Hand over")
    keys.write("All quantities are counted.", name="note")
    keys.press("Hand over")
    assert Tender.objects.get(title=TITLE).responsible is None
