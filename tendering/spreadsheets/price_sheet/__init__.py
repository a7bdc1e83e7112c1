"""The bidder's price sheet: a workbook with named input cells, written here and read back from any program."""

from tendering.spreadsheets.price_sheet.model import (
    CellProblem,
    CellWarning,
    PricePosition,
    PriceSheet,
    PriceSheetReading,
    Promise,
    SheetLot,
)
from tendering.spreadsheets.price_sheet.reading import interpret, read_price_sheet
from tendering.spreadsheets.price_sheet.writing import price_cell, write_price_sheet

__all__ = [
    "CellProblem",
    "CellWarning",
    "PricePosition",
    "PriceSheet",
    "PriceSheetReading",
    "Promise",
    "SheetLot",
    "interpret",
    "price_cell",
    "read_price_sheet",
    "write_price_sheet",
]
