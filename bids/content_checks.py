"""Whether a bid fits its tender: known lots, positions and criteria, decimals, limits; and what is still missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from bids import grounds, partners, variants
from bids.content import WITH_PRICES, DraftContent, Faults, LotContent, text_of
from tendering.models import Criterion, CriterionKind, Item, Lot, Tender


@dataclass(frozen=True)
class Gap:
    """Something a bidder may have forgotten; it never blocks. `path` is the JSON path, `text` the sentence."""

    path: str
    text: str


@dataclass(frozen=True)
class _Sheet:
    """What the tender asks for, read once."""

    lots: dict[str, Lot]
    items: dict[str, dict[str, Item]]
    criteria: dict[str, Criterion]


def check_fits(content: DraftContent, tender: Tender) -> None:
    """ValidationError ({path: texts}) for unknown lots, positions or criteria and for too many decimals."""
    faults = Faults()
    _check_known(content, tender, _sheet(tender), faults)
    faults.stop()


def check_complete(content: DraftContent, tender: Tender) -> None:
    """As `check_fits`, and what a submission needs: a declarant, at least one lot, no more lots than allowed."""
    faults = Faults()
    _check_known(content, tender, _sheet(tender), faults)
    chosen = content.chosen_lots()
    if not content.declarant.strip():
        faults.add("$.declarant", _("Please name the person who makes this declaration."))
    if not chosen:
        faults.add("$.lots", _("The bid contains no lot yet. Choose at least one."))
    if tender.max_lots_bid and len(chosen) > tender.max_lots_bid:
        faults.add(
            "$.lots",
            _("You may bid for at most %(most)s lots, this bid has %(count)s.")
            % {"most": tender.max_lots_bid, "count": len(chosen)},
        )
    faults.stop()


def check_to_hand_in(content: DraftContent, tender: Tender) -> None:
    """As `check_complete`, and whether the tender admits what the bid is."""
    check_complete(content, tender)
    variants.require_allowed(content, tender)


def gaps(content: DraftContent, tender: Tender) -> list[Gap]:
    """Missing prices, answers, promised numbers and declarations of the chosen lots, for the page before submitting."""
    sheet = _sheet(tender)
    prefetch_related_objects([one for one in sheet.criteria.values() if one.asked], "lots")
    return list(_gaps(content, sheet))


def _sheet(tender: Tender) -> _Sheet:
    prefetch_related_objects([tender], "lots__items", "criteria")  # read once for this object
    lots = {lot.code: lot for lot in tender.lots.all()}
    return _Sheet(
        lots=lots,
        items={code: {item.ref: item for item in lot.items.all()} for code, lot in lots.items()},
        criteria={criterion.code: criterion for criterion in tender.criteria.all()},
    )


def _check_known(content: DraftContent, tender: Tender, sheet: _Sheet, faults: Faults) -> None:
    for code, lot in content.lots.items():
        path = f'$.lots["{code}"]'
        if code not in sheet.lots:
            faults.add(path, _("This tender has no lot %(lot)s.") % {"lot": code})
            continue
        _check_prices(code, lot, path, sheet, faults)
        _check_answers(code, lot, path, sheet, faults)
    for code in content.mandatory:
        if code not in sheet.criteria or sheet.criteria[code].kind != CriterionKind.MANDATORY:
            faults.add(f'$.mandatory["{code}"]', _("This tender has no requirement %(code)s.") % {"code": code})
    _check_discounts(content, tender, sheet, faults)
    if tender.is_call:
        _check_no_prices(content, faults)
    _check_declaration(content, faults)
    partners.check(content, faults)
    variants.check(content, faults)


def _check_prices(code: str, lot: LotContent, path: str, sheet: _Sheet, faults: Faults) -> None:
    for ref, price in lot.unit_prices.items():
        item = sheet.items[code].get(ref)
        at = f'{path}.unit_prices["{ref}"]'
        names = {"lot": code, "position": ref}
        if item is None:
            faults.add(at, _("Lot %(lot)s has no position %(position)s.") % names)
        elif _decimals(price) > item.price_decimals:
            faults.add(
                at,
                _("Lot %(lot)s, position %(position)s: the price may have at most %(count)s decimals.")
                % {**names, "count": item.price_decimals},
            )


def _check_answers(code: str, lot: LotContent, path: str, sheet: _Sheet, faults: Faults) -> None:
    for name, codes in (("answers", lot.answers), ("promised", lot.promised)):
        for criterion in codes:
            if not _is_asked(name, criterion, sheet):
                faults.add(
                    f'{path}.{name}["{criterion}"]',
                    _("Lot %(lot)s has no criterion %(code)s of this kind.") % {"lot": code, "code": criterion},
                )


def _is_asked(name: str, key: str, sheet: _Sheet) -> bool:
    if name == "answers":
        return key in sheet.criteria
    found = sheet.criteria.get(key.partition(":")[0])
    return found is not None and any(one.code == key for one in found.asked)


def _check_discounts(content: DraftContent, tender: Tender, sheet: _Sheet, faults: Faults) -> None:
    if content.combination_discounts and not tender.combination_discounts_allowed:
        faults.add("$.combination_discounts", _("This tender does not allow discounts for combinations of lots."))
    for index, discount in enumerate(content.combination_discounts):
        for code in discount.lot_ids:
            if code not in sheet.lots:
                faults.add(
                    f"$.combination_discounts[{index}].lot_ids", _("This tender has no lot %(lot)s.") % {"lot": code}
                )


def _check_no_prices(content: DraftContent, faults: Faults) -> None:
    """A request to participate says who the company is; prices are asked for later. A unit price has no position."""
    text = _("A request to participate contains no prices.")
    if content.vat_rate is not None:
        faults.add("$.vat_rate", text)
    if content.combination_discounts:
        faults.add("$.combination_discounts", text)
    for code, lot in content.lots.items():
        if lot.stated_total is not None:
            faults.add(f'$.lots["{code}"].stated_total', text)
        if lot.discount_pct:
            faults.add(f'$.lots["{code}"].discount_pct', text)
    for index, file in enumerate(content.files):
        if file.role == WITH_PRICES:
            faults.add(f"$.files[{index}].role", text)


def _check_declaration(content: DraftContent, faults: Faults) -> None:
    if grounds.EXTRA not in content.extra:
        return
    try:
        grounds.read(content.extra[grounds.EXTRA], f"$.extra.{grounds.EXTRA}")
    except ValidationError as error:
        for path, messages in error.message_dict.items():
            for message in messages:
                faults.add(path, message)


def _decimals(price: Decimal) -> int:
    return len(text_of(price).partition(".")[2])


def _gaps(content: DraftContent, sheet: _Sheet) -> Iterator[Gap]:
    for code, criterion in sheet.criteria.items():
        if criterion.kind == CriterionKind.MANDATORY and code not in content.mandatory:
            yield Gap(f'$.mandatory["{code}"]', _("Requirement %(code)s is not answered yet.") % {"code": code})
    for code, lot in content.chosen_lots().items():
        if code in sheet.lots:
            yield from _lot_gaps(code, lot, sheet)


def _lot_gaps(code: str, lot: LotContent, sheet: _Sheet) -> Iterator[Gap]:
    path = f'$.lots["{code}"]'
    for ref, item in sheet.items[code].items():
        if item.essential and ref not in lot.unit_prices:
            text = _("Lot %(lot)s, position %(position)s has no price. A bid without it is excluded.")
            yield Gap(f'{path}.unit_prices["{ref}"]', text % {"lot": code, "position": ref})
    for criterion in sheet.criteria.values():
        for one in criterion.asked if criterion.asked and _concerns(criterion, code) else ():
            if one.code not in lot.promised:
                text = _("Lot %(lot)s: the promised number for %(code)s is missing.")
                yield Gap(f'{path}.promised["{one.code}"]', text % {"lot": code, "code": one.code})


def _concerns(criterion: Criterion, code: str) -> bool:
    lots = {lot.code for lot in criterion.lots.all()}
    return not lots or code in lots
