"""What an opener's browser does at the opening, done in Python: tests/bids/sealing compares the two."""

import base64
from typing import Any

from bids import actions
from bids.models import OpeningSession
from bids.sealing import Piece, release_pieces, unlock_opener_key
from tests.factories import PASS_SENTENCE


def pieces_for(session: OpeningSession, opener: Any) -> list[dict[str, Any]]:
    """The opener's own pieces, unlocked and wrapped to the session."""
    return own_pieces_for(actions.release_task(actor=opener, session_id=session.pk))


def own_pieces_for(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The pieces of a task as the server gives it to the opener's browser or program."""
    secret = unlock_opener_key(base64.b64decode(task["locked"]), PASS_SENTENCE).secret
    own = [Piece.from_json(piece) for piece in task["pieces"]]
    released = release_pieces(
        own, task["opener"], secret, session=task["session"], session_public=task["session_public"]
    )
    return [piece.to_json() for piece in released]


def release_in_browser(session: OpeningSession, *openers: Any) -> OpeningSession:
    for opener in openers:
        session = actions.hand_over_pieces(actor=opener, session_id=session.pk, pieces=pieces_for(session, opener))
    return session
