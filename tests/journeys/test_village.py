"""The smallest municipality of the demo awards a contract with the people it has, and with people of the centre."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import clock
from accounts.models import Membership, OutboxMessage, User
from bids.models import OpeningRelease
from config.demo.case_files import read_case
from config.demo.people import People, pass_sentence
from config.demo.sharing import CENTRE, join_and_help
from evaluation.models import FormalCheck
from reports.audit.deviations import of_tenders
from reports.audit.kinds import Deviation, condition
from tendering.models import Approval, Tender
from tests.conftest import CASES
from tests.journeys.office import Cast, Procedure, Reader

pytestmark = pytest.mark.django_db
WORDS = {
    "title": "Reinigung des Rathauses", "word": "Rathaus", "summary": "Gesucht ist, wer das Rathaus reinigt.",
    "value": "9.600,00", "item": "Reinigung je Monat", "unit": "Monat", "reason": "Im Vermerk vom Montag begründet.",
    "answer": "Zwei Kontrollen je Monat, jede mit Protokoll.", "comment": "Konkret, Seite 2.",
}  # fmt: skip


@pytest.fixture(scope="module")
def done(django_db_setup: None, django_db_blocker: Any) -> Iterator[Procedure]:
    """Played once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _played()
        transaction.set_rollback(True)


def _played() -> Procedure:
    case = read_case(CASES / "T01")
    people = People(case.organisations, case.providers)
    smallest = min(case.organisations["municipalities"], key=lambda town: town["population"])["id"]
    for place in (smallest, CENTRE):
        people.buyer(place)
    join_and_help(people, clock.now())
    of = people.account
    openers = [of(f"{smallest}-procurement_officer"), of(f"{CENTRE}-opener_1")]
    cast = Cast(
        officer=openers[0], approver=of(f"{CENTRE}-officer_1"), openers=openers,
        evaluators=[of(f"{smallest}-evaluator_{number}") for number in (1, 2, 3)],
        chair=of(f"{smallest}-evaluator_1"), bidders=[of("P01-account_1"), of("P02-account_1")],
        sentences=[pass_sentence(opener.reference or "") for opener in openers],
    )  # fmt: skip
    procedure = Procedure(cast, "de", clock.now(), WORDS)
    procedure.whole()
    return procedure


def on_duty(procedure: Procedure, user: User, role: str) -> bool:
    """Whether the person holds this role at the village only by being on duty from the centre."""
    held = Membership.objects.filter(user=user, organization=procedure.tender.buyer, role=role)
    return [row.via.reference if row.via else "" for row in held] == [CENTRE]


def test_the_village_has_nobody_of_its_own_for_the_second_key_and_signature(done: Procedure) -> None:
    assert done.tender.buyer.reference == "M01"
    assert done.tender.awarded_at
    assert on_duty(done, done.cast.approver, "approver")
    assert on_duty(done, done.cast.openers[1], "opener")


def test_every_second_step_was_done_by_a_person_of_the_centre_on_duty(done: Procedure) -> None:
    tender, approver, second_opener = done.tender, done.cast.approver, done.cast.openers[1]
    assert tender.released_by == approver
    assert {check.confirmed_by for check in FormalCheck.objects.filter(bid__tender=tender)} == {approver}
    assert {approval.approved_by for approval in Approval.objects.filter(tender=tender)} == {approver}
    releases = OpeningRelease.objects.filter(session__tender=tender).order_by("released_at")
    assert [release.opener for release in releases] == [done.cast.officer, second_opener]


def test_the_sheet_of_the_audit_names_who_was_on_duty_and_what_was_combined(done: Procedure) -> None:
    auditor = Reader(User.objects.get(reference="M01-auditor_rpa"), "de")
    with done.time(hours=1):
        auditor.get(reverse("audit_deviations"))
        rows = [" ".join(row.text_content().split()) for row in auditor.page.xpath("//main//table//tr")]
    centre, approver, opener = "Vom Service-Center im Dienst getan", str(done.cast.approver), str(done.cast.openers[1])
    lent = [row for row in rows if centre in row]
    assert sum(approver in row for row in lent) == 2  # released, awarded
    assert sum(opener in row for row in lent) == 1
    assert len(lent) == 3
    combined = [row for row in rows if "Rollen in einer Hand" in row]
    assert any(str(done.cast.officer) in row for row in combined)  # prepared and opened


def test_winner_and_loser_are_told(done: Procedure) -> None:
    companies = {user.email for user in done.cast.bidders}
    letters = OutboxMessage.objects.filter(recipient__in=companies, subject__contains=done.tender.reference)
    assert {letter.recipient for letter in letters} == companies


def test_the_lists_find_the_file_by_the_people_on_duty(done: Procedure) -> None:
    with done.time():
        assert Tender.objects.filter(condition(Deviation.ON_DUTY)).get().pk == done.tender_id
        [lines] = of_tenders([done.tender]).values()
        assert sum(line.kind == Deviation.ON_DUTY for line in lines) == 3
