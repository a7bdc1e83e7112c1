"""Checkpoints for everybody: page, text, feed, receipt mails; held against the trail; they count nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts import audit_checks, checkpoints, clock, notices, outbox
from accounts.actions import consent
from accounts.models import OutboxMessage
from bids import checkpoint_mail
from tests.bids.bidding import draft_with, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def tick() -> str:
    open_tender(make_town())
    path = checkpoints.write(clock.now())
    assert path is not None
    return path.stem


@pytest.fixture
def quiet_tick() -> str:
    """A checkpoint while no tender is sealed."""
    path = checkpoints.write(clock.now())
    assert path is not None
    return path.stem


def test_anybody_reads_the_newest_one_and_subscribes(tick: str) -> None:
    note = Client().get(f"/checkpoints/{tick}.note").content.decode()
    assert note == checkpoints.public(tick)
    page = Client().get("/checkpoints/").content.decode()
    assert tick in page
    assert note.splitlines()[2] in Client().get("/checkpoints.atom").content.decode()


def test_without_checkpoints_the_page_says_so() -> None:
    page = Client(headers={"accept-language": "en"}).get("/checkpoints/").content.decode()
    assert "No checkpoint has been made" in page


@pytest.mark.parametrize("name", ["2026-11-22T1700Z", "no-moment", "2026-99-99T0000Z"])
def test_a_checkpoint_that_was_never_made_is_not_there(name: str) -> None:
    assert Client().get(f"/checkpoints/{name}.note").status_code == 404


def test_the_public_form_names_no_procedure_and_does_not_move_with_the_number_of_bids() -> None:
    tender = open_tender(make_town())
    before = checkpoints.make("2026-11-22T1000Z")
    for _number in range(3):
        submit(make_company(), tender)
    after = checkpoints.make("2026-11-22T1000Z")
    assert before.splitlines()[1] == after.splitlines()[1]
    assert [line.rpartition(" ")[0] for line in before.splitlines()[4:-2]] == [
        line.rpartition(" ")[0] for line in after.splitlines()[4:-2]
    ]
    checkpoints.folder().mkdir(parents=True)
    (checkpoints.folder() / "2026-11-22T1000Z.note").write_text(after, "utf-8")
    public = checkpoints.public("2026-11-22T1000Z")
    assert "tender" not in public
    assert len(public.splitlines()) == 6


def codes_of(note: str) -> list[str]:
    report = audit_checks.Report()
    audit_checks.verify_checkpoint(note, "kept", report)
    return [fault.code for fault in report.faults]


def test_a_kept_one_is_held_against_the_trail(tick: str) -> None:
    kept = checkpoints.public(tick)
    file = checkpoints.folder() / f"{tick}.note"
    assert codes_of(kept) == []
    assert codes_of(kept.replace("tick 2", "tick 3")) == ["signature"]
    open_tender(make_town())
    file.unlink()
    assert codes_of(kept) == ["root"]
    file.write_text(checkpoints.make(tick), "utf-8")
    assert codes_of(kept) == ["root"]


def test_one_is_made_every_ten_minutes_and_a_missed_one_stays_a_gap(tick: str) -> None:
    now = clock.now()
    later = [checkpoints.write(now + timedelta(minutes=minutes)) for minutes in (10, 10, 30)]
    assert [isinstance(path, Path) for path in later] == [True, False, True]
    assert len(checkpoints.recent(now + timedelta(minutes=30), hours=1)) == 3


def test_an_opener_who_asked_gets_one_a_day_by_mail_and_nobody_else(quiet_tick: str) -> None:
    town = make_town()
    for person in (town.openers[0], town.officer):
        consent.choose_channels(actor=person, channels={"checkpoint": "now"})
    now = clock.now()
    assert [checkpoint_mail.send(now), checkpoint_mail.send(now)] == [1, 0]
    (mail,) = OutboxMessage.objects.filter(kind="checkpoint")
    assert mail.recipient == town.openers[0].email
    assert checkpoints.public(quiet_tick).splitlines()[2] in mail.body
    assert "List-Unsubscribe" in mail.headers
    assert checkpoint_mail.send(now + timedelta(days=1)) == 0  # an old one is not told again
    with clock.simulated(now + timedelta(days=1)):
        checkpoints.write(clock.now())
    assert checkpoint_mail.send(now + timedelta(days=1)) == 1
    consent.choose_channels(actor=town.openers[0], channels={"checkpoint": "never"})
    assert checkpoint_mail.send(now + timedelta(days=2)) == 0


@pytest.mark.usefixtures("quiet_tick")
def test_openers_get_it_unasked_while_a_tender_of_theirs_is_sealed_until_they_end_it() -> None:
    town = make_town()
    assert checkpoint_mail.send(clock.now()) == 0
    open_tender(town)
    now = clock.now()
    assert [checkpoint_mail.send(now), checkpoint_mail.send(now)] == [3, 0]
    mails = OutboxMessage.objects.filter(kind="checkpoint")
    assert {mail.recipient for mail in mails} == {opener.email for opener in town.openers}
    with outbox.in_language_of(town.openers[0]):
        why = notices.reason(notices.kind_of("checkpoint"))
    assert all(why in mail.body and "List-Unsubscribe" in mail.headers for mail in mails)
    asked = notices.off_token("user", f"{town.openers[1].pk}:checkpoint")
    consent.unsubscribe(token=asked)
    consent.choose_channels(actor=town.openers[2], channels={"checkpoint": "never"})
    with clock.simulated(now + timedelta(days=1)):
        checkpoints.write(clock.now())
        assert checkpoint_mail.send(clock.now()) == 1
    consent.choose_channels(actor=town.openers[2], channels={"checkpoint": "now"})
    with clock.simulated(now + timedelta(days=2)):
        checkpoints.write(clock.now())
        assert checkpoint_mail.send(clock.now()) == 2


def test_neither_a_draft_nor_a_bid_moves_the_number_in_the_mailed_one(tick: str) -> None:
    tender = open_tender(make_town())
    before = checkpoints.make(tick).splitlines()[1]
    companies = [make_company() for _number in range(3)]
    made = checkpoints.make(tick).splitlines()[1]
    draft_with(companies[0], tender)
    for company in companies[1:]:
        submit(company, tender)
    assert before == made == checkpoints.make(tick).splitlines()[1]


def test_the_receipt_mail_carries_the_newest_one(tick: str) -> None:
    submit(make_company(), open_tender(make_town()))
    mails = OutboxMessage.objects.filter(kind="receipt")
    assert mails.count() == 2
    assert all(checkpoints.public(tick).splitlines()[2] in mail.body for mail in mails)
