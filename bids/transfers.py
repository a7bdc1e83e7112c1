"""How the documents of a bid arrived: figures of each transfer, no file name. For its bidder, and for whoever decides
whether a delay was the bidder's fault."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bids.models import Bid, Upload


@dataclass(frozen=True, slots=True)
class Transfer:
    """One sealed document on its way. `ended` is "" where it never did; `speed` is in kB a second, pauses included."""

    begun_at: datetime
    last_at: datetime
    ended: str
    size: int
    arrived: int
    chunks: int
    refusals: int
    pauses: int
    longest_pause: timedelta
    speed: int


def transfers_of(bid: Bid) -> list[Transfer]:
    """All transfers announced for this bid until it was recorded, also those that failed, in order. One query.

    What was sealed on the server came with its form or request in one piece and has no transfer.
    """
    found = Upload.objects.filter(
        tender=bid.tender_id, company=bid.company_id, draft_id=bid.draft_id, created_at__lte=bid.recorded_at
    )
    return [_transfer(upload) for upload in found.order_by("created_at", "pk").defer("note")]


def _transfer(upload: Upload) -> Transfer:
    last = upload.ended_at if upload.ended == "complete" and upload.ended_at else upload.touched_at
    seconds = max(1, round((last - upload.created_at).total_seconds()))
    return Transfer(
        begun_at=upload.created_at,
        last_at=last,
        ended=upload.ended,
        size=upload.size,
        arrived=upload.offset,
        chunks=upload.chunks,
        refusals=upload.refusals,
        pauses=upload.pauses,
        longest_pause=timedelta(seconds=upload.longest_pause),
        speed=upload.offset // 1000 // seconds,
    )
