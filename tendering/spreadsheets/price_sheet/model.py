"""What a price sheet asks for, what was read from one, and how its input cells are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from tendering.spreadsheets.text import sheet_name

InputKind = Literal["price", "promise", "discount", "stated_total", "vat"]


@dataclass(frozen=True, slots=True)
class PricePosition:
    """One position. `quantity` per contract; a price has at most `price_decimals` decimals."""

    ref: str
    text: str
    unit: str
    quantity: Decimal
    price_decimals: int = 2
    optional: bool = False
    in_evaluation: bool = True
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Promise:
    """An efficiency number the bidder promises, e.g. days per case; `better` says which direction wins."""

    code: str
    text: str
    unit: str
    better: Literal["lower", "higher"]
    decimals: int = 2
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SheetLot:
    id: str
    title: str
    positions: tuple[PricePosition, ...]
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """Everything printed on the sheet. `vat_rates` in percent, the first one is the default."""

    reference: str
    title: str
    buyer: str
    currency: str
    vat_rates: tuple[Decimal, ...]
    lots: tuple[SheetLot, ...]
    allow_discount: bool = True


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that was not read. `cell` as `Lot 1!E7`; `code` is a key of `messages.PROBLEMS`."""

    cell: str
    code: str
    message_params: Mapping[str, object]
    typed_text: str


@dataclass(frozen=True, slots=True)
class CellWarning:
    """Something read that the person should look at. `code` is a key of `messages.WARNINGS`."""

    cell: str
    code: str
    message_params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PriceSheetReading:
    """Keys are (lot id, position ref) and (lot id, promise code); discount in percent and stated total per lot."""

    values: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    promised: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    discount: Mapping[str, Decimal] = field(default_factory=dict)
    stated_total: Mapping[str, Decimal] = field(default_factory=dict)
    vat: Decimal | None = None
    problems: tuple[CellProblem, ...] = ()
    warnings: tuple[CellWarning, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Input:
    """One input cell: where its value belongs and what may stand in it."""

    kind: InputKind
    lot_id: str
    key: str
    name: str
    places: int
    unit: str = ""
    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = None


def inputs_of(sheet: PriceSheet) -> list[Input]:
    """Every input cell of the sheet in the order in which it is printed, with a unique defined name."""
    taken: set[str] = set()
    inputs: list[Input] = []
    for lot in sheet.lots:
        for position in lot.positions:
            name = _name("price", lot.id, position.ref, taken)
            inputs.append(Input("price", lot.id, position.ref, name, position.price_decimals))
        if sheet.allow_discount:
            name = _name("discount", lot.id, "", taken)
            inputs.append(Input("discount", lot.id, "", name, 2, "%", maximum=Decimal(100)))
        if lot is sheet.lots[0]:
            inputs.append(Input("vat", lot.id, "", _name("vat", "", "", taken), 2, "%", maximum=Decimal(100)))
        for promise in lot.promises:
            inputs.append(_promise_input(lot, promise, _name("promise", lot.id, promise.code, taken)))
        inputs.append(Input("stated_total", lot.id, "", _name("total", lot.id, "", taken), 2))
    return inputs


def _promise_input(lot: SheetLot, promise: Promise, name: str) -> Input:
    return Input(
        "promise", lot.id, promise.code, name, promise.decimals, promise.unit, promise.minimum, promise.maximum
    )


def _name(kind: str, lot_id: str, key: str, taken: set[str]) -> str:
    """A legal defined name such as `price_L1_1_1`; names that would collide get a number."""
    parts = (re.sub(r"[^A-Za-z0-9]", "_", part) for part in (kind, lot_id, key) if part)
    base = "_".join(parts)
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base}__{number}", number + 1
    taken.add(name.casefold())
    return name


def sheet_titles(sheet: PriceSheet, word: str) -> dict[str, str]:
    """Lot id -> title of its worksheet, e.g. `Lot L1`."""
    taken: set[str] = set()
    return {lot.id: sheet_name(f"{word} {lot.id}", taken) for lot in sheet.lots}
