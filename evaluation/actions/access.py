"""The first lines of every action here: lock the tender, read the clock once, ask whether this person may."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import outbox
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import Organization, User
from bids.models import Bid
from bids.nouns import said
from evaluation.lifecycle import decide, decide_stage
from tendering.locking import lock_tender_at
from tendering.models import Lot, Tender

PRICES_SEALED: Final = gettext_lazy("The prices are still sealed; two openers open them once the panel is closed.")
DAMAGED_OPEN: Final = gettext_lazy(
    "A bid that could not be opened may still be restored. It is opened again, or two people decide that it stays "
    "sealed."
)


def begin(actor: User, tender_id: int, action: str) -> tuple[Tender, datetime]:
    """Lock the tender and require the right for `action`; people without any role at the buyer get Http404."""
    tender, now = lock_tender_at(tender_id)
    roles = actor.roles_in(tender.buyer_id)
    if not roles:
        raise Http404
    require(decide(action, tender.status(now), roles))
    require(decide_stage(action, tender.is_call))
    return tender, now


def begin_for_bidder(actor: User, bid_id: Any) -> tuple[Tender, datetime, bool]:
    """Like `begin`, for acts that the bidder does, or the office notes for the bidder; True when it is the bidder."""
    tender, now = lock_tender_at(tender_of_bid(bid_id))
    company = Bid.objects.values_list("company_id", flat=True).get(pk=bid_id)
    is_bidder = actor.has_role(company, Role.BIDDER, Role.BIDDER_ADMIN)
    roles = frozenset[str]({Role.OFFICER}) if is_bidder else actor.roles_in(tender.buyer_id)
    if not roles:
        raise Http404
    require(decide("check", tender.status(now), roles))
    return tender, now, is_bidder


def tender_of_bid(bid_id: Any) -> int:
    """Id of the tender a bid belongs to; Http404 for an unknown bid."""
    try:
        found = Bid.objects.filter(pk=bid_id).values_list("tender_id", flat=True).first()
    except ValidationError:  # not a UUID at all
        found = None
    if found is None:
        raise Http404
    return found


def opened_bid(bid_id: Any, tender: Tender) -> Bid:
    """The bid, which must have been opened and not withdrawn."""
    bid = Bid.objects.select_related("company").filter(pk=bid_id, tender=tender).first()
    if bid is None:
        raise Http404
    if bid.opened_at is None or bid.withdrawn_at or bid.superseded_at:
        refuse("not_opened", said(tender, "Only an opened bid can be checked."))
    return bid


def lot_of(tender: Tender, code: str) -> Lot:
    """A lot by its code; ValidationError on `lot_code` if there is none."""
    lot = tender.lots.filter(code=code).first()
    if lot is None:
        raise ValidationError({"lot_code": _("There is no lot %(code)s.") % {"code": code}})
    return lot


def words(value: str, field: str) -> str:
    """A text that must say something; ValidationError on `field` otherwise."""
    text = value.strip()
    if not text:
        raise ValidationError({field: _("Give a reason in words.")})
    return text


def tell_bidder(
    company: Organization, *, key: str, kind: str, subject: Promise, body: Promise, tender: Tender, at: datetime
) -> None:
    """Tell everyone who acts for the company, each in the person's language; the tender's title fills the subject."""
    page = f"/tenders/{tender.pk}/requests/"
    for person in holders(company, PROVIDER_ROLES, at):
        with outbox.in_language_of(person):
            title = str(subject) % {"title": tender.title}
            outbox.tell(person, key=key, kind=kind, subject=title, body=str(body), at=at, url=page, chain=tender.chain)


def tell_office(
    tender: Tender, at: datetime, *, key: str, page: str, subject: Promise, body: Promise,
    roles: Iterable[str] = (Role.OFFICER,), but: User | None = None,
) -> None:  # fmt: skip
    """Tell every officer of the buyer, each in the person's language; the tender's title fills the subject.

    `roles` widens whom, `but` leaves out who does the act.
    """
    for person in holders(tender.buyer_id, [*roles], at):
        if but is not None and person.pk == but.pk:
            continue
        with outbox.in_language_of(person):
            title = str(subject) % {"title": tender.title}
            outbox.tell(
                person, key=key, kind="procedure", subject=title, body=str(body), at=at, url=page, chain=tender.chain
            )
