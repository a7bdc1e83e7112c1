"""Who has left sees nothing any more: neither pages nor API nor desk, whatever the person once was there."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import clock, desk
from accounts.models import Membership, User
from bids.actions.participants import bidders
from tendering.actions.audience import audience
from tendering.models import Tender
from tests.config.access_table import STRANGER, Row
from tests.config.test_access import ADDRESSES, REFUSED, TRIED, World

pytestmark = pytest.mark.django_db
# what somebody without any organisation may open, too
OTHERS = {name: row for name, row in TRIED.items() if STRANGER not in row.who and row.method == "GET"}


def everybody_left(world: World) -> None:
    """All memberships ended yesterday; seats on panels, opening groups and own drafts still name the people."""
    Membership.objects.update(ends_at=clock.now() - timedelta(days=1))
    for name, person in world.people.items():
        world.people[name] = person and User.objects.get(pk=person.pk)


def former(row: Row, world: World) -> list[str]:
    """Two of those who could open the page before."""
    return [name for name in sorted(row.who) if world.people.get(name)][:2]


@pytest.mark.slow
def test_no_page_and_no_answer_of_the_api_is_left_for_who_has_left() -> None:
    world = World()
    addresses = {name: world.address(name, row) for name, row in OTHERS.items() if name in ADDRESSES}
    everybody_left(world)
    open_ones = []
    for name, address in addresses.items():
        for role in former(OTHERS[name], world):
            client = Client(raise_request_exception=False)
            client.force_login(world.people[role])
            answer = client.get(address)
            sent_away = answer.status_code in REFUSED | {302}
            if not sent_away:
                open_ones.append(f"{role}: {name} gave {answer.status_code}")
    assert not open_ones, "\n".join(open_ones)


def test_the_desk_is_empty_and_no_news_is_mailed() -> None:
    world = World()
    for phase in ("draft", "prepared", "open", "closed", "evaluated"):
        world.tender(phase)
    world.draft()
    people = [person for person in (*world.people.values(), *world.town.openers) if person]
    assert len([person for person in people if _tasks(person)]) >= 7
    everybody_left(world)
    assert [tasks for person in people if (tasks := _tasks(User.objects.get(pk=person.pk)))] == []
    tender = world.tender("open")
    assert audience(tender, clock.now()) == bidders(tender) == []


def _tasks(person: User) -> list[str]:
    return [str(task.title) for task in desk.tasks_of(person, clock.now()) if not task.offer]


def test_unpublished_tenders_are_gone_for_who_has_left() -> None:
    world = World()
    draft = world.tender("draft")
    officer = world.people["officer"]
    assert Tender.objects.visible_to(officer, clock.now()).filter(pk=draft.pk).exists()
    everybody_left(world)
    assert not Tender.objects.visible_to(world.people["officer"], clock.now()).filter(pk=draft.pk).exists()
