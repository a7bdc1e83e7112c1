"""The panel: three evaluators declare and score without seeing prices, the chair closes."""

from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor

CELLS = 4  # two bids, two lots, one quality criterion


def score(evaluator: Visitor, scores: tuple[int, int], cells: int = CELLS) -> None:
    """From the desk to the declaration, one bid by one criterion at a time, then handed in for good."""
    evaluator.follow("Tenders", within="header")
    evaluator.follow(TITLE, within="main")
    evaluator.follow("Score the bids", within="main")
    declare(evaluator)
    evaluator.follow("Start scoring", within="main")
    for _cell in range(cells):
        is_first = "Brief und Bote" in evaluator.page.locator("main .app-lead").first.text_content()
        assert "0,125" not in evaluator.text, "an evaluator must not see a price"
        evaluator.tick(str(scores[0] if is_first else scores[1]))
        evaluator.fill("Reason", "Kontrollen sind beschrieben, Vertretung nicht.")
        evaluator.press("Save and go on")
    evaluator.follow("Hand in my scores", within="main")
    evaluator.press("Hand in my scores for good")
    evaluator.sees("Handed in. Thank you. The chair goes on from here.")


def declare(person: Visitor) -> None:
    """The names of the bidders are known by now: no conflict with any of them."""
    for answer in person.page.get_by_label(person.say("No conflict")).all():
        person.fields += 1
        answer.check()
    person.press("Declare")


def close(chair: Visitor) -> None:
    """The chair declares too. The scores lie close together, so the panel is closed at once."""
    open_moderation(chair)
    close_for_good(chair)


def open_moderation(chair: Visitor) -> None:
    with_title = chair.say("Moderate the scores and close the panel: %(tender)s", tender=TITLE)
    chair.follow(with_title, within="main")
    declare(chair)


def agree(chair: Visitor, score: str) -> None:
    """One cell lies far apart: the panel talks and agrees."""
    chair.follow("B1", within="main")
    chair.tick(score)
    chair.fill("Why the panel agreed on it", "Eine Person hatte die Anlage nicht gelesen.")
    chair.press("Record the agreed score")


def close_for_good(chair: Visitor) -> None:
    chair.follow("Close the panel", within="main")
    chair.press("Close the panel for good")
    chair.sees("The panel is closed. The scores are final.")
