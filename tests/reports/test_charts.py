"""Charts: safe inside a page under the strict policy, readable, named, the same each time."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reports import charts
from reports.charts import EffectRow, PricePoint, RankingBar

POINTS = [
    PricePoint("Akten & Daten GmbH", Decimal("84500"), Decimal("82.4"), winner=True),
    PricePoint("<script>alert(1)</script>", Decimal("91200"), Decimal("88.1")),
    PricePoint("Papierlos AG", Decimal("120000"), Decimal("40"), valid=False),
]
PRICE_LABELS = {"title": 'Price & "performance" \\1', "price": "Price", "performance": "Points", "winner": "Winner",
                "valid": "Evaluated", "invalid": "Excluded", "reference": "Today"}  # fmt: skip
BARS = [RankingBar("A", {"price": 50, "quality": Decimal("20.5")}, True), RankingBar("A", {"price": 40, "cost": 1})]
BAR_LABELS = {"title": "Points", "points": "Points", "price": "Price", "quality": "Quality", "cost": "Cost"}
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
SERIES_LABELS = {"title": "Days", "value": "Days", "pilot": "Pilot", "control": "Comparison", "baseline": "Before",
                 "phase": "Pilot phase", "target": "Target"}  # fmt: skip
EFFECTS = [
    EffectRow("Time", -2, -3, -1, "2 days less", "improved", lower_is_better=True),
    EffectRow("Cost", 3, 1, 5, "3 more", "worse", lower_is_better=True),
    EffectRow("Nothing", 0, 0, 0, "the same", "unclear"),
]
EFFECT_LABELS = {"title": "Effects", "worse": "worse", "no_change": "no change", "better": "better",
                 "improved": "Improved", "worse_verdict": "Worsened", "unclear": "Unclear"}  # fmt: skip


def price(language: str = "de", **more: Any) -> str:
    return charts.price_efficiency_chart(POINTS, PRICE_LABELS, language, **more)


def series(control: list[float], pilot: list[float | None] | None = None) -> str:
    values = pilot or [4.0] * 6 + [2.0] * 6
    return charts.pilot_series_chart(MONTHS, values, control, 6, SERIES_LABELS, "en", target=Decimal("2.5"))


ALL = {
    "price": lambda: price(),
    "price with today": lambda: price(reference=Decimal(98000)),
    "ranking": lambda: charts.ranking_bar_chart(BARS, BAR_LABELS, "de"),
    "series": lambda: series([4.1] * 12),
    "series without control": lambda: series([]),
    "effects": lambda: charts.pilot_effect_chart(EFFECTS, EFFECT_LABELS, "en"),
}


def texts(svg: str) -> list[str]:
    return [
        "".join(node.itertext()) for node in etree.fromstring(svg.encode()).iter("{http://www.w3.org/2000/svg}text")
    ]


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_a_chart_is_an_image_with_a_title_and_nothing_the_policy_forbids(draw: Any):
    tree = etree.fromstring(draw().encode())
    assert tree.get("role") == "img"
    title = tree[0]
    assert title.tag.endswith("title")
    assert title.get("id") == tree.get("aria-labelledby")
    assert not [node for node in tree.iterdescendants() if node.get("role") or node.get("aria-label")]
    names = {etree.QName(node).localname for node in tree.iter("*")}
    assert not names & {"style", "script", "image", "foreignObject", "a"}
    assert not [node for node in tree.iter("*") if node.get("style") or any(k.startswith("on") for k in node.keys())]  # noqa: SIM118


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_text_takes_the_colour_of_the_page(draw: Any):
    fills = set(re.findall(r'<text[^>]*fill="([^"]+)"', draw()))
    assert fills == {"currentColor"}


def test_a_name_of_a_bidder_is_only_text():
    svg = price()
    assert "<script>alert(1)</script>" in texts(svg)
    assert "<script" not in svg


def test_the_title_keeps_every_character():
    assert etree.fromstring(price().encode())[0].text == PRICE_LABELS["title"]


def test_numbers_follow_the_language():
    assert "100.000" in texts(price("de"))
    assert "100,000" in texts(price("en"))


def test_the_winner_and_the_excluded_have_shapes_of_their_own():
    assert {"Winner", "Evaluated", "Excluded"} <= set(texts(price()))
    shapes = set(re.findall(r'd="(M[^"]+)" fill="#', price()))
    assert len(shapes - {""}) >= 3


def test_the_same_chart_is_drawn_once_and_two_charts_share_no_id():
    assert price() is price()
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (price("de"), price("en"), ALL["ranking"]())]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]


def test_equal_names_stay_two_bars_with_their_sums():
    said = texts(ALL["ranking"]())
    assert {"70,50", "41,00"} <= set(said)
    assert sum(text.strip("★ \u200b") == "A" for text in said) == 2


def test_a_chart_never_reaches_the_network():
    with pytest.raises(ValueError, match=r"(?i)denied|not allowed|access|base"):
        charts._render('{"data": {"url": "http://127.0.0.1:9/x.json"}, "mark": "point"}', "x", "de-DE")


def test_months_without_a_value_leave_a_gap():
    assert "Comparison" not in texts(series([], [4.0, None, 4.0, 4.2, 4.1, 4.0] + [2.0] * 6))


def test_better_is_to_the_right_also_where_less_is_better():
    rows = [charts._effect_row(0, row, {"improved": "i", "worse": "w", "unclear": "u"}) for row in EFFECTS]
    assert rows[0]["effect"] > 0 > rows[1]["effect"]
    assert rows[0]["low"] < rows[0]["effect"] < rows[0]["high"]
    assert rows[2]["effect"] == 0


@given(st.lists(st.tuples(st.integers(60, 580), st.integers(20, 360)), min_size=1, max_size=10))
def test_labels_stay_inside_the_chart(marks: list[tuple[int, int]]):
    names = [f"Bidder {number}" for number in range(len(marks))]
    for (x, y), name, place in zip(marks, names, charts._place(marks, names, []), strict=True):
        assert charts._inside(charts._box(x + place.dx, y + place.dy, len(name) * charts.CHARACTER, place.align))


@given(st.lists(st.integers(0, 5), min_size=2, max_size=6, unique=True))
def test_labels_of_marks_that_stand_apart_do_not_meet(rows: list[int]):
    marks = [(200.0, 40.0 + 60 * row) for row in rows]
    names = ["A rather long name of a bidder"] * len(marks)
    boxes = [
        charts._box(x + place.dx, y + place.dy, len(name) * charts.CHARACTER, place.align)
        for (x, y), name, place in zip(marks, names, charts._place(marks, names, []), strict=True)
    ]
    assert not [1 for i, one in enumerate(boxes) for two in boxes[:i] if charts._meet(one, two)]


@pytest.mark.parametrize(
    ("source", "context"),
    [
        ('{% price_efficiency_figure points "EUR" today=98000 %}',
         {"points": [{"label": "A", "price": 1, "performance": 2, "winner": True}]}),
        ("{% ranking_figure rows %}", {"rows": [{"label": "A", "points": {"price": 50, "efficiency": 3}}]}),
        ('{% pilot_series_figure "Days" "days" months pilot control 6 %}',
         {"months": MONTHS, "pilot": [1.0] * 12, "control": []}),
        ("{% pilot_effect_figure rows %}",
         {"rows": [{"label": "T", "effect": 1, "low": 0, "high": 2, "text": "more", "verdict": "improved"}]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_page_shows_a_chart_as_a_captioned_figure(source: str, context: dict[str, Any], language: str):
    with override(language):
        text = Template("{% load charts %}" + source).render(Context(context))
    assert "<figcaption>" in text
    assert "<svg role=" in text
