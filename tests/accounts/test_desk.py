"""The desk: what a person has to do, most urgent first."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock, desk
from accounts.desk import Task
from tests.factories import make_town, make_user, prepared_tender

pytestmark = pytest.mark.django_db


def test_what_is_due_first_stands_first_and_the_title_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    tasks = [
        Task("later", "/a", now + timedelta(days=9), "Group"),
        Task("no date", "/b", None, "Group"),
        Task("overdue", "/c", now - timedelta(days=1), "Group"),
        Task("any time", "/d", offer=True),
    ]
    monkeypatch.setattr(desk, "panels", [lambda user, at: tasks])
    client = Client()
    client.force_login(make_user())
    page = client.get(reverse("desk"))
    ((_title, rows),) = page.context["groups"]
    assert [row["title"] for row in rows] == ["overdue", "later", "no date"]
    assert [row["state"] for row in rows] == ["error", "open", "open"]
    assert "<title>(3) " in page.content.decode()


def test_the_second_person_is_asked_to_release_and_the_first_is_not() -> None:
    town = make_town(keys=True)
    tender = prepared_tender(town)

    def release_tasks(person) -> list[str]:
        return [task.url for task in desk.tasks_of(person, clock.now()) if "release" in task.url]

    assert release_tasks(town.second) == [reverse("tender_release", args=[tender.pk])]
    assert release_tasks(town.officer) == []
    assert release_tasks(town.openers[0]) == []


def test_the_desk_of_somebody_without_tasks_says_so() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(reverse("desk")).context["count"] == 0
