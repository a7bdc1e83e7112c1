"""Which documents of a bid the panel may read while prices are hidden: everything but papers with prices."""

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from bids.content import WITH_PRICES
from bids.models import OpenedDocument
from evaluation.neutral import is_neutral, neutral_file_name
from tendering.models import PRICE_PAPER, Tender

# A net under the marks of buyer and bidder: words for papers with prices, and file kinds that carry price sheets.
PRICE_WORDS = re.compile(r"preis|price|pricing|kalkulation|calculation|kosten|cost|angebotssumme|honorar|lv[ _-]", re.I)
SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".d83", ".x83", ".d84", ".x84")


def price_papers(tender: Tender) -> frozenset[str]:
    """Names of the required papers that the buyer marked as holding prices."""
    return frozenset(tender.required_documents.filter(category=PRICE_PAPER).values_list("name", flat=True))


def shows_prices(document: OpenedDocument, marked: Collection[str] = ()) -> bool:
    """Whether the buyer (`marked`) or the bidder says so, or its role, name or kind lets one think so."""
    if document.role == WITH_PRICES or document.role in marked:
        return True
    name = document.name.lower()
    return bool(PRICE_WORDS.search(document.role) or PRICE_WORDS.search(name)) or name.endswith(SHEETS)


def without_prices(tender: Tender, documents: Iterable[OpenedDocument]) -> list[OpenedDocument]:
    """Documents the panel may read before it is closed."""
    marked = price_papers(tender)
    return [document for document in documents if not shows_prices(document, marked)]


def documents_of(tender: Tender, bid_id: UUID) -> tuple[list[OpenedDocument], int]:
    """(documents for the panel, number of those held back) of an opened bid.

    `shown_name` is the name to show and to save under: a neutral one where the panel works without names.
    """
    neutral = is_neutral(tender)
    found = list(OpenedDocument.objects.filter(bid=bid_id, bid__tender=tender))
    shown = without_prices(tender, found)
    for number, document in enumerate(shown, 1):
        document.shown_name = neutral_file_name(document, number) if neutral else document.name  # type: ignore[attr-defined]  # for templates
    return shown, len(found) - len(shown)
