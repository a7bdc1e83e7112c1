"""Reading a filled price sheet safely, against openpyxl loading the same file whole."""

import io
from decimal import Decimal

from tendering.spreadsheets.price_sheet import (
    PricePosition,
    PriceSheet,
    PriceSheetReading,
    SheetLot,
    read_price_sheet,
    write_price_sheet,
)
from tests.bench.measuring import Table, rounds

POSITIONS = 1_000


def tables() -> list[Table]:
    sheet, data = filled()
    found = read_price_sheet(data, sheet, "de")
    if len(found.values) != POSITIONS or found.problems:
        raise AssertionError("the price sheet was not read whole")
    seconds = rounds(
        {
            "openpyxl, values and formulas": lambda: load_whole(data),
            "our reading (child process)": lambda: read_price_sheet(data, sheet, "de"),
        }
    )
    note = "Ours starts a limited process for each file, checks the container and names every cell it cannot read."
    return [Table(f"Price sheet with {POSITIONS} positions", "openpyxl, values and formulas", seconds, note)]


def filled() -> tuple[PriceSheet, bytes]:
    positions = tuple(
        PricePosition(f"1.{n}", f"Service {n}", "piece", Decimal(n), essential=True) for n in range(1, POSITIONS + 1)
    )
    sheet = PriceSheet("2026-001", "Letters", "Town", "EUR", (Decimal(19),), (SheetLot("L1", "Letters", positions),))
    values = {("L1", position.ref): Decimal("1.25") for position in positions}
    filling = PriceSheetReading(values=values, promised={}, discount={}, stated_total={}, vat=Decimal(19))
    return sheet, write_price_sheet(sheet, "de", filling)


def load_whole(data: bytes) -> int:
    """Both views of the workbook, as a program needs that must know value and formula of a cell."""
    import openpyxl

    books = [openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (True, False)]
    return sum(1 for book in books for sheet in book for row in sheet.iter_rows() for _cell in row)
