"""The desk: what a person has to do, under its day, most urgent first; what is new; what others take care of."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import clock, desk
from accounts.actions.desk import look_at_desk
from accounts.desk import News, Task
from accounts.desk_page import desk_of
from accounts.lifecycle import Role
from accounts.models import DeskVisit, Membership, PersonInvitation
from tests.factories import add_role, make_organization, make_town, make_user, prepared_tender

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 9, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def signed_in(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """Let the desk hold just these tasks and news."""

    def hold(*tasks: Task, news: list[News] = ()) -> None:  # type: ignore[assignment]
        monkeypatch.setattr(desk, "panels", [lambda user, now: tasks])
        monkeypatch.setattr(desk, "news", [lambda user, since, now: news])

    return hold


@pytest.mark.parametrize(
    ("hours", "period"),
    [(-1, "overdue"), (0, "overdue"), (13, "today"), (14, "week"), (4 * 24 + 13, "week"), (4 * 24 + 14, "later")],
)
def test_a_task_stands_under_its_day_and_the_week_ends_on_sunday(hours: int, period: str) -> None:
    with timezone.override("Europe/Berlin"):
        assert Task("x", "/x", WEDNESDAY + timedelta(hours=hours)).period(WEDNESDAY) == period


def test_what_is_due_first_stands_first_and_the_title_counts_what_can_be_done(only) -> None:
    now = clock.now()
    only(
        Task("later", "/a", now + timedelta(days=9), "Group"),
        Task("no date", "/b", None, "Group"),
        Task("overdue", "/c", now - timedelta(days=1), "Group", why="because"),
        Task("not yet", "/d", None, waits=True),
        Task("any time", "/e", offer=True),
    )
    page = signed_in(make_user()).get(reverse("desk"))
    sections = page.context["desk"].sections
    assert [(s.period, [str(line.task.title) for line in s.lines]) for s in sections] == [
        ("overdue", ["overdue"]),
        ("later", ["later"]),
        ("undated", ["no date", "not yet"]),
    ]
    body = page.content.decode()
    assert "<title>(3) " in body and "because" in body and "Not possible yet" in body
    assert [line.state for section in sections for line in section.lines] == ["error", "open", "open", "blocked"]


def test_the_role_is_named_only_for_people_with_several(only) -> None:
    town = make_town()
    only(Task("check", "/a", role=Role.APPROVER, organization=town.organization.pk))
    assert "as Approver" in signed_in(town.second).get(reverse("desk")).content.decode()
    only(Task("score", "/a", role=Role.EVALUATOR, organization=town.organization.pk))
    assert "as Evaluator" not in signed_in(town.evaluators[0]).get(reverse("desk")).content.decode()


def test_the_place_is_named_only_for_people_of_several_places(only) -> None:
    town, other = make_town(name="Westerlohe"), make_town(name="Bergquell")
    only(Task("check", "/a", role=Role.OFFICER, organization=town.organization.pk))
    [section] = desk_of(town.officer, clock.now()).sections
    assert section.lines[0].place == ""
    add_role(town.officer, other.organization, Role.OFFICER)
    [section] = desk_of(town.officer, clock.now()).sections
    assert section.lines[0].place == "Westerlohe"


def test_what_others_take_care_of_is_folded_and_not_counted(only) -> None:
    town = make_town()
    more = {"role": Role.OFFICER, "organization": town.organization.pk}
    only(
        Task("mine", "/a", responsible=town.officer.pk, **more),
        Task("free", "/b", **more),
        Task("hers", "/c", responsible=town.second.pk, carer="Officer Bernd", **more),
    )
    page = signed_in(town.officer).get(reverse("desk"))
    found = page.context["desk"]
    assert found.count == 2
    assert [str(line.task.title) for line in found.others] == ["hers"]
    assert "Officer Bernd takes care" in page.content.decode()


def test_a_stand_in_sees_for_whom_and_has_the_tasks_on_the_open_desk(only) -> None:
    town, now = make_town(), clock.now()
    stand_in = make_user(town.organization, Role.EVALUATOR, function="Clara")
    Membership.objects.create(
        user=stand_in, organization=town.organization, role=Role.OFFICER, stands_in_for=town.officer,
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1),
    )  # fmt: skip
    more = {"role": Role.OFFICER, "organization": town.organization.pk}
    only(
        Task("Annas", "/a", responsible=town.officer.pk, **more),
        Task("Bernds", "/b", responsible=town.second.pk, **more),
    )
    page = signed_in(stand_in).get(reverse("desk"))
    found = page.context["desk"]
    assert [line.for_whom for section in found.sections for line in section.lines] == ["Officer Anna"]
    assert [str(line.task.title) for line in found.others] == ["Bernds"]
    assert "standing in for Officer Anna" in page.content.decode()


def test_a_role_held_oneself_is_not_a_stand_ins(only) -> None:
    town, now = make_town(), clock.now()
    Membership.objects.create(
        user=town.second, organization=town.organization, role=Role.OFFICER, stands_in_for=town.officer,
        starts_at=now - timedelta(days=1),
    )  # fmt: skip
    only(Task("anybody's", "/a", role=Role.OFFICER, organization=town.organization.pk))
    [section] = desk_of(town.second, now).sections
    assert section.lines[0].for_whom == ""


def test_the_second_person_is_asked_to_release_and_the_first_is_not() -> None:
    town = make_town(keys=True)
    tender = prepared_tender(town)

    def release_tasks(person) -> list[str]:
        return [task.url for task in desk.tasks_of(person, clock.now()) if "release" in task.url]

    assert release_tasks(town.second) == [reverse("tender_release", args=[tender.pk])]
    assert release_tasks(town.officer) == []
    assert release_tasks(town.openers[0]) == []


def test_an_empty_desk_says_what_will_come_for_each_role() -> None:
    place = make_organization()
    page = signed_in(make_user(place, Role.COUNCIL_MEMBER, Role.APPROVER)).get(reverse("desk"))
    body = page.content.decode()
    assert page.context["count"] == 0 and "<title>My tasks" in body
    assert "Papers of coming sessions" in body and "When a colleague asks for a second person" in body
    assert "Nothing is waiting for you" in signed_in(make_user()).get(reverse("desk")).content.decode()


def test_the_first_look_shows_a_week_and_the_next_one_what_came_since() -> None:
    person, now = make_user(), clock.now()
    assert look_at_desk(actor=person, now=now) == now - desk.FIRST_LOOK
    assert look_at_desk(actor=person, now=now + timedelta(hours=5)) == now


def test_pages_opened_within_half_an_hour_are_one_look() -> None:
    person, now = make_user(), clock.now()
    look_at_desk(actor=person, now=now)
    assert look_at_desk(actor=person, now=now + timedelta(hours=5)) == now
    for minutes in (10, 20, 45):  # each less than half an hour after the one before
        assert look_at_desk(actor=person, now=now + timedelta(hours=5, minutes=minutes)) == now
    assert DeskVisit.objects.count() == 1


def test_asking_for_the_head_of_the_page_is_no_look() -> None:
    client = signed_in(make_user())
    assert client.head(reverse("desk")).status_code == 200
    assert not DeskVisit.objects.exists()


def test_news_stand_newest_first_and_end_at_twenty(only) -> None:
    now = clock.now()
    many = [News(f"item {n:02}", "/x", now - timedelta(hours=n)) for n in range(40)]
    only(news=many)
    shown = signed_in(make_user()).get(reverse("desk")).context["news"]
    assert [item.text for item in shown] == [f"item {n:02}" for n in range(20)]


def test_the_api_gives_the_same_tasks_to_their_owner_only(only) -> None:
    town, now = make_town(), clock.now()
    only(
        Task("check", "/tenders/1/", now, "Second person", "M-1", why="rule", role=Role.APPROVER,
             organization=town.organization.pk),
        Task("hers", "/b", role=Role.OFFICER, organization=town.organization.pk, responsible=town.officer.pk),
        Task("any time", "/c", offer=True),
    )  # fmt: skip
    assert Client().get("/api/v1/desk/").status_code == 401
    answer = signed_in(town.second).get("/api/v1/desk/").json()
    assert answer["count"] == 1
    first, hers, offer = answer["tasks"]
    assert (first["title"], first["group"], first["note"], first["why"]) == ("check", "Second person", "M-1", "rule")
    assert first["url"].endswith("/tenders/1/") and first["url"].startswith("http")
    assert (first["role"], first["period"], first["mine"], first["offer"]) == ("approver", "overdue", True, False)
    assert (hers["mine"], offer["offer"]) == (False, True)


def admin_tasks(town, person) -> dict[str, Task]:
    person.__dict__.pop("role_table", None)
    found = desk.tasks_of(person, clock.now())
    return {str(task.title): task for task in found if str(task.group) == "People"}


def test_administrators_see_who_has_not_come_and_who_leaves() -> None:
    town, now = make_town(), clock.now()
    admin = make_user(town.organization, Role.ORG_ADMIN)
    for email, days in (("soon@town.example", 3), ("over@town.example", -3), ("long.ago@town.example", -200)):
        PersonInvitation.objects.create(
            organization=town.organization, email=email, digest=email, invited_by=admin, invited_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
    for person, days in ((town.auditor, 5), (town.chair, 90)):
        Membership.objects.filter(user=person).update(ends_at=now + timedelta(days=days))
    found = admin_tasks(town, admin)
    assert set(found) == {
        "Invitation not accepted yet: soon@town.example", "Invitation has run out: over@town.example",
        "Role ends: Auditor",
    }  # fmt: skip
    assert found["Role ends: Auditor"].due == now + timedelta(days=5)
    assert admin_tasks(town, town.officer) == {}
    assert admin_tasks(town, make_user(make_town().organization, Role.ORG_ADMIN)) == {}


@pytest.mark.parametrize(("openers", "small"), [(2, True), (3, False)])
def test_a_group_without_a_spare_key_is_too_small(openers: int, small: bool) -> None:
    town = make_town(openers=openers, needed=2)
    admin = make_user(town.organization, Role.ORG_ADMIN)
    assert ("The opening group is too small" in admin_tasks(town, admin)) is small
