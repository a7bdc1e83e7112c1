"""What bids add to the page of a tender: the bidder's button, the opening for the office, how the seal was made."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import OpeningGroup
from bids.models import Draft, Receipt, TenderSeal
from tendering import panels
from tendering.lifecycle import PUBLIC_STATUSES, Status
from tendering.models import Tender
from tendering.panels import Entry, NextStep

_Panel = TypeVar("_Panel")
OPENING_READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.OPENER, Role.AUDITOR})


def register() -> None:
    """Put the panels into their slots, each once."""
    _once(panels.action_panels, bid_panel)
    _once(panels.seal_panels, seal_panel)
    _once(panels.navigation, opening_entry)
    _once(panels.next_steps, opening_step)


def _once(slot: list[_Panel], panel: _Panel) -> None:
    if panel not in slot:
        slot.append(panel)


def bid_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """Prepare, go on, or the receipt; for companies, and as an invitation for visitors."""
    user = request.user
    if not user.is_authenticated:
        return _rendered(request, tender, status, {"visitor": True}) if status == Status.OPEN else None
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies or user.roles_in(tender.buyer_id) or status not in PUBLIC_STATUSES:
        return None
    live = {"bid__tender": tender, "bid__company__in": companies, "bid__superseded_at": None, "bid__withdrawn_at": None}
    receipt = Receipt.objects.filter(**live).select_related("bid").order_by("bid__is_late", "at").last()
    may_bid = status in {Status.OPEN, Status.CLOSED}
    if not (may_bid or receipt):
        return None
    draft = Draft.objects.filter(tender=tender, company__in=companies).first() if may_bid else None
    more: dict[str, object] = {
        "draft": draft,
        "bid": receipt.bid if receipt else None,
        "receipt": receipt,
        "may_bid": may_bid,
    }
    return _rendered(request, tender, status, more)


def seal_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """The seal's public key, for those who want to compare it."""
    seal = TenderSeal.objects.filter(tender=tender, generation=tender.round).first()
    return render_to_string("bids/parts/seal_panel.html", {"seal": seal}, request) if seal else None


def opening_entry(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """The opening in the second navigation, from publication on."""
    if status in PUBLIC_STATUSES and _may_see(request, tender):
        yield Entry(_("Opening"), reverse("bid_opening", args=[tender.pk]))


def opening_step(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> NextStep | None:
    """After the deadline, for the openers."""
    if status != Status.CLOSED or not _is_opener(request, tender):
        return None
    sentence = _("The deadline has passed. You and a second opener now open the bids together.")
    return NextStep(sentence, reverse("bid_opening", args=[tender.pk]), _("To the opening"))


def _may_see(request: HttpRequest, tender: Tender) -> bool:
    user = request.user
    reads = user.is_authenticated and bool(user.roles_in(tender.buyer_id) & OPENING_READERS)
    return reads or _is_opener(request, tender)


def _is_opener(request: HttpRequest, tender: Tender) -> bool:
    user = request.user
    return user.is_authenticated and OpeningGroup.objects.filter(organization=tender.buyer_id, members=user.pk).exists()


def _rendered(request: HttpRequest, tender: Tender, status: Status, more: dict[str, object]) -> str:
    return render_to_string("bids/parts/bid_panel.html", {"tender": tender, "status": status, **more}, request)
