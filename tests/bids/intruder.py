"""Whoever copied database and storage, holds the server's key files and some openers' full credentials: what opens?

The attack uses the product's own formats: the clock share is unwrapped with the platform key although the deadline has
not come, each opener's key is unlocked with its pass sentence, and everything that can be combined is tried as the key
of every sealed file. With one opener nothing may come out; with two everything must, or the search would be blind.
"""

import base64
import io
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings

from accounts.models import OpenerKey
from bids import keys
from bids.models import Draft, SealPiece, TenderSeal, Upload
from bids.sealing import (
    OpenedPiece,
    Piece,
    SealingError,
    age,
    open_piece,
    recover_secret,
    unlock_opener_key,
    unwrap_clock_share,
)
from bids.sealing.tender_secret import combine
from tests.factories import PASS_SENTENCE


def opened_with(*openers: Any) -> Iterator[bytes]:
    """All that platform key and these openers' credentials make of database and storage."""
    own = [piece for opener in openers for piece in _own_pieces(opener)]
    assert own or not openers
    secrets = {piece.value for piece in own}
    for seal in TenderSeal.objects.all():
        wrapped, place = base64.b64decode(seal.clock_wrapped), {"tender": seal.scope, "generation": seal.generation}
        share = unwrap_clock_share(wrapped, keys.platform_key().secret, **place)
        secrets |= {share, *_combinations(own, share, seal.recipient)}
    yield from secrets
    for secret in secrets:
        yield from _sealed_files(secret)


def opened_with_store_key() -> Iterator[bytes]:
    """All that the store key makes of drafts and of the notes of uploads."""
    store = keys.store_key()
    for draft in Draft.objects.all():
        yield store.decrypt(bytes(draft.content), f"draft:{draft.pk}")
    for upload in Upload.objects.all():
        yield store.decrypt(bytes(upload.note), f"upload:{upload.object_id}") if upload.note else b""


def _own_pieces(opener: Any) -> Iterator[OpenedPiece]:
    """The pieces that this opener's key opens; those of the others are tried too."""
    secret = unlock_opener_key(bytes(OpenerKey.objects.get(user=opener).locked), PASS_SENTENCE).secret
    for row in SealPiece.objects.all():
        try:
            yield open_piece(Piece.from_json(row.body), secret)
        except SealingError:
            continue


def _combinations(own: list[OpenedPiece], share: bytes, recipient: str) -> Iterator[bytes]:
    """What one piece or two give with and without the clock share, by bare xor and by the rule."""
    for chosen in (some for size in (1, 2) for some in itertools.combinations(own, size)):
        values = [piece.value for piece in chosen]
        yield combine(values)
        yield combine([*values, share])
        try:
            yield recover_secret(chosen, share, recipient).secret
        except SealingError:
            continue


def _sealed_files(secret: bytes) -> Iterator[bytes]:
    """What this secret makes of every sealed file; bytes before a fault count too."""
    for path in sorted(settings.SEALED_DIR.rglob("*.age")):
        out = io.BytesIO()
        with suppress(SealingError):
            age.decrypt_stream(io.BytesIO(path.read_bytes()), out, secret)
        yield out.getvalue()
