"""Bids without names: "Bidder 3" for the panel until it is closed, where the published rule says so.

The order is stable and tells nothing: by the moment of opening, then by a digest of the bid's random id. A late bid
that is admitted comes last and moves nobody.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.decision import ALLOWED, Decision, Refused
from accounts.lifecycle import Role
from accounts.models import User
from bids.models import Bid, OpenedDocument
from evaluation.lifecycle import FILE_READERS
from evaluation.models import PanelLock
from tendering.models import Tender


def is_neutral(tender: Tender) -> bool:
    """Whether the panel does not see names now: published so, and not closed yet. One query at most."""
    return bool(tender.evaluation.get("anonymous_bids")) and not PanelLock.objects.filter(tender=tender).exists()


def decide_names(tender: Tender, user: User) -> Decision:
    """Where bids are judged without names, nobody judges or moderates who reads the names elsewhere.

    That is in opening, file or audit; a role given after the appointment counts as well.
    """
    if is_neutral(tender) and user.has_role(tender.buyer_id, *FILE_READERS, Role.OPENER):
        text = gettext_lazy(
            "Bids are judged without names here, and by another task you read the names. Please tell the office."
        )
        return Refused("knows_names", text, 403)
    return ALLOWED


def neutral_names(bids: Iterable[Bid]) -> dict[UUID, str]:
    """{bid: "Bidder 3"} for the opened bids among these."""
    opened = sorted((bid.opened_at, hashlib.sha256(bid.pk.bytes).digest(), bid.pk) for bid in bids if bid.opened_at)
    return {pk: _("Bidder %(number)d") % {"number": number} for number, (_at, _key, pk) in enumerate(opened, 1)}


def neutral_file_name(document: OpenedDocument, number: int) -> str:
    """A name that says what the paper is for, not who wrote it; the kind of the file stays."""
    kind = document.name.rpartition(".")[2].lower()
    end = f".{kind}" if kind.isalnum() and len(kind) <= 5 and kind != document.name.lower() else ""
    return f"{number:02}-{slugify(document.role) or 'document'}{end}"
