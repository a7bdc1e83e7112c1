"""Procurement documents: added and removed while the tender is a draft, public with it."""

import hashlib
import re
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from tendering.actions.access import edit
from tendering.actions.drafting import touch
from tendering.models import Amendment, Document, Tender

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]')
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")


def add_document(*, actor: User, tender_id: int, name: str, kind: str, media_type: str, content: bytes) -> Document:
    """Attach a document (at most DOCUMENT_FILE_LIMIT bytes) to a draft; its SHA-256 is published with it."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        document = new_document(tender, now, name=name, kind=kind, media_type=media_type, content=content)
        touch(tender)
        data = {"sha256": document.sha256, "size": document.size}
        audit.record(tender.chain, "document.added", actor=actor, at=now, subject=f"document:{document.pk}", data=data)
    return document


def new_document(
    tender: Tender, now: datetime, *, name: str, kind: str, media_type: str, content: bytes,
    amendment: Amendment | None = None,
) -> Document:  # fmt: skip
    """Checked and stored, with its hash; the act that calls it has the lock and records its event."""
    if not content or len(content) > settings.DOCUMENT_FILE_LIMIT:
        words = {"limit": settings.DOCUMENT_FILE_LIMIT // 1_000_000}
        raise ValidationError({"content": _("A document has between 1 byte and %(limit)s MB.") % words})
    document = Document(
        tender=tender, kind=kind, name=_name(name), size=len(content), content=content, added_at=now,
        media_type=media_type if _MEDIA_TYPE.match(media_type) else "application/octet-stream",
        sha256=hashlib.sha256(content).hexdigest(), added_with=amendment,
    )  # fmt: skip
    document.full_clean()
    document.save()
    return document


def remove_document(*, actor: User, document_id: UUID) -> None:
    """Take a document out of a draft."""
    found = Document.objects.filter(pk=document_id).values_list("tender_id", "sha256").first()
    if found is None:
        raise Http404
    with audit.in_transaction():
        tender, now = edit(found[0], actor)
        Document.objects.filter(pk=document_id).delete()
        touch(tender)
        data = {"sha256": found[1]}
        audit.record(
            tender.chain, "document.removed", actor=actor, at=now, subject=f"document:{document_id}", data=data
        )


def _name(name: str) -> str:
    """The file's own name without folders and without characters that mislead or break file systems."""
    clean = _UNSAFE.sub("_", re.split(r"[/\\]", name.strip())[-1]).strip(". ")
    if not clean:
        raise ValidationError({"name": _("Give the document a name.")})
    return clean[:255]
