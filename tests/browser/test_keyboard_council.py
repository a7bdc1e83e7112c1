"""The council reads and asks, and the office records its vote, with the keyboard alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import clock
from pilots import actions
from pilots.models import PaperComment, PaperNote, Vote
from tests.browser.keyboard import Keyboard
from tests.browser.languages import in_both
from tests.browser.visitor import Visitor
from tests.pilots.papers import scenes

pytestmark = pytest.mark.browser


@in_both("de")
def test_a_council_member_opens_a_paper_asks_and_keeps_a_note(visit: Callable[..., Visitor], language: str) -> None:
    scene = scenes.evaluated(language=language)
    scenes.issued(scene)
    member = visit("council", user=scene.council, language=language, session=True)
    keys = Keyboard(member)
    member.open("/desk/")
    keys.enter("Council papers")
    keys.content()
    keys.enter(scene.tender.title)
    keys.whole_round()
    keys.write("Why not cheaper?", name="text")
    keys.press("Send")
    keys.write("Ask about the second year.", name="note")
    keys.press("Keep the note")
    assert PaperComment.objects.get().text == "Why not cheaper?"
    assert PaperNote.objects.get().user == scene.council


@in_both(None)
def test_the_office_records_a_vote(visit: Callable[..., Visitor], language: str) -> None:
    with clock.simulated(clock.now() - timedelta(days=15)):
        scene = scenes.evaluated(language=language)
        paper = actions.draft_paper(actor=scene.officer, tender_id=scene.tender.pk, fields=scenes.fields())
        actions.issue_paper(actor=scene.officer, paper_id=paper.pk)
    officer = visit("clerk", user=scene.officer, language=language, session=True)
    keys = Keyboard(officer)
    officer.open(f"/papers/{paper.pk}/")
    keys.enter("Record the decision")
    keys.choose("outcome", "accepted")
    for name, number in (("votes_for", "14"), ("votes_against", "3"), ("abstentions", "1")):
        keys.write(number, name=name)
    keys.whole_round()
    keys.press("Record the decision")
    assert Vote.objects.get().votes_for == 14
