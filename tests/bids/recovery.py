"""A recovery key in its envelope, for tests: made by an office outside the group, used by two people."""

from dataclasses import dataclass
from typing import Any

from accounts.models import OpenerKey
from bids import actions
from bids.actions import recovery_use
from bids.actions.recovery_keys import next_name
from bids.models import OpeningSession, RecoveryUse
from bids.sealing import OpenerSecret, Piece, new_opener_key, release_pieces
from tests.factories import Town, make_user

REASON = "The second opener and the deputy are ill"


@dataclass
class Envelope:
    """The key, its maker and the secret of the sheet."""

    keeper: Any
    key: OpenerKey
    secret: OpenerSecret


def envelope_of(town: Town, keeper: Any = None, **changes: str) -> Envelope:
    keeper = keeper or make_user(town.organization, "opener", function="Audit office")
    name = next_name(town.organization)
    public, secret = new_opener_key(name)
    place = {"kept_by": "Audit office", "kept_where": "Safe, room 12", "name": name, **changes}
    key = actions.store_recovery_key(actor=keeper, organization_id=town.organization.pk, public=public, **place)
    return Envelope(keeper, key, secret)


def taken_out(opener: Any, witness: Any, tender: Any, *, confirmed: bool = True) -> RecoveryUse:
    use = actions.take_recovery_key(actor=opener, tender_id=tender.pk, witness_id=witness.pk, reason=REASON)
    return actions.confirm_envelope(actor=witness, use_id=use.pk) if confirmed else use


def read_sheet(envelope: Envelope, use: RecoveryUse, opener: Any) -> tuple[str, list[dict[str, Any]]]:
    """What the opener's browser makes of the sheet: the session and the pieces wrapped to it."""
    task = recovery_use.recovery_task(actor=opener, use_id=use.pk)
    own = [Piece.from_json(piece) for piece in task["pieces"]]
    made = release_pieces(
        own, task["opener"], envelope.secret.secret, session=task["session"], session_public=task["session_public"]
    )
    return task["session"], [piece.to_json() for piece in made]


def release_sheet(envelope: Envelope, use: RecoveryUse, opener: Any) -> OpeningSession:
    session, pieces = read_sheet(envelope, use, opener)
    return actions.release_recovery_key(actor=opener, use_id=use.pk, session_id=session, pieces=pieces)
