"""For whom a person stands in. A stand-in holds the role like its owner, but counts as the person it is: two duties of
one procedure that need two people are never done by one.
"""

from datetime import datetime

from accounts.models import Membership, User


def represented(user: User, now: datetime) -> list[tuple[int, str, User]]:
    """[(organisation id, role, whom the person represents)] at this moment; one query."""
    rows = Membership.objects.active(now).filter(user=user, stands_in_for__isnull=False)
    rows = rows.select_related("stands_in_for").order_by("organization_id", "stands_in_for_id", "role")
    return [(row.organization_id, row.role, row.stands_in_for) for row in rows if row.stands_in_for]
