"""Corrections before the deadline: text and documents of a published tender; one asks, another person publishes.

Every published correction makes a new edition. What decides an award (rule, criteria, lots, positions) stays frozen.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from tendering import corrections
from tendering.actions.access import act_on, address
from tendering.actions.amendments import move_deadline, moved_end
from tendering.actions.audience import tell_audience
from tendering.actions.documents import new_document
from tendering.actions.drafting import touch
from tendering.lifecycle import decide_extension, decide_second_person
from tendering.models import Amendment, Document, Tender

MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that a correction adds."""

    name: str
    kind: str
    media_type: str
    content: bytes


def request_correction(
    *,
    actor: User,
    tender_id: int,
    reason: str,
    is_material: bool,
    summary: str | None = None,
    add: Sequence[NewDocument] = (),
    remove: Sequence[UUID] = (),
    new_end: datetime | None = None,
    why_not_later: str = "",
) -> Amendment:
    """Ask for a correction; nothing is public until another person publishes it. One waits at a time.

    A material change needs a later deadline, or a reason why not, where the profile's rules ask for time.
    """
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "correct")
        if waiting_correction(tender):
            refuse("correction_waits", _("Another correction waits for a second person. Publish or drop it first."))
        if not reason.strip():
            raise ValidationError({"reason": _("Give the reason.")})
        changes = {**_text_change(tender, summary), **_deadline_change(tender, new_end, now)}
        _require_time(tender, is_material=is_material, new_end=new_end, why_not_later=why_not_later)
        amendment = Amendment(
            tender=tender, at=now, by=actor, reason=reason, kind=Amendment.Kind.CORRECTION, is_material=is_material,
            why_not_later=why_not_later.strip() if is_material and new_end is None else "",
        )  # fmt: skip
        amendment.save()
        changes |= _document_change(tender, amendment, add, remove, now)
        if not set(changes) - {"tender_period_end"}:
            raise ValidationError(
                {"summary": _("Nothing was changed: change the text, or add or take out a document.")}
            )
        amendment.changes = changes
        amendment.full_clean()
        amendment.save()
        _record("correction.requested", amendment, actor, now, reason=reason)
    return amendment


def publish_correction(*, actor: User, amendment_id: int) -> Tender:
    """The second person publishes it: text and documents change, the deadline moves, everybody is told."""
    with audit.in_transaction():
        amendment, tender, now = _waiting(amendment_id, actor, "publish_correction")
        require(decide_second_person(amendment.by_id, actor.pk))
        if "tender_period_end" in amendment.changes:
            new_end = moved_end(tender, amendment)
            require(decide_extension(tender.tender_period_end, new_end, now))
            move_deadline(tender, new_end)
        if text := amendment.changes.get("summary"):
            tender.summary = text["after"]
        tender.edition += 1
        touch(tender)
        amendment.edition, amendment.approved_by, amendment.approved_at = tender.edition, actor, now
        amendment.full_clean()
        amendment.save()
        _tell(tender, amendment, now)
        _record("correction.published", amendment, actor, now, edition=tender.edition)
    return tender


def drop_correction(*, actor: User, amendment_id: int) -> None:
    """Take back a correction that waits; its new files go with it."""
    with audit.in_transaction():
        amendment, _tender, now = _waiting(amendment_id, actor, "publish_correction")
        _record("correction.dropped", amendment, actor, now)
        Document.objects.filter(added_with=amendment).delete()
        amendment.delete()


def waiting_correction(tender: Tender) -> Amendment | None:
    """The correction that waits for a second person."""
    waiting = tender.amendments.filter(kind=Amendment.Kind.CORRECTION, approved_at=None)
    return waiting.select_related("by").first()


def _waiting(amendment_id: int, actor: User, action: str) -> tuple[Amendment, Tender, datetime]:
    """The correction under the lock of its tender; Http404 when it is not there (any more)."""
    wanted = Amendment.objects.filter(pk=amendment_id, kind=Amendment.Kind.CORRECTION)
    tender_id = wanted.values_list("tender_id", flat=True).first()
    if tender_id is None:
        raise Http404
    tender, now = act_on(tender_id, actor, action)
    amendment = wanted.filter(approved_at=None).first()
    if amendment is None:
        refuse("already_approved", _("This change has been approved already."))
    return amendment, tender, now


def _text_change(tender: Tender, summary: str | None) -> dict[str, Any]:
    after = tender.summary if summary is None else summary.strip()
    if after == tender.summary:
        return {}
    if not after:
        raise ValidationError({"summary": _("The description cannot be empty.")})
    return {"summary": {"before": tender.summary, "after": after}}


def _deadline_change(tender: Tender, new_end: datetime | None, now: datetime) -> dict[str, Any]:
    if new_end is None:
        return {}
    if new_end.tzinfo is None:
        raise ValidationError({"new_end": _("A moment needs its offset.")})
    require(decide_extension(tender.tender_period_end, new_end, now))
    assert tender.tender_period_end is not None
    return {"tender_period_end": {"before": audit.stamp(tender.tender_period_end), "after": audit.stamp(new_end)}}


def _require_time(tender: Tender, *, is_material: bool, new_end: datetime | None, why_not_later: str) -> None:
    source = corrections.asks_for_time(tender)
    if is_material and source and new_end is None and not why_not_later.strip():
        text = _("A material change needs a later deadline (%(source)s). Choose one, or say why the time is enough.")
        raise ValidationError({"new_end": text % {"source": source}})


def _document_change(
    tender: Tender, amendment: Amendment, add: Sequence[NewDocument], remove: Sequence[UUID], now: datetime
) -> dict[str, Any]:
    if len(add) > MOST_FILES:
        raise ValidationError({"add": _("At most %(most)s files at once.") % {"most": MOST_FILES}})
    gone = list(tender.documents.in_force().defer("content").filter(pk__in=remove))
    if len(gone) != len(set(remove)):
        raise ValidationError({"remove": _("This document is not among the published ones.")})
    new = [new_document(tender, now, amendment=amendment, **_fields(file)) for file in add]
    tender.documents.filter(pk__in=remove).update(removed_with=amendment)
    if not gone and not new:
        return {}
    return {"documents": {"before": [_named(file) for file in gone], "after": [_named(file) for file in new]}}


def _fields(file: NewDocument) -> dict[str, Any]:
    return {"name": file.name, "kind": file.kind, "media_type": file.media_type, "content": file.content}


def _named(file: Document) -> dict[str, Any]:
    return {"id": str(file.pk), "name": file.name, "size": file.size, "sha256": file.sha256}


def _tell(tender: Tender, amendment: Amendment, now: datetime) -> None:
    tell_audience(
        tender, now, f"corrected:{amendment.pk}", "amended",
        gettext_lazy("Corrected: %(title)s"),
        gettext_lazy(
            "The documents of this tender have been corrected. The reason:\n%(reason)s\n\n"
            "Look at what changed before you hand in. A bid that is in already answers the earlier edition: "
            "replace it, or confirm that it stands.\n\n%(address)s"
        ),
        {"title": tender.title, "reason": amendment.reason, "address": f"{address(tender)}#changes"},
    )  # fmt: skip


def _record(verb: str, amendment: Amendment, actor: User, now: datetime, **more: Any) -> None:
    """The trail keeps what changed by name and hash, not the texts themselves."""
    documents = amendment.changes.get("documents", {})
    data = {
        "fields": ",".join(sorted(amendment.changes)),
        "material": "yes" if amendment.is_material else "no",
        "added": [file["sha256"] for file in documents.get("after", [])],
        "removed": [file["sha256"] for file in documents.get("before", [])],
        **more,
    }
    if text := amendment.changes.get("summary"):
        data["text_sha256"] = hashlib.sha256(text["after"].encode()).hexdigest()
    audit.record(amendment.tender.chain, verb, actor=actor, at=now, subject=f"amendment:{amendment.pk}", data=data)
