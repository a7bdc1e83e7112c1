"""What the administrators of an organisation have to see to: people who join or leave, openers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import desk
from accounts.desk import MOST, Task, first_address, role_held
from accounts.lifecycle import Role
from accounts.models import Membership, OpenerKey, OpeningGroup, PersonInvitation, User, ready_recovery

PEOPLE = gettext_lazy("People")
ENDING = timedelta(days=30)
KEPT = timedelta(days=90)
PLACES = ("people",)


def register() -> None:
    """Put the panels on the desk, each once."""
    for panel in (invitations, ending, openers):
        if panel not in desk.panels:
            desk.panels.append(panel)


def _own(user: User) -> list[int]:
    return user.organizations_with(Role.ORG_ADMIN, Role.BIDDER_ADMIN)


def _task(
    user: User, organization_id: int, title: str, why: str, due: datetime | None = None, *, page: str = "people"
) -> Task:
    role = role_held(user, organization_id, Role.ORG_ADMIN, Role.BIDDER_ADMIN)
    url = first_address((page,), organization_id)
    return Task(title, url, due, PEOPLE, why=why, role=role, organization=organization_id)


def invitations(user: User, now: datetime) -> Iterator[Task]:
    """Invitations nobody has accepted yet, and those that ran out. One query."""
    own = _own(user)
    if not own:
        return
    asked = PersonInvitation.objects.filter(organization__in=own, accepted_at=None, withdrawn_at=None)
    for row in asked.filter(expires_at__gt=now - KEPT).order_by("expires_at")[:MOST]:
        title = _("Invitation not accepted yet: %(email)s") % {"email": row.email}
        why = _("Without an answer it runs out then; remind the person or withdraw it.")
        if row.expires_at <= now:
            title = _("Invitation has run out: %(email)s") % {"email": row.email}
            why = _("Invite the person again, or withdraw the invitation.")
        yield _task(user, row.organization_id, title, why, row.expires_at)


def ending(user: User, now: datetime) -> Iterator[Task]:
    """Roles whose time ends soon: one task per person and organisation. One query."""
    own = _own(user)
    if not own:
        return
    rows = Membership.objects.active(now).filter(organization__in=own, ends_at__lte=now + ENDING, user__is_active=True)
    seen: set[tuple[int, int]] = set()
    for row in rows.select_related("user").order_by("ends_at")[:MOST]:
        if (row.user_id, row.organization_id) in seen:
            continue
        seen.add((row.user_id, row.organization_id))
        title = _("Role ends: %(person)s") % {"person": row.user}
        why = _("%(role)s until then; prolong it or find somebody else.") % {"role": Role(row.role).label}
        task = _task(user, row.organization_id, title, why, row.ends_at)
        yield replace(task, url=first_address(("person",), row.organization_id, row.user_id) or task.url)


def openers(user: User, now: datetime) -> Iterator[Task]:
    """Opening groups in which too few have a key: one more than opens, or nothing can be published. One query."""
    own = _own(user)
    if not own:
        return
    ready = Q(members__is_active=True, members__in=OpenerKey.objects.own().values("user"))
    recovery = ready_recovery("recovery_keys__") & Q(recovery_keys__isnull=False)
    groups = OpeningGroup.objects.filter(organization__in=own).annotate(
        ready=Count("members", filter=ready, distinct=True) + Count("recovery_keys", filter=recovery, distinct=True)
    )
    for group in groups.order_by("organization"):
        if group.ready > group.needed:
            continue
        words = ngettext("There is %(ready)s opening key; %(least)s are needed before a tender can be published.",
                         "There are %(ready)s opening keys; %(least)s are needed before a tender can be published.",
                         group.ready)  # fmt: skip
        why = words % {"ready": group.ready, "least": group.needed + 1}
        yield _task(user, group.organization_id, _("The opening group is too small"), why, page="opening_group")
