"""How people come into the room: from a tender's second navigation and from the desk."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import desk
from accounts.desk import Task
from accounts.lifecycle import Role
from accounts.models import User
from tendering import panels
from tendering.lifecycle import Status
from tendering.models import Tender
from tendering.panels import Entry


def register() -> None:
    """Put the entrances into the lists of the lower apps, each once."""
    if navigation not in panels.navigation:
        panels.navigation.append(navigation)
    if offers not in desk.panels:
        desk.panels.append(offers)


def navigation(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """The audit's view of this tender."""
    user = request.user
    if isinstance(user, User) and user.has_role(tender.buyer_id, Role.AUDITOR):
        yield Entry(_("Audit"), reverse("audit_tender", args=[tender.pk]))


def offers(user: User, now: datetime) -> Iterator[Task]:
    """What auditors may do at any time."""
    if user.is_auditor:
        yield Task(_("Search the files"), reverse("audit_room"), offer=True, note=_("What deviates comes first"))
        yield Task(_("All deviations on one sheet"), reverse("audit_deviations"), offer=True)
