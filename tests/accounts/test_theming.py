"""A town gives its pages a colour and a coat of arms; what cannot be read is refused with the ratio measured."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import theming
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Theme
from tests import factories
from tests.bids.pages.scene import browser, text_of
from tests.pilots.trials import registered

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"0" * 100
GREEN, LIGHT_GREEN = "#1f5a2d", "#8fd3a0"


# --- the measure -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#123456", "#123456", 1.0),
    ],
)
def test_the_ratio_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert theming.contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert theming.contrast(other, one) == theming.contrast(one, other)


def test_kerns_own_accents_pass_and_what_is_proposed_passes() -> None:
    assert theming.weakest("#2044aa", "light") is None
    assert theming.weakest("#97afe1", "dark") is None
    for mode, colours in (("light", ("#ffcc00", "#ff0000", "#ffffff")), ("dark", ("#00008b", "#550000", "#000000"))):
        for colour in colours:
            found = theming.weakest(colour, mode)
            assert found is not None
            assert found.ratio < 4.5
            assert theming.weakest(found.example, mode) is None


def srgb(text: str) -> str:
    """ "oklch(96.72% .0041 271.37)" -> "#f3f4f7"."""
    found = re.match(r"\s*oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", text)
    assert found, text
    light, chroma, hue = float(found[1]) / 100, float(found[2]), math.radians(float(found[3]))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    l_, m_, s_ = (
        (light + x * a + y * b) ** 3
        for x, y in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    )
    linear = (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )
    parts = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in (max(0.0, v) for v in linear))
    return "#" + "".join(f"{min(255, round(part * 255)):02x}" for part in parts)


def test_the_grounds_are_those_of_kerns_style_sheet() -> None:
    file = Path(settings.STATIC_BUILD_DIR) / "kern" / "kern.min.css"
    if not file.exists():
        pytest.skip("The static files are not built: run `make setup`")
    css = file.read_text()
    for mode, grounds in theming.GROUNDS.items():
        block = re.search(rf"\[data-kern-theme={mode}\][^{{]*{{([^}}]*--kern-color-action-default:[^}}]*)}}", css)
        assert block
        for token, colour in grounds.items():
            name = re.search(rf"--kern-color-{token}: ?var\((--kern-color-[a-z0-9-]+)\)", block[1])
            assert name, token
            value = re.search(rf"{name[1]}:([^;}}]*)", css)
            assert value
            assert srgb(value[1]) == colour, f"{mode} {token}"


# --- setting it ------------------------------------------------------------------------------------------------------
@pytest.fixture
def town(db: None) -> factories.Town:
    return factories.make_town()


@pytest.fixture
def anna(town: factories.Town) -> Client:
    return browser(factories.make_user(town.organization, Role.ORG_ADMIN))


def address(town: factories.Town) -> str:
    return reverse("theme_edit", args=[town.organization.pk])


def save(anna: Client, town: factories.Town, **fields: Any) -> Any:
    return anna.post(address(town), {"accent": GREEN, "accent_dark": LIGHT_GREEN, **fields})


def test_colours_and_logo_reach_the_pages_of_tenders_pilots_and_the_desk(anna: Client, town: factories.Town) -> None:
    tender = factories.open_tender(town)
    detail = reverse("tender_detail", args=[tender.pk])
    sheet = reverse("theme_css", args=[town.organization.pk])
    assert sheet not in Client().get(detail).content.decode()
    assert save(anna, town, logo=SimpleUploadedFile("arms.png", PNG)).status_code == 302
    page = Client().get(detail).content.decode()
    assert f'<link rel="stylesheet" href="{sheet}?v=' in page
    assert f'alt="{town.organization.name}"' in page
    assert sheet in browser(town.officer).get(reverse("desk")).content.decode()
    assert sheet not in Client().get("/").content.decode(), "the platform's own pages keep the platform's look"
    logo = Client().get(reverse("theme_logo", args=[town.organization.pk]))
    assert (logo.content, logo["Content-Type"], logo["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    event = AuditEvent.objects.get(verb="theme.changed")
    assert event.chain == f"organization:{town.organization.pk}"
    assert GREEN in event.body


@pytest.mark.django_db
def test_a_trial_wears_the_look_of_its_town() -> None:
    trial = registered()
    admin = browser(factories.make_user(trial.town.organization, Role.ORG_ADMIN))
    assert save(admin, trial.town).status_code == 302
    sheet = reverse("theme_css", args=[trial.town.organization.pk])
    assert sheet in Client().get(reverse("pilot_detail", args=[trial.pilot.pk])).content.decode()


def test_only_kern_tokens_are_written_and_each_view_gets_its_own_colour(anna: Client, town: factories.Town) -> None:
    save(anna, town)
    css = Client().get(reverse("theme_css", args=[town.organization.pk])).content.decode()
    assert set(re.findall(r"(--[a-z-]+):", css)) == {
        "--kern-color-action-default",
        "--kern-color-action-state-indicator-shade-hover",
        "--kern-color-action-state-indicator-shade-active",
    }
    light, dark = (re.findall(rf'data-kern-theme="{mode}"\]{{([^}}]*)', css)[0] for mode in ("light", "dark"))
    assert GREEN in light and LIGHT_GREEN not in light
    assert LIGHT_GREEN in dark and GREEN not in dark
    save(anna, town, accent_dark="")
    css = Client().get(reverse("theme_css", args=[town.organization.pk])).content.decode()
    assert 'dark"]' not in css
    assert ":root{" not in css, "the light colour must never reach the dark view"


def test_a_colour_nobody_can_read_is_refused_with_the_ratio_and_one_that_would_do(
    anna: Client, town: factories.Town
) -> None:
    response = save(anna, town, accent="#ffcc00")
    assert response.status_code == 422
    text = text_of(response)
    assert re.search(r"this colour reaches 1\.\d\d:1, and 4\.5:1 is needed to be read\. #[0-9a-f]{6} would do\.", text)
    assert 'value="#ffcc00"' in response.content.decode(), "what was typed stays"
    assert not Theme.objects.exists()
    german = Client(headers={"accept-language": "de"})
    german.force_login(factories.make_user(town.organization, Role.ORG_ADMIN))
    assert re.search(
        r"erreicht diese Farbe 1,\d\d:1, nötig ist 4,5:1", text_of(save(german, town, accent_dark="#101010"))
    )


@pytest.mark.parametrize("colour", ["green", "#12345", "#12345g", "red;}", "#1234567"])
def test_a_colour_of_another_shape_is_refused_at_its_field(anna: Client, town: factories.Town, colour: str) -> None:
    assert save(anna, town, accent=colour).status_code == 422
    assert not Theme.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "this file is none of them"),
        (b"GIF89a" + b"0" * 50, "this file is none of them"),
        (PNG + b"0" * 100_000, "more than 100 kB"),
        (b"", "The file is empty"),
    ],
)
def test_a_logo_is_known_by_its_content_and_kept_small(
    anna: Client, town: factories.Town, content: bytes, sentence: str
) -> None:
    response = save(anna, town, logo=SimpleUploadedFile("arms.png", content, content_type="image/png"))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not Theme.objects.exists()


def test_a_logo_stays_until_it_is_taken_away(anna: Client, town: factories.Town) -> None:
    save(anna, town, logo=SimpleUploadedFile("arms.webp", WEBP))
    save(anna, town, accent="#123456")
    assert Theme.objects.get().logo_type == "image/webp"
    save(anna, town, accent="#123456", remove_logo="on")
    assert not Theme.objects.get().logo
    assert Client().get(reverse("theme_logo", args=[town.organization.pk])).status_code == 404
    save(anna, town, accent="", accent_dark="")
    town.organization.refresh_from_db()
    assert "theme" not in town.organization.details


def test_other_details_of_the_organisation_stay(anna: Client, town: factories.Town) -> None:
    town.organization.details = {"street": "Square 1"}
    town.organization.save()
    save(anna, town)
    town.organization.refresh_from_db()
    assert town.organization.details["street"] == "Square 1"


def test_browsers_keep_the_sheet_until_it_changes(anna: Client, town: factories.Town) -> None:
    save(anna, town)
    town.organization.refresh_from_db()
    look = theming.look_of(town.organization)
    assert look
    first = Client().get(look.css)
    assert "immutable" in first["Cache-Control"]
    again = Client().get(look.css, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    save(anna, town, accent="#123456")
    plain = reverse("theme_css", args=[town.organization.pk])
    changed = Client().get(plain, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert "no-cache" in changed["Cache-Control"]


def test_only_the_towns_administrators_set_it(anna: Client, town: factories.Town) -> None:
    for user, status in (
        (town.officer, 403), (factories.make_user(), 404), (factories.make_company().admin, 404),
        (factories.make_user(factories.make_organization(), Role.ORG_ADMIN), 404),
    ):  # fmt: skip
        client = browser(user)
        assert client.get(address(town)).status_code == status
        assert save(client, town).status_code == status
    assert not Theme.objects.exists()
    assert Client().get(reverse("theme_css", args=[town.organization.pk])).status_code == 404


def test_a_look_costs_the_page_no_query(town: factories.Town, anna: Client, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    detail = reverse("tender_detail", args=[factories.open_tender(town).pk])
    Client().get(detail)
    with CaptureQueriesContext(connection) as before:
        Client().get(detail)
    needed = len(before)
    save(anna, town)
    with django_assert_num_queries(needed):
        Client().get(detail)
