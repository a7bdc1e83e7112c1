"""What opened documents say about who made them and when: read after the opening, kept as a digest only.

For the hint that bids may have been written together. The digest holds the tender, so that it says nothing elsewhere.
"""

from datetime import datetime
from typing import Final

from accounts.evidence import canonical_bytes, digest
from bids.models import OpenedDocument
from bids.opening import read_document
from bids.sealing import IntegrityError
from tendering.spreadsheets.safe import Limits, Refused, read_in_child

LARGEST: Final = 20_000_000  # bytes; a larger document is not looked into
AT_ONCE: Final = 100
NEEDED: Final = ("author", "created")  # a program alone is the same in thousands of files
_LIMITS: Final = Limits(cpu_seconds=5, wall_seconds=10.0)


def read_marks(now: datetime) -> int:
    """Look into opened documents that nobody has looked into; how many were. Safe to run twice, late or at once."""
    waiting = OpenedDocument.objects.filter(marks_read_at=None).select_related("bid").order_by("pk")[:AT_ONCE]
    rows = list(waiting)
    for row in rows:
        found, kinds = _marks(row)
        OpenedDocument.objects.filter(pk=row.pk).update(marks=found, marks_kinds=kinds, marks_read_at=now)
    return len(rows)


def _marks(row: OpenedDocument) -> tuple[str, str]:
    """Digest and which entries it holds; both "" where the file says too little, or cannot be read."""
    if row.size > LARGEST:
        return "", ""
    try:
        said = read_in_child("document_marks", b"".join(read_document(row)), {}, _LIMITS)
    except (Refused, OSError, IntegrityError):
        return "", ""
    if not all(said.get(name) for name in NEEDED):
        return "", ""
    kinds = [name for name in ("author", "producer", "created") if said[name]]
    body = {"tender": row.bid.tender_id, **{name: said[name] for name in kinds}}
    return digest("document-marks", canonical_bytes(body)), ",".join(kinds)
