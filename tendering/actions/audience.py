"""Mails to everybody who takes part in a tender: those who asked, those invited, and whom upper apps name."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise

from accounts import outbox
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from tendering.actions import registry
from tendering.actions.access import page_of
from tendering.models import Tender


def tell_audience(
    tender: Tender,
    now: datetime,
    key: str,
    kind: str,
    subject: str | Promise,
    body: str | Promise,
    words: Mapping[str, str | Promise],
) -> None:
    """One message of this kind per person, each in the person's language; nobody learns who else got it."""
    for person in audience(tender, now):
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"tender:{tender.pk}:{key}",
                kind=kind,
                subject=str(subject) % words,
                body=str(body) % words,
                at=now,
                url=page_of(tender),
                chain=tender.chain,
            )


def audience(tender: Tender, now: datetime) -> list[User]:
    """Active bidders of companies that asked or were invited, and the people registered listeners name."""
    asked, invited = tender.questions.exclude(asked_by=None).values("asked_by"), tender.invitations.values("provider")
    companies = Organization.objects.filter(Q(pk__in=asked) | Q(pk__in=invited)).values("pk")
    people = {person.pk: person for person in holders(companies, PROVIDER_ROLES, now)}
    for listener in registry.audience:
        people.update({person.pk: person for person in listener(tender)})
    return [people[key] for key in sorted(people)]
