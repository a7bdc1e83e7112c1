"""Somebody asks a company to be let in: kept with the company, told to its administrators, answered by them.

`details["join_requests"]` of the company: [{"id", "email", "at"}]. No account is made by asking: who is let in gets an
invitation, and its link proves the address.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.actions.people import chain_of
from accounts.actions.people_access import administer, locked
from accounts.actions.people_invitations import invite_person
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Organization, User

MOST_OPEN = 20
KEPT = timedelta(days=60)  # a stranger's address is not kept for ever because nobody answers
KEY = "join_requests"


def ask_to_join(*, organization_id: int, email: str) -> None:
    """Keep the request and tell the administrators; the same address asks once. Says nothing about the company.

    Beyond MOST_OPEN requests nothing more is kept: an administrator who does not answer is not flooded.
    """
    address = email.strip().lower()
    validate_email(address)
    with audit.in_transaction():
        company, now = locked(organization_id)
        if company.kind != OrganizationKind.PROVIDER:
            raise Http404
        waiting = [row for row in requests_of(company) if datetime.fromisoformat(row["at"]) > now - KEPT]
        if len(waiting) >= MOST_OPEN or any(row["email"] == address for row in waiting):
            return
        row = {"id": uuid4().hex, "email": address, "at": audit.stamp(now)}
        _keep(company, [*waiting, row])
        for admin in holders(company, [Role.BIDDER_ADMIN], now):
            with outbox.in_language_of(admin):
                outbox.tell(
                    admin,
                    key=f"organization:{company.pk}:join:{row['id']}",
                    subject=_("Somebody asks to join %(company)s") % {"company": company.name},
                    body=_(
                        "The owner of the address %(email)s wants to work for your company on this platform. Let the "
                        "person in only if you know the address."
                    )
                    % {"email": address},
                    at=now,
                    kind="account",
                    url=reverse("people", args=[company.pk]),
                )
        audit.record(chain_of(company), "join.asked", actor=None, at=now, subject=f"request:{row['id']}")


def answer_join_request(*, actor: User, organization_id: int, request_id: str, let_in: bool) -> None:
    """Let in: an invitation as bidder goes to the address. Otherwise the request goes, and nobody is told."""
    with audit.in_transaction():
        company, now = administer(actor, organization_id)
        waiting = requests_of(company)
        row = next((row for row in waiting if row["id"] == request_id), None)
        if row is None:
            refuse("answered_already", _("This request has been answered already."))
        _keep(company, [other for other in waiting if other is not row])
        if let_in:
            try:
                invite_person(actor=actor, organization_id=company.pk, email=row["email"], roles=[Role.BIDDER])
            except ValidationError as error:
                refuse("not_possible", " ".join(error.messages))
        data = {"let_in": let_in}
        audit.record(chain_of(company), "join.answered", actor=actor, at=now, subject=f"request:{row['id']}", data=data)


def requests_of(company: Organization) -> list[dict[str, Any]]:
    """Open requests, oldest first."""
    return list(company.details.get(KEY, []))


def _keep(company: Organization, rows: list[dict[str, Any]]) -> None:
    details = {name: value for name, value in company.details.items() if name != KEY}
    company.details = {**details, KEY: rows} if rows else details
    company.save(update_fields=["details"])
