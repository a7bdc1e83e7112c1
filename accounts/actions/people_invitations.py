"""Somebody is asked to join an organisation by mail. The link's secret is in the mail only; its SHA-256 is stored."""

import hashlib
import logging
import secrets
from collections.abc import Collection
from datetime import timedelta
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit, clock, notices, practice
from accounts.actions.people import chain_of, check_roles, grant, require_permanent
from accounts.actions.people_access import administer, locked
from accounts.decision import refuse
from accounts.lifecycle import Role
from accounts.models import Organization, OutboxMessage, PersonInvitation, User

log = logging.getLogger(__name__)
VALID_FOR = timedelta(days=14)
MOST_OPEN = 200


def invite_person(
    *, actor: User, organization_id: int, email: str, roles: Collection[str], function: str = "", language: str = ""
) -> PersonInvitation:
    """Write to the address; an open invitation of the same address is replaced, its link stops working.

    Whether the address has an account is told to nobody. ValidationError by field; refused "too_many_invitations".
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        wanted = check_roles(organization, roles)
        require_permanent(actor, organization, now, wanted)
        address, secret = email.strip().lower(), secrets.token_urlsafe(32)
        waiting = PersonInvitation.objects.filter(organization=organization, accepted_at=None, withdrawn_at=None)
        if waiting.filter(expires_at__gt=now).count() >= MOST_OPEN:
            refuse("too_many_invitations", _("Too many invitations are open. Withdraw some first."))
        waiting.filter(email=address).update(withdrawn_at=now)
        invitation = PersonInvitation(
            organization=organization, email=address, roles=wanted, function=function.strip(),
            language=language or organization.language, digest=digest_of(secret), invited_by=actor, invited_at=now,
            expires_at=now + VALID_FOR,
        )  # fmt: skip
        invitation.full_clean()
        invitation.save()
        transaction.on_commit(lambda: _send(invitation, secret))
        audit.record(
            chain_of(organization), "person.invited", actor=actor, at=now, subject=f"invitation:{invitation.pk}",
            data={"roles": wanted},
        )  # fmt: skip
    return invitation


def withdraw_person_invitation(*, actor: User, organization_id: int, invitation_id: UUID) -> None:
    """The link stops working. Http404 for an invitation of another organisation; withdrawing twice is the same."""
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        invitation = PersonInvitation.objects.filter(pk=invitation_id, organization=organization).first()
        if invitation is None:
            raise Http404
        if invitation.accepted_at or invitation.withdrawn_at:
            return
        PersonInvitation.objects.filter(pk=invitation.pk).update(withdrawn_at=now)
        subject = f"invitation:{invitation.pk}"
        audit.record(chain_of(organization), "person.invitation_withdrawn", actor=actor, at=now, subject=subject)


def open_invitation(token: str) -> PersonInvitation | None:
    """The invitation behind a link that still works; None for an unknown, used, withdrawn or old one."""
    waiting = PersonInvitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now())
    return waiting.select_related("organization").filter(digest=digest_of(token)).first()


def accept_invitation(*, actor: User | None, token: str, password: str = "") -> User:
    """The invited takes the roles: signed in with that very address, or by a new account with this password.

    Refused: "invitation_void", "another_address", "sign_in_first" (the address has an account). ValidationError on
    `password`.
    """
    with audit.in_transaction():
        found = open_invitation(token)
        if found is None:
            refuse("invitation_void", _("This invitation no longer works. Ask for a new one."))
        organization, now = locked(found.organization_id)
        invitation = PersonInvitation.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if invitation.accepted_at or invitation.withdrawn_at:
            refuse("invitation_void", _("This invitation no longer works. Ask for a new one."))
        person = _person(actor, invitation, password)
        for role in invitation.roles:
            grant(person, organization, role, now, end=None, by=invitation.invited_by)
        invitation.accepted_at, invitation.accepted_by = now, person
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        audit.record(
            chain_of(organization), "person.joined", actor=person, at=now, subject=f"user:{person.pk}",
            data={"invitation": str(invitation.pk), "roles": list(invitation.roles)},
        )  # fmt: skip
    return person


def digest_of(token: str) -> str:
    """What is stored of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def _person(actor: User | None, invitation: PersonInvitation, password: str) -> User:
    if actor is not None:
        if actor.email.lower() != invitation.email.lower():
            text = _("This invitation was sent to another address. Sign out, and open the link again.")
            refuse("another_address", text, 403)
        return actor
    if User.objects.filter(email__iexact=invitation.email).exists():
        refuse("sign_in_first", _("There is an account with this address. Sign in with it, then accept."))
    return _new_account(invitation, password)


def _new_account(invitation: PersonInvitation, password: str) -> User:
    """The address is confirmed: the link was sent there."""
    from allauth.account.models import EmailAddress

    person = User(email=invitation.email, function=invitation.function, language=invitation.language)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    person = User.objects.create_user(
        invitation.email, password, function=invitation.function, language=invitation.language
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def _send(invitation: PersonInvitation, secret: str) -> None:
    """At once, because the link is personal and must not lie in the database; queued only when that fails."""
    with translation.override(invitation.language):
        subject, body = _words(invitation, invitation.organization, secret)
    try:
        EmailMessage(subject, body, to=[practice.held(invitation.email)]).send()
    except (OSError, SMTPException):
        log.exception("the mail server did not take an invitation; it waits in the outbox")
        OutboxMessage.objects.create(
            key=f"invitation:{invitation.pk}", kind="account", recipient=invitation.email, subject=subject[:200],
            body=body, created_at=invitation.invited_at,
        )  # fmt: skip


def _words(invitation: PersonInvitation, organization: Organization, secret: str) -> tuple[str, str]:
    words = {
        "organization": organization.name,
        "site": settings.SITE_NAME,
        "roles": ", ".join(str(Role(role).label) for role in invitation.roles),
        "until": date_format(invitation.expires_at, "DATE_FORMAT"),
        "address": settings.BASE_URL + reverse("invitation_accept", args=[secret]),
    }
    body = _(
        "%(organization)s invites you to work with %(site)s.\n\nYour roles: %(roles)s\n\nAccept until %(until)s:\n"
        "%(address)s\n\nThe link is meant for you alone. If you did not expect this mail, do nothing."
    )
    end = notices.footer(notices.kind_of("account"))
    return _("Invitation: %(organization)s") % words, f"{body % words}\n\n{end}\n"
