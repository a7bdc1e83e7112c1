"""Submitting: the bid is sealed first, then recorded in one small transaction; the received moment alone decides.

Valid iff received strictly before the deadline. Later it is recorded as late, sealed, and not opened unless two people
admit it. An earlier bid of the company is superseded, never deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NoReturn
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, checkpoints, clock, outbox
from accounts.decision import RefusedError, refuse, require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import IdempotencyKey, Organization, User
from accounts.rows import check_row, only
from bids import receipts, storage, variants
from bids.actions import once, trail
from bids.actions.access import require_bidder, require_may_bid
from bids.actions.drafts import content_of, delete_loose_objects, delete_waiting_manifests, lock_company, own_draft
from bids.actions.profile import require_authority, with_authority
from bids.actions.seal import current_seal, current_seals
from bids.content import DraftContent
from bids.content_checks import check_to_hand_in
from bids.envelopes import envelope_of, split
from bids.lifecycle import decide_submit
from bids.models import Bid, Draft, Proof, Receipt, SealedObject, TenderSeal
from bids.places import Standing, manifest_slot, next_version, standing_of
from bids.sealing import LARGEST_MANIFEST, FileEntry, Manifest, Slot, largest_sealed, seal_manifest
from tendering.models import Authority, Tender

OTHER_VERSION: Final = gettext_lazy(
    "This was sealed for another version of your bid: your company handed one in meanwhile. Please seal it again."
)
OTHER_EDITION: Final = gettext_lazy(
    "This was sealed for another edition of the documents. Look at what changed and seal it again."
)
_SUPERSEDED: Final = ("tender", "company", "variant", "round", "is_late")  # one live bid of these, see `_supersede`
TOO_LARGE: Final = gettext_lazy(
    "Prices and answers are larger than 1 MiB when sealed. Shorten the longest answers, or hand them in as documents."
)
MANIFEST_GONE: Final = gettext_lazy(
    "The sealed prices and answers that you name are not here. Seal and send them again."
)


@dataclass(frozen=True)
class SealedManifest:
    """A sealed manifest on disk: one per envelope. `is_waiting`: it has a row since before, and stays when refused."""

    id: UUID
    envelope: str
    path: str
    size: int
    sha256: str
    is_waiting: bool = False

    @classmethod
    def stored(cls, object_id: UUID, envelope: str, data: bytes) -> SealedManifest:
        """Writes the sealed bytes."""
        return cls(object_id, envelope, storage.write_sealed(data), len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class SealedBid:
    """A bid ready to be recorded: already encrypted and on disk.

    `standing`: the version and edition it was sealed for; None where an older program sealed it without naming them.
    `seal_again`: where the server seals, the same content for another version or edition.
    """

    actor: User
    company: Organization
    tender: Tender
    seal: TenderSeal
    draft_id: UUID
    draft: Draft | None
    manifests: tuple[SealedManifest, ...]
    document_ids: tuple[str, ...]
    imported_as: dict[str, Any]
    standing: Standing | None
    sealed_at: str = "server"
    seal_again: Callable[[Standing], tuple[SealedManifest, ...]] | None = None

    @property
    def variant(self) -> int:
        """0 for the main bid, else the number of the variant beside it."""
        return self.draft.variant if self.draft else 0


def submit_bid(
    *,
    actor: User,
    draft_id: UUID | str,
    declarant: str,
    idempotency_key: str,
    received_at: datetime | None = None,
    keep_copy: bool = False,
) -> Receipt:
    """Seals the draft and hands it in. `received_at`: when the last byte of the request was read; default now.

    The draft is deleted unless `keep_copy`. ValidationError by JSON path, RefusedError, Http404 for a foreign draft.
    """
    received = received_at or clock.now()
    request = {"draft": str(draft_id), "declarant": declarant, "keep_copy": keep_copy}
    if repeated := repeated_receipt(actor, idempotency_key, request, received):
        return repeated
    draft = own_draft(actor, draft_id)
    sealed = _seal(actor, draft.company, draft.tender, declared(actor, draft, declarant), draft.pk, draft)
    return hand_in(sealed, idempotency_key, request, received, keep_copy)


def declared(actor: User, draft: Draft, declarant: str) -> DraftContent:
    """The draft's content as this person would hand it in: who declares, and by which document."""
    stored = content_of(draft)
    content = replace(stored, declarant=declarant or stored.declarant)
    if draft.tender.authority == Authority.NONE and not content.declarant:
        content = replace(content, declarant=str(actor))
    return with_authority(content, look_before_sealing(actor, draft.company, draft.tender))


def submit_manifest(
    *,
    actor: User,
    company: Organization,
    tender_id: int,
    content: dict[str, Any],
    idempotency_key: str,
    declarant: str,
    received_at: datetime | None = None,
) -> Receipt:
    """Seals a whole content (shape of a draft, without files) and hands it in: for programs and imported cases."""
    received = received_at or clock.now()
    whole = DraftContent.from_json({**content, "declarant": declarant or content.get("declarant", "")})
    if whole.files:
        raise ValidationError({"$.files": [_("Documents are attached to a draft.")]})
    manifest = hashlib.sha256(repr(whole.to_manifest()).encode()).hexdigest()
    request = {"tender": tender_id, "company": company.pk, "content": manifest, "declarant": whole.declarant}
    if repeated := repeated_receipt(actor, idempotency_key, request, received):
        return repeated
    tender = Tender.objects.select_related("buyer").filter(pk=tender_id).first()
    if tender is None:
        raise Http404
    whole = with_authority(whole, look_before_sealing(actor, company, tender))
    sealed = _seal(actor, company, tender, whole, uuid4(), None)
    return hand_in(sealed, idempotency_key, request, received, keep_copy=False)


def repeated_receipt(actor: User, key: str, request: dict[str, Any], at: datetime) -> Receipt | None:
    """The receipt of an earlier identical request, looked up before any work is done."""
    row = only(IdempotencyKey.objects.filter(user=actor, key=key, act="submit"))
    if row is None or not row.answer:
        return None
    with audit.in_transaction():
        return _answered(once.begin(actor=actor, key=key, act="submit", request=request, at=at))


def _answered(row: IdempotencyKey) -> Receipt | None:
    if not row.answer:
        return None
    version = row.answer.get("draft_version")
    draft = Draft.objects.filter(pk=row.answer["draft"]).first()
    if draft and version is not None and draft.version != version:
        once.reused()  # the kept draft was changed since: another bid under the same key
    return Receipt.objects.select_related("bid__tender__buyer").get(pk=row.answer["receipt"])


def look_before_sealing(actor: User, company: Organization, tender: Tender) -> Proof | None:
    """Early refusal without a lock; the transaction decides again. The proof by which the person acts, if asked for."""
    now = clock.now()
    require_may_bid(actor, company, tender, now)
    require(decide_submit(tender.status(now)))
    return require_authority(actor, company, tender, now)


def _seal(
    actor: User, company: Organization, tender: Tender, content: DraftContent, draft_id: UUID, draft: Draft | None
) -> SealedBid:
    check_to_hand_in(content, tender)
    seals = current_seals(tender) or [current_seal(tender)]
    check_documents(content, draft_id, seals[0])
    standing = standing_of(draft) if draft else Standing(next_version(tender.pk, company.pk), tender.edition)

    def stored(standing: Standing) -> tuple[SealedManifest, ...]:
        parts = [*seal_parts(content, tender, company.pk, draft_id, standing, seals)]
        return tuple(SealedManifest.stored(*part) for part in parts)

    return SealedBid(
        actor=actor,
        company=company,
        tender=tender,
        seal=seals[0],
        draft_id=draft_id,
        draft=draft,
        manifests=stored(standing),
        document_ids=tuple(file.object for file in content.files),
        imported_as=_import_hint(content, tender),
        standing=standing,
        seal_again=stored,
    )


def seal_parts(
    content: DraftContent, tender: Tender, company_id: int, draft_id: UUID, standing: Standing, seals: list[TenderSeal]
) -> Iterator[tuple[UUID, str, bytes]]:
    """(object id, envelope, sealed manifest) of each part, sealed on the server; nothing is stored."""
    recipients = {seal.envelope: seal.recipient for seal in seals}
    for envelope, part in split(content, tender).items():
        object_id = uuid4()
        place = manifest_slot(tender.pk, company_id, draft_id, object_id, envelope, part, standing)
        manifest = manifest_of(part, standing)
        check_size(place, manifest.to_bytes())
        yield object_id, envelope, seal_manifest(manifest, place, recipients[envelope])


def check_size(place: Slot, text: bytes) -> None:
    """What is sealed in one piece, a bid without its documents, has at most 1 MiB; told before anything is sealed."""
    if largest_sealed(len(place.line()) + len(text)) > LARGEST_MANIFEST:
        raise ValidationError({"$.lots": [TOO_LARGE]})


def manifest_of(content: DraftContent, standing: Standing) -> Manifest:
    """What is sealed of this content, as this version of the bid and for this edition of the documents."""
    files = tuple(
        FileEntry(f.object, f.name, f.role or "document", f.size, f.sha256_plain, f.sha256_cipher)
        for f in content.files
    )
    return Manifest(
        declarant=content.declarant, files=files, content=content.to_manifest(), statements={"text_form": True},
        tender_documents_version=standing.edition, bid_version=standing.version,
    )  # fmt: skip


def check_documents(content: DraftContent, draft_id: UUID, seal: TenderSeal) -> None:
    """Every listed document is stored and was sealed for this round and for its envelope."""
    stored = {
        str(pk): (at, envelope)
        for pk, at, envelope in SealedObject.objects.filter(draft_id=draft_id, kind="document").values_list(
            "pk", "stored_at", "envelope"
        )
    }
    for index, file in enumerate(content.files):
        at, envelope = stored.get(file.object, (seal.created_at, ""))
        if envelope != envelope_of(seal.tender, file.role) or at < seal.created_at:
            text = _("Please upload this document again: it was sealed for an earlier round.")
            raise ValidationError({f"$.files[{index}]": [text]})


def _import_hint(content: DraftContent, tender: Tender) -> dict[str, Any]:
    """Number, position and lots of an imported bid; the result of the case names also bids that stay sealed."""
    reference = content.extra.get("reference")
    if not (tender.simulated and tender.imported and isinstance(reference, str)):
        return {}
    hint: dict[str, Any] = {"reference": reference[:40], "lots": sorted(content.chosen_lots())}
    position = content.extra.get("position")
    return {**hint, "position": position} if type(position) is int else hint


def hand_in(sealed: SealedBid, key: str, request: dict[str, Any], received: datetime, keep_copy: bool) -> Receipt:
    """Records the sealed bid; what is not recorded of it, because it was refused or recorded before, is removed."""
    written = [*sealed.manifests]
    unneeded = written
    try:
        with audit.in_transaction():
            row = once.begin(actor=sealed.actor, key=key, act="submit", request=request, at=received)
            if repeated := _answered(row):
                return repeated
            receipt, recorded = _record(sealed, received, keep_copy, written)
            version = sealed.draft.version if sealed.draft else None
            answer = {"receipt": str(receipt.pk), "draft": str(sealed.draft_id)}
            once.finish(row, answer if version is None else {**answer, "draft_version": version})
        unneeded = [manifest for manifest in written if manifest not in recorded]
        return receipt
    except RefusedError as error:
        _remember_refusal(sealed, received, error)
        raise
    except BaseException as error:
        if storage.may_be_recorded(error):
            unneeded = []
        raise
    finally:
        storage.remove_all(settings.SEALED_DIR, [one.path for one in unneeded if not one.is_waiting])


def _record(
    sealed: SealedBid, received: datetime, keep_copy: bool, written: list[SealedManifest]
) -> tuple[Receipt, tuple[SealedManifest, ...]]:
    """The receipt, and the manifests that were recorded. `written` gets those that had to be sealed again."""
    tender, now = trail.lock_shared(sealed.tender.pk)
    received = min(received, now)
    require_may_bid(sealed.actor, sealed.company, tender, now)
    require(decide_submit(tender.status(now)))
    require_authority(sealed.actor, sealed.company, tender, now)
    variants.require_admitted(tender, sealed.variant)
    if current_seal(tender).pk != sealed.seal.pk:
        refuse("next_round", gettext_lazy("A new round has begun. Please submit again."))
    lock_company(sealed.company)
    _check_draft(sealed, tender)
    assert tender.tender_period_end
    bid = _new_bid(sealed, tender, received, now, is_late=received >= tender.tender_period_end)
    manifests = _manifests_for(bid, sealed, written)
    replaced = _supersede(bid, now)
    check_row(bid, settled=_SUPERSEDED)
    bid.save(force_insert=True)
    objects = _bind_objects(bid, sealed, manifests, now)
    receipt = receipts.write_receipt(
        bid, "replace" if replaced else "submit", received, seal=sealed.seal, objects=objects,
        bound=sealed.standing is not None,
    )  # fmt: skip
    if sealed.draft and not keep_copy:
        sealed.draft.delete()
        delete_loose_objects(sealed.draft_id)
    else:
        delete_waiting_manifests(sealed.draft_id)
    _tell(receipt, sealed.company, sealed.actor, now)
    _audit(receipt, sealed.actor, now)
    return receipt, manifests


def _check_draft(sealed: SealedBid, tender: Tender) -> None:
    """The draft is still the one that was sealed, by people who have seen the present edition of the documents."""
    if sealed.draft is None:
        return
    current = only(Draft.objects.select_for_update().filter(pk=sealed.draft.pk))
    if current is None:
        raise Http404
    if (current.version, bytes(current.content)) != (sealed.draft.version, bytes(sealed.draft.content)):
        refuse("stale", gettext_lazy("Somebody of your company saved this bid in between. Please load it again."))
    if current.edition < tender.edition:
        text = gettext_lazy("The documents were corrected. Look at what changed on your draft's page, then hand in.")
        refuse("corrected", text)


def _manifests_for(bid: Bid, sealed: SealedBid, written: list[SealedManifest]) -> tuple[SealedManifest, ...]:
    """What was sealed for the version and edition that are recorded now; anything else is named as such.

    The server seals once more, under the lock of the company: nobody is refused in the last second because colleagues
    hand in at the same moment.
    """
    standing = Standing(bid.version, bid.edition)
    if sealed.standing in (None, standing):
        return sealed.manifests
    if sealed.seal_again is None:
        _refuse_other(sealed.standing, standing)
    again = sealed.seal_again(standing)
    written.extend(again)
    return again


def _refuse_other(sealed_for: Standing | None, standing: Standing) -> NoReturn:
    if sealed_for is not None and sealed_for.version != standing.version:
        refuse("other_version", OTHER_VERSION)
    refuse("other_edition", OTHER_EDITION)


def _new_bid(sealed: SealedBid, tender: Tender, received: datetime, now: datetime, *, is_late: bool) -> Bid:
    return Bid(
        tender=tender,
        company=sealed.company,
        submitted_by=sealed.actor,
        draft_id=sealed.draft_id,
        variant=sealed.variant,
        version=next_version(tender.pk, sealed.company.pk),
        edition=tender.edition,
        round=tender.round,
        sealed_at=sealed.sealed_at,
        received_at=received,
        recorded_at=now,
        is_late=is_late,
        imported_as=sealed.imported_as,
    )


def _supersede(bid: Bid, now: datetime) -> bool:
    """Whether a live bid of this round and number was replaced. A late bid never replaces one that came in time."""
    same_kind = Q(round=bid.round, is_late=bid.is_late)
    older = same_kind if bid.is_late else same_kind | Q(round__lt=bid.round)
    same = {"tender": bid.tender_id, "company": bid.company_id, "variant": bid.variant}
    live = list(Bid.objects.live().filter(older, **same))
    for former in live:
        former.superseded_at = now
        former.save(update_fields=["superseded_at"])
    return any(former.round == bid.round for former in live)


def _bind_objects(
    bid: Bid, sealed: SealedBid, sealed_manifests: tuple[SealedManifest, ...], now: datetime
) -> list[SealedObject]:
    """The manifests' rows, and the documents, which belong to the first version that lists them from now on."""
    manifests = [_bind_manifest(bid, manifest, sealed.sealed_at, now) for manifest in sealed_manifests]
    documents = list(SealedObject.objects.filter(pk__in=sealed.document_ids, draft_id=bid.draft_id, kind="document"))
    if len(documents) != len(sealed.document_ids):
        refuse("document_missing", gettext_lazy("A document of this bid is gone. Please upload it again."))
    SealedObject.objects.filter(pk__in=[item.pk for item in documents], bid=None).update(bid=bid)
    return [*manifests, *sorted(documents, key=lambda item: str(item.pk))]


def _bind_manifest(bid: Bid, manifest: SealedManifest, sealed_at: str, now: datetime) -> SealedObject:
    if manifest.is_waiting:
        return _bind_waiting(bid, manifest)
    row = SealedObject(
        id=manifest.id,
        tender=bid.tender,
        company=bid.company,
        draft_id=bid.draft_id,
        bid=bid,
        kind="manifest",
        envelope=manifest.envelope,
        path=manifest.path,
        size=manifest.size,
        sha256=manifest.sha256,
        stored_at=now,
        sealed_at=sealed_at,
    )
    check_row(row, settled=("path",))
    row.save(force_insert=True)
    return row


def _bind_waiting(bid: Bid, manifest: SealedManifest) -> SealedObject:
    """The row of a manifest that was sent before; refuses when another one took its place meanwhile."""
    waiting = SealedObject.objects.select_for_update().filter(draft_id=bid.draft_id, kind="manifest", bid=None)
    row = waiting.filter(pk=manifest.id, sha256=manifest.sha256).first()
    if row is None:
        refuse("manifest_missing", MANIFEST_GONE)
    row.bid = bid
    row.save(update_fields=["bid"])
    return row


def _tell(receipt: Receipt, company: Organization, actor: User, now: datetime) -> None:
    """A mail to who submitted and to the company's administrators: tender, act, time, hash, nothing of the content."""
    tender = receipt.bid.tender
    admins = holders(company, [Role.BIDDER_ADMIN], now)
    newest = [checkpoints.public(tick) for tick in checkpoints.recent(now, hours=1)[:1]]
    letters = []
    for person in {actor.pk: actor, **{user.pk: user for user in admins}}.values():
        with outbox.in_language_of(person):
            body = _("%(tender)s\n\n%(words)s\n\nFingerprint of the receipt (SHA-256): %(hash)s") % {
                "tender": str(tender), "words": receipts.words(receipt), "hash": receipts.note_hash(receipt)
            }  # fmt: skip
            for note in newest:  # what left the house with many mails cannot be rewritten
                body += "\n\n" + _("Checkpoint of all trails before it. Keep this mail:") + f"\n\n{note}"
            letter = outbox.letter(
                person,
                key=f"receipt:{receipt.pk}",
                subject=_("Receipt: %(tender)s") % {"tender": tender.reference},
                body=body,
                at=now,
                kind="withdrawal" if receipt.act == "withdraw" else "receipt",
                url=f"/bids/receipts/{receipt.pk}/",
                chain=tender.chain,
            )
        letters.append(letter)
    outbox.tell_all(letters)


def _audit(receipt: Receipt, actor: User, now: datetime) -> None:
    bid = receipt.bid
    verb = "bid.received_late" if bid.is_late else "bid.replaced" if receipt.act == "replace" else "bid.received"
    data = {"receipt_sha256": receipts.note_hash(receipt), "version": bid.version, "company": str(bid.company_id)}
    if bid.variant:
        data["variant"] = bid.variant
    trail.record(bid.tender_id, verb, actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)


def _remember_refusal(sealed: SealedBid, received: datetime, error: RefusedError) -> None:
    """Attempts that were refused are evidence, above all one that arrived in time and could not be recorded."""
    require_bidder(sealed.actor, sealed.company)
    with audit.in_transaction():
        data = {"code": error.refused.code, "received_at": audit.stamp(received), "company": str(sealed.company.pk)}
        trail.record(sealed.tender.pk, "bid.refused", actor=sealed.actor, at=clock.now(), data=data,
                     subject=f"tender:{sealed.tender.pk}")  # fmt: skip


tell_of_receipt = _tell
