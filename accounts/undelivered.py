"""Mails that were given up after the last try, for those who can help: whose colleague did not get it, or the buyer.

The buyer is told only of kinds whose recipients it knows anyway (Kind.buyer_knows): an undelivered receipt must not
tell it who bids.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import ngettext

from accounts import notices
from accounts.desk import Task
from accounts.lifecycle import Role
from accounts.models import Membership, OutboxMessage, User

MOST = 100
HELPERS = (Role.ORG_ADMIN, Role.OFFICER, Role.BIDDER_ADMIN)


def mails_for(user: User, now: datetime) -> list[OutboxMessage]:
    """What this person should take care of, the latest first. One query while every mail arrives, at most four."""
    places = set(user.organizations_with(*HELPERS))
    if not places:
        return []
    failed = OutboxMessage.objects.filter(sent_at=None, failed_at__isnull=False, message__isnull=False)
    rows = list(failed.select_related("message__recipient").order_by("-failed_at", "-pk")[:MOST])
    if not rows:
        return []
    colleagues = _colleagues(rows, places, now)
    own = _of_own_procedures(rows, places)
    return [row for row in rows if row.message and (row.message.recipient_id in colleagues or row.pk in own)]


def _colleagues(rows: Iterable[OutboxMessage], places: set[int], now: datetime) -> set[int]:
    people = {row.message.recipient_id for row in rows if row.message}
    held = Membership.objects.active(now).filter(user__in=people, organization__in=places)
    return set(held.values_list("user_id", flat=True))


def _of_own_procedures(rows: Iterable[OutboxMessage], places: set[int]) -> set[int]:
    known_kinds = {code for code, kind in notices.kinds.items() if kind.buyer_knows}
    open_ones = {row.pk: row.message.chain for row in rows if row.message and row.kind in known_kinds}
    known = notices.named(open_ones.values())
    return {pk for pk, chain in open_ones.items() if chain in known and known[chain].organization in places}


def tasks(user: User, now: datetime) -> Iterator[Task]:
    """One entry on the desk for all of them."""
    if number := len(mails_for(user, now)):
        title = ngettext("%(n)s mail could not be delivered", "%(n)s mails could not be delivered", number)
        yield Task(title % {"n": number}, reverse("undelivered"))
