"""Every address has a row in the access table, and the rows hold."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.lifecycle import Role
from evaluation import actions as evaluating
from tests import factories
from tests.config.access_table import (
    ANONYMOUS,
    BIDDER,
    FOREIGN,
    OTHER_BIDDER,
    PUBLIC,
    STAFF_OF_BUYER,
    STRANGER,
    TABLE,
    Row,
)

REFUSED = {401, 403, 404}
SOME = (ANONYMOUS, BIDDER, Role.OFFICER)  # enough where everybody may
TRIED = {name: row for name, row in TABLE.items() if row.try_it and name != "admin"}


def names(patterns: Any) -> Iterator[tuple[str, URLPattern | URLResolver]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace:
            yield pattern.namespace, pattern
        elif isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        else:
            yield pattern.name or f"unnamed: {pattern.pattern}", pattern


ADDRESSES = dict(names(get_resolver().url_patterns))


def test_every_address_has_a_row() -> None:
    without = sorted(set(ADDRESSES) - set(TABLE))
    assert not without, f"add rows to tests/config/access_table.py for: {', '.join(without)}"


def test_a_row_that_is_not_tried_says_why() -> None:
    assert [name for name, row in TABLE.items() if not row.try_it and not row.why] == []


class World:
    """A town with everybody in it, its tenders in the phases that rows ask for, and people from elsewhere."""

    def __init__(self) -> None:
        self.town = factories.make_town()
        place = self.town.organization
        self.people: dict[str, Any] = {role: factories.make_user(place, role) for role in sorted(STAFF_OF_BUYER)}
        self.people[Role.OFFICER] = self.town.officer
        self.company = factories.make_company()
        self.people[BIDDER] = self.company.bidder
        self.people[OTHER_BIDDER] = factories.make_company().bidder
        self.people[STRANGER] = factories.make_user()
        self.people[FOREIGN] = factories.make_town(keys=False).officer
        self.people[ANONYMOUS] = None
        self.tenders: dict[str, Any] = {}
        self._clients: dict[str, Client] = {}

    def client(self, person: str) -> Client:
        """The person's browser, signed in once; again after an act that signed it out."""
        client = self._clients.get(person)
        user = self.people[person]
        if client is None or (user and "_auth_user_id" not in client.session):
            client = self._clients[person] = Client(raise_request_exception=False)
            if user:
                client.force_login(user)
        return client

    def tender(self, phase: str) -> Any:
        if phase not in self.tenders:
            made = self.evaluated() if phase == "evaluated" else getattr(factories, f"{phase}_tender")(self.town)
            self.tenders[phase] = made
        return self.tenders[phase]

    def draft(self) -> Any:
        from bids import actions

        if "bid" not in self.tenders:
            company, tender = self.company, self.tender("open")
            self.tenders["bid"] = actions.start_draft(
                actor=company.bidder, company=company.organization, tender_id=tender.pk
            )
        return self.tenders["bid"]

    def evaluated(self) -> Any:
        """Two bids, scored by a panel of which the world's evaluator is a member, closed by the chair, evaluated."""
        from tests.evaluation import builders

        town = self.town
        town.evaluators, town.chair = [self.people[Role.EVALUATOR], *town.evaluators], self.people[Role.PANEL_CHAIR]
        case = builders.Case(town, factories.opened_tender(town))
        builders.add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
        builders.add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
        builders.check_all(case)
        builders.score_and_close(case, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
        evaluating.evaluate_tender(actor=town.officer, tender_id=case.tender.pk)
        return case.tender

    def receipt(self) -> Any:
        from tests.bids.bidding import submit

        if "receipt" not in self.tenders:
            self.tenders["receipt"] = submit(self.company, self.tender("open"))
        return self.tenders["receipt"]

    def address(self, name: str, row: Row) -> str:
        pattern = ADDRESSES[name]
        assert isinstance(pattern, URLPattern)
        known: dict[str, Any] = {**row.arguments}
        if "tender_id" in pattern.pattern.converters:
            known["tender_id"] = self.tender(row.on).pk
        if "organization_id" in pattern.pattern.converters:
            known["organization_id"] = self.town.organization.pk
        if "draft_id" in pattern.pattern.converters:
            known["draft_id"] = self.draft().pk
        if "receipt_id" in pattern.pattern.converters:
            known["receipt_id"] = self.receipt().pk
        if "bid_id" in pattern.pattern.converters:
            known["bid_id"] = self.tender(row.on).bids.order_by("reference")[0].pk
        return reverse(name, kwargs=known)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_those_in_the_table_get_through(method: str) -> None:
    world = World()
    faults = [
        fault_of(world, person, world.address(name, row), row)
        for name, row in sorted(TRIED.items())
        if name in ADDRESSES and row.method == method
        for person in (SOME if row.who == PUBLIC else world.people)
    ]
    assert not any(faults), "\n".join(filter(None, faults))


def fault_of(world: World, person: str, address: str, row: Row) -> str:
    client = world.client(person)
    if row.method == "GET":
        response = client.get(address)
    else:
        response = client.post(address, {}, content_type="application/json" if "/api/" in address else "text/plain")
    what = f"{person}: {row.method} {address} gave {response.status_code}"
    if response.status_code >= 500:
        return f"{what}, a server error"
    to_sign_in = response.status_code == 302 and "/account/login/" in response.headers["Location"]
    refused = response.status_code in REFUSED or to_sign_in
    if person not in row.who:
        sent_away = refused or response.status_code == 302
        done = not sent_away if row.method == "GET" else response.status_code < 300
        return f"{what}, but this is not theirs" if done else ""
    return f"{what}, but it is theirs" if refused and row.method == "GET" else ""


@pytest.mark.django_db
def test_the_operator_pages_are_for_operators_only() -> None:
    world = World()
    for person in world.people.values():
        client = Client()
        if person:
            client.force_login(person)
        assert client.get(reverse("admin:index")).status_code == 302
    operator = get_user_model().objects.create_superuser("operator@town.example", factories.PASSWORD)
    client = Client()
    client.force_login(operator)
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.django_db
def test_being_an_operator_opens_no_page_of_a_procedure() -> None:
    operator = get_user_model().objects.create_superuser("operator@town.example", factories.PASSWORD)
    client, world = Client(raise_request_exception=False), World()
    client.force_login(operator)
    for name, row in TRIED.items():
        if name in ADDRESSES and row.method == "GET" and STRANGER not in row.who:
            assert client.get(world.address(name, row)).status_code in REFUSED | {302}, name


@pytest.mark.slow  # the quick browser tests hold the same by the policy of the pages they see
@pytest.mark.django_db
def test_no_page_holds_an_inline_script_or_style() -> None:
    world = World()
    for name, row in TRIED.items():
        if name not in ADDRESSES or row.method != "GET":
            continue
        response = world.client(ANONYMOUS if row.who == PUBLIC else sorted(row.who)[0]).get(world.address(name, row))
        if not response.streaming and response.content and "text/html" in response.headers.get("Content-Type", ""):
            assert_no_inline(name, response.content.decode())


def assert_no_inline(name: str, html: str) -> None:
    from lxml import html as parser

    page = parser.document_fromstring(html)
    assert not page.xpath("//script[not(@src)]"), f"an inline script on {name}"
    assert not page.xpath("//style"), f"an inline style sheet on {name}"
    assert not page.xpath("//@style"), f"a style attribute on {name}"
    assert not [name for name in page.xpath("//@*") if name.attrname.startswith("on")], f"an event attribute on {name}"
    foreign = [url for url in page.xpath("//script/@src | //link/@href | //img/@src") if "//" in url]
    assert not foreign, f"something from elsewhere on {name}: {foreign}"
