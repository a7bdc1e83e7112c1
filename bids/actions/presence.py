"""Who of a company works on a draft right now. No event of the trail: a hint for colleagues, soon forgotten."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from accounts import audit, clock
from accounts.models import User
from bids.actions.drafts import own_draft
from bids.models import Draft, DraftPresence

FORGOTTEN_AFTER: Final = timedelta(seconds=90)


def be_present(*, actor: User, draft_id: UUID, part: str) -> list[DraftPresence]:
    """Notes that the person has this part open; who else has it open. Http404 for other companies."""
    draft, now = own_draft(actor, draft_id), clock.now()
    with audit.in_transaction():
        former = DraftPresence.objects.filter(draft=draft, user=actor).first()
        stays = former is not None and former.part == part and former.seen_at > now - FORGOTTEN_AFTER
        since = former.since if former is not None and stays else now
        DraftPresence.objects.update_or_create(
            draft=draft, user=actor, defaults={"part": part[:60], "since": since, "seen_at": now}
        )
        DraftPresence.objects.filter(draft=draft, seen_at__lte=now - FORGOTTEN_AFTER).delete()
    return others(draft, actor, part)


def others(draft: Draft, actor: User, part: str) -> list[DraftPresence]:
    """Colleagues who have this part open."""
    lately = DraftPresence.objects.filter(draft=draft, part=part, seen_at__gt=clock.now() - FORGOTTEN_AFTER)
    return list(lately.exclude(user=actor).select_related("user").order_by("since"))
