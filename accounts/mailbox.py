"""A person's messages: newest first, what is unread, which procedures they belong to."""

from datetime import datetime

from django.db.models import Max, QuerySet

from accounts import notices, practice
from accounts.models import Message, User
from accounts.notices import Procedure

MOST_UNREAD = 99
MOST_PROCEDURES = 50
ORDER = ("created_at", "id")


def messages_of(user: User) -> QuerySet[Message]:
    """The person's messages of the present world: a practice has its own."""
    run = practice.current_run_id()
    mine = Message.objects.filter(recipient=user)
    return mine.exclude(chain__startswith="practice:") if run is None else mine.filter(chain=f"practice:{run}")


def unread(user: User) -> int:
    """How many the person has not opened, counted up to 100. One query, over the index of the mailbox."""
    return messages_of(user).filter(read=None).order_by()[: MOST_UNREAD + 1].count()


def chosen(user: User, *, only_unread: bool = False, chain: str = "") -> QuerySet[Message]:
    """The rows of the list: without their texts, with their read marks."""
    found = messages_of(user).select_related("read").defer("body")
    if only_unread:
        found = found.filter(read=None)
    return found.filter(chain=chain) if chain else found


def procedures(user: User) -> dict[str, Procedure]:
    """{chain: procedure} of the person's messages, the latest first; a query more per sort of procedure."""
    latest = messages_of(user).exclude(chain="").order_by().values("chain").annotate(at=Max("created_at"))
    chains = [row["chain"] for row in latest.order_by("-at")[:MOST_PROCEDURES]]
    known = notices.named(chains)
    return {chain: known[chain] for chain in chains if chain in known}


def since(user: User, kinds: list[str], moment: datetime) -> list[Message]:
    """Unread messages of these kinds that came after the moment, oldest first."""
    found = messages_of(user).filter(kind__in=kinds, created_at__gt=moment, read=None)
    return list(found.order_by("created_at", "id")[:100])
