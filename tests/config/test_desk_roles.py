"""Each role finds its own work on the desk, at a price that does not grow with the number of procedures."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, clock, desk
from accounts.desk import Task
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Membership, PersonInvitation, User
from bids.models import Bid, Draft, SealPiece, TenderSeal
from evaluation.models import (
    AbnormallyLowCheck,
    Complaint,
    DebriefRequest,
    EvaluationRun,
    FormalCheck,
    Letter,
    PanelLock,
    PanelMember,
    StandstillNotice,
    SupplementRequest,
)
from pilots.models import CouncilPaper, PaperComment, Pilot
from tendering.models import (
    Amendment,
    Approval,
    Bookmark,
    ConflictDeclaration,
    Criterion,
    Invitation,
    Question,
    Template,
    TemplateVersion,
    Tender,
)
from tests import factories

pytestmark = pytest.mark.django_db
MANY = 30


def titles(user: User) -> list[str]:
    """Tasks of the person in English, what may be done at any time left out."""
    return [str(task.title) for task in tasks(user)]


def tasks(user: User) -> list[Task]:
    user.__dict__.pop("role_table", None)
    return [task for task in desk.tasks_of(user, clock.now()) if not task.offer]


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> None:
    from django.utils import translation

    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


class World:
    """A town in which every kind of work waits `number` times; rows are written as the acts leave them."""

    def __init__(self) -> None:
        self.town = factories.make_town(name="Westerlohe")
        place = self.town.organization
        self.company = factories.make_company()
        self.centre = factories.make_organization(OrganizationKind.SERVICE_CENTRE)
        self.people: dict[str, User] = {
            "officer": self.town.officer,
            "approver": factories.make_user(place, Role.APPROVER),
            "opener": self.town.openers[0],
            "evaluator": self.town.evaluators[0],
            "panel_chair": self.town.chair,
            "council_member": factories.make_user(place, Role.COUNCIL_MEMBER),
            "auditor": self.town.auditor,
            "org_admin": factories.make_user(place, Role.ORG_ADMIN),
            "requester": factories.make_user(place, Role.REQUESTER),
            "librarian": factories.make_user(self.centre, Role.LIBRARIAN),
            "bidder": self.company.bidder,
        }
        self.models = {
            "draft": factories.draft_tender(self.town),
            "prepared": factories.prepared_tender(self.town),
            "open": factories.open_tender(self.town),
            "closed": factories.closed_tender(self.town),
            "opened": factories.opened_tender(self.town),
            "awarded": factories.awarded_tender(self.town),
        }
        self.count = 0

    def fill(self, number: int) -> None:
        while self.count < number:
            self.count += 1
            self._one()

    def copy(self, phase: str, **changes: Any) -> Tender:
        tender = Tender.objects.get(pk=self.models[phase].pk)
        tender.pk, tender.reference = None, f"{phase}-{uuid4().hex[:12]}"
        for name, value in changes.items():
            setattr(tender, name, value)
        tender.save(force_insert=True)
        return tender

    def _one(self) -> None:
        now, officer = clock.now(), self.town.officer
        self.copy("draft")
        self.copy("draft", responsible=self.people["requester"], created_by=self.people["requester"])
        self.copy("prepared")
        self._open(self.copy("open"))
        self._closed(self.copy("closed"))
        for step in ("checks", "scores", "result", "award"):
            self._evaluation(self.copy("opened", bid_validity_end=(now + timedelta(days=5)).date()), step)
        self._council(self.copy("awarded", awarded_at=now))
        self._told(self.copy("awarded", awarded_at=now))
        PersonInvitation.objects.create(
            organization=self.town.organization, email=f"{uuid4().hex}@town.example", digest=uuid4().hex,
            invited_by=officer, invited_at=now, expires_at=now + timedelta(days=3),
        )  # fmt: skip
        leaving = factories.make_user(self.town.organization, Role.OFFICER)
        Membership.objects.filter(user=leaving).update(ends_at=now + timedelta(days=5))

    def _open(self, tender: Tender) -> None:
        now, company = clock.now(), self.company.organization
        Question.objects.create(tender=tender, asked_at=now, text="When?")
        Question.objects.create(tender=tender, asked_at=now, text="Where?", answered_at=now, answer="Here.")
        Amendment.objects.create(tender=tender, at=now, by=self.town.officer, reason="Later.")
        Draft.objects.create(
            tender=tender, company=company, content=b"", created_at=now, updated_at=now - timedelta(hours=1),
            updated_by=self.company.bidder,
        )  # fmt: skip
        Invitation.objects.create(tender=self.copy("open"), provider=company, sent_at=now)
        self._bid(self.copy("open"), received_at=now - timedelta(days=1))
        Bookmark.objects.create(
            user=self.town.officer, tender=tender, remind_on=now.date() - timedelta(days=1), created_at=now
        )

    def _closed(self, tender: Tender) -> None:
        seal = TenderSeal.objects.create(
            tender=tender, recipient="age1", needed=2, clock_wrapped="x", created_at=clock.now()
        )
        opener = self.people["opener"]
        SealPiece.objects.create(seal=seal, opener=opener, key=opener.opener_keys.own().get(), subset=[], body={})

    def _bid(self, tender: Tender, **fields: Any) -> Bid:
        moments = {"received_at": clock.now(), "recorded_at": clock.now(), **fields}
        return Bid.objects.create(
            tender=tender, company=self.company.organization, submitted_by=self.company.bidder, draft_id=uuid4(),
            sealed_at="server", **moments,
        )  # fmt: skip

    def _evaluation(self, tender: Tender, step: str) -> None:
        now, officer = clock.now(), self.town.officer
        late = self._bid(tender, opened_at=None, is_late=True)
        assert late.is_late
        bid = self._bid(tender, opened_at=now)
        Criterion.objects.create(tender=tender, code="B1", kind="quality", name="Plan", weight=100)
        seat = PanelMember.objects.create(tender=tender, user=self.people["evaluator"])
        if step == "checks":
            AbnormallyLowCheck.objects.create(
                bid=bid, lot=self.models["opened"].lots.get(), asked_at=now, asked_by=officer,
                due_at=now + timedelta(days=2),
            )  # fmt: skip
            SupplementRequest.objects.create(
                bid=bid, document="Proof", requested_at=now, requested_by=officer, due_at=now + timedelta(days=2)
            )
            return
        check = FormalCheck.objects.create(bid=bid, checked_by=officer, checked_at=now)
        if step == "scores":
            ConflictDeclaration.objects.create(tender=tender, user=seat.user, declared_at=now)
            return
        PanelMember.objects.filter(pk=seat.pk).update(submitted_at=now)
        FormalCheck.objects.filter(pk=check.pk).update(confirmed_by=self.town.second, confirmed_at=now)
        if step == "award":
            PanelLock.objects.create(tender=tender, locked_at=now, locked_by=self.town.chair)
            EvaluationRun.objects.create(
                tender=tender, method="m", method_version="1", inputs={}, inputs_hash="x", result={}, result_hash="y",
                created_by=officer, created_at=now, spec_hash="z",
            )  # fmt: skip
            Approval.objects.create(tender=tender, kind="award", requested_by=officer, requested_at=now)

    def _told(self, tender: Tender) -> None:
        """Letters were sent; a bidder asks for reasons and complains."""
        now, bidder, officer = clock.now(), self.company.bidder, self.town.officer
        notice = StandstillNotice.objects.create(
            tender=tender, sent_at=now, sent_by=officer, days=10, earliest_contract_date=now.date(),
            ends_at=now + timedelta(days=10), working_days=7,
        )  # fmt: skip
        letter = Letter.objects.create(
            notice=notice, tender=tender, bid=self._bid(tender, opened_at=now), company=self.company.organization,
            kind="refusal", sent_at=now,
        )  # fmt: skip
        DebriefRequest.objects.create(letter=letter, asked_at=now, asked_by=bidder, text="Why?", due_at=now)
        Complaint.objects.create(
            tender=tender, company=self.company.organization, filed_at=now, filed_by=bidder, known_on=now.date(),
            text="A rule was broken.",
        )  # fmt: skip

    def _council(self, tender: Tender) -> None:
        now, place = clock.now(), self.town.organization
        with audit.in_transaction():
            audit.record(tender.chain, "extension.approved", actor=None, at=now)
        Amendment.objects.create(
            tender=tender, at=now, by=self.town.officer, approved_by=self.town.second, approved_at=now, reason="Later."
        )
        template = Template.objects.create(code=f"t-{uuid4().hex[:8]}", owner=self.centre, created_at=now)
        version = TemplateVersion.objects.create(template=template, number=1, created_at=now, published_at=now)
        TemplateVersion.objects.create(template=template, number=2, created_at=now)
        Tender.objects.filter(pk=tender.pk).update(template_version=version)
        pilot = Pilot.objects.create(
            reference=f"P-{uuid4().hex[:8]}", municipality=place, title="Kiosk", registered_at=now, started_at=now,
            frozen_at=now, analysed_at=now, gate_date=(now + timedelta(days=9)).date(), created_at=now,
            template_version=version,
        )  # fmt: skip
        paper = CouncilPaper.objects.create(
            kind="pilot", municipality=place, pilot=pilot, body="Council", session_at=now + timedelta(days=9),
            created_at=now, created_by=self.town.officer, issued_at=now,
        )  # fmt: skip
        PaperComment.objects.create(
            paper=paper, author=self.people["council_member"], at=now, is_question=True, text="?"
        )
        CouncilPaper.objects.create(
            kind="award", municipality=place, tender=tender, body="Council", session_at=now + timedelta(days=9),
            created_at=now, created_by=self.town.officer,
        )  # fmt: skip


def queries_of(user: User, page: str) -> int:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len([query for query in asked.captured_queries if "clock_timestamp()" not in query["sql"]])


# what waits once in the world, by the beginnings of the titles
EXPECTED = {
    "officer": {
        "Finish preparing", "Answer 1 question:", "See that the bids are opened", "Check 1 bid formally",
        "A price is being explained", "A bidder hands in documents", "Award before the bids lapse",
        "Answer 1 question of the council", "Finish and issue the council paper", "Record the decision",
        "Decide about a late bid", "You wanted to be reminded", "The evaluation goes on", "The waiting time runs",
        "Give a bidder the reasons", "Answer a complaint",
    },
    "approver": {
        "Check and release", "Release the new deadline", "Confirm checks of the bids", "Decide on the award",
        "Decide about a late bid",
    },
    "opener": {"Open the bids together"},
    "evaluator": {"Declare whether you have a conflict", "Score the bids and hand in"},
    "panel_chair": {"Moderate the scores and close the panel", "Declare whether you have a conflict"},
    "council_member": {"Decide on the pilot", "Read the paper"},
    "auditor": {"Look at ", "Read the award"},
    "org_admin": {"Invitation not accepted yet", "Role ends"},
    "requester": {"Describe the need and hand it over"},
    "librarian": {"Publish or discard the draft", "Look at 2 new results"},
    "bidder": {
        "Finish and hand in the bid", "You are invited to bid", "Read what has changed", "Explain your price",
        "Send missing documents",
    },
}  # fmt: skip
MOST_QUERIES = {
    "officer": 46, "approver": 40, "opener": 24, "evaluator": 24, "panel_chair": 34, "council_member": 26,
    "auditor": 38, "org_admin": 28, "requester": 26, "librarian": 26, "bidder": 32,
}  # fmt: skip


def test_every_role_finds_its_work_and_the_desk_costs_the_same_for_thirty_procedures() -> None:
    world = World()
    world.fill(1)
    few: dict[str, int] = {}
    for role, person in world.people.items():
        found = titles(person)
        missing = {head for head in EXPECTED[role] if not any(title.startswith(head) for title in found)}
        assert not missing, f"{role} misses {missing} among {found}"
        few[role] = queries_of(person, reverse("desk"))
    world.fill(MANY)
    for role, person in world.people.items():
        number = queries_of(person, reverse("desk"))
        assert number == few[role], f"{role}: {few[role]} queries for one procedure, {number} for {MANY}"
        assert number <= MOST_QUERIES[role], f"{role}: {number} queries"
        assert len(tasks(person)) >= MANY


STUBS = ("/award/", "/papers/", "/bids/", "/library/", "/audit/")  # what they show the world only outlines


def test_every_task_says_what_for_what_and_why_and_leads_to_a_page_that_answers() -> None:
    world = World()
    world.fill(1)
    for role, person in world.people.items():
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        for task in tasks(person):
            assert str(task.title) and str(task.group) and str(task.why or task.note), f"{role}: {task}"
            assert task.role or str(task.group) == "Bookmarks", f"{role}: {task}"
            if not any(part in task.url for part in STUBS):
                assert client.get(task.url).status_code in {200, 302}, f"{role}: {task.url}"
