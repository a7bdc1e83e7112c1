"""The opening: nothing before the deadline, then two people in two browsers, then the record."""

from tendering.models import Tender
from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor
from tests.factories import PASS_SENTENCE


def too_early(opener: Visitor, tender: Tender) -> None:
    """Before the deadline the page says that there is nothing to open, and offers no button for it."""
    opener.follow("Tenders", within="header")
    opener.follow(TITLE, within="main")
    opener.follow("Opening", within=".app-subnav")
    opener.sees("Bids are sealed. You do not see how many there are.")
    names = ("Start the opening and release my part", "Release my part")
    for name in names:
        assert opener.page.get_by_role("button", name=opener.say(name), exact=True).count() == 0
    declare(opener)


def declare(opener: Visitor) -> None:
    opener.tick("No, I have none")
    opener.press("Declare")


def first_part(opener: Visitor, tender: Tender) -> None:
    opener.open(f"/tenders/{tender.pk}/opening/")
    opener.fill("Your pass sentence", PASS_SENTENCE)
    opener.press("Start the opening and release my part")
    opener.sees("%(done)s of %(needed)s released. Now the next opener.", done=1, needed=2)


def second_part(opener: Visitor, tender: Tender) -> None:
    """Comes by the desk of an own device; the last part opens all bids."""
    opener.open(f"/tenders/{tender.pk}/opening/")
    declare(opener)
    opener.fill("Your pass sentence", PASS_SENTENCE)
    opener.press("Release my part")
    opener.sees("One bid was opened.", "%(n)s bids were opened.", 2, n=2)
    opener.follow("Read the record", within="main")
    opener.sees("Record of the opening")
