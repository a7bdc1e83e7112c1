"""Bids without names: "Bidder 3" for the panel until it is closed, where the published rule says so.

The order is stable and tells nothing: by the moment of opening, then by a digest of the bid's random id. A late bid
that is admitted comes last and moves nobody.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from bids.models import Bid, OpenedDocument
from evaluation.models import PanelLock
from tendering.models import Tender


def is_neutral(tender: Tender) -> bool:
    """Whether the panel does not see names now: published so, and not closed yet. One query at most."""
    return bool(tender.evaluation.get("anonymous_bids")) and not PanelLock.objects.filter(tender=tender).exists()


def neutral_names(bids: Iterable[Bid]) -> dict[UUID, str]:
    """{bid: "Bidder 3"} for the opened bids among these."""
    opened = sorted((bid.opened_at, hashlib.sha256(bid.pk.bytes).digest(), bid.pk) for bid in bids if bid.opened_at)
    return {pk: _("Bidder %(number)d") % {"number": number} for number, (_at, _key, pk) in enumerate(opened, 1)}


def neutral_file_name(document: OpenedDocument, number: int) -> str:
    """A name that says what the paper is for, not who wrote it; the kind of the file stays."""
    kind = document.name.rpartition(".")[2].lower()
    end = f".{kind}" if kind.isalnum() and len(kind) <= 5 and kind != document.name.lower() else ""
    return f"{number:02}-{slugify(document.role) or 'document'}{end}"
