"""Documents as PDF for people to keep: the record of an opening, a bidder's receipt, letters, council papers."""

from reports.documents.award_record import award_record_pdf
from reports.documents.candidate_letter import candidate_letter_pdf
from reports.documents.council_paper import council_paper_pdf, papers_pdf
from reports.documents.letter import letter_pdf
from reports.documents.opening_record import opening_record_pdf
from reports.documents.receipt import receipt_pdf, rehearsal_pdf

__all__ = [
    "award_record_pdf",
    "candidate_letter_pdf",
    "council_paper_pdf",
    "letter_pdf",
    "opening_record_pdf",
    "papers_pdf",
    "receipt_pdf",
    "rehearsal_pdf",
]
