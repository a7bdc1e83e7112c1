"""For every address of the access table an object it shows and a person who may see it, out of what the data hold.

The first of a few candidates whose page answers with HTML and 200 is taken; what has none is told by name.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from accounts import clock
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import ContactUnit, Membership, Message, Organization, OutboxMessage, PersonInvitation, User
from bids.models import Bid, Draft, OpenedDocument, Proof, Receipt, SealedObject
from evaluation.models import AbnormallyLowCheck, SupplementRequest
from pilots.models import CouncilPaper, PaperComment, Pilot
from tendering.lifecycle import Status
from tendering.models import (
    Amendment,
    Approval,
    Criterion,
    Document,
    Lot,
    Question,
    Subscription,
    Template,
    Tender,
)
from tests.config.access_table import ANONYMOUS, BIDDER, FOREIGN, OTHER_BIDDER, STRANGER, TABLE, Row
from tests.config.test_access import ADDRESSES

MOST_TRIES = 80
NO_PAGE = ("api", "admin", "healthz", "readyz", "public_keys")
LIKE_STATUS = {"opened": "evaluation", "evaluated": "evaluation"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One page of one person: the file's name, the address, whose session (None: nobody's), what to do there first."""

    name: str
    path: str
    user: int | None = None
    fill: dict[str, str] = field(default_factory=dict)
    submit: bool = False


def shots(only: str = "", leave_out: Container[str] = ()) -> tuple[list[Shot], list[str]]:
    """(pages with a sample, names of those without one), in the order of the table."""
    found, without = [], []
    for name, row in TABLE.items():
        if row.method != "GET" or name.startswith(NO_PAGE) or name not in ADDRESSES or name in leave_out:
            continue
        if only not in name:
            continue
        shot, is_page = _sample(name, row)
        if shot:
            found.append(shot)
        elif is_page:
            without.append(name)
    return found, without


def _sample(name: str, row: Row) -> tuple[Shot | None, bool]:
    """The shot, and whether the address is a page at all (files and feeds are not)."""
    pattern = ADDRESSES[name]
    assert isinstance(pattern, URLPattern)
    for address, objects in islice(addresses_of(name, row, pattern), MOST_TRIES):
        for user in islice(_people(row, objects), 6):
            kind = _answer(address, user)
            if kind == "page":
                return Shot(name, address, user.pk if user else None), True
            if kind == "file":
                return None, False
    return None, True


def _answer(address: str, user: User | None) -> str:
    """ "page", "file" for what is none, or "" when this person does not get it there."""
    client = Client(raise_request_exception=False, headers={"accept-language": "de", "host": "127.0.0.1"})
    if user:
        client.force_login(user)
    response = client.get(address)
    if response.status_code == 405:
        return "file"  # nothing to look at: it only takes what is sent
    if response.status_code != 200:
        return ""
    return "page" if "text/html" in response.headers.get("Content-Type", "") else "file"


def addresses_of(name: str, row: Row, pattern: URLPattern) -> Iterator[tuple[str, dict[str, Any]]]:
    """Addresses with the objects they name; the first parameter decides which others fit."""
    names = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
    for objects in _fill(names, row, {}):
        values = {key: _key(key, value) for key, value in objects.items()}
        try:
            yield reverse(name, kwargs=values), objects
        except NoReverseMatch:
            continue


def _fill(names: list[str], row: Row, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not names:
        yield known
        return
    first, *rest = names
    if first in row.arguments:
        yield from _fill(rest, row, {**known, first: row.arguments[first]})
        return
    for value in _candidates(first, row, known):
        yield from _fill(rest, row, {**known, first: value})


def _key(name: str, value: Any) -> Any:
    if isinstance(value, Lot | Criterion | Template):
        return value.code
    if name == "reference":
        return value.reference
    return value.pk if isinstance(value, Model) else value


def _candidates(name: str, row: Row, known: dict[str, Any]) -> Iterator[Any]:
    """Values for a parameter of an address, the likeliest first."""
    tender, organization = known.get("tender_id"), known.get("organization_id")
    of_tender = {"tender": tender} if tender else {}
    sources: dict[str, Any] = {
        "tender_id": lambda: _tenders(row.on),
        "pilot_id": lambda: Pilot.objects.select_related("municipality").order_by("-registered_at", "-pk"),
        "draft_id": lambda: Draft.objects.select_related("tender", "company").order_by("-updated_at"),
        "receipt_id": lambda: Receipt.objects.select_related("bid__company").order_by("-at")[:20],
        "bid_id": lambda: Bid.objects.filter(**of_tender).order_by("reference")[:12],
        "lot": lambda: Lot.objects.filter(**of_tender),
        "code": lambda: (
            known["draft_id"].tender.lots.all() if "draft_id" in known else Template.objects.order_by("created_at")
        ),
        "criterion": lambda: Criterion.objects.filter(kind="quality", **of_tender),
        "organization_id": lambda: (
            Organization.objects.filter(memberships__role=Role.ORG_ADMIN).distinct().order_by("language", "reference")
        ),
        "unit_id": lambda: ContactUnit.objects.filter(organization=organization, closed_at=None),
        "user_id": lambda: User.objects.filter(memberships__organization=organization).distinct(),
        "invitation_id": lambda: PersonInvitation.objects.filter(organization=organization),
        "request_id": lambda: SupplementRequest.objects.filter(bid__tender=tender) if tender else [],
        "check_id": lambda: AbnormallyLowCheck.objects.filter(bid__tender=tender),
        "approval_id": lambda: Approval.objects.filter(**of_tender).order_by("-pk"),
        "amendment_id": lambda: Amendment.objects.filter(**of_tender),
        "question_id": lambda: Question.objects.filter(**of_tender),
        "document_id": lambda: [
            *Document.objects.filter(**of_tender),
            *OpenedDocument.objects.filter(bid__tender=tender),
        ],
        "object_id": lambda: SealedObject.objects.all()[:20],
        "proof_id": lambda: Proof.objects.all(),
        "paper_id": lambda: CouncilPaper.objects.order_by("-pk"),
        "comment_id": lambda: PaperComment.objects.filter(paper=known.get("paper_id")),
        "day": lambda: sorted(set(_session_days()), reverse=True),
        "reference": lambda: Organization.objects.filter(kind="municipality").filter(papers__isnull=False).distinct(),
        "message_id": lambda: Message.objects.order_by("-pk")[:5],
        "mail_id": lambda: OutboxMessage.objects.order_by("-pk")[:5],
        "membership_id": lambda: Membership.objects.exclude(stands_in_for=None, via=None),
        "subscription_id": lambda: Subscription.objects.all(),
        "centre_id": lambda: Organization.objects.filter(kind="service_centre"),
        "name": lambda: [],
    }
    yield from sources.get(name, list)()


def _tenders(on: str) -> list[Tender]:
    """Those in the wanted phase first, richest first; then all others."""
    rows = list(Tender.objects.with_status(clock.now()).select_related("buyer").order_by("-pk"))
    rank: dict[str, int] = {Status.EVALUATION: 1, Status.AWARDED: 2, Status.CLOSED: 3, Status.OPEN: 4}
    rank[LIKE_STATUS.get(on, on)] = 0
    return sorted(rows, key=lambda tender: (rank.get(tender.status_now, 5), not tender.pk))


def _session_days() -> Iterator[Any]:
    for paper in CouncilPaper.objects.all():
        moment = getattr(paper, "session_at", None) or getattr(paper, "session_day", None)
        if moment:
            yield moment.date() if hasattr(moment, "date") else moment


def _people(row: Row, objects: dict[str, Any]) -> Iterator[User | None]:
    """Who may look: nobody in particular where everybody may, then people with a role at the organisation shown."""
    yield from (value.recipient for value in objects.values() if isinstance(value, Message))
    if ANONYMOUS in row.who:
        yield None
    roles = [role for role in row.who if role not in {ANONYMOUS, STRANGER, FOREIGN, OTHER_BIDDER}]
    if BIDDER in row.who:
        roles += list(PROVIDER_ROLES)
    if not row.who:
        roles = [Role.LIBRARIAN, Role.OFFICER, Role.ORG_ADMIN]
    if row.who <= {BIDDER, OTHER_BIDDER} and isinstance(tender := objects.get("tender_id"), Tender):
        yield from (bid.submitted_by for bid in Bid.objects.filter(tender=tender).select_related("submitted_by"))
    held = Membership.objects.active(clock.now()).select_related("user").order_by("stands_in_for", "pk")
    places = set(_places(objects))
    found = held.filter(role__in=roles, **({"organization__in": places} if places else {}))
    order = {role: number for number, role in enumerate((Role.OFFICER, Role.BIDDER, Role.APPROVER, *Role.values))}
    seen = set()
    for membership in sorted(found, key=lambda one: order.get(one.role, 99)):
        if membership.user_id not in seen:
            seen.add(membership.user_id)
            yield membership.user


def _places(objects: dict[str, Any]) -> Iterator[int]:
    """Organisations the objects of an address belong to."""
    for value in objects.values():
        if isinstance(value, Organization):
            yield value.pk
        for name in ("buyer_id", "municipality_id", "company_id", "owner_id", "organization_id"):
            if isinstance(found := getattr(value, name, None), int):
                yield found
        if isinstance(value, Receipt):
            yield value.bid.company_id
        if isinstance(value, Draft | Bid):
            yield value.tender.buyer_id
