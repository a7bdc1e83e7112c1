"""The panel: three evaluators declare and score without seeing prices, the chair closes."""

from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor

CELLS = 4  # two bids, two lots, one quality criterion


def score(evaluator: Visitor, scores: tuple[int, int]) -> None:
    """From the desk to the declaration, one bid by one criterion at a time, then handed in for good."""
    evaluator.follow("Tenders", within="header")
    evaluator.follow(TITLE, within="main")
    evaluator.follow("Score the bids", within="main")
    evaluator.tick("No, I have none")
    evaluator.press("Declare")
    evaluator.follow("Start scoring", within="main")
    for _cell in range(CELLS):
        is_first = "Brief und Bote" in evaluator.page.locator("main").text_content()
        assert "0,125" not in evaluator.text, "an evaluator must not see a price"
        evaluator.tick(str(scores[0] if is_first else scores[1]))
        evaluator.fill("Reason", "Kontrollen sind beschrieben, Vertretung nicht.")
        evaluator.press("Save and go on")
    evaluator.follow("Hand in my scores", within="main")
    evaluator.press("Hand in my scores for good")
    evaluator.sees("Handed in. Thank you. The chair goes on from here.")


def close(chair: Visitor) -> None:
    """The chair declares too. The scores lie close together, so the panel is closed at once."""
    with_title = chair.say("Moderate the scores and close the panel: %(tender)s", tender=TITLE)
    chair.follow(with_title, within="main")
    chair.tick("No, I have none")
    chair.press("Declare")
    chair.follow("Close the panel", within="main")
    chair.press("Close the panel for good")
    chair.sees("The panel is closed. The scores are final.")
