"""What the desk and the pages of a tender offer around the library and the service centre; costs no query."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import desk
from accounts.desk import Task
from accounts.lifecycle import Role
from accounts.models import User
from tendering import panels
from tendering.lifecycle import WRITERS, Status
from tendering.models import Tender
from tendering.panels import Entry


def register() -> None:
    """Put the offers on the desk, once."""
    if offers not in desk.panels:
        desk.panels.append(offers)
    if copying not in panels.navigation:
        panels.navigation.append(copying)


def offers(user: User, now: datetime) -> Iterator[Task]:
    """Templates for those who write, help and duties for those who administer."""
    if user.organizations_with(Role.LIBRARIAN):
        yield Task(_("Write a new template"), reverse("library_new"), offer=True)
    if user.organizations_with(Role.OFFICER, Role.REQUESTER):
        yield Task(_("Start from a template"), reverse("library"), offer=True)
    if user.organizations_with(Role.ORG_ADMIN):
        yield Task(_("Service centre: help and duties"), reverse("centre_help"), offer=True)


def copying(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """A tender that went out may be the start of the next one."""
    own = request.user.roles_in(tender.buyer_id) if request.user.is_authenticated else frozenset()
    if status not in {Status.DRAFT, Status.PREPARED} and own & WRITERS:
        yield Entry(_("Copy"), reverse("tender_copy", args=[tender.pk]))
