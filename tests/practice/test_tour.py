"""The tours are true: every link of every stop leads to a page that the role may open, in the data of the demo."""

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts import clock
from accounts.lifecycle import Role
from config.demo import roles
from config.demo.case_files import read_case
from config.demo.live import live_tenders, play_live
from config.demo.load import load
from config.demo.people import People
from config.practice.tour import TOURS
from tests.conftest import CASES
from tests.factories import make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> None:
    """The part of the demo that a tour needs: a pilot, a case that waits for its award, tenders in every phase."""
    load(read_case(CASES / "P01"))
    case = read_case(CASES / "T12")
    load(case, finish=False)
    people = People(case.organisations, case.providers)
    for data in live_tenders():
        if data["buyer"] != "M20":
            play_live(data, people, clock.now())


def links_of(client: Client, key: str) -> list[str]:
    page = html.fromstring(client.get(reverse("tour_role", args=[key])).content.decode())
    return [str(link) for link in page.xpath("//main//ol[contains(@class,'app-tasks')]//a/@href")]


@pytest.mark.slow
def test_every_stop_of_every_tour_can_be_visited_by_its_role(demo: None) -> None:
    people = dict(roles.one_of_each(roles.everybody()))
    broken, empty = [], []
    for tour in TOURS:
        client = Client()
        if tour.role is not None:
            client.force_login(people[str(tour.role.label)].user)
        found = links_of(client, tour.key)
        empty += [tour.key] if len(found) < 2 else []
        broken += [(tour.key, link) for link in found if client.get(link, follow=True).status_code != 200]
    assert broken == []
    assert empty == []


def test_without_the_role_a_tour_can_be_read_but_names_no_inner_page() -> None:
    stranger = Client()
    stranger.force_login(make_user())
    for tour in TOURS:
        for client in (Client(), stranger):
            assert bool(links_of(client, tour.key)) == (tour.role is None), tour.key


def test_in_the_demo_one_click_leads_into_the_role_and_back_to_the_tour() -> None:
    make_town(keys=False)
    client = Client()
    page = html.fromstring(client.get("/tour/officer/").content.decode())
    form = next(
        form for form in page.forms if form.get("action") == "/demo/switch/" and form.xpath(".//input[@name='next']")
    )
    user = form.xpath(".//button[@name='user']")[0].get("value")
    answer = client.post("/demo/switch/", {"user": user, "next": form.fields["next"]})
    assert answer.headers["Location"] == "/tour/officer/"
    assert links_of(client, "officer")


def test_a_click_into_a_role_leads_to_no_other_site() -> None:
    person = make_user()
    for wanted in ("https://elsewhere.example/", "//elsewhere.example"):
        answer = Client().post("/demo/switch/", {"user": person.pk, "next": wanted})
        assert answer.headers["Location"] == "/desk/"


def test_outside_the_demo_a_tour_offers_no_click(settings) -> None:
    settings.DEMO = False
    text = Client().get("/tour/officer/").content.decode()
    assert "/demo/switch/" not in text
    assert str(Role.OFFICER.label) in text


def test_an_unknown_tour_is_not_found() -> None:
    assert Client().get("/tour/nobody/").status_code == 404
    assert Client().get("/tour/").status_code == 200


def test_the_sign_in_page_and_the_start_page_lead_to_practice() -> None:
    for address in ("/account/login/", "/"):
        assert f'href="{reverse("practice")}"' in Client().get(address).content.decode()
