"""Is somebody of the panel close to a bidder? What the platform can see, and what the person has not yet been asked.

Three signs: the person belongs to the bidder's company; its e-mail address has the company's own domain (public mail
hosts say nothing, `accounts.alike`); a company it belongs to has the bidder's phone or bank account. A sign keeps the
person from scoring, whatever it declared. The same address alone is a hint for the office (flag H02): many share one.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import F

from accounts.alike import own_domain
from accounts.lifecycle import OrganizationKind
from accounts.models import Membership, Organization, User
from bids.models import Bid
from evaluation.contact_signs import Sign, signs
from evaluation.models import BidderDeclaration
from tendering.models import ConflictDeclaration, Tender


@dataclass(frozen=True, slots=True)
class Connection:
    """A sign that a person and a bidder belong together."""

    company_id: int
    company: str
    kind: Literal["member", "domain", "phone", "iban"]


def _opened(tender: Tender) -> Any:
    rows = Bid.objects.live().filter(tender=tender, round=F("tender__round"), opened_at__isnull=False)
    return rows.order_by()


def bidders(tender: Tender) -> list[Organization]:
    """Companies whose bids have been opened, by name; none before the opening. One query."""
    return list(Organization.objects.filter(pk__in=_opened(tender).values("company")).order_by("name", "pk"))


def connections(tender: Tender, user: User) -> list[Connection]:
    """What ties this person to bidders of this tender. Three queries."""
    companies = {company.pk: company for company in bidders(tender)}
    mine, domains = set(), defaultdict(set)
    for belongs_to, person, email in Membership.objects.filter(organization__in=companies).values_list(
        "organization", "user", "user__email"
    ):
        domains[belongs_to].add(own_domain(email))
        if person == user.pk:
            mine.add(belongs_to)
    own = own_domain(user.email)
    mine_too = Organization.objects.filter(
        pk__in=Membership.objects.filter(user=user).values("organization"), kind=OrganizationKind.PROVIDER
    )
    stated = any(True for company in companies.values() for _sign in signs(company))
    theirs = {sign for organization in mine_too for sign in signs(organization)} if stated else set()
    found = []
    for pk, company in companies.items():
        if pk in mine:
            found.append(Connection(pk, company.name, "member"))
        elif own and own in domains[pk] | {own_domain(company.email)}:
            found.append(Connection(pk, company.name, "domain"))
        elif kind := _same_data(company, theirs):
            found.append(Connection(pk, company.name, kind))
    return found


def _same_data(company: Organization, theirs: set[Sign]) -> Literal["phone", "iban", ""]:
    kinds = {kind for kind, value in signs(company) if (kind, value) in theirs}
    return "iban" if "iban" in kinds else "phone" if "phone" in kinds else ""


def unasked(tender: Tender, user: User) -> list[Organization]:
    """Bidders whose names were not known when the person declared, and about whom it has said nothing since.

    All of them without any declaration. At most three queries.
    """
    declaration = ConflictDeclaration.objects.filter(tender=tender, user=user).first()
    rows = _opened(tender)
    if declaration is not None:
        rows = rows.filter(opened_at__gt=declaration.declared_at)
    said = BidderDeclaration.objects.filter(tender=tender, user=user).values("company")
    later = rows.exclude(company__in=said).values("company")
    return list(Organization.objects.filter(pk__in=later).order_by("name", "pk"))
