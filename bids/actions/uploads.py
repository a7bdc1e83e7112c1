"""Sealed documents arrive in chunks: announced with size and hash, resumed where they stopped, whole or not at all.

The bytes were sealed on the bidder's side; the server checks their hash and can read nothing of them.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import refuse, require
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import User
from accounts.rows import check_row, only
from bids import keys, storage
from bids.actions import drafts, trail
from bids.actions.trail import lock_shared
from bids.content import DraftContent, FileNote, file_name, stored_role
from bids.envelopes import envelope_of
from bids.lifecycle import decide_submit
from bids.limits import MOST_OPEN, QUOTA
from bids.models import Draft, SealedObject, Upload
from bids.sealing import SealingError, check_shape
from bids.sealing.shape import LONGEST_HEAD
from tendering.models import Tender

CHUNK_LIMIT: Final = 4 << 20  # bytes
STALL: Final = timedelta(seconds=30)  # so long between two chunks is a pause worth knowing
UNTOUCHED: Final = timedelta(days=7)
AFTER_DEADLINE: Final = timedelta(hours=24)  # an announcement is evidence at least this long
WRONG_BYTES: Final = {
    "hash_mismatch": gettext_lazy("The file is not the one that was announced. Please send it again."),
    "not_sealed": gettext_lazy(
        "The file was not sealed for this tender, so it was not taken. Please seal it and send it again."
    ),
}
NO_NOTE: Final = b""  # a name is kept for an upload that goes on; then it stands in the draft alone
_USEFUL: Final = ("", "complete")  # how an upload stands that its company may still see
_NEW: Final = ("object_id", "path", "offset")  # of an announcement: asked for, random, nothing has arrived
OVERHEAD: Final = 1.13  # padding (at most 12 %) and the age format


@dataclass(frozen=True)
class Announced:
    """What a client says before it sends: the object's id and size and hash of its sealed form.

    With `note` (as for `attach_arrived`) the document is in the draft as soon as its last byte has arrived.
    """

    object_id: UUID
    size: int
    sha256: str
    note: dict[str, Any] | None = None
    sealed_at: str = "browser"


class OutOfTurnError(Exception):
    """The chunk does not start where the upload stands; `offset` says where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__("offset")
        self.offset = offset


class DamagedError(Exception):
    """The chunk's checksum differs from its bytes: send it again."""


class BusyError(Exception):
    """Another chunk of this upload is being written."""


def announce_upload(*, actor: User, draft_id: UUID | str, announced: Announced) -> Upload:
    """Opens an upload; refuses (too_large, quota, id_used) or raises Http404 for a foreign draft."""
    _check_size(announced)
    with audit.in_transaction():
        draft, now = drafts.lock_draft(actor, draft_id)
        _check_quota(draft.tender, draft.company_id, announced.size)
        used = Upload.objects.filter(object_id=announced.object_id).exists()
        if used or SealedObject.objects.filter(pk=announced.object_id).exists():
            refuse("id_used", gettext_lazy("This id is in use already. Choose a new random one."))
        if announced.note is not None:
            _check_count(drafts.content_of(draft))
            _note(announced.object_id, announced.sha256, announced.note)
        upload = Upload(
            tender=draft.tender,
            company=draft.company,
            draft_id=draft.pk,
            object_id=announced.object_id,
            started_by=actor,
            sha256=announced.sha256,
            size=announced.size,
            path=storage.new_part(),
            note=_locked_note(announced),
            sealed_at=announced.sealed_at,
            created_at=now,
            touched_at=now,
            expires_at=_expiry(draft.tender, now),
        )
        check_row(upload, settled=_NEW)
        upload.save()
        data = {"sha256": announced.sha256, "size": announced.size}
        subject = f"object:{announced.object_id}"
        trail.record(draft.tender_id, "upload.announced", actor=actor, at=now, subject=subject, data=data)
    return upload


def own_upload(actor: User, upload_id: UUID) -> Upload:
    """An unfinished or complete upload of the person's company; Http404 otherwise and once it has ended badly."""
    companies = actor.organizations_with(*PROVIDER_ROLES)
    found = only(Upload.objects.filter(pk=upload_id, company__in=companies, ended__in=_USEFUL))
    if found is None:
        raise Http404
    return found


def take_chunk(*, actor: User, upload_id: UUID, offset: int, data: bytes, sha256: bytes) -> Upload:
    """Writes the next chunk; the last one makes the sealed object.

    Raises OutOfTurnError, DamagedError, BusyError; refuses hash_mismatch when the whole is not what was announced.
    """
    if hashlib.sha256(data).digest() != sha256:
        _count_refusal(actor, upload_id)
        raise DamagedError
    found = own_upload(actor, upload_id)
    if offset == 0:
        _look_at_head(found, data)
    fault = _fault_of_whole(found, offset, data, sha256)
    try:
        upload = _write(actor, found, offset, data, fault)
    except OutOfTurnError:
        _count_refusal(actor, upload_id)
        raise
    if upload.ended == "mismatch":
        storage.remove_part(upload.path)
        refuse(fault, WRONG_BYTES[fault])
    return upload


def _look_at_head(upload: Upload, data: bytes) -> None:
    """Refuses at the first chunk what is not sealed, so that nothing readable gets onto our disk."""
    if len(data) >= min(upload.size, LONGEST_HEAD) and not _is_sealed(data, upload.size):
        refuse("not_sealed", WRONG_BYTES["not_sealed"])


def _is_sealed(head: bytes, size: int) -> bool:
    try:
        check_shape(head, size)
    except SealingError:
        return False
    return True


def _fault_of_whole(upload: Upload, offset: int, data: bytes, sha256: bytes) -> str:
    """What is wrong with the whole that this last chunk completes: a key of WRONG_BYTES; "" also for any other chunk.

    `sha256` is the digest of `data`, compared before: a chunk that is the whole is not hashed again. Read and hashed
    before anything is locked: the bytes up to `offset` do not change while the upload stands there, and
    `_write` refuses the chunk when it stands elsewhere by then.
    """
    if upload.ended or offset != upload.offset or offset + len(data) != upload.size:
        return ""
    head, digest = data[:LONGEST_HEAD], sha256.hex()
    if offset:
        head, digest = _read_whole(upload.path, offset, data)
    if digest != upload.sha256:
        return "hash_mismatch"
    return "" if _is_sealed(head, upload.size) else "not_sealed"


def _read_whole(path: str, offset: int, last: bytes) -> tuple[bytes, str]:
    """Head and hex SHA-256 of what lies on disk up to `offset`, followed by the last chunk."""
    whole, head = hashlib.sha256(), b""
    for piece in (*storage.read_beginning(path, offset), last):
        whole.update(piece)
        head += piece[: LONGEST_HEAD - len(head)]
    return head, whole.hexdigest()


def _write(actor: User, found: Upload, offset: int, data: bytes, fault: str) -> Upload:
    """The upload with this chunk. `fault` is what is wrong with the whole, if this makes it whole.

    It was looked for where the upload stood when it was `found`: a chunk that came before its turn is refused, also
    when the one before it has been written since.
    """
    with audit.in_transaction():
        tender, now = lock_shared(found.tender_id)
        require(decide_submit(tender.status(now)))
        upload = _locked(found.pk)
        if upload.ended not in _USEFUL:
            raise Http404
        if upload.ended or not offset == found.offset == upload.offset:
            raise OutOfTurnError(upload.offset)
        if offset + len(data) > upload.size:
            refuse("too_large", gettext_lazy("More arrived than was announced."))
        storage.write_chunk(upload.path, offset, data)
        upload.offset += len(data)
        upload.chunks += 1
        _note_pause(upload, now)
        upload.touched_at, upload.expires_at = now, _expiry(tender, now)
        note, item = None, None
        if upload.offset == upload.size:
            note = _opened_note(upload) if upload.note and not fault else None
            item = _finish(upload, actor, now, fault)
        upload.save()
        if item is not None and note is not None:
            draft, _now = drafts.lock_draft(actor, upload.draft_id, (tender, now))
            _attach(actor, draft, item, note, now)
    return upload


def _note_pause(upload: Upload, now: datetime) -> None:
    """Between the chunk before (or the announcement) and this one, if it was long enough to be a stall."""
    pause = now - upload.touched_at
    if pause >= STALL:
        upload.pauses += 1
        upload.longest_pause = max(upload.longest_pause, int(pause.total_seconds()))


def _finish(upload: Upload, actor: User, now: datetime, fault: str) -> SealedObject | None:
    """The whole is there: it becomes a sealed object of the draft, unless something is wrong with it."""
    item = None
    upload.ended_at, upload.ended, upload.note = now, "mismatch" if fault else "complete", NO_NOTE
    if not fault:
        storage.finish_part(upload.path)
        item = SealedObject(
            id=upload.object_id,
            tender_id=upload.tender_id,
            company_id=upload.company_id,
            draft_id=upload.draft_id,
            kind="document",
            path=upload.path,
            size=upload.size,
            sha256=upload.sha256,
            stored_at=now,
            sealed_at=upload.sealed_at,
        )
        check_row(item, settled=("path",), copied=("tender", "company"))
        item.save(force_insert=True)
    verb = "upload.refused" if fault else "upload.completed"
    data = {"sha256": upload.sha256, "size": upload.size, "chunks": upload.chunks, "refusals": upload.refusals}
    trail.record(upload.tender_id, verb, actor=actor, at=now, subject=f"object:{upload.object_id}", data=data)
    return item


def attach_arrived(*, actor: User, draft_id: UUID | str, object_id: UUID, note: dict[str, Any]) -> SealedObject:
    """Names an arrived object in the draft: {"name", "role", "size", "sha256_plain", "doubts"}. Faults by field.

    Asking twice with the same words is answered the same.
    """
    with audit.in_transaction():
        draft, now = drafts.lock_draft(actor, draft_id)
        item = only(SealedObject.objects.filter(pk=object_id, draft_id=draft.pk, kind="document"))
        if item is None:
            raise Http404
        _attach(actor, draft, item, note, now)
    return item


def _attach(actor: User, draft: Draft, item: SealedObject, note: dict[str, Any], now: datetime) -> None:
    wanted = _note(item.pk, item.sha256, note)
    content = drafts.content_of(draft)
    if any(file.object == wanted.object for file in content.files):
        return
    _check_count(content)
    envelope = envelope_of(draft.tender, wanted.role)
    if item.envelope != envelope:
        item.envelope = envelope
        item.save(update_fields=["envelope"])
    drafts.write_content(draft, content.with_files((*content.files, wanted)), actor, now)
    data = {"sha256": item.sha256, "size": item.size}
    trail.record(draft.tender_id, "document.attached", actor=actor, at=now, subject=f"object:{item.pk}", data=data)


def _check_count(content: DraftContent) -> None:
    if len(content.files) >= settings.BID_FILE_COUNT_LIMIT:
        most = settings.BID_FILE_COUNT_LIMIT
        refuse("too_many_files", gettext_lazy("A bid has at most %(most)s documents.") % {"most": most})


def _note(object_id: UUID, sha256: str, given: dict[str, Any]) -> FileNote:
    note = FileNote(
        object=str(object_id),
        name=file_name(str(given.get("name", ""))),
        role=stored_role(str(given.get("role", ""))),
        size=given["size"],
        sha256_plain=given["sha256_plain"],
        sha256_cipher=sha256,
        doubts=tuple(given.get("doubts", ())),
    )
    DraftContent.from_json({"files": [note.to_json()]})
    if not 0 < note.size <= settings.BID_FILE_LIMIT:
        raise ValidationError({"size": [_too_large()]})
    return note


def _locked_note(announced: Announced) -> bytes:
    """The name of a document is never stored in clear; empty when the client will say it later."""
    if announced.note is None:
        return b""
    plain = json.dumps(announced.note, ensure_ascii=False).encode()
    return keys.store_key().encrypt(plain, f"upload:{announced.object_id}")


def _opened_note(upload: Upload) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(keys.store_key().decrypt(bytes(upload.note), f"upload:{upload.object_id}"))
    return note


def remove_upload(*, actor: User, upload_id: UUID) -> None:
    """Gives an unfinished upload up. A complete one is taken out of the draft instead."""
    with audit.in_transaction():
        found = own_upload(actor, upload_id)
        upload = _locked(found.pk)
        if upload.ended:
            raise Http404
        now = clock.now()
        _end(upload, "removed", now)
        trail.record(upload.tender_id, "upload.removed", actor=actor, at=now, subject=f"object:{upload.object_id}")


def expire_uploads(now: datetime) -> int:
    """Ends uploads that nobody touched for a week, never before a day after the deadline; returns how many."""
    old = list(Upload.objects.filter(ended="", expires_at__lt=now).values_list("pk", flat=True))
    for pk in old:
        with audit.in_transaction():
            upload = Upload.objects.select_for_update().filter(pk=pk, ended="", expires_at__lt=now).first()
            if upload is not None:
                _end(upload, "expired", now)
                subject = f"object:{upload.object_id}"
                trail.record(upload.tender_id, "upload.expired", actor=None, at=now, subject=subject)
    return len(old)


def _end(upload: Upload, how: str, now: datetime) -> None:
    upload.ended, upload.ended_at, upload.note = how, now, NO_NOTE
    upload.save()
    transaction.on_commit(lambda: storage.remove_part(upload.path))


def _locked(pk: UUID) -> Upload:
    try:
        return Upload.objects.select_for_update(nowait=True).get(pk=pk)
    except OperationalError as error:
        raise BusyError from error


def _count_refusal(actor: User, upload_id: UUID) -> None:
    own_upload(actor, upload_id)
    Upload.objects.filter(pk=upload_id, ended="").update(refusals=F("refusals") + 1)


def _check_size(announced: Announced) -> None:
    if not 0 < announced.size <= settings.BID_FILE_LIMIT * OVERHEAD:
        refuse("too_large", _too_large())


def _too_large() -> str:
    return _("A file may have at most %(limit)s MB.") % {"limit": settings.BID_FILE_LIMIT // 1_000_000}


def _check_quota(tender: Tender, company_id: int, size: int) -> None:
    waiting = Upload.objects.filter(tender=tender, company_id=company_id, ended="").values_list("size", flat=True)
    stored = SealedObject.objects.filter(tender=tender, company_id=company_id).values_list("size", flat=True)
    open_ones = list(waiting)
    if len(open_ones) >= MOST_OPEN or sum(open_ones) + sum(stored) + size > QUOTA:
        refuse("quota", gettext_lazy("Too much is being uploaded for this bid. Finish or remove other files first."))


def _expiry(tender: Tender, now: datetime) -> datetime:
    deadline = tender.tender_period_end
    return max(now + UNTOUCHED, deadline + AFTER_DEADLINE) if deadline else now + UNTOUCHED
