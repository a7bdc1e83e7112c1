"""What bids add to the page of a tender: the bidder's button, the opening for the office, how the seal was made."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import practice
from accounts.holders import groups_of
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import OpeningGroup, Organization
from bids import hash_list, variants
from bids.actions.seal import current_seals
from bids.group_rehearsals import rehearsed_by
from bids.limits import limits
from bids.models import Draft, Receipt
from bids.naming import variant_name
from bids.nouns import said
from bids.trials import trials_of
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
    _once(panels.release_panels, openers_panel)
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
    may_bid = status in {Status.OPEN, Status.CLOSED}
    rows = _own_rows(tender, companies, may_bid)
    begun = [row for row in rows if row["receipt"] or row["draft"]]
    if not (may_bid or begun):
        return None
    more: dict[str, object] = {
        "begun": begun,
        "others": [row["company"] for row in rows if row not in begun] if may_bid else [],
        "further": _further(tender, begun) if may_bid else [],
        "several": len(companies) > 1,
    }
    return _rendered(request, tender, status, more)


def _further(tender: Tender, begun: list[dict[str, Any]]) -> list[tuple[Organization, int]]:
    """Companies that may begin one more variant beside their bid, with its number."""
    numbers: dict[Organization, set[int]] = {}
    for row in begun:
        numbers.setdefault(row["company"], set()).add(row["number"])
    free = ((company, variants.free_number(tender, taken)) for company, taken in numbers.items())
    return [(company, number) for company, number in free if number is not None]


def _own_rows(tender: Tender, companies: list[int], may_bid: bool) -> list[dict[str, Any]]:
    """Receipt and draft of each company of the person and of each variant; names are read where there are several.

    The first row of a company is that of its main bid, begun or not.
    """
    live = {"bid__tender": tender, "bid__company__in": companies, "bid__superseded_at": None, "bid__withdrawn_at": None}
    found = Receipt.objects.filter(**live).select_related("bid").order_by("bid__is_late", "at")
    receipts = {(receipt.bid.company_id, receipt.bid.variant): receipt for receipt in found}
    drafts: dict[tuple[int, int], Draft] = {}
    if may_bid:
        own = Draft.objects.filter(tender=tender, company__in=companies)
        drafts = {(row.company_id, row.variant): row for row in own}
    named = Organization.objects.filter(pk__in=companies).order_by("name", "pk")
    shown = list(named) if len(companies) > 1 else [Organization(pk=companies[0])]
    return [
        {
            "company": company,
            "number": number,
            "variant": variant_name(number),
            "receipt": receipts.get((company.pk, number)),
            "draft": drafts.get((company.pk, number)),
        }
        for company in shown
        for number in sorted({0} | {number for pk, number in {*receipts, *drafts} if pk == company.pk})
    ]


def seal_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """The seal's public key, for those who want to compare it."""
    seals = current_seals(tender)
    if not seals:
        return None
    context = {
        "seal": seals[0],
        "prices": seals[1:],
        "list": hash_list.published(tender, now),
        "tender": tender,
        "limits": limits(),
    }
    return render_to_string("bids/parts/seal_panel.html", context, request)


def openers_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """Before publication: whose key was not tried for too long, whether the group has rehearsed an opening, and whether
    one more lost key would lose the bids.
    """
    group = OpeningGroup.objects.filter(organization=tender.buyer_id).first()
    if group is None:
        return None
    tried = trials_of(group)
    context = {
        "trials": tried,
        "overdue": tried.overdue(now),
        "one_spare": len(tried.trials) == group.needed + 1,
        "standing": rehearsed_by(group, now) if practice.current_run_id() is None else None,
    }
    return render_to_string("bids/parts/openers_panel.html", context, request)


def opening_entry(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """The opening in the second navigation, from publication on."""
    if status in PUBLIC_STATUSES and _may_see(request, tender):
        yield Entry(_("Opening"), reverse("bid_opening", args=[tender.pk]))


def opening_step(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> NextStep | None:
    """After the deadline, for the openers."""
    prices = status == Status.EVALUATION and tender.prices_sealed and tender.scores_closed_at is not None
    if not (prices or status == Status.CLOSED) or not _is_opener(request, tender):
        return None
    if prices:
        sentence = _("The scores are closed. You and a second opener now open the prices together.")
        return NextStep(sentence, reverse("bid_opening", args=[tender.pk]), _("To the opening"))
    sentence = said(tender, "The deadline has passed. You and a second opener now open the bids together.")
    return NextStep(sentence, reverse("bid_opening", args=[tender.pk]), _("To the opening"))


def _may_see(request: HttpRequest, tender: Tender) -> bool:
    user = request.user
    reads = user.is_authenticated and bool(user.roles_in(tender.buyer_id) & OPENING_READERS)
    return reads or _is_opener(request, tender)


def _is_opener(request: HttpRequest, tender: Tender) -> bool:
    user = request.user
    return user.is_authenticated and groups_of(user).filter(organization=tender.buyer_id).exists()


def _rendered(request: HttpRequest, tender: Tender, status: Status, more: dict[str, object]) -> str:
    return render_to_string("bids/parts/bid_panel.html", {"tender": tender, "status": status, **more}, request)
