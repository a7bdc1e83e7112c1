"""Drafts: a company's bid in preparation, encrypted under the store key and bound to its draft id."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import refuse, require
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from accounts.rows import check_row, only
from bids import keys, storage, variants
from bids.actions import trail
from bids.actions.access import require_bidder, require_may_bid
from bids.content import DraftContent, FileNote, LotContent, file_name
from bids.content_checks import check_fits
from bids.envelopes import envelope_of
from bids.lifecycle import decide_submit
from bids.models import Draft, SealedObject, Upload
from bids.upload import SealedUpload
from tendering.models import Tender

KEPT_AFTER_DEADLINE: Final = timedelta(days=30)
_ONE_DRAFT: Final = ("tender", "company", "variant")  # looked for under the company's lock; never changes afterwards


def start_draft(*, actor: User, company: Organization, tender_id: int, variant: int = 0) -> Draft:
    """The company's draft for this tender, made if there is none yet: of the main bid, or of a variant by its number.

    A variant starts with what stands in the draft of the main bid, without its documents; what was corrected since is
    still to be looked at.
    """
    with audit.in_transaction():
        tender, now = trail.lock_shared(tender_id)
        require_may_bid(actor, company, tender, now)
        require(decide_submit(tender.status(now)))
        variants.require_admitted(tender, variant)
        lock_company(company)
        if found := only(Draft.objects.filter(tender=tender, company=company, variant=variant)):
            found.tender, found.company = tender, company
            return found
        draft = Draft(
            tender=tender, company=company, variant=variant, edition=tender.edition, created_at=now, updated_at=now,
            updated_by=actor,
        )  # fmt: skip
        content = _blank(tender)
        if variant and (main := only(Draft.objects.filter(tender=tender, company=company, variant=0))):
            draft.edition, content = main.edition, content_of(main).with_files(())
        draft.content = encrypt(draft, content)
        check_row(draft, settled=_ONE_DRAFT)
        draft.save()
        trail.record(tender.pk, "draft.started", actor=actor, at=now, subject=f"draft:{draft.pk}")
    return draft


def _blank(tender: Tender) -> DraftContent:
    """Empty; a request to participate is for the whole procedure, there is nothing to choose."""
    lots = tender.lots.values_list("code", flat=True) if tender.is_call else ()
    return DraftContent(lots={code: LotContent() for code in lots})


def read_draft(draft: Draft) -> dict[str, Any]:
    """The decrypted content. Callers have checked that the reader belongs to the company."""
    return content_of(draft).to_json()


def save_draft(*, actor: User, draft_id: UUID | str, expected_version: int, content: dict[str, Any]) -> Draft:
    """Replaces the whole content except the files, which only attach and remove change.

    Refuses (stale) when somebody saved in between; ValidationError names each fault by its JSON path.
    """
    wanted = DraftContent.from_json({**content, "files": []})
    with audit.in_transaction():
        draft, now = lock_draft(actor, draft_id)
        if draft.version != expected_version:
            refuse("stale", gettext_lazy("Somebody of your company saved this bid in between. Please load it again."))
        check_fits(wanted, draft.tender)
        draft.version += 1
        write_content(draft, wanted.with_files(content_of(draft).files), actor, now)
        trail.record(draft.tender_id, "draft.saved", actor=actor, at=now, subject=f"draft:{draft.pk}",
                     data={"version": draft.version})  # fmt: skip
    return draft


def leave_out_lot(*, actor: User, draft_id: UUID | str, expected_version: int, code: str) -> Draft:
    """The bid names this lot no longer; what was written for it stays in the draft. Handing in then replaces the bid.

    Http404 for a lot that is not bid for; refuses (last_lot) the only one, and (stale) as `save_draft`.
    """
    content = content_of(own_draft(actor, draft_id))
    chosen = content.chosen_lots()
    if code not in chosen:
        raise Http404
    if len(chosen) == 1:
        refuse("last_lot", gettext_lazy("This is the only lot of the bid. Withdraw the bid if you want none."))
    left = {**content.lots, code: replace(content.lots[code], chosen=False)}
    wanted = replace(content, lots=left)
    return save_draft(actor=actor, draft_id=draft_id, expected_version=expected_version, content=wanted.to_json())


def discard_draft(*, actor: User, draft_id: UUID | str) -> None:
    """Deletes the draft and its documents that belong to no submitted bid."""
    with audit.in_transaction():
        draft, now = lock_draft(actor, draft_id)
        delete_loose_objects(draft.pk)
        trail.record(draft.tender_id, "draft.discarded", actor=actor, at=now, subject=f"draft:{draft.pk}")
        draft.delete()


def attach_document(*, actor: User, draft_id: UUID | str, stored: SealedUpload, name: str, role: str) -> SealedObject:
    """Adds a sealed document to the draft. Its name stands only in the encrypted content. A refused file is deleted."""
    with kept_or_removed(stored.path), audit.in_transaction():
        draft, now = lock_draft(actor, draft_id)
        content = content_of(draft)
        if len(content.files) >= settings.BID_FILE_COUNT_LIMIT:
            most = settings.BID_FILE_COUNT_LIMIT
            refuse("too_many_files", gettext_lazy("A bid has at most %(most)s documents.") % {"most": most})
        if stored.envelope != envelope_of(draft.tender, role):
            raise ValidationError(
                {"role": [_("Papers with prices are added on a page of their own: choose it first.")]}
            )
        item = _store_object(draft, stored, now)
        note = _note(stored, file_name(name), role)
        write_content(draft, content.with_files((*content.files, note)), actor, now)
        data = {"sha256": item.sha256, "size": item.size}
        trail.record(draft.tender_id, "document.attached", actor=actor, at=now, subject=f"object:{item.pk}", data=data)
    return item


def remove_document(*, actor: User, object_id: UUID | str) -> None:
    """Takes a document out of the draft; its file goes too, unless a submitted bid contains it."""
    item = SealedObject.objects.filter(pk=object_id, kind="document").first()
    if item is None:
        raise Http404
    with audit.in_transaction():
        draft, now = lock_draft(actor, item.draft_id)
        content = content_of(draft)
        left = tuple(file for file in content.files if file.object != str(item.pk))
        if len(left) == len(content.files):
            raise Http404
        write_content(draft, content.with_files(left), actor, now)
        if item.bid_id is None:
            _delete_objects([item])
        trail.record(draft.tender_id, "document.removed", actor=actor, at=now, subject=f"object:{item.pk}")


def expire_drafts(*, actor: User | None) -> int:
    """Deletes drafts 30 days after the deadline of their tender; returns how many."""
    before = clock.now() - KEPT_AFTER_DEADLINE
    old = list(Draft.objects.filter(tender__tender_period_end__lt=before).values_list("pk", flat=True))
    for pk in old:
        _expire(pk, actor)
    return len(old)


def own_draft(actor: User, draft_id: UUID | str) -> Draft:
    """The draft, if the person belongs to its company; Http404 otherwise."""
    companies = actor.organizations_with(*PROVIDER_ROLES)
    draft = only(Draft.objects.select_related("tender__buyer", "company").filter(pk=draft_id, company__in=companies))
    if draft is None:
        raise Http404
    return draft


def content_of(draft: Draft) -> DraftContent:
    """The typed content; IntegrityError `damaged` when the stored bytes are not this draft's."""
    plain = keys.store_key().decrypt(bytes(draft.content), _context(draft))
    return DraftContent.from_json(json.loads(plain))


def encrypt(draft: Draft, content: DraftContent) -> bytes:
    """The content as stored: bound to the id of its draft."""
    plain = json.dumps(content.to_json(), ensure_ascii=False).encode()
    return keys.store_key().encrypt(plain, _context(draft))


def delete_loose_objects(draft_id: UUID) -> None:
    """Deletes rows and, after commit, files of documents that no submitted bid contains; ends what still comes in."""
    _delete_objects(list(SealedObject.objects.filter(draft_id=draft_id, bid=None)))
    unfinished = Upload.objects.filter(draft_id=draft_id, ended="")
    parts = list(unfinished.values_list("path", flat=True))
    if parts:
        unfinished.update(ended="removed", ended_at=clock.now(), note=b"")
        transaction.on_commit(lambda: storage.remove_parts(parts))


def delete_waiting_manifests(draft_id: UUID, envelope: str = "") -> None:
    """Deletes sealed manifests that were sent and not handed in: of this envelope, or of all."""
    waiting = SealedObject.objects.filter(draft_id=draft_id, bid=None, kind="manifest")
    _delete_objects(list(waiting.filter(envelope=envelope) if envelope else waiting))


def lock_company(company: Organization) -> None:
    """Acts of one company wait for each other. FOR NO KEY UPDATE lets rows that only refer to the company pass."""
    Organization.objects.select_for_update(no_key=True).values_list("pk").get(pk=company.pk)


def _expire(pk: UUID, actor: User | None) -> None:
    with audit.in_transaction():
        draft = Draft.objects.select_for_update().filter(pk=pk).first()
        if draft is None:
            return
        delete_loose_objects(draft.pk)
        trail.record(draft.tender_id, "draft.expired", actor=actor, at=clock.now(), subject=f"draft:{draft.pk}")
        draft.delete()


def lock_draft(
    actor: User, draft_id: UUID | str, locked: tuple[Tender, datetime] | None = None
) -> tuple[Draft, datetime]:
    """The draft under lock and the moment of the act; refuses when the tender takes no bids, Http404 for a foreign one.

    `locked`: what `lock_shared` gave, where the act has locked the tender before.
    """
    own = Draft.objects.filter(pk=draft_id, company__in=actor.organizations_with(*PROVIDER_ROLES))
    tender, now = locked or trail.lock_shared(_tender_of(own))
    draft = only(own.filter(tender=tender).select_related("company").select_for_update(of=("self",)))
    if draft is None:
        raise Http404
    require_bidder(actor, draft.company)
    require(decide_submit(tender.status(now)))
    draft.tender = tender
    return draft, now


def _tender_of(own: QuerySet[Draft]) -> int:
    for tender_id in own.values_list("tender", flat=True):
        return tender_id
    raise Http404


def write_content(draft: Draft, content: DraftContent, actor: User, now: datetime) -> None:
    draft.content = encrypt(draft, content)
    draft.updated_at, draft.updated_by = now, actor
    check_row(draft, settled=_ONE_DRAFT)
    draft.save()


def _store_object(draft: Draft, stored: SealedUpload, now: datetime) -> SealedObject:
    item = SealedObject(
        id=UUID(stored.object_id),
        tender=draft.tender,
        company=draft.company,
        draft_id=draft.pk,
        kind="document",
        envelope=stored.envelope,
        path=stored.path,
        size=stored.sealed.size_cipher,
        sha256=stored.sealed.sha256_cipher,
        stored_at=now,
    )
    check_row(item, settled=("path",))
    item.save(force_insert=True)
    return item


def _note(stored: SealedUpload, name: str, role: str) -> FileNote:
    note = FileNote(
        object=stored.object_id,
        name=name,
        role=role,
        size=stored.sealed.size_plain,
        sha256_plain=stored.sealed.sha256_plain,
        sha256_cipher=stored.sealed.sha256_cipher,
        doubts=stored.seen.doubts(name),
    )
    if not DraftContent.from_json({"files": [note.to_json()]}).files:
        raise ValidationError({"role": [_("Must be a text.")]})
    return note


def _delete_objects(items: list[SealedObject]) -> None:
    paths = [item.path for item in items]
    for item in items:
        item.delete()
    transaction.on_commit(lambda: storage.remove_all(settings.SEALED_DIR, paths))


def _context(draft: Draft) -> str:
    return f"draft:{draft.pk}"


@contextmanager
def kept_or_removed(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if not storage.may_be_recorded(error):
            storage.remove(settings.SEALED_DIR, path)
        raise
