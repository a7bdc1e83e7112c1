"""What a list costs: a stated number of looks at tables for each, the same for three rows and for twelve.

Desks have their budgets in test_desk_roles, the overview of procedures in tests/tendering/pages/test_overview.py.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import checkpoints, clock, outbox
from accounts.models import ContactUnit
from bids.actions import profile
from evaluation.actions import benchmark
from evaluation.models import Contract
from pilots.models import CouncilPaper
from tendering.models import Bookmark, Lot, LotOutcome, Subscription, TemplateVersion, Tender
from tests import factories
from tests.config.test_desk_roles import World
from tests.tendering.library.shelf import content_of

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 12
PUBLIC_MOST = 12
PAPER = {"fields": {"subject": "Kiosk"}}

# address: most queries of a visitor; lists of tenders read their buyers apart, joined they would sort whole tables
PUBLIC = {
    "/": 8,
    "/tenders/": 7,
    "/results/": 6,
    "/pilots/": 6,
    "/papers/": 4,
    "/library/": 4,
    "/contacts/": 2,
    "/checkpoints/": 0,
    "/status/": 2,
    "/tenders.atom": 2,
    "/tenders.json": 2,
    "/tenders.ics": 2,
    "/results.atom": 1,
    "/results.json": 1,
    "/results.csv": 1,
    "/pilots.atom": 2,
    "/pilots.ics": 2,
    "/contacts.csv": 2,
    "/contacts.vcf": 2,
    "/api/v1/tenders/": 3,
    "/api/v1/pilots/": 3,
    "/api/v1/papers/": 2,
    "/api/v1/templates/": 4,
    "/api/v1/contacts/": 2,
}
# (person, address): most queries, those for session, person, roles and menu among them
OWN = {
    ("officer", "/tenders/"): 11,
    ("officer", "/mailbox/"): 8,
    ("officer", "/mailbox/undelivered/"): 5,
    ("officer", "/desk/procedures.csv"): 14,
    ("officer", "/desk/hand-over/"): 8,
    ("officer", "/contracts/"): 5,
    ("officer", "/contracts.csv"): 4,
    ("officer", "/desk/benchmark/"): 7,
    ("officer", "/api/v1/contracts/"): 4,
    ("officer", "/api/v1/benchmarks/"): 4,
    ("officer", "/pilots/"): 11,
    ("officer", "/library/"): 8,
    ("officer", "/account/stand-ins/"): 9,
    ("officer", "/account/subscriptions/"): 6,
    ("officer", "/api/v1/desk/"): 38,
    ("officer", "/api/v1/messages/"): 4,
    ("officer", "/api/v1/tenders/"): 6,
    ("officer", "/api/v1/bids/"): 3,
    ("approver", "/contracts/"): 5,
    ("auditor", "/audit/"): 18,
    ("auditor", "/audit/deviations/"): 18,
    ("council_member", "/papers/"): 8,
    ("council_member", "/api/v1/papers/"): 5,
    ("org_admin", "/organizations/"): 5,
    ("org_admin", "people"): 9,
    ("org_admin", "contacts"): 6,
    ("bidder", "/bids/"): 7,
    ("bidder", "/company/"): 8,
    ("bidder", "/contracts/"): 5,
    ("bidder", "/api/v1/contracts/"): 4,
    ("bidder", "/tenders/"): 11,
    ("bidder", "/api/v1/bids/"): 5,
    ("bidder", "/api/v1/bids/drafts/"): 4,
    ("librarian", "/library/"): 10,
}


class Rows(World):
    """The world of the desks, and what other lists show: lots, results, contracts, proofs, messages, units."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: dict[str, Client] = {}
        self.visited: set[tuple[str, str]] = set()

    def copy(self, phase: str, **changes: Any) -> Tender:
        tender = super().copy(phase, **changes)
        for lot in Lot.objects.filter(tender=self.models[phase].pk):
            lot.pk, lot.tender = None, tender
            lot.save(force_insert=True)
        return tender

    def _one(self) -> None:
        super()._one()
        TemplateVersion.objects.filter(content={}).update(content=content_of("it-help-desk"))
        CouncilPaper.objects.filter(public={}).update(public=PAPER, full=PAPER)
        now, officer, company = clock.now(), self.town.officer, factories.make_company()
        awarded = self.copy("awarded", awarded_at=now)
        lot = awarded.lots.get()
        LotOutcome.objects.create(lot=lot, kind="awarded", at=now, winner=company.organization, value="100")
        Contract.objects.create(
            tender=awarded, lot=lot, bid=self._bid(awarded, opened_at=now), company=self.company.organization,
            value_at_start="100", value="100", signed_on=now.date(), starts_on=now.date(),
            ends_on=now.date() + timedelta(days=90), recorded_by=officer, recorded_at=now,
        )  # fmt: skip
        benchmark.save_set(
            actor=officer, owner=self.town.organization, title=f"Offices {self.count}", about="", source="survey",
            inputs=["hours"], outputs=["cases"],
            rows=[{"name": f"Office {n}", "year": 2025, "values": {"hours": "9", "cases": "80"}} for n in range(4)],
        )  # fmt: skip
        ContactUnit.objects.create(
            organization=self.town.organization, name=f"Unit {self.count}", email=f"u{self.count}@town.example"
        )
        ContactUnit.objects.create(
            organization=factories.make_organization(), name="Unit", email=f"v{self.count}@town.example"
        )
        for user in (officer, self.company.bidder):
            outbox.tell(user, key=f"row-{self.count}", subject="News", body="News", at=now, chain=awarded.chain)
            Bookmark.objects.create(user=user, tender=awarded, created_at=now)
            Subscription.objects.create(user=user, email=user.email, tender=awarded, created_at=now, confirmed_at=now)
        profile.add_proof(
            actor=self.company.admin, company_id=self.company.organization.pk, kind="liability_insurance",
            content=b"%PDF-1.7 proof", name=f"proof-{self.count}.pdf",
        )  # fmt: skip
        with clock.simulated(now + timedelta(minutes=11 * self.count)):
            checkpoints.write(clock.now())

    def counted(self, person: str, name: str) -> int:
        """Looks at tables; on PostgreSQL reading the clock is a statement too, and is left out."""
        address = name if name.startswith("/") else f"/organizations/{self.town.organization.pk}/{name}/"
        client = self._client(person)
        if (person, name) not in self.visited:  # what a process learns once is not counted
            self.visited.add((person, name))
            client.get(address)
        cache.clear()  # what is kept for a minute would cost something only when a minute ends in between
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
            assert answer.status_code == 200, f"{address} gave {answer.status_code}"
            assert answer.streaming or answer.content
        return len([query for query in asked.captured_queries if "clock_timestamp()" not in query["sql"]])

    def costs(self, number: int, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        self.fill(number)
        return {(person, name): self.counted(person, name) for person, name in asked}

    def _client(self, person: str) -> Client:
        if person not in self.clients:
            self.clients[person] = Client(headers={"accept-language": "en"})
            if person:
                self.clients[person].force_login(self.people[person])
        return self.clients[person]


def test_a_list_costs_what_the_table_says_and_no_more_for_twelve_rows_than_for_three() -> None:
    world, allowed = Rows(), {("", address): most for address, most in PUBLIC.items()} | OWN
    few, many = (world.costs(number, allowed) for number in (FEW, MANY))
    faults = [
        f"{person or 'a visitor'} at {name}: {few[person, name]} queries for {FEW} rows, {many[person, name]} for "
        f"{MANY}, {most} allowed"
        for (person, name), most in allowed.items()
        if many[person, name] > min(most, few[person, name])
    ]
    assert not faults, "\n".join(faults)


def test_no_public_list_is_allowed_more_than_twelve() -> None:
    assert max(PUBLIC.values()) <= PUBLIC_MOST
