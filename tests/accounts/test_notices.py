"""What is mailed to whom: what a procedure requires always, everything else only to those who asked."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts import clock, desk, digests, notices, outbox
from accounts.actions import consent
from accounts.models import AuditEvent, Consent, Message, NotificationChoice, OutboxMessage, User
from accounts.notices import DAILY, NEVER, NOW
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "reader@company.example"
VOLUNTARY = ["checkpoint", "council_paper", "digest", "reminder", "saved_search", "tender_changes"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def tell(user: User, kind: str, key: str = "k", **fields: Any) -> None:
    with outbox.in_language_of(user):
        outbox.tell(user, key=f"{kind}:{key}", subject="Subject", body="Body", at=clock.now(), kind=kind, **fields)


def mailed(user: User) -> list[str]:
    return list(OutboxMessage.objects.filter(recipient=user.email).values_list("kind", flat=True))


def morning(days: int = 1) -> datetime:
    day = clock.now().astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=days)
    return day.replace(hour=7, minute=0)


def links_in(row: OutboxMessage) -> list[str]:
    return re.findall(r"https?://\S+", row.body)


def off_path(row: OutboxMessage) -> str:
    return str(row.headers["List-Unsubscribe"].strip("<>").split("/", 3)[3]).join(["/", ""])


def test_nothing_is_mailed_without_consent_except_what_the_procedure_requires() -> None:
    user = make_user()
    for kind in notices.kinds:
        tell(user, kind)
    assert set(mailed(user)) == {kind.code for kind in notices.required()}
    assert set(Message.objects.values_list("kind", flat=True)) == set(notices.kinds)  # but all lie in the mailbox


def test_the_voluntary_kinds_are_those_that_start_no_clock() -> None:
    assert sorted(kind.code for kind in notices.voluntary()) == VOLUNTARY


@pytest.mark.parametrize("kind", VOLUNTARY)
def test_who_asked_for_a_kind_gets_it_and_nothing_else(kind: str) -> None:
    user = make_user()
    first = notices.kind_of(kind).channels[0]
    consent.choose_channels(actor=user, channels={kind: first})
    for code in VOLUNTARY:
        tell(user, code)
    assert mailed(user) == [kind]


def test_consent_and_its_withdrawal_are_kept_with_their_times() -> None:
    user = make_user()
    consent.choose_channels(actor=user, channels={"reminder": NOW})
    consent.choose_channels(actor=user, channels={"reminder": NEVER})
    tell(user, "reminder")
    assert mailed(user) == []
    row = Consent.objects.get()
    assert row.given_at < row.withdrawn_at
    assert (row.given_how, row.withdrawn_how, row.email, row.user) == ("settings", "settings", user.email, user)
    consent.choose_channels(actor=user, channels={"reminder": NOW})
    assert Consent.objects.count() == 2  # a new consent is a new row
    assert AuditEvent.objects.filter(verb="notices.chosen").count() == 3


def test_choosing_what_holds_already_writes_nothing() -> None:
    user = make_user()
    asked_for = {kind.code: NEVER for kind in notices.voluntary() if not kind.unasked}
    consent.choose_channels(actor=user, channels=asked_for)
    assert not Consent.objects.exists()
    assert not AuditEvent.objects.filter(verb="notices.chosen").exists()
    unasked = {
        kind.code: NEVER for kind in notices.voluntary() if kind.unasked
    }  # ending what comes unasked is a choice
    assert unasked
    for _time in range(2):
        consent.choose_channels(actor=user, channels={**asked_for, **unasked})
        assert AuditEvent.objects.filter(verb="notices.chosen").count() == 1


@pytest.mark.parametrize("channels", [{"receipt": NEVER}, {"unknown": NOW}, {"reminder": "twice"}, {"digest": NOW}])
def test_what_is_required_unknown_or_not_offered_cannot_be_chosen(channels: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        consent.choose_channels(actor=make_user(), channels=channels)


def test_an_address_without_account_is_written_to_only_with_consent() -> None:
    letter = {"key": "k", "subject": "S", "body": "B", "at": clock.now(), "kind": "saved_search"}
    assert not outbox.tell_address(ADDRESS, **letter)
    consent.give_consent(email=ADDRESS, purpose="saved_search", how="link", at=clock.now())
    assert not outbox.tell_address(ADDRESS, **{**letter, "kind": "tender_changes"})
    assert outbox.tell_address(ADDRESS, **letter)
    assert outbox.tell_address(ADDRESS.upper(), **{**letter, "key": "k2"})
    consent.withdraw_consent(email=ADDRESS, purpose="saved_search", how="link", at=clock.now())
    assert not outbox.tell_address(ADDRESS, **{**letter, "key": "k3"})
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_mail_says_who_writes_why_and_where_to_change_it(language: str, settings) -> None:
    user = make_user(language=language)
    consent.choose_channels(actor=user, channels={kind.code: kind.channels[0] for kind in notices.voluntary()})
    for kind in notices.kinds:
        tell(user, kind)
    why = {"de": ("Diese E-Mail", "Sie erhalten", "nicht abschalten"), "en": ("This mail", "You get", "switched off")}
    for row in OutboxMessage.objects.all():
        text, end = row.body.split("\n-- \n")
        assert text.startswith("Body")
        assert end.startswith(f"{settings.SITE_NAME} · {settings.BASE_URL}\n")
        assert any(words in end for words in why[language]) or row.kind == "confirm_address"
        assert f"{settings.BASE_URL}/account/notifications/" in end
        assert f"{settings.BASE_URL}/mailbox/{row.message_id}/" in end
        assert bool(row.headers) is (row.kind in VOLUNTARY)


def test_a_mail_names_the_page_it_speaks_of_once() -> None:
    user = make_user()
    tell(user, "release", url="/tenders/7/")
    outbox.tell(user, key="2", subject="S", body="http://127.0.0.1:8000/tenders/8/", at=clock.now(), url="/tenders/8/")
    first, second = OutboxMessage.objects.order_by("pk")
    assert first.body.count("/tenders/7/") == 1
    assert second.body.count("/tenders/8/") == 1
    assert list(Message.objects.order_by("key").values_list("url", flat=True)) == ["/tenders/8/", "/tenders/7/"]


def test_a_voluntary_mail_ends_with_one_click_of_the_mail_program(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.FileBackend", tmp_path
    user = make_user(language="en")
    consent.choose_channels(actor=user, channels={"reminder": NOW})
    tell(user, "reminder")
    outbox.deliver()
    sent = message_from_bytes(next(tmp_path.iterdir()).read_bytes(), policy=policy.default)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Auto-Submitted"] == "auto-generated"
    address = str(sent["List-Unsubscribe"]).strip()
    assert address.startswith("<") and address.endswith(">")
    assert address.strip("<>") in sent.get_content()
    path = "/" + address.strip("<>").split("/", 3)[3]
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert outbox.channel_of(user, notices.kind_of("reminder")) == NEVER
    assert Consent.objects.get().withdrawn_how == "link"
    tell(user, "reminder", "later")
    assert len(mailed(user)) == 1


def test_the_link_in_the_mail_shows_first_and_ends_on_the_button_without_signing_in() -> None:
    user = make_user()
    consent.choose_channels(actor=user, channels={"reminder": NOW})
    tell(user, "reminder")
    path = off_path(OutboxMessage.objects.get())
    visitor = Client(headers={"accept-language": "en"})
    page = visitor.get(path)
    assert "Reminders you set for a tender" in page.content.decode()
    assert user.email not in page.content.decode()
    assert outbox.channel_of(user, notices.kind_of("reminder")) == NOW  # a scanner that follows links ends nothing
    for _twice in range(2):
        assert "No more of these mails" in visitor.post(path).content.decode()
    assert outbox.channel_of(user, notices.kind_of("reminder")) == NEVER


def test_a_link_of_an_address_ends_the_mails_to_the_address() -> None:
    consent.give_consent(email=ADDRESS, purpose="saved_search", how="link", at=clock.now())
    outbox.tell_address(ADDRESS, key="k", subject="S", body="B", at=clock.now(), kind="saved_search")
    assert Client().post(off_path(OutboxMessage.objects.get())).status_code == 200
    assert Consent.objects.get().withdrawn_at


@pytest.mark.parametrize("token", ["x", "WyJ1c2VyIiwiMSJd:1abc:forged", ""], ids=["nonsense", "forged", "of nothing"])
def test_a_forged_link_ends_nothing(token: str) -> None:
    token = token or notices.off_token("nothing", "1")
    assert Client().get(f"/unsubscribe/{token}/").status_code == 404
    assert Client().post(f"/unsubscribe/{token}/").status_code == 404
    with pytest.raises(Http404):
        consent.what_ends(token)


def test_required_mails_offer_no_link_to_end_them() -> None:
    tell(make_user(), "receipt")
    row = OutboxMessage.objects.get()
    assert row.headers == {}
    assert not [link for link in links_in(row) if "unsubscribe" in link]


# --- one mail a day


def test_one_mail_a_day_gathers_what_is_unread() -> None:
    user = make_user(language="en")
    consent.choose_channels(actor=user, channels={"reminder": DAILY, "saved_search": DAILY})
    tell(user, "reminder", "1"), tell(user, "saved_search", "2"), tell(user, "reminder", "3")
    assert mailed(user) == []
    read = Message.objects.get(key__startswith="reminder:3")
    client = Client()
    client.force_login(user)
    client.get(f"/mailbox/{read.pk}/")
    assert digests.send(morning()) == 1
    assert digests.send(morning()) == 0  # one a day
    row = OutboxMessage.objects.get(recipient=user.email)
    assert row.subject == "2 new messages"
    assert row.body.count("/mailbox/") == 2
    assert row.headers["List-Unsubscribe-Post"]
    assert digests.send(morning(2)) == 0  # what was named is not named again, also when still unread
    with clock.simulated(morning(2)):
        tell(user, "reminder", "4")
    assert digests.send(morning(3)) == 1


def test_no_digest_before_six_in_the_morning() -> None:
    user = make_user()
    consent.choose_channels(actor=user, channels={"reminder": DAILY})
    tell(user, "reminder")
    assert digests.send(morning().replace(hour=5)) == 0
    assert digests.send(morning().replace(hour=6)) == 1


def test_a_digest_names_nothing_that_came_before_it_was_chosen() -> None:
    user = make_user()
    tell(user, "reminder")
    consent.choose_channels(actor=user, channels={"reminder": DAILY})
    assert digests.send(morning()) == 0


def test_the_daily_mail_ends_with_one_click_too() -> None:
    user = make_user()
    consent.choose_channels(actor=user, channels={"reminder": DAILY, "saved_search": NOW})
    tell(user, "reminder")
    digests.send(morning())
    row = OutboxMessage.objects.get(kind="daily")
    assert Client().post(off_path(row)).status_code == 200
    assert outbox.channel_of(user, notices.kind_of("reminder")) == NEVER
    assert outbox.channel_of(user, notices.kind_of("saved_search")) == NOW


def test_the_tasks_of_the_day_are_mailed_once_to_those_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, other = make_user(language="en"), make_user()
    task = desk.Task("Answer the question", "/tenders/1/", due=clock.now() - timedelta(days=1))
    monkeypatch.setattr(desk, "panels", [lambda user, now: [task, desk.Task("Find tenders", "/", offer=True)]])
    consent.choose_channels(actor=asked, channels={"digest": DAILY})
    assert [digests.send(morning()), digests.send(morning())] == [1, 0]
    row = OutboxMessage.objects.get()
    assert (row.recipient, row.subject) == (asked.email, "1 thing to do")
    assert "Overdue since" in row.body and "Find tenders" not in row.body
    assert not Message.objects.filter(recipient=other).exists()


def test_a_desk_without_tasks_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    monkeypatch.setattr(desk, "panels", [])
    consent.choose_channels(actor=user, channels={"digest": DAILY})
    assert digests.send(morning()) == 0


# --- the page


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_the_page_offers_what_is_voluntary_and_explains_what_is_not() -> None:
    page = signed_in(make_user()).get("/account/notifications/").content.decode()
    assert 'name="reminder"' in page
    assert 'name="receipt"' not in page
    assert 'name="council_paper"' not in page  # for council members
    assert "News of procedures you take part in" in page
    assert "cannot be switched off" in page


def test_a_choice_on_the_page_is_stored_and_the_consent_shown_with_its_time() -> None:
    user = make_user()
    client = signed_in(user)
    data = {"reminder": "daily", "saved_search": "never", "tender_changes": "never"}
    assert client.post("/account/notifications/", data).status_code == 302
    assert NotificationChoice.objects.get(kind="reminder").channel == "daily"
    page = client.get("/account/notifications/").content.decode()
    assert re.search(r'value="daily"[^>]*checked', page)
    assert "on this page" in page
    wrong = client.post("/account/notifications/", {**data, "reminder": "twice"})
    assert wrong.status_code == 422


def test_mails_of_the_account_end_like_all_others(mailoutbox: Any, settings: Any) -> None:
    user = make_user(email="anna@town.example")
    Client(headers={"accept-language": "en"}).post("/account/password/reset/", {"email": user.email})
    (sent,) = mailoutbox
    assert f"-- \n{settings.SITE_NAME} · {settings.BASE_URL}\nThis mail is about your account" in sent.body
    assert not Message.objects.exists()  # its link is personal: it lies in no mailbox and no outbox
    assert not OutboxMessage.objects.exists()
