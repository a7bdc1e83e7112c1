"""Which documents of a bid the panel may read while prices are hidden: everything but price sheets."""

import re
from collections.abc import Iterable
from uuid import UUID

from bids.models import OpenedDocument
from tendering.models import Tender

# by the words bidders and buyers use for papers with prices, and by file kinds that carry price sheets
PRICE_WORDS = re.compile(r"preis|price|pricing|kalkulation|calculation|kosten|cost|angebotssumme|honorar|lv[ _-]", re.I)
SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".d83", ".x83", ".d84", ".x84")


def shows_prices(document: OpenedDocument) -> bool:
    """Whether the document is taken for a price sheet, by its role, its name or its kind."""
    name = document.name.lower()
    return bool(PRICE_WORDS.search(document.role) or PRICE_WORDS.search(name)) or name.endswith(SHEETS)


def without_prices(documents: Iterable[OpenedDocument]) -> list[OpenedDocument]:
    """Documents the panel may read before it is closed."""
    return [document for document in documents if not shows_prices(document)]


def documents_of(tender: Tender, bid_id: UUID) -> tuple[list[OpenedDocument], int]:
    """(documents for the panel, number of those held back) of an opened bid."""
    found = list(OpenedDocument.objects.filter(bid=bid_id, bid__tender=tender))
    shown = without_prices(found)
    return shown, len(found) - len(shown)
