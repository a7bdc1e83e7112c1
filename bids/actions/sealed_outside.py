"""Prices and answers sealed on the bidder's side: the server says what is to be sealed, and takes the sealed object.

It checks the draft before, then what can be seen of the object: its place, size, hash, and that it is an age file. What
is inside shows at the opening; a content that does not fit is an integrity problem then, named by its code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.decision import refuse
from accounts.models import User
from bids.actions.drafts import own_draft
from bids.actions.seal import current_seal
from bids.actions.submission import (
    SealedBid,
    SealedManifest,
    check_documents,
    declared,
    hand_in,
    manifest_of,
    repeated_receipt,
)
from bids.content import DraftContent
from bids.content_checks import check_to_hand_in
from bids.envelopes import envelopes, split
from bids.models import Draft, Receipt, SealedObject, Upload
from bids.places import Standing, manifest_slot, standing_of
from bids.sealing import LARGEST_MANIFEST, SealingError, Slot, check_shape, padme

WHERE: Final = ("browser", "client")


@dataclass(frozen=True)
class ToSeal:
    """What the bidder's side seals: `text` behind the slot's line, `padding` zero bytes behind it, to `recipient`.

    `version` is the draft's, `standing` what it is to be handed in as. `price`: the second envelope, where prices have
    one of their own.
    """

    version: int
    standing: Standing
    text: str
    place: Slot
    recipient: str
    padding: int
    price: ToSeal | None = None


@dataclass(frozen=True)
class SealedOutside:
    """A manifest as its bidder sealed it, the draft's version it was made from, and where: "browser" or "client".

    `price`: the second envelope, where prices have one of their own. `standing`: the version and edition it was sealed
    for; None for an older program that does not say so.
    """

    object_id: UUID
    data: bytes
    version: int
    where: str = "client"
    price: SealedOutside | None = None
    standing: Standing | None = None

    @property
    def parts(self) -> list[SealedOutside]:
        """This envelope and, if there is one, the other."""
        return [self, self.price] if self.price else [self]


def prepare_manifest(*, actor: User, draft_id: UUID | str, declarant: str) -> ToSeal:
    """The canonical manifest of the own draft, complete and ready to be sealed. Stores nothing.

    Faults as `submit_bid`: ValidationError by JSON path, RefusedError, Http404 for a foreign draft.
    """
    draft = own_draft(actor, draft_id)
    content = declared(actor, draft, declarant)
    check_to_hand_in(content, draft.tender)
    seal = current_seal(draft.tender)
    check_documents(content, draft.pk, seal)
    return to_seal(draft, content)


def to_seal(draft: Draft, content: DraftContent) -> ToSeal:
    """The manifest of this content in a new place of the draft, or both where there are two envelopes."""
    wanted: ToSeal | None = None
    standing = standing_of(draft)
    for envelope, part in reversed(split(content, draft.tender).items()):
        place = manifest_slot(draft.tender_id, draft.company_id, draft.pk, uuid4(), envelope, part, standing)
        text = manifest_of(part, standing).to_bytes()
        length = len(place.line()) + len(text)
        recipient = current_seal(draft.tender, envelope).recipient
        wanted = ToSeal(draft.version, standing, text.decode(), place, recipient, padme(length) - length, price=wanted)
    assert wanted is not None
    return wanted


def submit_sealed(
    *,
    actor: User,
    draft_id: UUID | str,
    declarant: str,
    sealed: SealedOutside,
    idempotency_key: str,
    received_at: datetime | None = None,
    keep_copy: bool = False,
) -> Receipt:
    """Hands in the draft with the manifest its bidder sealed. The same key and bytes give the same receipt.

    Refuses (stale) when the draft changed since it was sealed; ValidationError names `manifest` when it is not sealed.
    """
    received = received_at or clock.now()
    sha256 = [hashlib.sha256(part.data).hexdigest() for part in sealed.parts]
    request = {"draft": str(draft_id), "declarant": declarant, "keep_copy": keep_copy, "manifest": " ".join(sha256)}
    if repeated := repeated_receipt(actor, idempotency_key, request, received):
        return repeated
    draft = own_draft(actor, draft_id)
    content = declared(actor, draft, declarant)
    check_to_hand_in(content, draft.tender)
    seal = current_seal(draft.tender)
    check_documents(content, draft.pk, seal)
    check_sealed(sealed, draft)
    ready = SealedBid(
        actor=actor,
        company=draft.company,
        tender=draft.tender,
        seal=seal,
        draft_id=draft.pk,
        draft=draft,
        manifests=tuple(
            SealedManifest.stored(part.object_id, envelope, part.data)
            for envelope, part in zip(envelopes(draft.tender), sealed.parts, strict=True)
        ),
        document_ids=tuple(file.object for file in content.files),
        imported_as={},
        standing=sealed.standing,
        sealed_at=sealed.where,
    )
    return hand_in(ready, idempotency_key, request, received, keep_copy)


def check_sealed(sealed: SealedOutside, draft: Draft) -> None:
    """What can be seen from outside: fresh, small enough, age files, ids of their own, as many as envelopes."""
    if len(sealed.parts) != len(envelopes(draft.tender)):
        text = _("Here prices have an envelope of their own: seal and send exactly the parts that were asked for.")
        raise ValidationError({"price_manifest": [text]})
    if len({part.object_id for part in sealed.parts}) != len(sealed.parts):
        refuse("id_used", gettext_lazy("This id is in use already. Choose a new random one."))
    for part, field in zip(sealed.parts, ("manifest", "price_manifest"), strict=False):
        _check_part(part, draft.version, field)


def _check_part(sealed: SealedOutside, version: int, field: str) -> None:
    if sealed.version != version:
        refuse("stale", gettext_lazy("Somebody of your company saved this bid in between. Please load it again."))
    if sealed.where not in WHERE:
        raise ValidationError({"sealed_at": [_("Say “browser” or “client”.")]})
    if len(sealed.data) > LARGEST_MANIFEST:
        raise ValidationError({field: [_("Prices and answers are larger than 1 MiB when sealed.")]})
    try:
        check_shape(sealed.data, len(sealed.data))
    except SealingError as error:
        raise ValidationError({field: [_("Not a sealed manifest: %(why)s") % {"why": error}]}) from error
    used = SealedObject.objects.filter(pk=sealed.object_id).exists()
    if used or Upload.objects.filter(object_id=sealed.object_id).exists():
        refuse("id_used", gettext_lazy("This id is in use already. Choose a new random one."))


def as_json(wanted: ToSeal) -> dict[str, Any]:
    """The same for a client: `slot` as its line has it."""
    more = {"price": as_json(wanted.price)} if wanted.price else {}
    return {
        **more,
        "version": wanted.version,
        "object": wanted.place.object,
        "manifest": wanted.text,
        "bid_version": wanted.standing.version,
        "edition": wanted.standing.edition,
        "slot": wanted.place.to_json(),
        "slot_line": wanted.place.line().decode().rstrip("\n"),
        "padding": wanted.padding,
        "recipient": wanted.recipient,
        "limit": LARGEST_MANIFEST,
    }
