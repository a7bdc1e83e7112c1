"""What stands against somebody's leaving, asked before roles end. Upper apps add what only they know.

`obstacles` refuse: each is asked with (person, organisation, moment the roles end) and answers with sentences that say
why and what next. `notices` are told on the page and stop nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from django.utils.translation import gettext as _

from accounts.decision import refuse
from accounts.models import Membership, OpenerKey, OpeningGroup, Organization, User, ready_recovery

Question: TypeAlias = Callable[[User, Organization, datetime], Iterable[str]]
obstacles: list[Question] = []


def obstacles_of(person: User, organization: Organization, end: datetime) -> list[str]:
    """Sentences; empty when the person may stop opening here at that moment."""
    return [sentence for question in obstacles for sentence in question(person, organization, end)]


def places_of(person: User, organization: Organization, at: datetime) -> list[Organization]:
    """Where the person stops working by leaving: there, and where it is on duty from there."""
    lent = Membership.objects.filter(user=person, via=organization).exclude(ends_at__lte=at)
    return [organization, *Organization.objects.filter(pk__in=lent.values("organization")).order_by("pk")]


def require_free(person: User, organization: Organization, end: datetime) -> None:
    """Refuse while a sealed tender needs the person's key."""
    if found := obstacles_of(person, organization, end):
        refuse("key_still_needed", " ".join(found))


def group_notice(person: User, organization: Organization) -> str:
    """What the opening group lacks without the person; "" when it still is large enough."""
    group = OpeningGroup.objects.filter(organization=organization, members=person).first()
    if group is None:
        return ""
    others = group.members.exclude(pk=person.pk).filter(is_active=True)
    left = OpenerKey.objects.own().filter(user__in=others).count()
    left += group.recovery_keys.filter(ready_recovery()).count()
    words = {"place": organization.name, "left": left, "needed": group.needed, "least": group.needed + 1}
    if left > group.needed:
        text = _("The opening group of %(place)s keeps %(left)s keys; %(needed)s open together.")
        return text % words
    return _(
        "The opening group of %(place)s needs a replacement: without this person %(left)s keys are left, and at least "
        "%(least)s are needed before another tender can be published."
    ) % words  # fmt: skip
