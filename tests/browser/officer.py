"""The buyer's side before the deadline: creating a tender in four steps, releasing it as the second person."""

from tendering.models import Tender
from tests.browser.visitor import Visitor

TITLE = "Bürgerpost drucken und zustellen"
SUMMARY = "Die Stadt verschickt Bescheide. Gesucht ist, wer druckt und zustellt."


def create_and_hand_over(officer: Visitor) -> Tender:
    """Two lots, one quality and one efficiency criterion, one requirement; everything else as proposed."""
    officer.open("/tenders/new/")
    what(officer)
    officer.press("Save and continue", nth=-1)
    how(officer)
    officer.press("Save and continue", nth=-1)
    officer.press("Save and continue", nth=-1)  # the proposed dates are lawful: nothing to type
    reasons(officer)
    officer.press("Hand over for release")
    officer.sees("Handed over. A second person can now release the tender.")
    return Tender.objects.get(title=TITLE)


def what(officer: Visitor) -> None:
    officer.fill("Title", TITLE)
    officer.fill(
        "What is needed, in plain words", "Die Stadt verschickt Bescheide. Gesucht ist, wer druckt und zustellt."
    )
    officer.fill("Estimated value, net, in %(currency)s", "84.500,00", currency="EUR")
    officer.press_in_place("Add a lot")
    for lot, (name, rows) in enumerate(LOTS):
        officer.fill("Name of the lot", name, nth=lot)
        for row in rows:
            for part, text in row.items():
                officer.fill_named(f"lots-{lot}-items-0-{part}", text)


LOTS = [
    ("Drucken", [{"text": "Brief drucken und kuvertieren", "quantity": "120000", "unit": "Brief"}]),
    ("Zustellen", [{"text": "Brief zustellen", "quantity": "120000", "unit": "Brief"}]),
]


def how(officer: Visitor) -> None:
    """The proposed quality criterion keeps its name; an efficiency criterion takes 40 of its points."""
    officer.tick("Price and performance, weighted")
    officer.fill("Points", "60")
    officer.press_in_place("Efficiency")
    name = "efficiency-0"
    typed = {
        f"{name}-name": "Tage bis zur Zustellung",
        f"{name}-weight": "40",
        f"{name}-unit": "Tage",
        f"{name}-curve-0-value": "1",
        f"{name}-curve-1-value": "4",
    }
    for field, text in typed.items():
        officer.fill_named(field, text)
    officer.press_in_place("Requirement")
    officer.fill("Requirement", "Haftpflichtversicherung über 1 Mio. Euro")


def reasons(officer: Visitor) -> None:
    """Where a rule asks for a reason, one is given."""
    asked = officer.page.locator('textarea[name^="reason_"]')
    for number in range(asked.count()):
        asked.nth(number).fill("Im Vermerk vom Montag begründet.")
        officer.fields += 1


def release(approver: Visitor, tender: Tender) -> None:
    """The second person comes by the desk, reads, publishes."""
    approver.follow(TITLE, within="main")
    if "/release/" not in approver.page.url:
        approver.follow("Check and release", within="main")
    approver.press("Publish the tender")
    approver.sees("The tender is published. Bids can come in now.")
