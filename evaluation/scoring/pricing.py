"""Step 2: from unit prices to the evaluated price; unit prices prevail over stated totals."""

from decimal import Decimal
from fractions import Fraction

from .exact import as_decimal
from .inputs import EvaluationSpec, LotBid, LotInput, Position, Reason
from .results import Line
from .standing import Price, Standing


def price_bid(bid: LotBid, positions: tuple[Position, ...], spec: EvaluationSpec) -> Price:
    """Lines, their sum, discount, tax; a missing price counts 0, rows outside the evaluation are only listed."""
    totals = [_line_total(position, bid.prices.get(position.ref), spec) for position in positions]
    counted = (total for position, total in zip(positions, totals, strict=True) if position.in_evaluation)
    line_sum = spec.round("sum", sum(counted, Fraction(0)))
    net = line_sum
    if bid.discount_pct:
        net = spec.round("discount", line_sum * (100 - Fraction(bid.discount_pct)) / 100)
    gross = spec.round("vat", net * (100 + Fraction(bid.vat_rate)) / 100)
    lines = tuple(_line(position, bid, total, spec) for position, total in zip(positions, totals, strict=True))
    return Price(lines, line_sum, net, gross, gross if spec.price_basis == "gross" else net)


def _line_total(position: Position, unit_price: Decimal | None, spec: EvaluationSpec) -> Fraction:
    return spec.round("line", Fraction(position.quantity) * Fraction(unit_price or 0))


def _line(position: Position, bid: LotBid, total: Fraction, spec: EvaluationSpec) -> Line:
    shown = as_decimal(total, spec.places("line"))
    return Line(position.ref, position.quantity, bid.prices.get(position.ref), shown, position.in_evaluation)


def apply_prices(standings: list[Standing], lot: LotInput, spec: EvaluationSpec) -> None:
    """Price every opened bid; exclude valid ones that miss an essential price or exceed the published cap."""
    for standing in standings:
        if standing.status in ("withdrawn", "late"):
            continue
        standing.price = price_bid(standing.bid, lot.positions, spec)
        _note_arithmetic(standing)
        _note_discount(standing)
        if standing.status == "valid":
            _require_essential(standing, lot)
        if standing.status == "valid":
            _respect_cap(standing, spec)


def _note_arithmetic(standing: Standing) -> None:
    stated, price = standing.bid.stated_total, standing.price
    assert price is not None
    if stated is None or Fraction(stated) in (price.line_sum, price.net):
        return
    computed = as_decimal(price.net, 2)
    standing.difference = price.net - Fraction(stated)
    text = f"arithmetic correction: stated {stated}, computed {computed} (unit prices prevail)"
    standing.notes.append(Reason("arithmetic_correction", text, {"stated": str(stated), "computed": str(computed)}))


def _note_discount(standing: Standing) -> None:
    percent = standing.bid.discount_pct
    if percent:
        text = f"unconditional discount {percent} % applied"
        standing.notes.append(Reason("discount_applied", text, {"percent": str(percent)}))


def _require_essential(standing: Standing, lot: LotInput) -> None:
    prices = standing.bid.prices
    missing = [item.ref for item in lot.positions if item.essential and prices.get(item.ref) is None]
    if missing:
        refs = ", ".join(missing)
        standing.exclude(
            Reason("price_missing", f"missing price for essential position(s) {refs}", {"positions": refs})
        )


def _respect_cap(standing: Standing, spec: EvaluationSpec) -> None:
    if spec.price_cap is not None and standing.amount > Fraction(spec.price_cap):
        price = as_decimal(standing.amount, 2)
        text = f"price {price} above the published cap {spec.price_cap}"
        standing.exclude(Reason("price_cap", text, {"price": str(price), "cap": str(spec.price_cap)}))
