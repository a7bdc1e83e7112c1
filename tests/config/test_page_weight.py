"""The first visit loads at most 250 kB beside the fonts, as a browser receives it; fonts come in at most three cuts."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from accounts.lifecycle import Role
from tests import factories
from tests.config.access_table import ANONYMOUS, PUBLIC
from tests.config.test_access import ADDRESSES, TRIED, World

pytestmark = pytest.mark.django_db
LIMIT = 250_000
PARTS = re.compile(r'<script[^>]* src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"|<img[^>]* src="(/[^"]+)"')
CUTS = 3


@pytest.fixture(autouse=True)
def _built() -> None:
    if not (Path(settings.STATIC_BUILD_DIR) / "kern" / "kern.min.css").exists():
        pytest.skip("The static files are not built: run `make setup`")


@cache
def size_of(address: str) -> int:
    """Bytes over the wire of a style sheet, script or picture, packed as every browser asks for it."""
    return fetched(Client(), address)


def fetched(client: Client, address: str) -> int:
    response = client.get(address, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200, address
    return len(b"".join(response.streaming_content) if response.streaming else response.content)


def weight(client: Client, address: str) -> tuple[int, dict[str, int]]:
    """(bytes of everything but fonts, the parts of it) of a page; 0 for what is no page."""
    response = client.get(address, headers={"accept-encoding": "gzip"})
    if response.streaming or "text/html" not in response.headers.get("Content-Type", ""):
        return 0, {}
    packed = response.headers.get("Content-Encoding") == "gzip"
    html = (gzip.decompress(response.content) if packed else response.content).decode()
    parts = {next(filter(None, found)): 0 for found in PARTS.findall(html)}
    for part in parts:  # what is no static file may be for this person only, as the picture of a key is
        parts[part] = size_of(part) if part.startswith(settings.STATIC_URL) else fetched(client, part)
    sizes = {"the page itself": len(response.content), **parts}
    return sum(sizes.values()), sizes


def too_heavy(client: Client, name: str, address: str) -> str:
    total, parts = weight(client, address)
    return f"{name}: {total} bytes, {parts}" if total > LIMIT else ""


def full_world() -> World:
    """Lists as long as a page of them gets, with titles of many words."""
    world = World()
    title = "Printing, enveloping and delivery of the letters of all offices, with electronic dispatch where wished"
    for _number in range(21):
        factories.open_tender(world.town, title=title, lots=factories.default_lots(3), lot_waiver_reason="small")
    return world


def test_no_public_page_is_heavier_than_the_limit() -> None:
    world, visitor = full_world(), Client()
    rows = {name: row for name, row in TRIED.items() if row.who == PUBLIC and row.method == "GET" and name in ADDRESSES}
    assert len(rows) > 20
    found = [too_heavy(visitor, name, world.address(name, row)) for name, row in rows.items()]
    assert not any(found), "\n".join(filter(None, found))


@pytest.mark.slow
def test_neither_is_anybodys_desk() -> None:
    world = full_world()
    for role, person in world.people.items():
        if role != ANONYMOUS:
            client = Client()
            client.force_login(person)
            assert not too_heavy(client, f"desk of {role}", reverse("desk"))


def test_the_council_page_of_a_trial_with_its_pictures_is_not_heavier_either() -> None:
    from tests.pilots.trials import analysed

    assert not too_heavy(Client(), "pilot_detail", reverse("pilot_detail", args=[analysed().pilot.pk]))


def test_the_result_of_an_evaluation_is_not_heavier_either() -> None:
    world = World()
    tender = world.tender("evaluated")
    client = Client()
    client.force_login(world.people[Role.OFFICER])
    assert not too_heavy(client, "evaluation_result", reverse("evaluation_result", args=[tender.pk]))


def test_fonts_come_in_at_most_three_cuts_and_are_kept_by_the_browser() -> None:
    sheet = finders.find("kern/fonts.css")
    assert sheet
    cuts = re.findall(r"url\(['\"]?([^)'\"]+)", Path(sheet).read_text())
    assert 1 <= len(cuts) <= CUTS
    assert all(cut.endswith(".woff2") for cut in cuts)
    kern: Any = finders.find("kern/kern.min.css")
    assert "@font-face" not in Path(kern).read_text(), "a second set of fonts would come with KERN's own sheet"
    address = f"{settings.STATIC_URL}kern/{cuts[0].removeprefix('./')}"
    response = Client().get(address)
    assert response.status_code == 200
    assert "max-age" in response.headers["Cache-Control"]
