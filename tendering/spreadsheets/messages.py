"""What to say for each code: English message ids with named placeholders, translated by the caller's gettext.

Every sentence says what to do. `first` and `second` are the two readings of an ambiguous number, already formatted.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Marks a text for translation; this package knows no gettext."""
    return message


REFUSED: dict[str, str] = {
    "empty_file": gettext_noop("The file is empty. Choose the file you filled in."),
    "file_too_large": gettext_noop(
        "The file is larger than %(max_mib)s MiB. Remove pictures or other sheets and try again."
    ),
    "encrypted": gettext_noop("The file is protected by a password. Save it without a password and try again."),
    "old_format": gettext_noop("The file is in the old .xls format. Save it as .xlsx, .ods or .csv and try again."),
    "unknown_format": gettext_noop(
        "This is not a spreadsheet we can read. Save it as .xlsx, .ods or .csv and try again."
    ),
    "damaged": gettext_noop("The file is damaged or incomplete. Save it again and try again."),
    "too_many_members": gettext_noop("The file has more than %(max)s parts. Copy the prices into a fresh price sheet."),
    "unpacks_too_large": gettext_noop(
        "The file unpacks to more than %(max_mib)s MiB. Copy the prices into a fresh price sheet."
    ),
    "compressed_too_much": gettext_noop(
        "The file unpacks to far more than its size. Copy the prices into a fresh price sheet."
    ),
    "odd_encoding": gettext_noop(
        "The file uses an unusual text encoding. Save it as .xlsx, .ods or .csv and try again."
    ),
    "document_type": gettext_noop(
        "The file contains instructions a spreadsheet never needs. Copy the prices into a fresh price sheet."
    ),
    "too_many_cells": gettext_noop(
        "The file has more than %(rows)s rows or %(cells)s cells. Remove what is not part of the price sheet."
    ),
    "cell_out_of_range": gettext_noop(
        "The file has cells beyond row %(rows)s or column %(columns)s. Remove what is not part of the price sheet."
    ),
    "too_slow": gettext_noop("Reading the file took too long. Copy the prices into a fresh price sheet."),
    "too_much_memory": gettext_noop(
        "Reading the file needs too much memory. Copy the prices into a fresh price sheet."
    ),
    "unreadable": gettext_noop("The file could not be read. Save it again as .xlsx, .ods or .csv and try again."),
    "not_xlsx": gettext_noop("The template must be an .xlsx file."),
    "macros": gettext_noop("The template contains macros. Save it as .xlsx without macros."),
}

PROBLEMS: dict[str, str] = {
    "not_a_number": gettext_noop("Enter the number in digits, for example 84,500.00."),
    "ambiguous": gettext_noop("This can mean %(first)s or %(second)s. Enter it with two decimals."),
    "grouping": gettext_noop("The separators do not fit together. Enter the number like 84,500.00."),
    "too_many_decimals": gettext_noop("Enter the number with at most %(places)s decimals."),
    "negative": gettext_noop("Enter a number of 0 or more."),
    "too_large": gettext_noop("Enter a smaller number: at most 12 digits before the decimal mark."),
    "below_minimum": gettext_noop("Enter a number of at least %(minimum)s."),
    "above_maximum": gettext_noop("Enter a number of at most %(maximum)s."),
    "is_a_date": gettext_noop("The program made a date of this entry. Format the cell as a number and enter it again."),
    "error_value": gettext_noop("The cell shows an error. Enter the number itself."),
    "formula_without_value": gettext_noop("The cell holds a formula without a result. Enter the number itself."),
    "sheet_missing": gettext_noop("The sheet of lot %(lot)s is missing. Use the price sheet of this tender."),
    "position_missing": gettext_noop("Item %(ref)s is missing on this sheet. Use the price sheet of this tender."),
    "position_twice": gettext_noop("Item %(ref)s stands here twice (%(cells)s). Keep one of the rows."),
    "position_unknown": gettext_noop("Item %(ref)s is not part of this tender. Remove the row."),
}

WARNINGS: dict[str, str] = {
    "macros_ignored": gettext_noop("The file contains macros; they were not run."),
    "external_links_ignored": gettext_noop("The file refers to other files; they were not read."),
    "read_by_values_only": gettext_noop(
        "The file was saved in an unusual way; only its values were read. Check every number."
    ),
    "rows_moved": gettext_noop("The rows were moved; item %(ref)s was found by its number."),
    "price_missing": gettext_noop("Item %(ref)s has no price yet."),
    "zero_price": gettext_noop("The price is 0. Is that meant?"),
    "unusual_vat": gettext_noop("A VAT rate of %(rate)s%% is not one of those offered."),
    "formula_value_taken": gettext_noop("The cell holds a formula; its result %(value)s was taken."),
}
