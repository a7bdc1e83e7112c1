"""The office after the opening: panel, formal check by two people, evaluation, workbook."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evaluation.results import latest, view_of
from tendering.models import Tender
from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor


def appoint_panel(officer: Visitor, tender: Tender) -> None:
    officer.open(f"/tenders/{tender.pk}/")
    officer.follow("To the evaluation", within="main")
    officer.follow("Appoint the panel", within="main")
    for number in (1, 2, 3):
        officer.tick(f"Evaluator {number}")
    officer.press("Appoint these evaluators")


def check(officer: Visitor, companies: Iterable[str]) -> None:
    """What the bids say themselves is filled in; the officer reads and records it, bid by bid."""
    officer.follow("Evaluation", within=".app-subnav")
    officer.follow("Check the bids formally", within="main")
    for company in companies:
        officer.follow(officer.say("Check the bid of %(name)s", name=company), within="main")
        officer.press("Record the check")
    officer.sees("Every bid has been checked. A second person has to confirm.")


def confirm(approver: Visitor) -> None:
    """The second person comes by the desk."""
    approver.open("/desk/")
    approver.follow(approver.say("Confirm checks of the bids: %(tender)s", tender=TITLE), within="main")
    approver.press("Confirm the formal check of all bids")
    approver.sees("Confirmed.")


def evaluate(officer: Visitor, tender: Tender) -> None:
    officer.open(f"/tenders/{tender.pk}/evaluation/")
    officer.press("Evaluate the bids now")
    officer.sees("Evaluated. The result is stored with its inputs.")


def read_result(officer: Visitor, tender: Tender) -> list[str]:
    """Sentence and ranking of every lot say what the engine computed; the winners, lot by lot."""
    run = latest(tender)
    assert run is not None
    winners = []
    lots = view_of(run).lots
    for number, lot in enumerate(lots):
        [winner] = [row.bidder for row in lot.rows if row.is_winner]
        assert winner in officer.page.locator(".app-finding").nth(number).text_content()
        caption = officer.say("Ranking of lot %(code)s", code=lot.lot_id) if len(lots) > 1 else officer.say("Ranking")
        first = officer.page.get_by_role("table", name=caption).locator("tbody tr").first
        assert winner in first.text_content()
        winners.append(winner)
    return winners


def take_workbook(officer: Visitor, folder: Path) -> Any:
    """The downloaded workbook, opened with the values its formulas were saved with."""
    from openpyxl import load_workbook

    return load_workbook(officer.download("Download workbook", folder), data_only=True)
