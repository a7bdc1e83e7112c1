"""From a template's content to what the ordinary drafting actions take: fields, lots, criteria, papers, rule."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from tendering.library.shape import REFERENCE_POPULATION, Json, best_language, in_language
from tendering.rules import rule_book
from tendering.weights import plain

ROLES: Final = {"needed": (False, True), "option_counted": (True, True), "option": (True, False)}
FALLBACK_METHOD: Final = "weighted_linear"


def tender_draft(content: Mapping[str, Any], wanted: str, population: int | None) -> Json:
    """{"fields", "lots", "criteria", "documents", "method", "price_weight"} in the wanted language.

    Quantities are those of a town of REFERENCE_POPULATION, carried over to `population` where they grow with it.
    """
    language = best_language(content, wanted)
    data = in_language(content, language)
    months, factor = int(data["contract_months"]), growth(population)
    with override(language):
        return {
            "fields": {
                "title": data["title"], "summary": plain_summary(data), "language": language,
                "life_situation": data["life_situation"], "cpv_main": data["cpv_main"],
                "cpv_additional": data["cpv_additional"], "contract_months": months,
                "option_months": data["option_months"],
                "lot_waiver_reason": (data.get("one_lot_reason") or "") if len(data["lots"]) == 1 else "",
            },
            "lots": [_lot(lot, months, factor) for lot in data["lots"]],
            "criteria": [*map(_requirement, data["requirements"]), *map(_criterion, data["criteria"])],
            "documents": [{"name": row["name"], "category": row["category"]} for row in data["documents"]],
            "method": data["method"],
            "price_weight": data["price_weight"],
        }  # fmt: skip


def rule(stored: Mapping[str, Any], draft: Mapping[str, Any], profile: str) -> Json:
    """The evaluation settings of the draft on top of the buyer's lawful defaults."""
    known = rule_book().profiles.get(profile)
    method = draft["method"] if known is None or draft["method"] in known.methods else FALLBACK_METHOD
    share = Decimal(1) if method == "price_only" else Decimal(str(draft["price_weight"])) / 100
    return {**stored, "method": method, "weight_price": f"{plain(share):f}", "weight_quality": f"{plain(1 - share):f}"}


def plain_summary(data: Mapping[str, Any]) -> str:
    """Need, problem, scope and what the buyer provides as one plain text with short headings."""
    parts = (
        (_("Who needs it and why"), data["need"]),
        (_("What should get better"), data["problem"]),
        (_("What the contractor does"), data["scope"]),
        (_("What the buyer provides"), data["provided"]),
    )
    return "\n\n".join(f"{heading}\n{text}" for heading, text in parts)


def growth(population: int | None) -> Decimal:
    """How much bigger than the reference town; 1 when the population is not known."""
    return Decimal(population) / REFERENCE_POPULATION if population and population > 0 else Decimal(1)


def rounded(number: Decimal) -> Decimal:
    """To two significant digits, at least 1: an estimate should not look like a count."""
    if number < 1:
        return Decimal(1)
    step = Decimal(10) ** max(number.adjusted() - 1, 0)
    return (number / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _lot(lot: Mapping[str, Any], months: int, factor: Decimal) -> Json:
    cases = Decimal(lot["reference_quantity"])
    return {
        "code": lot["code"], "title": lot["title"], "cpv": lot.get("cpv") or "",
        "reference_unit": lot["reference_unit"],
        "reference_quantity": cases if factor == 1 else rounded(cases * factor),
        "quantity_basis": _("%(months)s months") % {"months": months},
        "items": [_item(item, months, factor) for item in lot["items"]],
    }  # fmt: skip


def _item(item: Mapping[str, Any], months: int, factor: Decimal) -> Json:
    times = {"year": Decimal(months) / 12, "month": Decimal(months), "term": Decimal(1)}[item["per"]]
    grows = item["grows"] and factor != 1
    amount = Decimal(item["quantity"])
    quantity = (rounded(amount * factor) if grows else amount) * times
    is_optional, counts = ROLES[item["role"]]
    return {
        "ref": item["ref"], "text": item["text"], "unit": item["unit"],
        "quantity": plain(quantity.quantize(Decimal("0.001"))),
        "price_decimals": item["price_decimals"], "is_optional": is_optional, "in_evaluation": counts,
    }  # fmt: skip


def _requirement(row: Mapping[str, Any]) -> Json:
    return {"code": row["code"], "kind": "mandatory", "name": row["name"], "proof": row["proof"]}


def _criterion(row: Mapping[str, Any]) -> Json:
    given: Json = {
        "code": row["code"], "kind": row["kind"], "name": row["name"], "weight": row["weight"],
        "description": row["description"], "lots": list(row.get("lots") or ()),
    }  # fmt: skip
    if row["kind"] == "quality":
        return {**given, "guide": dict(row["guide"]), "minimum_score": row.get("minimum_score") or None}
    measured = _("Measured in the contract: %(rule)s") % {"rule": row["measuring"]}
    return {
        **given, "description": f"{row['description']}\n{measured}", "unit": row["unit"],
        "direction": row["direction"], "curve": row["curve"], "measures": row.get("measures") or "",
    }  # fmt: skip
