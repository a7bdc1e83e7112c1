"""The bidder's side: a bid typed into the form, a bid by price sheet, documents, handing in, the receipt."""

from pathlib import Path

from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor

LOTS = ("L1", "L2")
CONCEPT = {"name": "Konzept.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% invented concept\n"}


def start(bidder: Visitor) -> None:
    """From the desk by the public list to the draft."""
    bidder.follow("Tenders", within="header")
    bidder.follow(TITLE, within="main")
    bidder.press("Prepare a bid")


def lots_and_declarations(bidder: Visitor) -> None:
    bidder.follow("Lots and declarations", within="main")
    bidder.tick("L1 Drucken")
    bidder.tick("L2 Zustellen")
    bidder.tick("Yes", within="main")
    bidder.press("Save and continue")


def by_form(bidder: Visitor, prices: tuple[str, str], days: str) -> None:
    """A whole bid typed in, as "Save and continue" leads through it."""
    start(bidder)
    lots_and_declarations(bidder)
    for price in prices:
        bidder.fill_named("price_0", price)
        bidder.fill_named("promise_0", days)
        bidder.press("Save and continue")
    answers(bidder)
    document(bidder)
    hand_in(bidder)


def answers(bidder: Visitor) -> None:
    for number, _code in enumerate(LOTS):
        bidder.fill_named(f"answer_{number}_0", "Zwei Kontrollen je Auftrag, jede mit Protokoll.")
    bidder.press("Save and continue")


def document(bidder: Visitor) -> None:
    """On the page of the documents: one file, then back to the list."""
    if "/documents/" not in bidder.page.url:
        bidder.follow("Documents", within="main")
    bidder.attach("Document", CONCEPT)
    bidder.press("Upload and seal")
    bidder.sees("arrived and sealed")
    bidder.follow("Back to the task list", within="main")


def hand_in(bidder: Visitor) -> None:
    bidder.follow("Check and hand in", within="main")
    bidder.sees("Nothing has been handed in yet")
    bidder.press("Hand in the bid with binding effect")
    assert "/bids/receipts/" in bidder.page.url
    bidder.sees("Details and proof")


def by_sheet(bidder: Visitor, prices: tuple[str, str], days: str, folder: Path) -> None:
    """Prices and promised numbers in a spreadsheet program, the rest on the pages."""
    start(bidder)
    lots_and_declarations(bidder)
    bidder.follow("Rather in a spreadsheet?", within="main")
    sheet = bidder.download("Download the price sheet (XLSX)", folder)
    bidder.fields += fill_in(sheet, prices, days)
    bidder.attach("Your filled price sheet", sheet)
    bidder.press("Upload and look at it")
    bidder.sees("This is what we read")
    bidder.press("Accept these figures")
    answers(bidder)
    document(bidder)
    hand_in(bidder)


def fill_in(sheet: Path, prices: tuple[str, str], days: str) -> int:
    """Write into the named yellow cells as a person would; the number of cells."""
    from openpyxl import load_workbook

    book = load_workbook(sheet)
    filled = 0
    for name, defined in {**book.defined_names}.items():
        [(title, address)] = defined.destinations
        lot = next((number for number, code in enumerate(LOTS) if f"_{code}_" in f"{name}_"), None)
        text = {"price": prices[lot or 0], "promise": days}.get(name.split("_")[0])
        if text is not None:
            book[title][address.replace("$", "")] = float(text.replace(",", "."))
            filled += 1
    book.save(sheet)
    return filled
