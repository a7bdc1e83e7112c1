"""Documents as PDF for people to keep: the record of an opening, a bidder's receipt."""

from reports.documents.opening_record import opening_record_pdf
from reports.documents.receipt import receipt_pdf

__all__ = ["opening_record_pdf", "receipt_pdf"]
