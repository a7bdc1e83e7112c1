"""Following searches and tenders by mail with or without an account, and remembering tenders."""

import re
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils.timezone import localtime

from accounts import clock, due, outbox, practice
from accounts.actions import consent
from accounts.decision import RefusedError
from accounts.models import Consent, Message, OutboxMessage, PracticeRun
from accounts.notices import NEVER
from tendering import actions, following
from tendering.actions import watching
from tendering.models import Bookmark, Subscription
from tests import factories
from tests.factories import make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db
ADDRESS = "reader@company.example"
SOON = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _no_limits() -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def signed_in(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def link_in(row: OutboxMessage) -> str:
    return re.findall(r"https?://[^/]+(/subscriptions/\S+)", row.body)[0]


def confirmed(email: str = ADDRESS, **what: Any) -> Subscription:
    """An address that has used its link."""
    watching.ask_to_follow(email=email, language="en", **{"frequency": "now", **what})
    row = OutboxMessage.objects.filter(recipient=email, kind="confirm_address").latest("pk")
    Client().post(link_in(row))
    return Subscription.objects.filter(email=email).latest("created_at")


def send(later: timedelta = SOON) -> int:
    return following.send(clock.now() + later)


def letters(email: str = ADDRESS) -> list[OutboxMessage]:
    kinds = ("saved_search", "tender_changes")
    return list(OutboxMessage.objects.filter(recipient=email, kind__in=kinds).order_by("pk"))


# --- an address says yes itself


def test_an_address_gets_one_mail_with_a_link_and_nothing_else_until_it_is_used(visitor: Client) -> None:
    response = visitor.post("/tenders/follow/?q=letters", {"email": ADDRESS, "frequency": "now"})
    assert "One more click" in text_of(response)
    open_tender(title="Printing of letters")
    assert send() == 0
    row = OutboxMessage.objects.get(recipient=ADDRESS)
    assert "Search: letters" in row.subject
    assert "If it was not you, do nothing" in row.body
    page = visitor.get(link_in(row))
    assert "Yes, write to me" in text_of(page)
    assert Subscription.objects.get().confirmed_at is None  # a program that follows links confirms nothing
    assert "Confirmed" in text_of(visitor.post(link_in(row)))
    assert Consent.objects.get().purpose == "saved_search"
    assert visitor.post(link_in(row)).status_code == 200  # twice is the same
    assert Consent.objects.count() == 1


def test_nobody_learns_whether_an_address_is_known(visitor: Client) -> None:
    known = make_user(email="known@town.example")
    watching.follow(actor=known)
    confirmed("follows@town.example")
    answers = []
    for email in (known.email, "follows@town.example", "fresh@town.example"):
        response = visitor.post("/tenders/follow/", {"email": email, "frequency": "now"})
        answers.append((response.status_code, text_of(response).replace(email, "")))
    clean = {(code, re.sub(r'(csrfmiddlewaretoken" value=")[^"]*|[0-9a-f]{16}', "", text)) for code, text in answers}
    assert len(clean) == 1
    assert not OutboxMessage.objects.filter(recipient=known.email).exists()


def test_the_link_holds_a_week_and_the_address_is_forgotten_then(visitor: Client) -> None:
    watching.ask_to_follow(email=ADDRESS, frequency="now", language="en")
    assert watching.forget_unconfirmed(clock.now() + timedelta(days=6)) == 0
    assert watching.forget_unconfirmed(clock.now() + timedelta(days=8)) == 1
    assert visitor.get(link_in(OutboxMessage.objects.get())).status_code == 404
    assert not Subscription.objects.exists()


def test_a_forged_link_confirms_nothing(visitor: Client) -> None:
    assert visitor.post("/subscriptions/confirm/forged:1:x/").status_code == 404


def test_an_address_can_be_named_five_times_and_gets_one_link_a_day(visitor: Client) -> None:
    for number in range(9):
        watching.ask_to_follow(email=ADDRESS, query=f"q=word{number}", frequency="now", language="en")
        watching.ask_to_follow(email=ADDRESS, query="q=word0", frequency="now", language="en")
    assert Subscription.objects.count() == watching.MOST_UNCONFIRMED
    assert OutboxMessage.objects.count() == watching.MOST_UNCONFIRMED


def test_one_network_cannot_name_addresses_without_end(visitor: Client) -> None:
    codes = [
        visitor.post("/tenders/follow/", {"email": f"a{n}@b.example", "frequency": "now"}).status_code
        for n in range(22)
    ]
    assert codes == [200] * 20 + [429] * 2
    assert Subscription.objects.count() == 20


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_is_told_at_the_field(visitor: Client, email: str) -> None:
    response = visitor.post("/tenders/follow/", {"email": email, "frequency": "now"})
    assert response.status_code == 422
    assert 'id="id_email_error"' in text_of(response)
    assert not OutboxMessage.objects.exists()


def test_a_filter_that_cannot_be_read_is_not_followed(visitor: Client) -> None:
    response = visitor.get("/tenders/follow/?value_from=1.250")
    assert (response.status_code, response.headers["Location"]) == (302, "/tenders/?value_from=1.250")
    assert following.clean_query(visitor.get("/tenders/?q=x&cursor=1&sort=value&status=").wsgi_request.GET) == "q=x"


def test_in_a_practice_nothing_is_followed() -> None:
    user, now = make_user(), clock.now()
    run = PracticeRun.objects.create(user=user, part="officer", moment=now, anchored_at=now, started_at=now)
    with practice.inside(run.pk), pytest.raises(RefusedError, match="practice"):
        watching.follow(actor=user)


# --- new hits


def test_a_new_hit_is_told_once_with_a_link_that_ends_it(visitor: Client) -> None:
    open_tender(title="Printing before anybody followed")
    confirmed(query="q=printing", name="Search: printing")
    fitting = open_tender(title="Printing of letters")
    open_tender(title="Snow", summary="Clearing of snow")
    assert send(timedelta(0)) == 0  # acts of this minute may still be under way
    assert [send(), send(), send(2 * SOON)] == [1, 0, 0]
    (row,) = letters()
    assert row.subject == "New tender: Printing of letters"
    assert f"/tenders/{fitting.pk}/" in row.body
    assert row.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/" + row.headers["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    assert "Search: printing" in text_of(visitor.get(path))
    assert visitor.post(path).status_code == 200
    assert Subscription.objects.get().stopped_at
    assert Consent.objects.get().withdrawn_how == "stopped"
    with clock.simulated(clock.now() + timedelta(hours=1)):
        open_tender(title="More printing")
        assert send() == 0


def test_only_what_everybody_may_read_is_told() -> None:
    confirmed()
    company = make_company()
    town = make_town()
    open_tender(
        town, title="For the invited", procedure_type="NATIONAL_RESTRICTED_WITHOUT_CALL", legal_basis="§ 8",
        invited=[company.organization],
    )  # fmt: skip
    factories.scheduled_tender(town, title="Not yet public")
    factories.draft_tender(town, title="A draft")
    assert send() == 0
    assert send(timedelta(days=1, minutes=5)) == 1  # the scheduled one, when its time has come
    assert [row.subject for row in letters()] == ["New tender: Not yet public"]


@pytest.mark.parametrize(("frequency", "pause"), [("daily", 1), ("weekly", 7)])
def test_a_digest_names_all_new_hits_of_its_time_once(frequency: str, pause: int) -> None:
    confirmed(frequency=frequency)
    open_tender(title="First"), open_tender(title="Second")
    assert send() == 0
    end = timedelta(days=pause, minutes=2)
    assert send(end) == 1
    assert send(end + SOON) == 0
    (row,) = letters()
    assert row.subject == "2 new tenders: all"
    assert row.body.index("First") < row.body.index("Second")
    with clock.simulated(clock.now() + end):
        open_tender(title="Third")
        assert following.send(clock.now() + timedelta(days=pause, minutes=2)) == 1
    assert "First" not in letters()[1].body


def test_mails_come_in_the_language_of_the_subscription() -> None:
    watching.ask_to_follow(email=ADDRESS, frequency="now", language="de", query="value_from=1.250,50")
    Client().post(link_in(OutboxMessage.objects.get()))
    open_tender(title="Briefe", value="2000")
    assert send() == 1
    assert letters()[0].subject == "Neue Ausschreibung: Briefe"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_each_hit_once() -> None:
    subscription = confirmed()
    open_tender(title="Printing")
    barrier, moment = threading.Barrier(2), clock.now() + SOON

    def run() -> None:
        barrier.wait()
        following.send(moment)
        connection.close()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len(letters()) == 1
    assert Subscription.objects.get().last_sent_at > subscription.last_sent_at


def test_looking_for_hits_costs_little_while_nothing_is_new(django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        confirmed(f"r{number}@b.example", query=f"q=word{number}")
        confirmed(f"t{number}@b.example", tender=open_tender())
    send()
    with django_assert_max_num_queries(8):  # two looks for the oldest, one for tenders, four for changes
        assert send(timedelta(minutes=4)) == 0


# --- changes of a tender


def extend(town: Any, tender: Any) -> None:
    end = tender.tender_period_end + timedelta(days=5)
    amendment = actions.request_extension(actor=town.officer, tender_id=tender.pk, new_end=end, reason="More time")
    actions.approve_extension(actor=town.second, amendment_id=amendment.pk)


def test_a_firm_without_account_hears_of_a_later_deadline_of_answers_and_of_the_end(visitor: Client) -> None:
    town, company = make_town(), make_company()
    tender = open_tender(town, title="Printing")
    visitor.post(f"/tenders/{tender.pk}/follow/", {"email": ADDRESS, "frequency": "now"})
    visitor.post(link_in(OutboxMessage.objects.get(recipient=ADDRESS)))
    extend(town, tender)
    question = actions.ask_question(
        actor=company.bidder, company=company.organization, tender_id=tender.pk, text="Which paper?"
    )
    actions.answer_question(actor=town.officer, question_id=question.pk, text="Any.")
    assert [send(), send(2 * SOON)] == [1, 0]
    (row,) = letters()
    assert row.subject == "Changed: Printing"
    assert "Later deadline:" in row.body
    assert "1 question has been answered." in row.body
    assert "Which paper?" not in row.body
    with clock.simulated(clock.now() + timedelta(hours=1)):
        actions.cancel_tender(
            actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="No money."
        )
        assert send() == 1
    assert "cancelled" in letters()[1].body


def test_the_award_is_told_to_those_who_follow() -> None:
    tender = factories.opened_tender(title="Printing")
    confirmed(tender=tender)
    from accounts.audit import in_transaction

    with in_transaction():
        actions.mark_awarded(tender, clock.now())
    assert send() == 1
    assert "The award has been decided." in letters()[0].body


def test_who_takes_part_and_follows_hears_the_same_once() -> None:
    town, company = make_town(), make_company()
    tender = open_tender(town)
    actions.ask_question(actor=company.bidder, company=company.organization, tender_id=tender.pk, text="Which?")
    watching.follow(actor=company.bidder, tender=tender)
    extend(town, tender)
    assert OutboxMessage.objects.filter(recipient=company.bidder.email, kind="deadline_moved").count() == 1
    assert send() == 0


def test_a_change_of_another_tender_is_not_told() -> None:
    town = make_town()
    confirmed(tender=open_tender(town))
    extend(town, open_tender(town))
    assert send() == 0


# --- people with an account


def test_a_signed_in_person_follows_with_one_click_and_ends_it_with_one_click() -> None:
    company = make_company()
    client = signed_in(company.bidder)
    assert 'action="/tenders/follow/?q=letters"' in text_of(client.get("/tenders/?q=letters"))
    response = client.post("/tenders/follow/?q=letters")
    assert (response.status_code, response.headers["Location"]) == (302, "/tenders/?q=letters")
    subscription = Subscription.objects.get()
    assert subscription.confirmed_at
    assert (subscription.user, subscription.query) == (company.bidder, "q=letters")
    open_tender(title="Printing of letters")
    assert send() == 1
    assert Message.objects.filter(recipient=company.bidder, kind="saved_search").count() == 1
    assert len(letters(company.bidder.email)) == 1
    assert "Search: letters" in text_of(client.get("/account/subscriptions/"))
    address = f"/account/subscriptions/{subscription.pk}/"
    client.post(address, {"frequency": "weekly"})
    assert Subscription.objects.get().frequency == "weekly"
    assert client.post(address, {"frequency": "hourly"}).status_code == 404
    assert signed_in(make_user()).post(address, {"stop": "1"}).status_code == 404
    client.post(address, {"stop": "1"})
    assert Subscription.objects.get().stopped_at
    assert not outbox.consents("saved_search", email=company.bidder.email, user=company.bidder).exists()


def test_mailbox_only_holds_for_what_one_follows_too() -> None:
    user = make_user()
    consent.choose_channels(actor=user, channels={"saved_search": "now"})
    consent.choose_channels(actor=user, channels={"saved_search": NEVER})
    watching.follow(actor=user)
    open_tender()
    assert send() == 1
    assert Message.objects.filter(recipient=user).count() == 1
    assert letters(user.email) == []


def test_the_consent_ends_with_the_last_search_not_with_the_first() -> None:
    user = make_user()
    first, second = watching.follow(actor=user, query="q=a"), watching.follow(actor=user, query="q=b")
    watching.follow(actor=user, query="q=a")  # twice is the same
    assert Subscription.objects.count() == 2
    watching.stop_following(actor=user, subscription_id=first.pk)
    assert outbox.consents("saved_search", email=user.email, user=user).exists()
    watching.stop_following(actor=user, subscription_id=second.pk)
    assert not outbox.consents("saved_search", email=user.email, user=user).exists()


# --- remembered tenders


def test_a_tender_is_remembered_with_a_note_and_a_reminder() -> None:
    user, tender = make_user(language="en"), open_tender(title="Printing")
    client = signed_in(user)
    assert "Remember this tender" in text_of(client.get(f"/tenders/{tender.pk}/"))
    client.post(f"/tenders/{tender.pk}/bookmark/")
    assert "On your list" in text_of(client.get(f"/tenders/{tender.pk}/"))
    row = Bookmark.objects.get()
    prefix, day = f"b{row.pk}", (clock.now() + timedelta(days=5)).date()
    data = {f"{prefix}-note": "Ask Bernd", f"{prefix}-remind_on": f"{day:%d.%m.%Y}", "from": "list"}
    assert client.post(f"/tenders/{tender.pk}/bookmark/", data).status_code == 302
    page = text_of(client.get("/account/subscriptions/"))
    assert "Ask Bernd" in page
    assert f"{day:%d.%m.%Y}" in page
    assert watching.remind(clock.now() + timedelta(days=4)) == 0
    later = clock.now() + timedelta(days=6)
    assert [watching.remind(later), watching.remind(later)] == [1, 0]
    mail = OutboxMessage.objects.get(recipient=user.email)
    assert mail.subject == "Reminder: Printing"
    assert "Ask Bernd" in mail.body
    assert mail.headers["List-Unsubscribe-Post"]
    client.post(f"/tenders/{tender.pk}/bookmark/", {"forget": "1"})
    assert not Bookmark.objects.exists()


def test_a_day_that_is_over_or_none_is_told_at_the_field() -> None:
    user, tender = make_user(), open_tender()
    row = watching.remember_tender(actor=user, tender=tender)
    client = signed_in(user)
    for day in ("31.02.2030", "01.01.2020"):
        data = {f"b{row.pk}-note": "kept", f"b{row.pk}-remind_on": day}
        response = client.post(f"/tenders/{tender.pk}/bookmark/", data)
        assert response.status_code == 422
        assert f'id="id_b{row.pk}-remind_on_error"' in text_of(response)
        assert 'value="kept"' in text_of(response)
    assert Bookmark.objects.get().note == ""
    with pytest.raises(ValidationError):
        watching.remember_tender(actor=user, tender=tender, remind_on=date(2020, 1, 1))


def test_what_one_may_not_see_is_neither_remembered_nor_told() -> None:
    town, user = make_town(), make_user()
    draft = factories.draft_tender(town)
    assert signed_in(user).post(f"/tenders/{draft.pk}/bookmark/").status_code == 404
    day = localtime(clock.now() + timedelta(days=1)).date()
    tender = open_tender(town)
    watching.remember_tender(actor=user, tender=tender, remind_on=day)
    type(tender).objects.filter(pk=tender.pk).update(published_at=None)
    assert watching.remind(clock.now() + timedelta(days=2)) == 0
    assert not Message.objects.exists() or not Message.objects.filter(kind="reminder").exists()


def test_a_reminder_is_a_consent_unless_mailbox_only_was_chosen() -> None:
    user, tender = make_user(), open_tender()
    consent.choose_channels(actor=user, channels={"reminder": "now"})
    consent.choose_channels(actor=user, channels={"reminder": NEVER})
    watching.remember_tender(actor=user, tender=tender, remind_on=localtime(clock.now() + timedelta(days=1)).date())
    watching.remind(clock.now() + timedelta(days=2))
    assert Message.objects.filter(recipient=user, kind="reminder").count() == 1
    assert not OutboxMessage.objects.filter(recipient=user.email).exists()


def test_the_page_of_what_one_follows_needs_few_queries(django_assert_max_num_queries: Any) -> None:
    user, town = make_user(), make_town()
    for number in range(6):
        tender = open_tender(town)
        watching.remember_tender(actor=user, tender=tender)
        watching.follow(actor=user, tender=tender)
        watching.follow(actor=user, query=f"q=word{number}")
    client = signed_in(user)
    with django_assert_max_num_queries(6):  # session, person, roles, followed, remembered, unread
        client.get("/account/subscriptions/")


def test_the_jobs_of_what_is_followed_run_with_the_others() -> None:
    names = {job.name for job in due.jobs}
    assert {
        "letters to followers written", "reminders written", "unconfirmed subscriptions forgotten",
        "mails of the day written",
    } <= names  # fmt: skip
