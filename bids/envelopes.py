"""The parts a bid is sealed in: one envelope, or quality and prices each to a lock of its own.

With two envelopes the first opening reads everything but prices; the second reads prices, discounts and promised costs,
once the scores are closed. `split` is the only place that decides what belongs to which.
"""

from dataclasses import replace
from typing import Final

from bids.content import WITH_PRICES, DraftContent, LotContent
from tendering.models import PRICE_PAPER, CriterionKind, Tender

SINGLE: Final = "single"
TECHNICAL: Final = "technical"
PRICE: Final = "price"


def envelopes(tender: Tender) -> tuple[str, ...]:
    """The envelopes of this tender's bids, in the order in which they are opened."""
    return (TECHNICAL, PRICE) if tender.two_envelopes else (SINGLE,)


def envelope_of(tender: Tender, role: str) -> str:
    """The envelope of a document: papers that the bidder or the buyer marks as holding prices go with the prices."""
    if not tender.two_envelopes:
        return SINGLE
    priced = tender.required_documents.filter(name=role, category=PRICE_PAPER).exists()
    return PRICE if role == WITH_PRICES or priced else TECHNICAL


def split(content: DraftContent, tender: Tender) -> dict[str, DraftContent]:
    """{envelope: its part of the content}; both parts name the declarant and the lots that are bid for."""
    if not tender.two_envelopes:
        return {SINGLE: content}
    costs = _costs(tender)
    files = {
        name: tuple(f for f in content.files if envelope_of(tender, f.role) == name) for name in (TECHNICAL, PRICE)
    }
    quality = {code: _without_prices(lot, costs) for code, lot in content.lots.items()}
    prices = {code: _only_prices(lot, costs) for code, lot in content.lots.items()}
    return {
        TECHNICAL: replace(content, vat_rate=None, combination_discounts=(), lots=quality, files=files[TECHNICAL]),
        PRICE: DraftContent(
            vat_rate=content.vat_rate,
            declarant=content.declarant,
            combination_discounts=content.combination_discounts,
            lots=prices,
            files=files[PRICE],
        ),
    }


def fits(content: DraftContent, envelope: str, tender: Tender) -> bool:
    """Whether an opened part holds nothing that belongs into the other one; files are told by their slots."""
    return envelope == SINGLE or split(content, tender)[envelope] == content


def _costs(tender: Tender) -> frozenset[str]:
    """Codes of criteria whose promised number is money."""
    return frozenset(tender.criteria.filter(kind=CriterionKind.COST).values_list("code", flat=True))


def _without_prices(lot: LotContent, costs: frozenset[str]) -> LotContent:
    answers = {code: text for code, text in lot.answers.items() if code not in costs}
    promised = {key: value for key, value in lot.promised.items() if key.partition(":")[0] not in costs}
    return LotContent(answers=answers, promised=promised, chosen=lot.chosen)


def _only_prices(lot: LotContent, costs: frozenset[str]) -> LotContent:
    answers = {code: text for code, text in lot.answers.items() if code in costs}
    promised = {key: value for key, value in lot.promised.items() if key.partition(":")[0] in costs}
    return replace(lot, answers=answers, promised=promised)
