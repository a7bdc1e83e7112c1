"""The simulated companies: what they ask and bid, and when. Ordinary acts, each at its own moment of the practice.

Offers are worked out from the tender as it stands, so that a changed draft still gets three bids that differ.
"""

import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError

from accounts import clock
from accounts.decision import RefusedError
from bids import actions as bidding
from bids.models import Bid
from bids.upload import seal_stream
from config.practice import case
from config.practice.world import RIVALS, World
from tendering import actions as tendering
from tendering.lifecycle import Status
from tendering.models import Criterion, CriterionKind, Item, Lot, Question, Tender

log = logging.getLogger(__name__)
BEFORE_THE_END = (timedelta(days=2, hours=3), timedelta(days=1, minutes=25), timedelta(hours=3, minutes=10))
ASKS_AFTER = timedelta(days=1, hours=1)
# price in relation to the estimate, quality of the answers (2 convincing … 0 general), place on the promised scale
OFFERS = (
    (Decimal("0.97"), 2, Decimal("0.25")),
    (Decimal("0.86"), 0, Decimal("0.75")),
    (Decimal("0.91"), 1, Decimal("0.5")),
)


def catch_up(world: World, now: datetime) -> None:
    """Let the companies do what they would have done by this moment of the practice. Safe to call twice."""
    waiting = Tender.objects.filter(
        buyer__practice_run=world.run, published_at__lte=now, opened_at=None, cancelled_at=None
    )
    for tender in waiting.select_related("buyer"):
        if tender.is_invited_only:
            continue
        for moment, act in _due(world, tender, now):
            try:
                with clock.simulated(moment), world.speaks():
                    act()
            except (RefusedError, ValidationError):  # a draft nobody can bid for, or another request was first
                log.info("a simulated company could not act in practice %s", world.run.pk)


def _due(world: World, tender: Tender, now: datetime) -> Iterator[tuple[datetime, Any]]:
    """(moment, act) of what has not been done yet, in the order of time."""
    asks = _published(tender) + ASKS_AFTER
    in_time = asks <= now and asks < (tender.enquiry_period_end or asks)
    if in_time and not Question.objects.filter(tender=tender).exists():
        yield asks, lambda: _ask(world, tender)
    there = set(Bid.objects.filter(tender=tender, round=tender.round).values_list("company_id", flat=True))
    for number, key in enumerate(RIVALS):
        company = world.companies[key]
        moment = moment_of(tender, number)
        if company.pk not in there and moment <= now:
            yield moment, lambda number=number: _bid(world, tender, number)


def next_question(world: World, now: datetime) -> datetime | None:
    """When a company will ask about an open tender; None when it has, or will not."""
    quiet = Tender.objects.filter(
        buyer__practice_run=world.run, published_at__lte=now, enquiry_period_end__gt=now, questions=None
    )
    asks = [tender.published_at + ASKS_AFTER for tender in quiet if tender.published_at]
    return min((moment for moment in asks if moment > now), default=None)


def moment_of(tender: Tender, number: int) -> datetime:
    """When a company hands in: a while before the deadline, but not before the tender is out."""
    begin, end = _published(tender), tender.tender_period_end
    assert end is not None
    usual = end - BEFORE_THE_END[number]
    return usual if usual > begin else begin + (end - begin) * (number + 1) / 4


def _published(tender: Tender) -> datetime:
    assert tender.published_at is not None
    return tender.published_at


def _ask(world: World, tender: Tender) -> None:
    actor = world.account(RIVALS[0])
    tendering.ask_question(actor=actor, company=world.companies[RIVALS[0]], tender_id=tender.pk, text=case.question())


def _bid(world: World, tender: Tender, number: int) -> None:
    key = RIVALS[number]
    if tender.status(clock.now()) != Status.OPEN:
        return
    actor, company = world.account(key), world.companies[key]
    draft = bidding.start_draft(actor=actor, company=company, tender_id=tender.pk)
    whole = content(tender, number, str(company.default_vat_rate or 0))
    bidding.save_draft(actor=actor, draft_id=draft.pk, expected_version=draft.version, content=whole)
    for document in tender.required_documents.values_list("name", flat=True):
        text = case.document(str(company), document).encode()
        stored = seal_stream(io.BytesIO(text), len(text), draft, bidding.current_seal(tender).recipient)
        name = f"{document}.txt"
        bidding.attach_document(actor=actor, draft_id=draft.pk, stored=stored, name=name, role=document)
    bidding.submit_bid(
        actor=actor, draft_id=draft.pk, declarant=str(actor), idempotency_key=f"practice-{tender.pk}-{tender.round}"
    )


def content(tender: Tender, number: int, vat_rate: str) -> dict[str, Any]:
    """A complete bid for every lot, as a bidder's form would give it."""
    lots = list(tender.lots.prefetch_related("items"))
    criteria = list(tender.criteria.prefetch_related("lots"))
    return {
        "vat_rate": vat_rate,
        "mandatory": {c.code: True for c in criteria if c.kind == CriterionKind.MANDATORY},
        "lots": {lot.code: _lot(tender, lot, criteria, number, len(lots)) for lot in lots[: tender.max_lots_bid]},
    }


def _lot(tender: Tender, lot: Lot, criteria: list[Criterion], number: int, lots: int) -> dict[str, Any]:
    _factor, level, place = OFFERS[number]
    own = [c for c in criteria if not c.lots.all() or lot in c.lots.all()]
    value = lot.value or (tender.value or Decimal(20_000)) / lots
    return {
        "unit_prices": _prices(list(lot.items.all()), value, number),
        "discount_pct": "0",
        "answers": {c.code: case.answer(level) for c in own if c.kind == CriterionKind.QUALITY},
        "promised": {c.code: _promise(c, place) for c in own if c.curve},
    }


def _prices(items: list[Item], value: Decimal, number: int) -> dict[str, str]:
    """The estimate shared out: five per cent for each single piece, the rest by equal parts over the quantities."""
    factor = OFFERS[number][0]
    single = [item for item in items if item.quantity <= 1]
    rest = len(items) - len(single)
    for_one = value / 20 if rest else value / max(1, len(single))
    for_many = (value - for_one * len(single)) / rest if rest else Decimal(0)
    prices = {}
    for place, item in enumerate(items):
        share = for_one if item.quantity <= 1 else for_many
        wobble = 1 + Decimal((number * 7 + place * 3) % 5 - 2) / 100
        exact = max(share * factor * wobble / max(item.quantity, Decimal(1)), Decimal("0.01"))
        prices[item.ref] = format(exact.quantize(Decimal(1).scaleb(-item.price_decimals), ROUND_HALF_UP), "f")
    return prices


def _promise(criterion: Criterion, place: Decimal) -> str:
    """A number between the best and the worst point of the published curve."""
    points = sorted(((Decimal(x), Decimal(y)) for x, y in criterion.curve), key=lambda point: -point[1])
    best, worst = points[0][0], points[-1][0]
    return format((best + (worst - best) * place).quantize(Decimal("0.1")).normalize(), "f")
