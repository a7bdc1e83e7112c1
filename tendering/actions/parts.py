"""The parts of a draft, replaced as whole lists: lots with positions, criteria, required documents."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from tendering.actions import life_cycle
from tendering.actions.access import edit
from tendering.actions.drafting import touch
from tendering.actions.rows import Faults, build, each_once, exact
from tendering.models import Criterion, CriterionKind, Item, Lot, RequiredDocument, Tender

LOT_FIELDS = ("code", "title", "cpv", "value", "quantity_basis", "reference_quantity", "reference_unit",
              "baseline_cost_per_case", "baseline_minutes_per_case")  # fmt: skip
ITEM_FIELDS = ("ref", "text", "unit", "quantity", "price_decimals", "is_optional", "in_evaluation", "essential")
CRITERION_FIELDS = ("code", "kind", "name", "description", "proof", "weight", "minimum_score", "scale", "guide", "unit",
                    "direction", "curve", "measures", "key", "life_cycle")  # fmt: skip
TOP_SCORE = 10
OF_CALL_ONLY = frozenset({CriterionKind.SELECTION})
OF_AWARD = frozenset(CriterionKind) - OF_CALL_ONLY - {CriterionKind.MANDATORY}
Data = Mapping[str, Any]


def replace_lots(*, actor: User, tender_id: int, lots: list[dict[str, Any]]) -> None:
    """Replace lots and their positions; a lot keeps its identity by its code, so its own criteria stay with it."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        faults = Faults()
        present = {lot.code: lot for lot in tender.lots.all()}
        rows = [_lot(tender, present, data, number, faults) for number, data in enumerate(lots)]
        each_once((lot.code for lot, _items in rows), "lots", "code", faults)
        gone = [lot for code, lot in present.items() if code not in {lot.code for lot, _items in rows}]
        _keep_criteria(gone, faults)
        faults.stop()
        for lot in gone:
            lot.delete()
        for lot, items in rows:
            lot.save()
            _store_items(lot, items)
        touch(tender)
        audit.record(tender.chain, "tender.lots_replaced", actor=actor, at=now, data={"lots": len(rows)})


def replace_items(*, actor: User, tender_id: int, items: Mapping[str, list[dict[str, Any]]]) -> None:
    """Replace the positions of the lots named ({lot code: positions}); other lots keep theirs."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        faults = Faults()
        lots = {lot.code: lot for lot in tender.lots.all()}
        for code in sorted(set(items) - set(lots)):
            faults.add("lot", _("There is no lot %(code)s.") % {"code": code})
        rows = {code: _items(positions, f"items.{code}", faults) for code, positions in items.items()}
        if tender.is_call and any(rows.values()):
            faults.add("items", _("A call for candidates asks for no prices."))
        faults.stop()
        for code, positions in rows.items():
            _store_items(lots[code], positions)
        touch(tender)
        data = {"lots": sorted(rows), "items": sum(map(len, rows.values()))}
        audit.record(tender.chain, "tender.items_replaced", actor=actor, at=now, data=data)


def replace_criteria(*, actor: User, tender_id: int, criteria: list[dict[str, Any]]) -> None:
    """Replace requirements and award criteria. `lots` names the lots a criterion belongs to; none means all."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        faults = Faults()
        lots = {lot.code: lot for lot in tender.lots.all()}
        rows = [_criterion(tender, lots, data, number, faults) for number, data in enumerate(criteria)]
        each_once((row.code for row, _lots in rows), "criteria", "code", faults)
        faults.stop()
        tender.criteria.all().delete()
        for row, own_lots in rows:
            row.save()
            row.lots.set(own_lots)
        touch(tender)
        audit.record(tender.chain, "tender.criteria_replaced", actor=actor, at=now, data={"criteria": len(rows)})


def replace_required_documents(*, actor: User, tender_id: int, documents: list[dict[str, Any]]) -> None:
    """Replace the papers every bid must contain: {"name", "category"}."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        faults = Faults()
        rows = [
            build(
                RequiredDocument(tender=tender, position=number),
                data,
                ("name", "category"),
                f"documents[{number}]",
                faults,
            )
            for number, data in enumerate(documents)
        ]
        faults.stop()
        tender.required_documents.all().delete()
        RequiredDocument.objects.bulk_create(rows)
        touch(tender)
        audit.record(
            tender.chain, "tender.required_documents_replaced", actor=actor, at=now, data={"documents": len(rows)}
        )


def _lot(tender: Tender, present: Mapping[str, Lot], data: Data, number: int, faults: Faults) -> tuple[Lot, list[Item]]:
    path = f"lots[{number}]"
    if tender.is_call and data.get("items"):
        faults.add(f"{path}.items", _("A call for candidates asks for no prices."))
    lot = present.get(str(data.get("code"))) or Lot(tender=tender)
    fields = {**dict.fromkeys(LOT_FIELDS), **data}
    fields.pop("items", None)
    build(lot, fields, LOT_FIELDS, path, faults)
    lot.position = number
    return lot, _items(data.get("items") or [], f"{path}.items", faults)


def _items(items: list[dict[str, Any]], path: str, faults: Faults) -> list[Item]:
    rows = [
        build(Item(position=number), data, ITEM_FIELDS, f"{path}[{number}]", faults)
        for number, data in enumerate(items)
    ]
    each_once((row.ref for row in rows), path, "ref", faults)
    return rows


def _store_items(lot: Lot, items: list[Item]) -> None:
    lot.items.all().delete()
    for item in items:
        item.lot = lot
    Item.objects.bulk_create(items)


def _keep_criteria(gone: list[Lot], faults: Faults) -> None:
    """A criterion of one lot only must not silently become a criterion of all lots when that lot goes."""
    for criterion in Criterion.objects.filter(lots__in=gone).distinct():
        if not criterion.lots.exclude(pk__in=[lot.pk for lot in gone]).exists():
            faults.add(
                "lots", _("Criterion %(code)s belongs to a lot that would be removed.") % {"code": criterion.code}
            )


def _criterion(
    tender: Tender, lots: Mapping[str, Lot], data: Data, number: int, faults: Faults
) -> tuple[Criterion, list[Lot]]:
    path = f"criteria[{number}]"
    fields = dict(data)
    codes = fields.pop("lots", None) or []
    if "curve" in fields:
        fields["curve"] = _curve(fields["curve"] or [], f"{path}.curve", faults)
    if "life_cycle" in fields:
        fields["life_cycle"] = life_cycle.checked(fields["life_cycle"], f"{path}.life_cycle", faults)
    row = build(Criterion(tender=tender, position=number), fields, CRITERION_FIELDS, path, faults)
    if row.minimum_score is not None and row.minimum_score > TOP_SCORE:
        faults.add(f"{path}.minimum_score", _("A minimum score lies between 0 and 10."))
    if not isinstance(row.guide, dict) or not all(isinstance(text, str) for text in row.guide.values()):
        faults.add(f"{path}.guide", _("A scoring guide names a text for each span of points."))
    if row.life_cycle and row.kind != CriterionKind.COST:
        faults.add(f"{path}.life_cycle", _("Only a cost criterion is worked out as life-cycle cost."))
    if row.life_cycle:
        row.direction = "lower"
    if (row.kind in OF_CALL_ONLY and not tender.is_call) or (row.kind in OF_AWARD and tender.is_call):
        faults.add(
            f"{path}.kind", _("A call compares candidates, an award compares bids; this kind belongs to the other.")
        )
    for code in codes:
        if code not in lots:
            faults.add(f"{path}.lots", _("There is no lot %(code)s.") % {"code": code})
    return row, [lots[code] for code in codes if code in lots]


def _curve(points: Any, path: str, faults: Faults) -> list[list[str]]:
    """[[value, points], …] as plain decimal text; values rise, points lie between 0 and 10."""
    curve: list[list[str]] = []
    previous = None
    for index, pair in enumerate(points if isinstance(points, list | tuple) else [points]):
        try:
            value, score = (exact(number) for number in pair)
        except (TypeError, ValueError):
            value = score = None
        if value is None or score is None or not 0 <= score <= TOP_SCORE:
            faults.add(f"{path}[{index}]", _("A point of the curve is a number and its points between 0 and 10."))
        elif previous is not None and value <= previous:
            faults.add(f"{path}[{index}]", _("The numbers of the curve must rise."))
        else:
            curve.append([format(value, "f"), format(score, "f")])
            previous = value
    return curve
