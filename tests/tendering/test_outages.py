"""After a disturbance before a deadline the platform proposes one later deadline; the office decides."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts import clock, measuring
from accounts.decision import RefusedError
from accounts.evidence import canonical_bytes
from accounts.measuring import EPOCH
from accounts.models import AuditEvent, MeasuredMinute, Message, User
from tendering import actions
from tendering.desk import outages
from tendering.models import Amendment, ExtensionProposal, Tender
from tests.factories import Town, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
CALM = Counter(web_beats=2, requests=4711, up_to_300_ms=4711)


def write(moment: datetime, counts: Counter[str]) -> None:
    measuring.store((moment - EPOCH) // timedelta(minutes=1), counts)


def disturbed(deadline: datetime, *, minutes: int, hours_before: int = 5) -> None:
    """Slow and faulty for so many minutes; before and after it the platform ran."""
    begin = deadline - timedelta(hours=hours_before)
    write(begin - timedelta(minutes=1), CALM)
    for number in range(minutes):
        write(begin + timedelta(minutes=number), Counter(web_beats=1, requests=4711, errors=2000, up_to_10_s=2711))


def quiet(begin: datetime, minutes: int) -> None:
    first = begin.replace(second=0, microsecond=0)
    moments = [first + timedelta(minutes=number) for number in range(minutes)]
    rows = [MeasuredMinute(at=at, day=timezone.localtime(at).date(), **CALM) for at in moments]
    MeasuredMinute.objects.bulk_create(rows, ignore_conflicts=True)


def look(moment: datetime) -> int:
    """What the job does when it runs at this moment."""
    with clock.simulated(moment):
        return actions.propose_extensions(clock.now())


def verbs(tender: Tender) -> list[str]:
    return [event.verb for event in AuditEvent.objects.filter(chain=tender.chain) if "extension" in event.verb]


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def tender(town: Town) -> Tender:
    return open_tender(town)


def refused(act: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(RefusedError) as caught:
        act()
    return caught.value.refused.code, caught.value.refused.status


def test_one_equal_extension_is_proposed_with_evidence_renewed_while_it_lasts_and_accepted_with_one_click(
    town: Town, tender: Tender
) -> None:
    end = tender.tender_period_end
    begin = end - timedelta(hours=5)
    disturbed(end, minutes=9)
    quiet(begin + timedelta(minutes=9), 71)
    assert look(begin + timedelta(minutes=40)) == 0  # too little to tell
    write(begin + timedelta(minutes=9), Counter(cut_off=1))
    assert look(begin + timedelta(minutes=41)) == 1
    assert look(begin + timedelta(minutes=42)) == 0
    proposal = ExtensionProposal.objects.get()
    assert (proposal.minutes, proposal.deadline) == (10, end)
    assert [(span["kind"], span["error_percent"]) for span in proposal.evidence["spans"]] == [
        ("faulty", 43),
        ("down", 0),
    ]
    assert proposal.new_end >= end + timedelta(hours=23)  # the next working day at the same time of day
    assert Message.objects.filter(kind="platform_disturbed").count() == 2  # both officers
    write(begin + timedelta(minutes=50), Counter(cut_off=1))
    assert look(begin + timedelta(minutes=54)) == 0  # it may go on: not every minute is written down
    assert look(begin + timedelta(minutes=62)) == 1
    proposal.refresh_from_db()
    assert proposal.minutes == 11
    with clock.simulated(begin + timedelta(minutes=70)):
        done = actions.accept_proposal(actor=town.officer, proposal_id=proposal.pk)
        assert "11" in done.amendment.reason
        assert refused(lambda: actions.approve_extension(actor=town.officer, amendment_id=done.amendment.pk))[1] == 403
        moved = actions.approve_extension(actor=town.second, amendment_id=done.amendment.pk)
    assert moved.tender_period_end == proposal.new_end
    quiet(begin + timedelta(minutes=80), 60)
    assert look(begin + timedelta(hours=2)) == 0  # the same minutes are not made up for twice
    assert ExtensionProposal.objects.count() == 1
    assert Message.objects.filter(kind="platform_disturbed").count() == 2
    assert verbs(tender) == [
        "extension.proposed", "extension.proposed", "extension.requested", "extension.proposal_accepted",
        "extension.approved",
    ]  # fmt: skip
    accepted = AuditEvent.objects.get(verb="extension.proposal_accepted")
    assert '"spans":[{"error_percent":43' in accepted.body
    assert "4711" not in accepted.body  # a number of answers would tell how busily bids are written


def test_only_minutes_in_the_hours_before_the_deadline_of_a_running_tender_count(town: Town, tender: Tender) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=30, hours_before=30)
    quiet(end - timedelta(hours=29.5), 60 * 29)
    assert look(end - timedelta(hours=2)) == 0
    disturbed(end, minutes=10, hours_before=1)
    assert look(end + timedelta(minutes=1)) == 0  # too late for a later deadline: the late bids are decided about


def test_the_proposal_is_declined_with_a_reason_by_an_officer_of_the_buyer_and_once_only(
    town: Town, tender: Tender
) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=12)
    look(end - timedelta(hours=4))
    number = ExtensionProposal.objects.get().pk
    with clock.simulated(end - timedelta(hours=3)):
        for stranger in (make_town().officer, make_company().bidder, town.auditor):
            with pytest.raises((RefusedError, Http404)):
                actions.accept_proposal(actor=stranger, proposal_id=number)
        with pytest.raises(ValidationError):
            actions.decline_proposal(actor=town.officer, proposal_id=number, reason=" ")
        actions.decline_proposal(actor=town.officer, proposal_id=number, reason="The night, nobody works then")
        again = lambda: actions.accept_proposal(actor=town.officer, proposal_id=number)  # noqa: E731
        assert refused(again) == ("decided", 409)
    assert verbs(tender) == ["extension.proposed", "extension.proposal_declined"]
    assert not Amendment.objects.exists()


def test_a_proposal_is_past_when_the_deadline_moves_otherwise(town: Town, tender: Tender) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=12)
    look(end - timedelta(hours=4))
    number = ExtensionProposal.objects.get().pk
    with clock.simulated(end - timedelta(hours=3)):
        asked = actions.request_extension(
            actor=town.officer, tender_id=tender.pk, new_end=end + timedelta(hours=2), reason="Questions"
        )
        actions.approve_extension(actor=town.second, amendment_id=asked.pk)
        assert refused(lambda: actions.accept_proposal(actor=town.officer, proposal_id=number)) == ("stale", 409)
        assert list(outages(town.officer, clock.now())) == []
    quiet(end - timedelta(hours=5) + timedelta(minutes=12), 180)
    assert look(end - timedelta(hours=2)) == 0  # the office has acted; the same minutes are not told again
    assert ExtensionProposal.objects.get().decision == "past"


def test_the_officer_meets_it_on_desk_and_tender_page_and_reads_the_evidence(town: Town, tender: Tender) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=12)
    look(end - timedelta(hours=4, minutes=45))
    proposal = ExtensionProposal.objects.get()
    officer, auditor = (Client(headers={"accept-language": "en"}) for _ in range(2))
    officer.force_login(town.officer)
    auditor.force_login(town.auditor)
    address = f"/tenders/{tender.pk}/deadline/proposals/{proposal.pk}/"
    with clock.simulated(end - timedelta(hours=3)):
        assert [task.url for task in outages(town.officer, clock.now())] == [address]
        assert list(outages(make_town().officer, clock.now())) == []
        assert address in officer.get(f"/tenders/{tender.pk}/").content.decode()
        page = officer.get(address).content.decode()
        assert "insgesamt 12 Minuten gestört" in page  # the tender's language: it becomes the published reason
        assert "43 %" in page
        file = officer.get(f"{address}evidence.json")
        assert hashlib.sha256(file.content).hexdigest() in page
        assert hashlib.sha256(file.content).hexdigest() in AuditEvent.objects.get(verb="extension.proposed").body
        assert 'value="accept"' not in auditor.get(address).content.decode()
        assert officer.post(address, {"act": "decline", "reason": ""}).status_code == 422
        assert officer.post(address, {"act": "accept"}).headers["Location"] == f"/tenders/{tender.pk}/deadline/"
    assert Amendment.objects.get().by == town.officer


def api(user: User | None, method: str, path: str, data: dict[str, str] | None = None) -> Response:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return getattr(client, method)(f"/api/v1/tenders/{path}", data, format="json")


def test_a_program_reads_the_proposal_with_its_evidence_and_accepts_it_as_the_page_does(
    town: Town, tender: Tender
) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=12)
    look(end - timedelta(hours=4, minutes=45))
    number = ExtensionProposal.objects.get().pk
    one = f"{tender.pk}/proposals/{number}/"
    with clock.simulated(end - timedelta(hours=3)):
        for stranger, status in ((None, 401), (make_company().bidder, 404), (make_town().officer, 404),
                                 (town.openers[0], 404)):  # fmt: skip
            assert api(stranger, "get", f"{tender.pk}/proposals/").status_code == status
            assert api(stranger, "get", one).status_code == status
            assert api(stranger, "post", f"{one}accept/").status_code == status
        assert [row["id"] for row in api(town.auditor, "get", f"{tender.pk}/proposals/").data] == [number]
        shown = api(town.auditor, "get", one).data
        assert (shown["minutes"], shown["decision"], shown["amendment"]) == (12, "", None)
        assert hashlib.sha256(canonical_bytes(shown["evidence"])).hexdigest() == shown["evidence_sha256"]
        assert shown["evidence_sha256"] in AuditEvent.objects.get(verb="extension.proposed").body
        assert "insgesamt 12 Minuten gestört" in shown["proposed_reason"]
        assert api(town.auditor, "post", f"{one}accept/").status_code == 403
        asked = api(town.officer, "post", f"{one}accept/")
        assert (asked.status_code, asked.data["approved_at"]) == (201, None)
        again = api(town.officer, "post", f"{one}decline/", {"reason": "Too late"})
        assert (again.status_code, again.data["code"]) == (409, "decided")
        approve = f"{tender.pk}/amendments/{asked.data['id']}/approve/"
        assert api(town.second, "post", approve).status_code == 200
        shown = api(town.officer, "get", one).data
        assert (shown["decision"], shown["amendment"]) == ("accepted", asked.data["id"])
    tender.refresh_from_db()
    assert tender.tender_period_end == ExtensionProposal.objects.get().new_end


def test_a_program_declines_with_a_reason_only(town: Town, tender: Tender) -> None:
    end = tender.tender_period_end
    disturbed(end, minutes=12)
    look(end - timedelta(hours=4, minutes=45))
    one = f"{tender.pk}/proposals/{ExtensionProposal.objects.get().pk}/"
    with clock.simulated(end - timedelta(hours=3)):
        for wrong in ({}, {"reason": " "}, {"reason": "x", "new_end": "2030-01-01"}):
            assert api(town.officer, "post", f"{one}decline/", wrong).status_code == 400, wrong
        assert api(town.officer, "post", f"{one}decline/", {"reason": "At night"}).data["decision"] == "declined"
        other = open_tender(town)
        assert api(town.officer, "get", one.replace(str(tender.pk), str(other.pk), 1)).status_code == 404
    assert not Amendment.objects.exists()
