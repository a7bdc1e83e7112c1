"""What is said of a bid that could not be opened: a reason in words for each code."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REASONS: Final = {
    "missing": _("A stored part of the bid is gone."),
    "hash": _("A stored part is not the one the receipt names."),
    "manifest": _("The bid does not fit the tender."),
    "replayed": _("A stored part is not the one the receipt names."),
    "version": _("What was sealed is for another version of this company's bid."),
    "edition": _("What was sealed is for another edition of the documents."),
    "lots": _("What was sealed is for other lots than it offers."),
    "envelope": _("A part holds what belongs into the other envelope, or is for other lots."),
    "unreadable": _("The disk of this platform could not read a stored part."),
    "unread": _("This platform could not read the bid; that says nothing about the bid."),
    "wrong_key": _("A stored part is sealed for another key, or was changed where its key is wrapped."),
}
_OTHER: Final = _("A stored part was changed or cannot be decrypted.")


def reason(code: str) -> str | Promise:
    """Why a bid could not be opened, for its code in the record."""
    return _REASONS.get(code, _OTHER)
