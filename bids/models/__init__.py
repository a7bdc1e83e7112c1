"""The bidder's side: draft, sealed bid, receipt; the tender's seal; the opening and what it brought to light.

Before opening no column here holds a price, a bid text or a file name in clear: drafts are encrypted under the store
key, bids are sealed objects under DATA_DIR/sealed.
"""

from bids.models.bid import MENDABLE, Bid, BidQuerySet, Draft, DraftPresence, Receipt, SealedObject, Upload
from bids.models.group_rehearsal import GroupRehearsal, GroupRehearsalPart
from bids.models.handover import HandoverPart, KeyHandover
from bids.models.keys import SealCheck, SealPiece, TenderSeal, random_id
from bids.models.opened import BidAnswer, BidLot, ItemPrice, OpenedDocument, OpeningRelease, OpeningSession
from bids.models.profile import Proof, SelfDeclaration
from bids.models.recovery import RecoveryUse
from bids.models.rehearsal import Rehearsal

__all__ = [
    "MENDABLE",
    "Bid",
    "BidAnswer",
    "BidLot",
    "BidQuerySet",
    "Draft",
    "DraftPresence",
    "GroupRehearsal",
    "GroupRehearsalPart",
    "HandoverPart",
    "ItemPrice",
    "KeyHandover",
    "OpenedDocument",
    "OpeningRelease",
    "OpeningSession",
    "Proof",
    "Receipt",
    "RecoveryUse",
    "Rehearsal",
    "SealCheck",
    "SealPiece",
    "SealedObject",
    "SelfDeclaration",
    "TenderSeal",
    "Upload",
    "random_id",
]
