"""Openers look whether their own parts of a tender's seal are good, long before the deadline. No part is sent."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.decision import refuse
from accounts.models import OpenerKey, User
from bids.actions import trail
from bids.actions.opening_access import require_opener
from bids.actions.seal import current_seal, current_seals
from bids.models import SealCheck, SealPiece, TenderSeal
from tendering.locking import lock_tender_at
from tendering.models import Tender


def own_pieces(actor: User, tender: Tender) -> tuple[OpenerKey, list[dict[str, Any]]] | None:
    """The person's key in use and its wrapped pieces of this round's seals; None when the key has none of them."""
    rows = SealPiece.objects.filter(
        seal__in=current_seals(tender), opener=actor, key__in=OpenerKey.objects.own()
    ).exclude(body={})
    pieces = list(rows.values_list("body", flat=True))
    return (OpenerKey.objects.own().get(user=actor), pieces) if pieces else None


def record_seal_check(*, actor: User, tender_id: int) -> SealCheck:
    """All own parts are good, of every envelope, says the person's browser. Once per person and round."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        require_opener(actor, tender)
        seal = current_seal(tender)
        if own_pieces(actor, tender) is None:
            refuse("no_key", _("Your opening key does not belong to this tender."))
        check, is_new = SealCheck.objects.get_or_create(seal=seal, opener=actor, defaults={"checked_at": now})
        if is_new:
            data = {"generation": seal.generation, "checked": seal.checks.count()}
            trail.record(tender.pk, "seal.checked", actor=actor, at=now, subject=f"tender:{tender.pk}", data=data)
    return check


def checks_of(tender: Tender, seal: TenderSeal) -> list[tuple[User, SealCheck | None]]:
    """Everybody who holds a part of the seal with an own key, and the check, if made. Two queries."""
    done = {check.opener_id: check for check in seal.checks.all()}
    held = SealPiece.objects.filter(seal=seal, key__in=OpenerKey.objects.own()).values("opener")
    return [(person, done.get(person.pk)) for person in User.objects.filter(pk__in=held).order_by("function", "pk")]


def require_seal(tender: Tender) -> TenderSeal:
    """The seal of the tender's round, of the envelope opened first; Http404 before publication."""
    if found := current_seals(tender):
        return found[0]
    raise Http404
