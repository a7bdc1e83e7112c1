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
    TOO_LARGE,
    SealedBid,
    SealedManifest,
    check_documents,
    check_size,
    declared,
    hand_in,
    manifest_of,
    repeated_receipt,
)
from bids.content import DraftContent
from bids.content_checks import check_to_hand_in
from bids.envelopes import envelopes, split
from bids.models import Draft, Receipt, SealedObject, TenderSeal, Upload
from bids.places import Standing, manifest_slot, standing_of
from bids.sealing import LARGEST_MANIFEST, SealingError, Slot, check_shape, padme

WHERE: Final = ("browser", "client")
ID_USED: Final = gettext_lazy("This id is in use already. Choose a new random one.")


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
        check_size(place, text)
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
    manifests = tuple(
        SealedManifest.stored(part.object_id, envelope, part.data)
        for envelope, part in zip(envelopes(draft.tender), sealed.parts, strict=True)
    )
    ready = sealed_bid(actor, draft, content, seal, manifests, sealed.where, sealed.standing)
    return hand_in(ready, idempotency_key, request, received, keep_copy)


def sealed_bid(
    actor: User, draft: Draft, content: DraftContent, seal: TenderSeal, manifests: tuple[SealedManifest, ...],
    sealed_at: str, standing: Standing | None,
) -> SealedBid:  # fmt: skip
    """The draft with the manifests its bidder sealed, ready to be recorded."""
    return SealedBid(
        actor=actor,
        company=draft.company,
        tender=draft.tender,
        seal=seal,
        draft_id=draft.pk,
        draft=draft,
        manifests=manifests,
        document_ids=tuple(file.object for file in content.files),
        imported_as={},
        standing=standing,
        sealed_at=sealed_at,
    )


def check_sealed(sealed: SealedOutside, draft: Draft) -> None:
    """What can be seen from outside: fresh, small enough, age files, ids of their own, as many as envelopes."""
    check_parts([part.object_id for part in sealed.parts], draft)
    for part, field in zip(sealed.parts, ("manifest", "price_manifest"), strict=False):
        check_version(part.version, draft)
        check_bytes(part.data, part.where, field)
        check_unused(part.object_id)


def check_parts(object_ids: list[UUID], draft: Draft) -> None:
    """As many parts as envelopes, each with an id of its own."""
    if len(object_ids) != len(envelopes(draft.tender)):
        text = _("Here prices have an envelope of their own: seal and send exactly the parts that were asked for.")
        raise ValidationError({"price_manifest": [text]})
    if len(set(object_ids)) != len(object_ids):
        refuse("id_used", ID_USED)


def check_version(version: int, draft: Draft) -> None:
    """The draft is still the one that was sealed."""
    if version != draft.version:
        refuse("stale", gettext_lazy("Somebody of your company saved this bid in between. Please load it again."))


def check_bytes(data: bytes, where: str, field: str = "manifest") -> None:
    """Small enough, an age file of the right shape, and a side that can seal."""
    if where not in WHERE:
        raise ValidationError({"sealed_at": [_("Say “browser” or “client”.")]})
    if len(data) > LARGEST_MANIFEST:
        raise ValidationError({field: [TOO_LARGE]})
    try:
        check_shape(data, len(data))
    except SealingError as error:
        raise ValidationError({field: [_("Not a sealed manifest: %(why)s") % {"why": error}]}) from error


def check_unused(object_id: UUID) -> None:
    """No object and no upload has this id."""
    used = SealedObject.objects.filter(pk=object_id).exists()
    if used or Upload.objects.filter(object_id=object_id).exists():
        refuse("id_used", ID_USED)


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
