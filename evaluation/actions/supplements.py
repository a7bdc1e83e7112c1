"""Documents handed in after a request: taken with their hash, judged by the office, a second person where it differs.

The bytes are kept encrypted under the store key in the row itself: either all files of a hand-in are there or none.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, scanning
from accounts.decision import refuse, require
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import User
from bids import keys
from bids.content import file_name
from bids.nouns import said_later
from evaluation.actions.access import begin, begin_for_bidder, tell_office, words
from evaluation.lifecycle import FILE_READERS, decide_second
from evaluation.models import SupplementDocument, SupplementRequest
from tendering.models import Tender

File = tuple[str, bytes]  # name, content


def hand_in_documents(*, actor: User, bid_id: UUID, files: Mapping[int, File]) -> list[SupplementDocument]:
    """Take the bidder's files, {request: (name, content)}, in one go; each request once. After its date: marked late.

    Raises ValidationError by `file_<request>`; then nothing is stored. The trail names hash and size, never the file.
    """
    checked = _checked(files)
    with audit.in_transaction():
        tender, now, is_bidder = begin_for_bidder(actor, bid_id)
        if not is_bidder:
            raise Http404
        rows = {row.pk: row for row in SupplementRequest.objects.filter(bid_id=bid_id, pk__in=list(files))}
        if not files or rows.keys() != files.keys():
            raise Http404
        if any(row.received_at for row in rows.values()):
            refuse("received_already", _("This document has been received already."))
        made = [_store(rows[pk], name, content, actor, now) for pk, (name, content) in checked.items()]
        for document in made:
            row = document.request
            row.received_at = now
            row.full_clean()
            row.save()
            data: dict[str, Any] = {"request": row.pk, "received_at": audit.stamp(now), "sha256": document.sha256}
            data |= {"size": document.size, "late": not row.in_time}
            audit.record(tender.chain, "supplement.received", actor=actor, at=now, subject=f"bid:{bid_id}", data=data)
        tell_office(
            tender, now, key=f"supplement_received:{made[0].pk}", page=f"/tenders/{tender.pk}/checks/{bid_id}/",
            subject=gettext_lazy("Documents were handed in: %(title)s"),
            body=said_later(
                tender, "A bidder handed in documents you asked for. Look at them at the check of the bid."
            ),
        )  # fmt: skip
    return made


def _checked(files: Mapping[int, File]) -> dict[int, File]:
    """Name, size and scanner, before anything is locked. ValidationError by `file_<request>`."""
    errors: dict[str, Any] = {}
    found = {}
    for pk, (name, content) in files.items():
        try:
            found[pk] = (file_name(name), content)
        except ValidationError as error:
            errors[f"file_{pk}"] = error.messages
        if not content:
            errors[f"file_{pk}"] = [_("The file is empty. Choose another one")]
        elif len(content) > settings.DOCUMENT_FILE_LIMIT:
            errors[f"file_{pk}"] = [too_large()]
        elif scanning.scan([content]) == scanning.Verdict.FOUND:
            errors[f"file_{pk}"] = [scanning.INFECTED]
    if errors:
        raise ValidationError(errors)
    return found


def too_large() -> str:
    """What is said to a file above the limit."""
    return _("A document may have at most %(limit)s MB.") % {"limit": settings.DOCUMENT_FILE_LIMIT // 1_000_000}


def _store(row: SupplementRequest, name: str, content: bytes, actor: User, now: datetime) -> SupplementDocument:
    document = SupplementDocument(
        request=row, name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest(), received_at=now,
        handed_in_by=actor,
    )  # fmt: skip
    document.content = keys.store_key().encrypt(content, _place(document))
    document.full_clean()
    document.save(force_insert=True)
    return document


def _place(document: SupplementDocument) -> str:
    return f"supplement:{document.pk}"


def read_supplement(user: User, document_id: UUID) -> tuple[SupplementDocument, bytes]:
    """A file with its bytes, for the bidder's company and the buyer's office and audit; Http404 for others."""
    rows = SupplementDocument.objects.select_related("request__bid__tender")
    document = rows.filter(pk=document_id).first()
    if document is None:
        raise Http404
    bid = document.request.bid
    if not user.has_role(bid.company_id, *PROVIDER_ROLES) and not user.roles_in(bid.tender.buyer_id) & FILE_READERS:
        raise Http404
    return document, keys.store_key().decrypt(bytes(document.content), _place(document))


def judge_supplement(*, actor: User, request_id: int, accepted: bool, reason: str = "") -> SupplementRequest:
    """Say whether what came is what was asked for. Against the clock it needs a reason, and a second person."""
    with audit.in_transaction():
        tender, now = begin(actor, _tender_of(request_id), "check")
        row = SupplementRequest.objects.get(pk=request_id)
        if row.received_at is None:
            refuse("not_received", _("This document has not been received yet."))
        if row.second_person_id or (row.accepted is not None and not row.needs_second):
            refuse("judged_already", _("This document has been judged already."))
        row.accepted, row.judged_at, row.judged_by = accepted, now, actor
        row.judgement = words(reason, "reason") if accepted != row.in_time else reason.strip()
        row.full_clean()
        row.save()
        data = {"request": row.pk, "accepted": accepted, "in_time": row.in_time, "reason": row.judgement}
        audit.record(tender.chain, "supplement.judged", actor=actor, at=now, subject=f"bid:{row.bid_id}", data=data)
    return row


def confirm_supplement(*, actor: User, request_id: int) -> SupplementRequest:
    """A second person confirms a word that differs from the clock."""
    with audit.in_transaction():
        tender, now = begin(actor, _tender_of(request_id), "confirm")
        row = SupplementRequest.objects.get(pk=request_id)
        if not row.needs_second:
            refuse("nothing_to_confirm", _("There is nothing to confirm about this document."))
        require(decide_second(row.judged_by_id, actor.pk))
        row.second_person = actor
        row.full_clean()
        row.save()
        data = {"request": row.pk, "accepted": row.accepted}
        audit.record(tender.chain, "supplement.confirmed", actor=actor, at=now, subject=f"bid:{row.bid_id}", data=data)
    return row


def supplements_with_files(tender: Tender) -> list[SupplementRequest]:
    """Requests for which a bidder handed in a file on the platform."""
    return list(SupplementRequest.objects.filter(bid__tender=tender, files__isnull=False))


def _tender_of(request_id: int) -> int:
    found = SupplementRequest.objects.filter(pk=request_id).values_list("bid__tender", flat=True).first()
    if found is None:
        raise Http404
    return found
