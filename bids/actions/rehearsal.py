"""A rehearsal: every step of handing in for a real tender, with a receipt that says that nothing was handed in.

The sealed object is checked and thrown away. There is no bid, no event in the trail of the bids, no mail.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.decision import refuse
from accounts.models import Organization, User
from bids import receipts
from bids.actions.access import require_may_bid
from bids.actions.drafts import content_of, own_draft
from bids.actions.seal import current_seal, current_seals
from bids.actions.sealed_outside import SealedOutside, ToSeal, check_sealed, to_seal
from bids.actions.submission import check_documents, seal_parts
from bids.content import DraftContent, LotContent
from bids.content_checks import check_to_hand_in
from bids.models import Draft, Rehearsal, SealedObject, TenderSeal
from bids.places import standing_of
from tendering.lifecycle import Status
from tendering.models import Tender

KEPT_AFTER_DEADLINE: Final = timedelta(days=30)
MOST: Final = 50  # per company and tender


def prepare_rehearsal(*, actor: User, draft_id: UUID | str, declarant: str) -> ToSeal:
    """What the bidder's side seals for a rehearsal; faults as `prepare_manifest`, and only before the deadline."""
    draft, content, _sample = _content(actor, draft_id, declarant)
    _checked(actor, draft, content)
    return to_seal(draft, content)


def rehearse(
    *, actor: User, draft_id: UUID | str, declarant: str, sealed: SealedOutside | None = None,
    received_at: datetime | None = None,
) -> Rehearsal:  # fmt: skip
    """Hands the draft in for trial, or a sample where the draft has no lot yet; the server seals what is not sealed."""
    draft, content, sample = _content(actor, draft_id, declarant)
    seal = _checked(actor, draft, content)
    if sealed is None:
        where, parts = (
            "server",
            [
                (pk, data)
                for pk, _envelope, data in seal_parts(
                    content, draft.tender, draft.company_id, draft.pk, standing_of(draft), current_seals(draft.tender)
                )
            ],
        )
    else:
        check_sealed(sealed, draft)
        where, parts = sealed.where, [(part.object_id, part.data) for part in sealed.parts]
    manifests = [
        {"object": str(pk), "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for pk, data in parts
    ]
    with audit.in_transaction():
        # The company's row is locked, so that many clicks do not make more rehearsals than allowed.
        Organization.objects.select_for_update(no_key=True).get(pk=draft.company_id)
        own = Rehearsal.objects.filter(tender=draft.tender_id, company=draft.company_id)
        if own.count() >= MOST:
            refuse("too_many", _("You have rehearsed this tender often enough. Your earlier rehearsals still count."))
        now = clock.now()
        at = min(received_at or now, now)
        done = Rehearsal(
            tender=draft.tender, company=draft.company, draft_id=draft.pk, done_by=actor, at=at, sealed_at=where,
            is_sample=sample,
        )  # fmt: skip
        done.note = receipts.sign_rehearsal(done, seal, [*manifests, *_documents(content)])
        done.full_clean()
        done.save(force_insert=True)
    return done


def expire_rehearsals(now: datetime) -> int:
    """Deletes rehearsals 30 days after the deadline; returns how many."""
    old = Rehearsal.objects.filter(tender__tender_period_end__lt=now - KEPT_AFTER_DEADLINE)
    return old.delete()[0]


def _content(actor: User, draft_id: UUID | str, declarant: str) -> tuple[Draft, DraftContent, bool]:
    """The draft, what is rehearsed of it, and whether that is a sample."""
    draft = own_draft(actor, draft_id)
    stored = content_of(draft)
    content = replace(stored, declarant=declarant or stored.declarant or str(actor))
    if content.chosen_lots():
        return draft, content, False
    first = draft.tender.lots.order_by("pk").first()
    return draft, replace(content, lots={first.code: LotContent()} if first else {}), True


def _checked(actor: User, draft: Draft, content: DraftContent) -> TenderSeal:
    now = clock.now()
    require_may_bid(actor, draft.company, draft.tender, now)
    _require_open(draft.tender, now)
    check_to_hand_in(content, draft.tender)
    seal = current_seal(draft.tender)
    check_documents(content, draft.pk, seal)
    return seal


def _require_open(tender: Tender, now: datetime) -> None:
    if tender.status(now) != Status.OPEN:
        refuse("deadline_passed", _("A rehearsal is possible only before the deadline."))


def _documents(content: DraftContent) -> list[dict[str, Any]]:
    found = SealedObject.objects.filter(pk__in=[file.object for file in content.files]).order_by("pk")
    return [{"object": str(item.pk), "sha256": item.sha256, "size": item.size} for item in found]
