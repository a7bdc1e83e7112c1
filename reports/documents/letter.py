"""A letter about the award as it was sent: its frozen content, in its own language, at its own moment."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from evaluation.models import Letter
from reports.documents.rendering import frame, pdf


def letter_pdf(letter: Letter) -> bytes:
    """PDF of a letter; the same letter gives the same bytes."""
    with translation.override(letter.language):
        return pdf("letter", _data(letter))


def _data(letter: Letter) -> dict[str, Any]:
    content: dict[str, Any] = letter.content
    return {
        **frame(
            title=content["heading"], organisation=content["sender"], reference=content["reference"],
            at=letter.sent_at, footer=content["recipient"],
        ),
        "recipient": content["recipient"],
        "greeting": content["greeting"],
        "opening": content["opening"],
        "lots": content["lots"],
        "waiting": content["waiting"],
        "rights": content["rights"],
        "closing": content["closing"],
        "signed": content["signed"],
        "hash": _("Fingerprint of this letter (SHA-256): %(hash)s") % {"hash": letter.sha256},
    }  # fmt: skip
