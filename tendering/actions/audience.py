"""Mails to everybody who takes part in a tender: those who asked, those invited, and whom upper apps name."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise

from accounts import outbox
from accounts.lifecycle import Role
from accounts.models import User
from tendering.actions import registry
from tendering.models import Tender


def tell_audience(
    tender: Tender,
    now: datetime,
    key: str,
    subject: str | Promise,
    body: str | Promise,
    words: Mapping[str, str | Promise],
) -> None:
    """One mail per person, each in the person's language; nobody learns who else got it."""
    for person in audience(tender):
        with outbox.in_language_of(person):
            outbox.tell(
                person, key=f"tender:{tender.pk}:{key}", subject=str(subject) % words, body=str(body) % words, at=now
            )


def audience(tender: Tender) -> list[User]:
    """Active bidders of companies that asked or were invited, and the people registered listeners name."""
    companies = Q(memberships__organization__in=tender.questions.exclude(asked_by=None).values("asked_by"))
    companies |= Q(memberships__organization__in=tender.invitations.values("provider"))
    bidders = User.objects.filter(companies, memberships__role__in=[Role.BIDDER, Role.BIDDER_ADMIN], is_active=True)
    people = {person.pk: person for person in bidders.distinct()}
    for listener in registry.audience:
        people.update({person.pk: person for person in listener(tender)})
    return [people[key] for key in sorted(people)]
