"""Price sheets and files that the tests share."""

import io
import zipfile
from decimal import Decimal

import openpyxl

from tendering.spreadsheets.price_sheet import PricePosition, PriceSheet, PriceSheetReading, Promise, SheetLot


def two_lots() -> PriceSheet:
    return PriceSheet(
        reference="2026-017",
        title="Schreibdienst & Archiv",
        buyer="Stadt Musterstadt",
        currency="EUR",
        vat_rates=(Decimal(19), Decimal(7), Decimal(0)),
        lots=(
            SheetLot(
                "L1",
                "Schreibdienst",
                (
                    PricePosition("1.1", "Sitzung protokollieren", "Stunde", Decimal(1150)),
                    PricePosition("1.2", '=HYPERLINK("http://x.example","Diktat")', "Seite", Decimal("14500")),
                    PricePosition("1.10", "Eilzuschlag", "Seite", Decimal("2.5"), 4, optional=True, essential=False),
                ),
                (Promise("K1", "Tage je Vorgang", "days", "lower", 1, Decimal(1), Decimal(30)),),
            ),
            SheetLot(
                "L2",
                "Archiv",
                (
                    PricePosition("2.1", "Akte scannen", "Stück", Decimal(100)),
                    PricePosition("2.2", "Beratung", "Stunde", Decimal(10), in_evaluation=False, essential=False),
                ),
            ),
        ),
    )


def filled_in() -> PriceSheetReading:
    return PriceSheetReading(
        values={
            ("L1", "1.1"): Decimal("42.48"),
            ("L1", "1.2"): Decimal("2.52"),
            ("L1", "1.10"): Decimal("0.1308"),
            ("L2", "2.1"): Decimal("1250"),
            ("L2", "2.2"): Decimal("0.07"),
        },
        promised={("L1", "K1"): Decimal("4.5")},
        discount={"L1": Decimal("2.5")},
        stated_total={"L2": Decimal("125000")},
        vat=Decimal(7),
    )


def same_values(one: PriceSheetReading, other: PriceSheetReading) -> bool:
    names = ("values", "promised", "discount", "stated_total", "vat")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def edited(data: bytes, change) -> bytes:
    """The file after a person changed it in a spreadsheet program (openpyxl plays that program)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes | None) -> bytes:
    """The same zip with one part replaced, added, or (None) removed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item.filename, old.read(item.filename))
        if content is not None:
            new.writestr(name, content)
    return stream.getvalue()
