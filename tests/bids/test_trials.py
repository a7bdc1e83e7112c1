"""When the keys of an opening group last worked: dated, warned of before publication and on the desk, without a job."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import clock
from accounts.models import OpenerKey
from bids import desk
from bids.trials import SMALL, USUAL, trials_of
from tests.bids.bidding import open_all, submit
from tests.factories import make_company, make_town, open_tender, prepared_tender

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_key_counts_as_tried_from_its_making_its_trial_or_its_last_opening():
    town = make_town()
    group, now = town.organization.opening_group, clock.now()
    OpenerKey.objects.update(created_at=now - 100 * DAY)
    tender = open_tender(town)
    submit(make_company(), tender)
    OpenerKey.objects.filter(user=town.openers[2]).update(tried_at=now - 20 * DAY)
    for other in OpenerKey.objects.exclude(user__in=town.openers[:3]):
        OpenerKey.objects.filter(pk=other.pk).update(tried_at=now - 10 * DAY)
    assert trials_of(group).since == now - 100 * DAY
    session = open_all(town, tender)
    tried = trials_of(group)
    assert (tried.trials[0].person, tried.since) == (town.openers[2], now - 20 * DAY)
    assert session.completed_at is not None
    assert {trial.person for trial in tried.overdue(session.completed_at + tried.limit + DAY)} == set(
        group.members.all()
    )


@pytest.mark.parametrize(("openers", "limit"), [(3, SMALL), (4, USUAL)])
def test_a_trial_that_is_too_old_is_told_on_the_desk_and_to_who_publishes(openers, limit):
    town = make_town(openers=openers, keys=True)
    town.organization.opening_group.members.set(town.openers)
    late, now = town.openers[0], clock.now()
    tender = prepared_tender(town)
    client = Client()
    client.force_login(town.second)
    page = f"/tenders/{tender.pk}/release/"
    OpenerKey.objects.filter(user=late).update(created_at=now - limit + DAY)
    assert not list(desk.missing_key(late, now))
    assert "wurde seit" not in client.get(page).content.decode()
    OpenerKey.objects.filter(user=late).update(created_at=now - limit - DAY)
    (task,) = desk.missing_key(late, now)
    assert str(limit.days) in task.why
    text = client.get(page).content.decode()
    assert f"Ein Öffnungsschlüssel wurde seit {limit.days} Tagen nicht erprobt" in text
    assert str(late) in text
    assert ("nur einen Ersatzschlüssel" in text) is (openers == 3)
    assert client.post(page, {"act": "release"}).status_code == 302
    client.force_login(late)
    assert "Eine Probe ist fällig" in client.get("/account/openers/").content.decode()
    assert "Zwei Umschläge" in client.get("/account/openers/guide/").content.decode()
