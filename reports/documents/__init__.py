"""Documents as PDF for people to keep: the record of an opening, a bidder's receipt, letters, council papers."""

from reports.documents.council_paper import council_paper_pdf, papers_pdf
from reports.documents.letter import letter_pdf
from reports.documents.opening_record import opening_record_pdf
from reports.documents.receipt import receipt_pdf, rehearsal_pdf

__all__ = [
    "council_paper_pdf", "letter_pdf", "opening_record_pdf", "papers_pdf", "receipt_pdf", "rehearsal_pdf",
]  # fmt: skip
