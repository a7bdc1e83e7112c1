"""Tenders for workbook tests: one with efficiency curves in English, and random ones of every method."""

import json
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaluation.scoring import METHODS as ENGINE
from evaluation.scoring import TenderInput, evaluate
from evaluation.scoring.codec import decode, encode
from evaluation.scoring.inputs import Criterion, EvaluationSpec, GroupMinimum, LotBid, LotInput
from tendering.rules.life_cycle import CostPart, LifeCycle

LIVE = Path(__file__).parents[2] / "config" / "demo" / "live.json"
Json = dict[str, Any]
METHODS = ("weighted_linear", "weighted_linear", "ratio_simple", "ratio_extended", "inverse_proportional", "price_only")
NEW_METHODS = tuple(method for method, _version in ENGINE if method not in METHODS)
CHAIN = ["higher_performance", "lower_price", "draw_lots"]


def _with_bids() -> tuple[str, ...]:
    """References of the demo's tenders whose bids have scores."""
    found = json.loads(LIVE.read_text("utf-8"))
    return tuple(one["reference"] for one in found if any(bid.get("scores") for bid in one.get("bids", ())))


LIVE_WITH_BIDS = _with_bids()


def english_tender(reference: str = "ASH-2026-03") -> TenderInput:
    """The demo's English tender, read from its file without playing it."""
    data = next(item for item in json.loads(LIVE.read_text("utf-8")) if item["reference"] == reference)
    criteria = [_criterion(item) for item in data["criteria"] if item["kind"] != "mandatory"]
    lots = [_lot(lot, criteria, data, reference) for lot in data["lots"]]
    return TenderInput.from_json({"tender_id": reference, "spec": {**data["spec"], "tie_chain": CHAIN}, "lots": lots})


def _criterion(item: Json) -> Json:
    names = ("kind", "name", "weight", "unit", "direction", "curve", "measures", "minimum_score")
    found = {name: item[name] for name in names if item.get(name) not in (None, "")}
    return {"id": item["code"], **found}


def _lot(lot: Json, criteria: list[Json], data: Json, reference: str) -> Json:
    names = ("reference_quantity", "reference_unit", "baseline_cost_per_case", "baseline_minutes_per_case")
    return {
        "lot_id": lot["code"], "title": lot["title"], "positions": lot["items"], "criteria": criteria,
        "estimated_value": lot["value"], "term_years": str(Decimal(data["contract_months"]) / 12),
        **{name: lot[name] for name in names if lot.get(name)},
        "bids": [_bid(bid, lot["code"], f"{reference}-B{n:02}") for n, bid in enumerate(data["bids"], 1)],
    }  # fmt: skip


def _bid(bid: Json, lot: str, name: str) -> Json:
    content = bid["lots"][lot]
    scores = {
        code: {"by_evaluator": {f"evaluator {n}": value for n, value in enumerate(values, 1)}}
        for code, values in bid["scores"].items()
    }
    return {
        "bid_id": name, "provider_id": bid["provider"], "vat_rate": bid["vat_rate"], "scores": scores,
        "prices": content["unit_prices"], "promised": content.get("promised", {}),
    }  # fmt: skip


def dec(number: int, places: int) -> str:
    """An integer with its decimal point moved left."""
    return format(Decimal(number).scaleb(-places), "f")


def random_tender(seed: int) -> TenderInput:
    """A tender with one or two lots: ties, exclusions, missing prices, discounts, minima, curves, odd decimals."""
    r = random.Random(seed)
    method = METHODS[seed % len(METHODS)]
    share = r.choice([dec(r.randint(1, 9), 1), dec(r.randint(1, 99), 2), dec(r.randint(1, 9999), 4)])
    spec: Json = {
        "method": method, "weight_price": share, "weight_quality": str(1 - Decimal(share)),
        "price_basis": r.choice(["net", "gross"]), "tie_chain": r.choice([CHAIN, ["lower_price", *CHAIN[::2]]]),
        "zero_at_factor": r.choice(["2", "2", "1.5", "3"]), "extended_swing_pct": r.choice(["5", "10", "2.5"]),
        "extended_criterion": r.choice(["performance_points", "price", "B1"]),
    }  # fmt: skip
    if r.random() < 0.3:
        spec["min_performance_points"] = r.choice(["450", "500.5"])
    lots = [_random_lot(r, f"L{number}") for number in range(1, r.choice([2, 2, 3]))]
    return TenderInput.from_json({"tender_id": f"R{seed:04}", "spec": spec, "lots": lots})


def further_tender(seed: int) -> TenderInput:
    """A random tender under one of the further methods, its published numbers near the prices; some with groups."""
    base = _small(random_tender(seed))
    r, method = random.Random(seed), NEW_METHODS[seed % len(NEW_METHODS)]
    rows = evaluate(replace(base, spec=replace(base.spec, method="price_only"))).lots[0].rows
    price = max(Decimal(100), min((row.evaluation_price for row in rows if row.evaluation_price), default=Decimal(100)))
    promised = [c.id for c in base.lots[0].criteria if c.is_promised]
    params = {
        "l_ref": Decimal(r.randint(400, 900)), "p_ref": price, "full_at": price,
        "zero_at": price * 2 + r.randint(1, 99),
        "surcharge": Decimal(r.choice([0, 250, 500])), "per_point": (price / 150).quantize(Decimal("0.01")),
        "base_price": price * 2, "knee": Decimal(r.choice(["0.8", "0.85", "0.9"])), "higher": Decimal(r.randint(0, 1)),
    }  # fmt: skip
    found = ENGINE[method, "1"]
    own = {param.name: params[param.name] for param in found.params}
    keeps = decode(EvaluationSpec, {**encode(base.spec), "method": method, **found.defaults}, "$.spec")
    rule = replace(
        keeps, params=own or None, figure_criterion=(promised or ["B1"])[0] if method == "external" else None
    )
    if r.random() < 0.4:
        rule = replace(rule, group_minima=(GroupMinimum("Both", ("B1", "B2"), Decimal(r.choice(["55", "62.5"]))),))
    return replace(base, tender_id=f"N{seed:04}", spec=rule)


def _small(tender: TenderInput) -> TenderInput:
    """A five-hundredth of every quantity: key figures with many decimals stay exact up to some ten million."""
    lots = (
        replace(lot, positions=tuple(replace(p, quantity=max(Decimal(1), p.quantity // 500)) for p in lot.positions))
        for lot in tender.lots
    )
    return replace(tender, lots=tuple(lots))


def _random_lot(r: random.Random, code: str) -> Json:
    criteria, positions = _random_criteria(r), [_random_position(r, n) for n in range(1, r.randint(2, 12))]
    typical = {p["ref"]: r.randint(50, 10 ** r.randint(3, 6)) for p in positions}
    bids = [_random_bid(r, n, positions, typical, criteria) for n in range(1, r.randint(3, 9))]
    if r.random() < 0.25:  # an exact tie
        first, second = r.sample(bids, 2)
        for key in ("prices", "scores", "promised", "vat_rate", "discount_pct", "formal_reasons", "state"):
            second.pop(key, None)
            if key in first:
                second[key] = first[key]
    lot: Json = {"lot_id": code, "title": f"Lot {code}", "positions": positions, "criteria": criteria, "bids": bids}
    if r.random() < 0.7:
        lot |= {
            "reference_quantity": str(r.randint(10, 50_000)),
            "term_years": str(Decimal(r.choice([7, 12, 20, 24, 42, 48])) / 12),
        }
        if r.random() < 0.7:
            lot |= {"baseline_cost_per_case": dec(r.randint(100, 99_999), r.choice([2, 3]))}
            lot |= {"baseline_minutes_per_case": dec(r.randint(10, 900), 1)}
    return lot


def _random_criteria(r: random.Random) -> list[Json]:
    count = r.randint(1, 4)
    cuts = sorted(r.sample(range(1, 1000), count))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 1000], strict=True)]
    found = []
    for number, weight in enumerate(weights, 1):
        criterion: Json = {"id": f"B{number}", "kind": "quality", "name": f"Quality {number}", "weight": dec(weight, 1)}
        if r.random() < 0.35:
            kind = r.choice(["efficiency", "cost"])
            values = sorted(r.sample(range(1, 400), r.randint(2, 4)))
            points = sorted((r.randint(0, 1000) for _ in values), reverse=r.random() < 0.5)
            curve = [[dec(value, 1), dec(point, 2)] for value, point in zip(values, points, strict=True)]
            criterion |= {"kind": kind, "name": f"Promise {number}", "curve": curve, "unit": "days"}
            if number == 2:
                criterion["measures"] = "minutes_per_case"
        if r.random() < 0.3:
            criterion["minimum_score"] = r.choice(["3", "4.5"])
        found.append(criterion)
    return found


def _random_position(r: random.Random, number: int) -> Json:
    places = r.choice([0, 0, 0, 1, 2, 3])
    return {
        "ref": f"{number}", "text": f"Service {number}", "unit": "piece", "price_decimals": r.choice([2, 2, 3, 4]),
        "quantity": dec(r.randint(1, 5000 * 10**places), places),
        "in_evaluation": number == 1 or r.random() < 0.85, "essential": r.random() < 0.8,
    }  # fmt: skip


def _random_bid(r: random.Random, number: int, positions: list[Json], typical: Json, criteria: list[Json]) -> Json:
    factor = r.uniform(0.7, 2.4)
    prices = {
        p["ref"]: dec(max(1, int(typical[p["ref"]] * factor * r.uniform(0.9, 1.1))), p["price_decimals"])
        for p in positions
    }
    bid: Json = {
        "bid_id": f"B{number:02}", "provider_id": f"P{number:02}", "prices": prices,
        "vat_rate": r.choice(["19", "19", "7", "0", "8.1"]), "discount_pct": r.choice(["0", "0", "0", "2", "1.5"]),
        "scores": {c["id"]: _random_scores(r) for c in criteria if not c.get("curve")},
        "promised": {c["id"]: dec(r.randint(1, 4500), 2) for c in criteria if c.get("curve")},
    }  # fmt: skip
    return _with_faults(r, bid)


def _random_scores(r: random.Random) -> Json:
    step = r.choice([100, 50, 25, 1])
    given = {f"E{n}": dec(r.randint(200 // step, 1000 // step) * step, 2) for n in range(1, r.choice([2, 3, 5]))}
    scores: Json = {"by_evaluator": given}
    if r.random() < 0.1:
        scores["consensus"] = dec(r.randint(4, 10) * 100, 2)
    return scores


def _with_faults(r: random.Random, bid: Json) -> Json:
    dice = r.random()
    if dice < 0.06:
        bid["formal_reasons"] = [{"code": "documents_changed", "text": "changed documents", "params": {}}]
    elif dice < 0.1:
        bid["prices"].pop(r.choice(list(bid["prices"])))
    elif dice < 0.13:
        bid |= {"state": r.choice(["late", "withdrawn"]), "prices": {}, "scores": {}, "promised": {}}
    elif dice < 0.16 and bid["promised"]:
        bid["promised"].popitem()
    return bid


def life_cycle_tender(seed: int) -> TenderInput:
    """A random tender with a life-cycle cost in every lot: with and without the price, complete and incomplete."""
    r, base = random.Random(seed), _small(random_tender(seed))
    lots = tuple(_with_life_cycle(r, lot) for lot in base.lots)
    return TenderInput.from_json(encode(replace(base, tender_id=f"C{seed:04}", lots=lots)))


def _with_life_cycle(r: random.Random, lot: LotInput) -> LotInput:
    kinds = r.sample(["use", "use", "maintenance", "end_of_life", "residual"], r.randint(1, 5))
    parts = tuple(_part(r, str(number), kind) for number, kind in enumerate(kinds, 1))
    rate = Decimal(r.choice(["0", "0.9", "2", "3.125"]))
    rule = LifeCycle(r.randint(1, 15), rate, parts, r.random() < 0.6, r.choice([2, 4, 6]))
    top = Decimal(r.randint(20_000, 90_000))
    first = replace(
        lot.criteria[0], kind="cost", unit="EUR", direction="lower", life_cycle=rule, measures="",
        curve=((Decimal(1_000), Decimal(10)), (top, Decimal("2.5")), (top * 2, Decimal(0))),
    )  # fmt: skip
    bids = (_with_numbers(r, bid, first) for bid in lot.bids)
    return replace(lot, criteria=(first, *lot.criteria[1:]), bids=tuple(bids))


def _part(r: random.Random, number: str, kind: Any) -> CostPart:
    price = Decimal(dec(r.randint(1, 9_999), r.choice([2, 4]))) if kind == "use" else Decimal(1)
    return CostPart(number, kind, f"Part {number}", "units", price)


def _with_numbers(r: random.Random, bid: LotBid, criterion: Criterion) -> LotBid:
    assert criterion.life_cycle is not None
    numbers = {part.id: Decimal(dec(r.randint(0, 99_999), 2)) for part in criterion.life_cycle.parts}
    if r.random() < 0.1:
        numbers.pop("1")
    scores = {code: given for code, given in bid.scores.items() if code != criterion.id}
    return replace(bid, scores=scores, promised=_less(bid.promised, criterion.id), life_cycle={criterion.id: numbers})


def _less(promised: Any, code: str) -> dict[str, Decimal]:
    return {key: value for key, value in promised.items() if key != code}
