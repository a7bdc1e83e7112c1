"""Starting, leaving, beginning anew, cleaning: the real world stays as it was, byte by byte."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import audit_checks, clock, due
from accounts.models import AuditEvent, ChainHead, Message, Organization, PracticeRun, User
from bids.models import Bid, SealedObject
from config.practice import cleaning, runs
from tendering.models import Tender
from tests.factories import add_role, make_company, make_town, make_user
from tests.practice.walking import Walker
from tests.practice.worlds import all_models, people_of, rows_of, two_worlds

pytestmark = pytest.mark.django_db


def real_world() -> dict[str, Any]:
    """{table: (rows, digest)} of everything that belongs to no practice."""
    practised = list(PracticeRun.objects.all())
    chains = [f"practice:{run.pk}" for run in practised]
    chains += [f"{kind}:{row.pk}" for run in practised for row in rows_of(Tender, run) for kind in ("tender", "bids")]
    chains += [
        f"organization:{row.pk}" for run in practised for row in Organization.everywhere.filter(practice_run=run)
    ]
    found = {}
    for model in all_models():
        if model in (PracticeRun, Session):
            continue
        rows = model._base_manager.all()
        for run in practised:
            if (own := rows_of(model, run)) is not None:
                rows = rows.exclude(pk__in=own.values("pk"))
        if model in (AuditEvent, ChainHead):
            rows = rows.exclude(chain__in=chains)
        lines = sorted(repr(sorted(row.items(), key=str)) for row in rows.values())
        if model.__name__ == "OutboxMessage":
            lines = [line for line in lines if "@practice.invalid" not in line]
        found[model._meta.label] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


@pytest.mark.slow
def test_a_whole_practice_and_its_reset_leave_the_real_world_byte_for_byte() -> None:
    two_worlds("officer")
    anna = Walker(make_town(name="Another real town").officer)
    anna.get("/tenders/")
    before = real_world()
    anna.start("bidder")
    anna.jump("deadline")
    anna.let("all")
    anna.get("/desk/")
    anna.get("/practice/mail/")
    anna.post("/practice/reset/")
    anna.jump("day")
    anna.post("/practice/leave/")
    after = real_world()
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


def test_beginning_anew_ends_the_run_and_starts_the_same_part() -> None:
    anna = Walker(make_user())
    first = anna.start("opener")
    anna.get("/practice/reset/")
    assert "Begin anew?" in anna.text
    anna.post("/practice/reset/")
    first.refresh_from_db()
    assert first.ended_at is not None
    assert (anna.run.part, anna.run.pk) == ("opener", first.pk + 1)
    assert "Step 1 of 4" in anna.bar


def test_another_part_ends_the_practice_before() -> None:
    anna = Walker(make_user())
    anna.start("opener")
    anna.start("officer")
    assert PracticeRun.objects.filter(user=anna.person, ended_at=None).count() == 1


def test_leaving_leads_back_to_the_real_world_and_the_practice_waits() -> None:
    town = make_town(name="Realtown")
    anna = Walker(town.officer)
    anna.start("officer")
    anna.get("/desk/")
    assert "Realtown" not in anna.text
    anna.post("/practice/leave/")
    anna.get("/desk/")
    assert "Realtown" in anna.text
    assert not anna.page.xpath("//div[contains(@class,'app-practice')]")
    anna.get("/practice/")
    assert "Your practice waits" in anna.text
    anna.post("/practice/continue/")
    assert "Step 1 of 14" in anna.bar


def test_nobody_gets_into_a_practice_of_somebody_else() -> None:
    run = runs.start_run(actor=make_user(), part="officer", language="en")
    stranger = Walker(make_user())
    session = stranger.client.session
    session["practice"] = run.pk
    session.save()
    stranger.get("/tenders/")
    assert not stranger.page.xpath("//div[contains(@class,'app-practice')]")
    assert "practice" not in stranger.client.session
    anonymous = Client()
    session = anonymous.session
    session["practice"] = run.pk
    session.save()
    assert "app-practice" not in anonymous.get("/tenders/").content.decode()


def test_signing_out_ends_the_look_into_a_practice() -> None:
    anna = Walker(make_user())
    anna.start("officer")
    anna.post("/account/logout/")
    anna.get("/")
    assert not anna.page.xpath("//div[contains(@class,'app-practice')]")


@pytest.mark.parametrize("address", ["/account/email/", "/account/password/change/", "/operator/"])
def test_the_account_and_the_operators_pages_are_no_part_of_a_practice(address: str) -> None:
    anna = Walker(make_user())
    anna.start("officer")
    assert anna.client.get(address).headers.get("Location") == "/practice/"


def test_nothing_of_the_account_is_changed_from_within(settings: Any) -> None:
    anna = Walker(make_user())
    anna.start("officer")
    for address in ("/api/v1/token/", "/api/v1/tokens/"):
        answer = anna.client.post(address, {"email": anna.person.email, "password": "x"})
        assert answer.status_code in {302, 403, 404}
    assert anna.client.post("/accessibility/report/", {"text": "A real barrier"}).status_code in {302, 405}
    from accounts.models import ApiToken, Feedback

    assert not ApiToken.objects.exists()
    assert not Feedback.objects.exists()


def test_nobody_becomes_an_invented_account_by_a_click_or_a_password() -> None:
    run = runs.start_run(actor=make_user(), part="officer", language="en")
    account = people_of(run)[0]
    assert Client().post("/demo/switch/", {"user": account.pk}).status_code == 404
    assert account.email not in Client().get("/demo/people/").content.decode()
    client = Client()
    client.post("/account/login/", {"login": account.email, "password": ""})
    assert "_auth_user_id" not in client.session


def test_an_opener_practises_with_another_key_than_the_own() -> None:
    town = make_town()
    opener = town.openers[0]
    key = opener.opener_keys.get()
    before = key.locked
    bernd = Walker(opener)
    bernd.start("opener")
    bernd.let("all")
    key.refresh_from_db()
    assert key.locked == before


def test_the_rules_are_those_of_the_own_town() -> None:
    assert _profile(make_town(profile="generic_en", country="IE", land="").officer, "de") == "generic_en"
    assert _profile(make_town(profile="nw_75a").officer, "en") == "uvgo_land"
    assert _profile(make_company().bidder, "en") == "generic_en"
    assert _profile(make_company().bidder, "de") == "uvgo_land"


def _profile(person: User, language: str) -> str:
    run = runs.start_run(actor=person, part="officer", language=language)
    return Organization.everywhere.get(practice_run=run, kind="municipality").profile


def test_two_clicks_at_once_and_unknown_parts() -> None:
    anna = Walker(make_user())
    for part in ("", "nonsense", "auditor"):
        assert anna.client.post("/practice/start/", {"part": part}).status_code == 404
    assert not PracticeRun.objects.exists()
    assert "/account/login/" in Client().post("/practice/start/", {"part": "officer"}).headers["Location"]


@pytest.mark.slow
def test_ended_practices_go_after_thirty_days_and_the_trail_stays() -> None:
    two = two_worlds("opener", "bidder", "council_member")
    running, others = two.runs[0], two.runs[1:]
    events = AuditEvent.objects.count()
    messages = Message.objects.count()
    for run in others:
        runs.end_run(actor=run.user, run=run)
    now = clock.now()
    assert cleaning.clean(now + timedelta(days=29)) == 0
    events += len(others)
    files = set(SealedObject.objects.filter(company__practice_run__in=others).values_list("path", flat=True))
    assert files
    before = real_world()
    assert cleaning.clean(now + timedelta(days=31)) == 2
    assert cleaning.clean(now + timedelta(days=31)) == 0
    assert PracticeRun.objects.get() == running
    assert not Organization.everywhere.filter(name__startswith="Practice").exclude(practice_run=running).exists()
    assert not Bid.objects.filter(company__name__startswith="Practice").exclude(company__practice_run=running).exists()
    assert AuditEvent.objects.count() == events
    assert Message.objects.count() == messages
    left = User.objects.filter(email__endswith="@practice.invalid").exclude(pk__in=[u.pk for u in people_of(running)])
    assert all(not user.is_active and not user.memberships.exists() for user in left)
    assert audit_checks.verify().faults == []
    assert before["tendering.Tender"] == real_world()["tendering.Tender"]


def test_files_of_a_cleaned_practice_are_removed(django_capture_on_commit_callbacks: Any) -> None:
    two = two_worlds("bidder")
    runs.end_run(actor=two.runs[0].user, run=two.runs[0])
    paths = list(SealedObject.objects.filter(company__practice_run=two.runs[0]).values_list("path", flat=True))
    assert any((settings.SEALED_DIR / path).exists() for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        cleaning.clean(clock.now() + timedelta(days=31))
    assert not any((settings.SEALED_DIR / path).exists() for path in paths)


def test_jobs_of_the_platform_pass_by_a_practice() -> None:
    two_worlds("officer", "bidder", "evaluator")
    practised = AuditEvent.objects.filter(chain__in=cleaning.chains())
    before = practised.count()
    assert before
    done = due.run()
    assert None not in done.values()
    assert practised.count() == before  # a real tender is worked on: its list of hashes is committed here


def test_a_person_with_many_roles_practises_and_keeps_them() -> None:
    town = make_town()
    add_role(town.officer, town.organization, "auditor")
    anna = Walker(town.officer)
    anna.start("evaluator")
    anna.post("/practice/leave/")
    assert User.objects.get(pk=town.officer.pk).roles_in(town.organization.pk) == {"officer", "auditor"}
