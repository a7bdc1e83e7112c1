"""The parts of a page: words beside colours, numbers by language, nothing of a person's text as mark-up."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import which
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from config.figures import as_money, as_number
from config.templatetags.zuschlag import clock_words, time_left

ROOT = Path(__file__).resolve().parents[2]
KERN = ROOT / "node_modules" / "@kern-ux" / "native" / "dist" / "kern.css"
pytestmark = pytest.mark.urls("tests.config.shell_urls")
END = datetime(2026, 12, 15, 11, 0, tzinfo=UTC)


def drawn(source: str, language: str = "de", **context: Any) -> str:
    with override(language):
        return Template("{% load i18n zuschlag %}" + source).render(Context(context))


def words(source: str, language: str = "de", **context: Any) -> str:
    return " ".join(html.fromstring(f"<div>{drawn(source, language, **context)}</div>").text_content().split())


def shell(path: str = "/tenders/7/", **context: Any) -> Any:
    request = RequestFactory().get(path)
    text = render_to_string("base.html", {"site_name": "Zuschlag", **context}, request)
    return html.fromstring(text)


def test_a_badge_has_an_icon_and_a_word():
    tree = html.fromstring(drawn('{% badge "warning" "closes soon" %}'))
    assert tree.xpath("//*[contains(@class, 'kern-icon--warning')]/@aria-hidden") == ["true"]
    assert tree.text_content() == "closes soon"


def test_an_unknown_kind_of_badge_is_a_programming_error():
    with pytest.raises(KeyError):
        drawn('{% badge "pink" "?" %}')


@pytest.mark.parametrize(
    ("value", "currency", "german", "english"),
    [
        ("84500", "EUR", "84.500,00\u00a0€", "€84,500.00"),
        ("-0.005", "EUR", "\u22120,01\u00a0€", "\u2212€0.01"),
        ("1234567.891", "CHF", "1.234.567,89\u00a0CHF", "CHF\u00a01,234,567.89"),
        (None, "EUR", "–", "–"),
    ],
)
def test_money_is_written_in_the_language_of_the_page(value: str, currency: str, german: str, english: str):
    with override("de"):
        assert as_money(value, currency) == german
    with override("en"):
        assert as_money(value, currency) == english


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=6))
def test_a_number_without_places_keeps_every_digit(value: Decimal):
    with override("en"):
        assert Decimal(as_number(value).replace(",", "").replace("\u2212", "-")) == value


def test_a_moment_is_local_time_with_its_offset_behind_it():
    assert words("{% when moment %}", moment=END) == "15.12.2026, 12:00 Uhr"
    assert words("{% when moment %}", "en", moment=END) == "15 Dec 2026, 12:00"
    assert 'datetime="2026-12-15T12:00:00+01:00"' in drawn("{% when moment %}", moment=END)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(days=3649), "more than 9 years left"),
        (timedelta(days=730), "more than 2 years left"),
        (timedelta(days=729), "729 days, 0 hours left"),
        (timedelta(days=22, hours=20), "22 days, 20 hours left"),
        (timedelta(days=1, hours=1), "1 day, 1 hours left"),
        (timedelta(hours=1, seconds=5), "1 h 0 min 05 s left"),
        (timedelta(seconds=1), "0 min 01 s left"),
        (timedelta(0), "The deadline has passed"),
        (timedelta(seconds=-1), "The deadline has passed"),
    ],
)
def test_the_countdown_ends_at_the_very_second(before: timedelta, said: str):
    with override("en"):
        assert time_left(END, END - before) == said


@pytest.mark.skipif(not which("node"), reason="needs Node")
def test_the_browser_counts_in_the_same_words():
    module = (ROOT / "config/frontend/src/parts/countdown.js").as_uri()
    seconds = [86_400 * 3649, 86_400 * 22 + 72_000, 90_000, 3605, 1, 0]
    with override("en"):
        patterns = json.dumps(clock_words())
    script = f"""import {{ words }} from {json.dumps(module)};
        const t = {patterns};
        console.log(JSON.stringify({seconds}.map((s) => words(t, s))));"""
    ran = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    with override("en"):
        said = [str(time_left(END, END - timedelta(seconds=s))) for s in seconds]
    assert json.loads(ran.stdout) == said


def test_the_deadline_block_states_the_rule_to_the_second():
    block = words("{% deadline_block end now %}", end=END, now=END - timedelta(days=1))
    assert "Rechtzeitig ist, was vor 12:00:00 Uhr vollständig bei uns angekommen ist." in block
    assert "Rechtzeitig" not in words("{% deadline_block end now %}", end=END, now=END)


def test_a_table_aligns_numbers_names_its_region_and_escapes_cells():
    rows = [{"cells": ["<b>Bad</b>", "1,00"], "mark": "winner"}, ["Good", "2,00"]]
    tree = html.fromstring(
        drawn('{% data_table "Ranking" heads rows %}', heads=["Bidder", ("Points", "number")], rows=rows)
    )
    assert tree.get("aria-label") == "Ranking"
    assert tree.get("tabindex") == "0"
    assert [cell.text for cell in tree.xpath("//tbody//th[@scope='row']")] == ["<b>Bad</b>", "Good"]
    assert len(tree.xpath("//td[@class='app-numeric']")) == 2
    assert tree.xpath("//tr[contains(@class, 'winner')]")


def test_a_row_of_the_wrong_length_is_a_programming_error():
    with pytest.raises(ValueError, match="zip"):
        drawn('{% data_table "Ranking" heads rows %}', heads=["A", "B"], rows=[["only one"]])


def test_a_task_that_is_not_possible_is_text_with_its_reason():
    tasks = [
        {"title": "Submit", "state": "blocked", "note": "A price is missing"},
        {"title": "Price", "state": "open", "url": "/p/"},
    ]
    tree = html.fromstring(f"<div>{drawn('{% task_list tasks %}', 'en', tasks=tasks)}</div>")
    assert tree.xpath("//a/text()") == ["Price"]
    assert "A price is missing" in tree.text_content()
    assert "Not possible yet" in tree.text_content()


def test_the_steps_say_which_one_is_current():
    tree = html.fromstring(drawn("{% steps 2 %}", "en"))
    assert tree.get("aria-label") == "Step 2 of 4"
    assert [li.text_content().strip() for li in tree.xpath("//*[@aria-current='step']")] == ["2How judged"]


def test_pages_keep_the_filter_of_the_address():
    request = RequestFactory().get("/tenders/?q=b%C3%BCro&cursor=old")
    text = drawn("{% pagination page %}", request=request, page=SimpleNamespace(previous="", next="n&1"))
    tree = html.fromstring(text)
    assert tree.xpath("//a/@href") == ["?q=b%C3%BCro&cursor=n%261"]


def test_facts_without_a_value_are_left_out():
    assert words("{% facts rows %}", rows=[("Buyer", "Westerlohe"), ("Value", None), ("Note", "")]) == "BuyerWesterlohe"


@pytest.mark.django_db
def test_the_shell_has_one_main_a_skip_link_to_it_and_no_inline_code():
    tree = shell()
    assert tree.xpath("//a[contains(@class, 'app-skip')]/@href") == ["#inhalt"]
    assert tree.xpath("//main/@id") == ["inhalt"]
    assert not tree.xpath("//@style | //style | //script[not(@src)]")
    assert not [address for address in tree.xpath("//@src | //link/@href") if "//" in address]


@pytest.mark.django_db
def test_a_navigation_leaves_out_what_does_not_exist_and_marks_where_one_is():
    links = shell("/tenders/7/").xpath("//nav[contains(@class, 'app-nav')]//a")
    assert [(link.get("href"), link.get("aria-current")) for link in links] == [("/tenders/", "true")]
    assert shell("/tenders/").xpath("//nav[contains(@class, 'app-nav')]//a/@aria-current") == ["page"]


@pytest.mark.django_db
def test_the_theme_is_set_by_the_server_and_only_when_known():
    assert shell(theme="dark").get("data-kern-theme") == "dark"
    assert shell(theme="").get("data-kern-theme") is None
    assert shell(theme='x" onload="y').get("data-kern-theme") is None


@pytest.mark.django_db
def test_the_demonstration_is_announced_on_every_page_of_the_demo():
    assert "erfundene Daten" in shell(demo_mode=True).text_content()
    assert "erfundene Daten" not in shell(demo_mode=False).text_content()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["400", "403", "404", "409"])
def test_error_pages_say_what_happened_and_the_number_to_quote(code: str):
    text = render_to_string(f"{code}.html", {"request_id": "r-123", "reason": "Not yet"}, RequestFactory().get("/x/"))
    tree = html.fromstring(text)
    assert len(tree.xpath("//h1")) == 1
    assert "r-123" in tree.text_content()


def test_the_page_for_our_own_faults_needs_no_request():
    assert "500" in render_to_string("500.html")


@pytest.mark.skipif(not KERN.exists(), reason="needs npm ci")
def test_every_class_of_kern_that_is_used_exists_there():
    import re

    known = set(re.findall(r"\.(kern-[\w-]+)", KERN.read_text("utf-8")))
    used = set()
    for folder in (ROOT / "config" / "templates", ROOT / "config" / "templatetags"):
        for path in folder.rglob("*.*"):
            if path.suffix in {".html", ".py"}:
                used |= set(re.findall(r"\bkern-[a-z][\w-]*[\w](?![\w{/.-])", path.read_text("utf-8")))
    assert {name for name in used if name not in known and not name.endswith("-")} - {"kern-theme"} == set()


def test_a_number_of_a_row_is_written_without_separators() -> None:
    """1062 and not 1,062: with thousands of rows a link or field would else name nothing."""
    row_number = re.compile(r"\{\{ [\w.]+\.(?:pk|(?!auto_id|lot_id)\w+_id) \}\}")
    pages = ROOT.glob("*/templates/**/*.html")
    found = [f"{page.name}: {name}" for page in pages for name in row_number.findall(page.read_text("utf-8"))]
    assert found == []
