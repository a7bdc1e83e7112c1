"""What openers and the office have to do about bids, on their desk."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import desk
from accounts.desk import Task
from accounts.models import OpenerKey, OpeningGroup, User
from bids.actions.late import DECIDERS
from bids.models import Bid, BidQuerySet

SHOWN = 20


def register() -> None:
    """Put the panels on the desk, each once."""
    for panel in (missing_key, late_bids, admitted_bids):
        if panel not in desk.panels:
            desk.panels.append(panel)


def missing_key(user: User, now: datetime) -> Iterator[Task]:
    """A member of an opening group without a key keeps tenders from being published."""
    if OpeningGroup.objects.filter(members=user).exists() and not OpenerKey.objects.filter(user=user).exists():
        note = _("Without it no tender of your group can be published.")
        yield Task(_("Make your opening key"), reverse("opener_keys"), None, _("Opening"), note)


def late_bids(user: User, now: datetime) -> Iterator[Task]:
    """Late bids about which two people have to decide."""
    buyers = user.organizations_with(*DECIDERS)
    for bid in _late(now).filter(tender__buyer__in=buyers)[:SHOWN] if buyers else []:
        decision = bid.late_decision
        if decision.get("confirmed_by") or decision.get("decided_by") == user.pk:
            continue
        words = _("Decide about a late bid: %(tender)s")
        if decision:
            words = _("Confirm the decision about a late bid: %(tender)s")
        yield Task(words % {"tender": bid.tender.title}, _address(bid), None, _("Opening"))


def admitted_bids(user: User, now: datetime) -> Iterator[Task]:
    """Admitted late bids, for the openers."""
    mine = _late(now).filter(tender__buyer__opening_group__members=user, late_admitted_at__isnull=False)
    for bid in mine[:SHOWN]:
        title = _("Open an admitted late bid: %(tender)s") % {"tender": bid.tender.title}
        yield Task(title, _address(bid), None, _("Opening"))


def _late(now: datetime) -> BidQuerySet:
    waiting = Bid.objects.live().filter(is_late=True, opened_at=None, damaged_at=None, tender__opened_at__lte=now)
    return waiting.filter(tender__awarded_at=None, tender__cancelled_at=None).select_related("tender")


def _address(bid: Bid) -> str:
    return reverse("bid_late", args=[bid.tender_id, bid.pk])
