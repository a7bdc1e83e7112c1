"""Words printed on the price sheet. A file carries its own language: it may travel far from the site's settings."""

from __future__ import annotations

from typing import Literal

Language = Literal["de", "en"]

LABELS: dict[Language, dict[str, str]] = {
    "en": {
        "lot": "Lot",
        "how": (
            "Fill in the yellow cells only. Prices are net, per unit, in {currency}. The sums are for your overview: "
            "your unit prices count. You may rename the file, add sheets and save it with any program."
        ),
        "ref": "Item",
        "text": "Description",
        "unit": "Unit",
        "quantity": "Quantity",
        "price": "Unit price, net",
        "line": "Sum",
        "note": "Note",
        "optional": "optional item",
        "not_evaluated": "priced, not compared",
        "sum": "Sum of compared items",
        "discount": "Discount in %",
        "net": "Net after discount",
        "vat": "VAT in %",
        "gross": "Gross",
        "promises": "What you promise",
        "promise_hint": "These numbers are scored and become part of the contract.",
        "lower": "lower is better",
        "higher": "higher is better",
        "stated_total": "Your own net total (optional)",
        "price_error": "Enter the price as a number of 0 or more with at most {places} decimals.",
        "vat_error": "Choose one of the VAT rates.",
    },
    "de": {
        "lot": "Los",
        "how": (
            "Füllen Sie nur die gelben Zellen aus. Preise netto je Einheit in {currency}. Die Summen dienen Ihrer "
            "Übersicht: Es zählen Ihre Einheitspreise. Sie dürfen die Datei umbenennen, Blätter ergänzen und sie mit "
            "jedem Programm speichern."
        ),
        "ref": "Position",
        "text": "Leistung",
        "unit": "Einheit",
        "quantity": "Menge",
        "price": "Einheitspreis netto",
        "line": "Summe",
        "note": "Hinweis",
        "optional": "Bedarfsposition",
        "not_evaluated": "mit Preis, nicht gewertet",
        "sum": "Summe der gewerteten Positionen",
        "discount": "Nachlass in %",
        "net": "Netto nach Nachlass",
        "vat": "Umsatzsteuer in %",
        "gross": "Brutto",
        "promises": "Was Sie zusagen",
        "promise_hint": "Diese Zahlen werden gewertet und Vertragsbestandteil.",
        "lower": "niedriger ist besser",
        "higher": "höher ist besser",
        "stated_total": "Ihre eigene Nettosumme (freiwillig)",
        "price_error": "Tragen Sie den Preis als Zahl ab 0 mit höchstens {places} Nachkommastellen ein.",
        "vat_error": "Wählen Sie einen der Steuersätze.",
    },
}


def every(key: str) -> frozenset[str]:
    """The word in all languages, folded: files are read whatever language they were written in."""
    return frozenset(words[key].casefold() for words in LABELS.values())
