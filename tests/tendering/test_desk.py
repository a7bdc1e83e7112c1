"""Days for answers by the rules of the tender; what counts as news of a tender and for whom."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts import clock, desk
from accounts.audit import in_transaction
from accounts.lifecycle import Role
from accounts.models import User
from tendering import actions
from tendering.desk import answer_until
from tendering.models import Bookmark, Question, Subscription, Tender
from tests import factories

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 12, 15, 12, 0, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def tender_of(profile: str) -> Tender:
    town = factories.make_town(keys=False)
    return Tender(
        buyer=town.organization, profile=profile, tender_period_end=NOON, enquiry_period_end=NOON - timedelta(days=8)
    )


@pytest.mark.parametrize(
    ("profile", "day", "words"),
    [
        ("eu_vgv", 8, "6 whole days before the deadline, 4 in urgent cases (§ 20(3) no. 1 VgV)"),
        ("generic_en", 8, "6 whole days before the deadline (Municipal purchasing rules)"),
        ("uvgo_land", 15, "Your rules name no day"),
        ("unknown", 15, "Your rules name no day"),
    ],
)
def test_the_rules_of_the_tender_say_until_when_answers_are_out(profile: str, day: int, words: str) -> None:
    due, why = answer_until(tender_of(profile), NOON - timedelta(days=20))
    assert due and due.astimezone(BERLIN).day == day and words in why


def test_after_that_day_the_task_warns_to_move_the_deadline() -> None:
    due, why = answer_until(tender_of("eu_vgv"), NOON - timedelta(days=3))
    assert due and due < NOON - timedelta(days=3)
    assert why == "Less than 6 whole days are left before the deadline: answer now and move it (§ 20(3) no. 1 VgV)."


def news_of(person: User) -> list[str]:
    """What is new to the person in the last hour."""
    person.__dict__.pop("role_table", None)
    now = clock.now()
    return sorted(str(item.text) for item in desk.news_of(person, now - timedelta(hours=1), now))


def test_a_watched_tender_tells_what_happened_to_it_and_others_do_not() -> None:
    town, watcher, other = factories.make_town(), factories.make_user(), factories.make_user()
    tender, hour = factories.open_tender(town, title="Letters"), timedelta(hours=2)
    factories.open_tender(town, title="Not watched")
    Tender.objects.update(published_at=clock.now() - hour, released_at=clock.now() - hour)
    Bookmark.objects.create(user=watcher, tender=tender, created_at=clock.now())
    assert news_of(watcher) == []
    asker = factories.make_company().organization
    question = Question.objects.create(tender=tender, asked_at=clock.now(), asked_by=asker, text="When?")
    actions.answer_question(actor=town.officer, question_id=question.pk, text="Soon.")
    later = tender.tender_period_end + timedelta(days=5)
    asked = actions.request_extension(actor=town.officer, tender_id=tender.pk, new_end=later, reason="Holidays.")
    assert news_of(watcher) == ["A question was answered: Letters"]  # nobody else has agreed to the extension yet
    actions.approve_extension(actor=town.second, amendment_id=asked.pk)
    actions.cancel_tender(actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="No need.")
    assert news_of(watcher) == ["A question was answered: Letters", "Cancelled: Letters", "Later deadline: Letters"]
    assert news_of(other) == []


def test_a_subscription_counts_from_its_confirmation_until_it_is_stopped() -> None:
    person, tender = factories.make_user(), factories.open_tender(title="Letters")
    row = Subscription.objects.create(email=person.email, user=person, tender=tender, created_at=clock.now())
    assert news_of(person) == []
    Subscription.objects.filter(pk=row.pk).update(confirmed_at=clock.now())
    assert news_of(person) == ["Published: Letters"]
    Subscription.objects.filter(pk=row.pk).update(stopped_at=clock.now())
    assert news_of(person) == []


def test_a_release_for_later_is_news_to_the_office_only() -> None:
    town = factories.make_town()
    tender, watcher = factories.scheduled_tender(town, title="Letters"), factories.make_user()
    Bookmark.objects.create(user=watcher, tender=tender, created_at=clock.now())
    assert news_of(town.auditor) == ["Released: Letters"]
    assert news_of(watcher) == []
    assert news_of(factories.make_town(keys=False).officer) == []


def test_what_was_published_at_once_is_told_once() -> None:
    town = factories.make_town()
    factories.open_tender(town, title="Letters")
    assert news_of(town.officer) == ["Published: Letters"]


def test_opening_and_award_are_news_and_no_bid_is_before() -> None:
    from tests.bids.bidding import open_all, submit

    town, company, rival = factories.make_town(), factories.make_company(), factories.make_company()
    with clock.simulated(clock.now() - timedelta(days=41)):
        tender = factories.open_tender(town, title="Letters")
        quiet = {person.pk: news_of(person) for person in (town.officer, town.auditor, town.openers[0])}
        submit(rival, tender)
        receipt = submit(company, tender)
        for person in (town.officer, town.auditor, town.openers[0]):
            assert news_of(person) == quiet[person.pk]
        assert "Your bid has been received: Letters" in news_of(company.bidder)
        assert len([text for text in news_of(rival.bidder) if "received" in text]) == 1
    assert receipt.bid.opened_at is None
    open_all(town, tender)
    with clock.simulated(Tender.objects.get(pk=tender.pk).opened_at + timedelta(minutes=1)), in_transaction():
        assert news_of(town.officer) == ["Opened: Letters"] == news_of(company.bidder)
        actions.mark_awarded(tender, clock.now())
        assert "Awarded: Letters" in news_of(company.bidder)


def test_a_closed_subscription_never_opens_what_the_person_may_not_see() -> None:
    stranger, draft = factories.make_user(), factories.draft_tender(title="Secret plan")
    Bookmark.objects.create(user=stranger, tender=draft, created_at=clock.now())
    Tender.objects.filter(pk=draft.pk).update(cancelled_at=clock.now())
    assert news_of(stranger) == []
    assert [date.title for date in desk.dates_of(stranger, clock.now())] == []


def test_an_officer_of_two_towns_sees_the_work_of_both() -> None:
    one, two = factories.make_town(keys=False), factories.make_town(keys=False)
    person = factories.make_user(one.organization, Role.OFFICER)
    factories.add_role(person, two.organization, Role.OFFICER)
    for town in (one, two):
        factories.draft_tender(town)
    places = {task.organization for task in desk.tasks_of(person, clock.now()) if "preparing" in str(task.title)}
    assert places == {one.organization.pk, two.organization.pk}
