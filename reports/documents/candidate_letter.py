"""A letter about the selection of candidates as it was sent: its frozen content, in its own language and moment."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from evaluation.models import CandidateLetter
from reports.documents.rendering import frame, pdf


def candidate_letter_pdf(letter: CandidateLetter) -> bytes:
    """PDF of a letter; the same letter gives the same bytes."""
    with translation.override(letter.language):
        return pdf("candidate_letter", _data(letter))


def _data(letter: CandidateLetter) -> dict[str, Any]:
    call, content = letter.bid.tender, dict[str, Any](letter.content)
    return {
        **frame(
            title=_("Selection of candidates"), organisation=call.buyer.name, reference=call.reference,
            at=letter.sent_at, footer=letter.company.name,
        ),
        "recipient": letter.company.name,
        "parts": content["parts"],
        "signed": str(call.contact_unit or call.buyer.name),
        "hash": _("Fingerprint of this letter (SHA-256): %(hash)s") % {"hash": letter.sha256},
    }  # fmt: skip
