"""Prices and answers sealed on the bidder's side and sent before the act: handing in then only names them.

So the one request whose last byte decides is small, whatever the bid holds. A sealed manifest that waits is part of the
draft: nobody opens it, a newer one takes its place, and it goes with the draft.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import refuse
from accounts.models import User
from bids import storage
from bids.actions import trail
from bids.actions.drafts import delete_waiting_manifests, kept_or_removed, lock_draft, own_draft
from bids.actions.seal import current_seal
from bids.actions.sealed_outside import ID_USED, check_bytes, check_parts, check_unused, check_version, sealed_bid
from bids.actions.submission import (
    MANIFEST_GONE,
    SealedManifest,
    check_documents,
    declared,
    hand_in,
    repeated_receipt,
)
from bids.content_checks import check_to_hand_in
from bids.envelopes import envelopes
from bids.models import Draft, Receipt, SealedObject, TenderSeal
from bids.places import Standing

NAMED_INSIDE: Final = "-"  # who declares was asked when the text was made, and stands inside the sealed object


@dataclass(frozen=True)
class NamedManifest:
    """A manifest that was sent before: its object id, hex SHA-256 of its sealed bytes, the draft's version inside.

    `price`: the second envelope, where prices have one of their own. `standing`: the version and edition it was sealed
    for; None for an older program that does not say so.
    """

    object_id: UUID
    sha256: str
    version: int
    price: NamedManifest | None = None
    standing: Standing | None = None

    @property
    def parts(self) -> list[NamedManifest]:
        """This envelope and, if there is one, the other."""
        return [self, self.price] if self.price else [self]


def store_manifest(
    *, actor: User, draft_id: UUID | str, object_id: UUID, data: bytes, envelope: str = "", where: str = "client"
) -> SealedObject:
    """Keeps a sealed manifest of the own draft until it is handed in. Hands nothing in.

    `envelope`: default the only or first one. The same id and bytes again change nothing. Refuses (id_used) an id in
    use; ValidationError names `manifest` when it is not sealed, Http404 for a foreign draft.
    """
    draft = own_draft(actor, draft_id)
    envelope = envelope or envelopes(draft.tender)[0]
    if envelope not in envelopes(draft.tender):
        raise ValidationError({"envelope": [_("This tender has no such envelope.")]})
    check_bytes(data, where)
    sha256 = hashlib.sha256(data).hexdigest()
    if found := _stored(draft, object_id, sha256):
        return found
    check_unused(object_id)
    path = storage.write_sealed(data)
    with kept_or_removed(path), audit.in_transaction():
        draft, now = lock_draft(actor, draft_id)
        if SealedObject.objects.filter(pk=object_id).exists():  # the same request, a moment earlier
            refuse("id_used", ID_USED)
        delete_waiting_manifests(draft.pk, envelope)
        row = SealedObject(
            id=object_id, tender=draft.tender, company=draft.company, draft_id=draft.pk, kind="manifest",
            envelope=envelope, path=path, size=len(data), sha256=sha256, stored_at=now, sealed_at=where,
        )  # fmt: skip
        row.full_clean()
        row.save(force_insert=True)
        facts = {"sha256": sha256, "size": row.size}
        trail.record(draft.tender_id, "manifest.stored", actor=actor, at=now, subject=f"object:{row.pk}", data=facts)
    return row


def submit_stored(
    *,
    actor: User,
    draft_id: UUID | str,
    named: NamedManifest,
    idempotency_key: str,
    declarant: str = "",
    received_at: datetime | None = None,
    keep_copy: bool = False,
) -> Receipt:
    """Hands in the draft with the manifest that was sent before. The same key and manifest give the same receipt.

    Refuses (stale) when the draft changed since it was sealed, (manifest_missing) when the manifest is not here, or is
    of an earlier round. `received_at`: when the last byte of this request was read; the objects were there before it.
    """
    received = received_at or clock.now()
    sha256 = " ".join(part.sha256 for part in named.parts)
    request = {"draft": str(draft_id), "declarant": declarant, "keep_copy": keep_copy, "manifest": sha256}
    if repeated := repeated_receipt(actor, idempotency_key, request, received):
        return repeated
    draft = own_draft(actor, draft_id)
    content = declared(actor, draft, declarant)
    check_to_hand_in(replace(content, declarant=content.declarant or NAMED_INSIDE), draft.tender)
    seal = current_seal(draft.tender)
    check_documents(content, draft.pk, seal)
    check_version(named.version, draft)
    rows = _waiting(named, draft, seal)
    manifests = tuple(SealedManifest(r.pk, r.envelope, r.path, r.size, r.sha256, is_waiting=True) for r in rows)
    ready = sealed_bid(actor, draft, content, seal, manifests, rows[0].sealed_at, named.standing)
    return hand_in(ready, idempotency_key, request, received, keep_copy)


def _stored(draft: Draft, object_id: UUID, sha256: str) -> SealedObject | None:
    return SealedObject.objects.filter(pk=object_id, draft_id=draft.pk, kind="manifest", sha256=sha256).first()


def _waiting(named: NamedManifest, draft: Draft, seal: TenderSeal) -> list[SealedObject]:
    """The rows that are named, one per envelope in its order."""
    check_parts([part.object_id for part in named.parts], draft)
    rows = []
    for part, envelope in zip(named.parts, envelopes(draft.tender), strict=True):
        row = _stored(draft, part.object_id, part.sha256)
        if row is None or row.bid_id or row.envelope != envelope or row.stored_at < seal.created_at:
            refuse("manifest_missing", MANIFEST_GONE)
        rows.append(row)
    return rows
