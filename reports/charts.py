"""Charts as SVG text, drawn on the server from Vega-Lite specs; no browser, no network, no script, no style.

Text and axes take the colour of the page (currentColor), marks have colours that hold 3:1 on white and on black, and
every meaning has a shape beside its colour. Equal input gives equal text; the last 256 charts are kept.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, Literal, NamedTuple

Number = Decimal | int | float
Spec = dict[str, Any]
Verdict = Literal["improved", "worse", "unclear"]

WINNER, OTHER, MUTED, TARGET = "#0f8a5f", "#4a78d6", "#858b99", "#c07000"
KIND_COLOURS = {"price": OTHER, "cost": "#9a5fc0", "efficiency": TARGET, "quality": WINNER}
TEXT = "currentColor"
FONT = "Fira Sans, sans-serif"
WIDTH, HEIGHT = 640, 380
FONT_SIZE, CHARACTER, LINE = 13, 6.7, 16  # pixels: size, average width, height of a label
LONGEST = 38
DrawingLocale = Literal["de-DE", "en-GB"]
LOCALES: dict[str, DrawingLocale] = {"de": "de-DE", "en": "en-GB"}


@dataclass(frozen=True)
class PricePoint:
    """One bid: its evaluation price and its points for everything but the price."""

    label: str
    price: Number
    performance: Number
    winner: bool = False
    valid: bool = True


@dataclass(frozen=True)
class RankingBar:
    """One bid with its weighted points by kind: price, cost, efficiency, quality; kinds may be absent."""

    label: str
    points: Mapping[str, Number]
    winner: bool = False


@dataclass(frozen=True)
class AmountBar:
    """One amount with its own words at the end of the bar; `winner` marks what is proposed."""

    label: str
    value: Number
    text: str
    winner: bool = False


@dataclass(frozen=True)
class EffectRow:
    """One KPI: effect with its interval in its own unit, `text` says it in words; `lower_is_better` turns the axis."""

    label: str
    effect: Number
    low: Number
    high: Number
    text: str
    verdict: Verdict
    lower_is_better: bool = False


def price_efficiency_chart(
    points: Sequence[PricePoint], labels: Mapping[str, str], language: str, reference: Number | None = None
) -> str:
    """Price across, performance up, one labelled mark per bid.

    labels: title, price, performance, winner, valid, invalid; reference too when today's price is drawn as a line.
    """
    across = _domain([p.price for p in points] + ([reference] if reference is not None else []), lowest=0)
    up = _domain([p.performance for p in points])
    rows = [_point_row(point, labels) for point in points]
    pixels = [(_scaled(p.price, across, WIDTH), HEIGHT - _scaled(p.performance, up, HEIGHT)) for p in points]
    line = [] if reference is None else [_upright(_scaled(reference, across, WIDTH), labels["reference"])]
    places = _place(pixels, [row["label"] for row in rows], [box for boxes in line for box in boxes])
    x = _quantitative("x", across, labels["price"], _format(across))
    y = _quantitative("y", up, labels["performance"], _format(up))
    kinds = [
        kind for kind in (labels["winner"], labels["valid"], labels["invalid"]) if any(r["kind"] == kind for r in rows)
    ]
    layers = [_reference(reference, labels["reference"], x)] if reference is not None else []
    layers.append({"data": {"values": rows}, "mark": {"type": "point", "filled": True, "size": 150, "opacity": 1},
                   "encoding": {"x": x, "y": y, **_kinds(kinds, labels)}})  # fmt: skip
    for row, place in zip(rows, places, strict=True):
        layers += _label(row, place, x, y)
    return _draw({"width": WIDTH, "height": HEIGHT, "layer": layers}, labels["title"], language)


def ranking_bar_chart(rows: Sequence[RankingBar], labels: Mapping[str, str], language: str) -> str:
    """A stacked bar of weighted points per bid in the given order, the sum at its end.

    labels: title, points (axis), and a word for each kind that occurs (price, cost, efficiency, quality).
    """
    kinds = [kind for kind in KIND_COLOURS if any(kind in row.points for row in rows)]
    order = [_short(f"{'★ ' if row.winner else ''}{row.label}") for row in rows]
    order = [f"{name}{chr(0x200B) * position}" for position, name in enumerate(order)]  # equal names stay two bars
    parts = [part for name, row in zip(order, rows, strict=True) for part in _segments(name, row, kinds, labels)]
    sums = [{"bid": name, "sum": float(sum(row.points.values()))} for name, row in zip(order, rows, strict=True)]
    y = {"field": "bid", "type": "nominal", "sort": order, "title": None, "scale": {"paddingInner": 0.35},
         "axis": {"labelLimit": 240, "domain": False, "ticks": False, "labelPadding": 8}}  # fmt: skip
    colour = {"field": "kind", "type": "nominal", "legend": {"orient": "top", "title": None, "symbolType": "square"},
              "scale": {"domain": [labels[k] for k in kinds], "range": [KIND_COLOURS[k] for k in kinds]}}  # fmt: skip
    layers = [
        {"data": {"values": parts}, "mark": {"type": "bar", "x2Offset": -1.5},
         "encoding": {"y": y, "x": {"field": "start", "type": "quantitative", "title": labels["points"],
                                    "scale": {"domainMin": 0}}, "x2": {"field": "end"}, "color": colour}},
        {"data": {"values": sums}, "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
         "encoding": {"y": y, "x": {"field": "sum", "type": "quantitative"},
                      "text": {"field": "sum", "type": "quantitative", "format": ",.2f"}}},
    ]  # fmt: skip
    return _draw({"width": WIDTH - 120, "height": {"step": 42}, "layer": layers}, labels["title"], language)


def amount_bar_chart(rows: Sequence[AmountBar], labels: Mapping[str, str], language: str) -> str:
    """A bar per amount from zero, in the given order, the amount in words at its end. labels: title, unit (axis)."""
    data = [
        {
            "name": f"{'★ ' if row.winner else ''}{_short(row.label)}{chr(0x200B) * position}",
            "value": float(row.value),
            "text": row.text,
            "colour": WINNER if row.winner else OTHER,
        }
        for position, row in enumerate(rows)
    ]
    values = [float(row.value) for row in rows]
    top = max(map(abs, values), default=0.0) or 1.0
    scale = {"domain": [min([0.0, *values]), top * 1.2], "nice": False}
    x: Spec = {"field": "value", "type": "quantitative", "title": labels["unit"], "scale": scale,
               "axis": {"format": ",.0f", "tickCount": 5}}  # fmt: skip
    y = {"field": "name", "type": "nominal", "sort": [row["name"] for row in data], "title": None,
         "scale": {"paddingInner": 0.35},
         "axis": {"labelLimit": 240, "domain": False, "ticks": False, "labelPadding": 8}}  # fmt: skip
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers = [
        {"data": {"values": data}, "mark": {"type": "bar"}, "encoding": {"y": y, "x": x, "color": colour}},
        {"data": {"values": data}, "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
         "encoding": {"y": y, "x": x, "text": {"field": "text"}}},
    ]  # fmt: skip
    return _draw({"width": WIDTH - 120, "height": {"step": 48}, "layer": layers}, labels["title"], language)


def pilot_series_chart(
    months: Sequence[str],
    pilot: Sequence[Number | None],
    control: Sequence[Number | None],
    pilot_start: int,
    labels: Mapping[str, str],
    language: str,
    target: Number | None = None,
) -> str:
    """Monthly values ("2025-07") of the pilot arm and, unless empty, the control arm; the pilot phase is shaded.

    labels: title, value (axis with unit), pilot, control, baseline, phase, target.
    """
    values = [v for v in (*pilot, *control, target) if v is not None]
    up = _domain(values)
    scale = {"domain": [-0.5, len(months) - 0.5], "nice": False}
    axis = _month_axis(months, language)
    x: Spec = {"field": "month", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    y = _quantitative("value", up, labels["value"], _format(up))
    layers = [_phase(pilot_start, len(months), x), *_phase_names(pilot_start, len(months), labels, x)]
    if target is not None:
        layers.append(_target(target, labels["target"], x, y))
    layers += _line(pilot, x, y, WINNER, "circle", [])
    layers += _line(control, x, y, OTHER, "square", [6, 4]) if control else []
    ends = [(_last(series), labels[name]) for series, name in ((pilot, "pilot"), (control, "control")) if series]
    layers += _end_names(ends, up, x, y)
    return _draw({"width": WIDTH, "height": 320, "layer": layers}, labels["title"], language)


def pilot_effect_chart(rows: Sequence[EffectRow], labels: Mapping[str, str], language: str) -> str:
    """Effect and interval per KPI against "no change"; better is always to the right, each row on its own scale.

    labels: title, worse, no_change, better, and a word for each verdict (improved, worse_verdict, unclear).
    """
    words = {"improved": labels["improved"], "worse": labels["worse_verdict"], "unclear": labels["unclear"]}
    data = [_effect_row(position, row, words) for position, row in enumerate(rows)]
    order = [row["name"] for row in data]
    y = {"field": "name", "type": "nominal", "sort": order, "title": None,
         "axis": {"labelLimit": 280, "domain": False, "ticks": False, "labelPadding": 8}}  # fmt: skip
    title = f"← {labels['worse']}  ·  {labels['no_change']}  ·  {labels['better']} →"
    x = {"field": "effect", "type": "quantitative", "title": title,
         "scale": {"domain": [-1.1, 1.1], "nice": False},
         "axis": {"labels": False, "ticks": False, "grid": False, "domain": False}}  # fmt: skip
    seen = [v for v in words if any(row.verdict == v for row in rows)]
    marks = {"improved": (WINNER, "triangle-right"), "worse": (TARGET, "triangle-left"), "unclear": (MUTED, "circle")}
    look = _colour_and_shape("verdict", {words[verdict]: marks[verdict] for verdict in seen})
    layers = [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": TEXT, "strokeWidth": 1.5},
         "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {"data": {"values": data}, "mark": {"type": "rule", "strokeWidth": 3},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": look["color"]}},
        {"data": {"values": data}, "mark": {"type": "point", "filled": True, "size": 170, "opacity": 1},
         "encoding": {"y": y, "x": x, **look}},
        {"data": {"values": data}, "mark": {"type": "text", "align": "left", "dx": 10},
         "encoding": {"y": y, "x": {"value": 330}, "text": {"field": "text"}}},
    ]  # fmt: skip
    return _draw({"width": 330, "height": {"step": 44}, "layer": layers}, labels["title"], language)


def _point_row(point: PricePoint, labels: Mapping[str, str]) -> Spec:
    kind = labels["winner"] if point.winner else labels["valid"] if point.valid else labels["invalid"]
    return {"x": float(point.price), "y": float(point.performance), "label": _short(point.label), "kind": kind}


def _kinds(kinds: Sequence[str], labels: Mapping[str, str]) -> Spec:
    known = {
        labels["winner"]: (WINNER, "diamond"),
        labels["valid"]: (OTHER, "circle"),
        labels["invalid"]: (MUTED, "cross"),
    }
    return _colour_and_shape("kind", {kind: known[kind] for kind in kinds})


def _colour_and_shape(field: str, look: Mapping[str, tuple[str, str]]) -> Spec:
    """One legend for both: word -> (colour, shape)."""
    colours, shapes = ([pair[position] for pair in look.values()] for position in (0, 1))
    shared: Spec = {"field": field, "type": "nominal", "legend": {"orient": "top", "title": None}}
    return {
        "color": {**shared, "scale": {"domain": list(look), "range": colours}},
        "shape": {**shared, "scale": {"domain": list(look), "range": shapes}},
    }


def _label(row: Spec, place: "Place", x: Spec, y: Spec) -> list[Spec]:
    """The name beside its mark; a thin line leads to it where it had to move away."""
    data = {"data": {"values": [row]}}
    mark = {"type": "text", "align": place.align, "baseline": "middle", "dx": place.dx, "dy": place.dy}
    layers = [{**data, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "label"}}}]
    if abs(place.dy) > LINE + 4:
        lead = {"type": "rule", "color": TEXT, "opacity": 0.5, "x2Offset": place.dx, "y2Offset": place.dy}
        layers.append({**data, "mark": lead, "encoding": {"x": x, "y": y, "x2": {"field": "x"}, "y2": {"field": "y"}}})
    return layers


def _reference(value: Number, name: str, x: Spec) -> Spec:
    here = {"data": {"values": [{"x": float(value), "name": name}]}}
    rule = {"mark": {"type": "rule", "strokeDash": [3, 4], "color": TARGET, "strokeWidth": 2}, "encoding": {"x": x}}
    text = {
        "mark": {"type": "text", "align": "right", "dx": -6, "y": 8},
        "encoding": {"x": x, "text": {"field": "name"}},
    }
    return {**here, "layer": [rule, text]}


def _segments(name: str, row: RankingBar, kinds: Sequence[str], labels: Mapping[str, str]) -> list[Spec]:
    start, parts = Decimal(0), []
    for kind in kinds:
        end = start + Decimal(str(row.points.get(kind, 0)))
        if end > start:
            parts.append({"bid": name, "kind": labels[kind], "start": float(start), "end": float(end)})
        start = end
    return parts


def _effect_row(position: int, row: EffectRow, words: Mapping[str, str]) -> Spec:
    sign = -1 if row.lower_is_better else 1
    reach = max(abs(float(row.low)), abs(float(row.high)), abs(float(row.effect))) or 1.0
    low, high = sorted((sign * float(row.low) / reach, sign * float(row.high) / reach))
    return {
        "name": _short(row.label) + "\u200b" * position,
        "effect": sign * float(row.effect) / reach,
        "low": low,
        "high": high,
        "text": row.text,
        "verdict": words[row.verdict],
    }


def _month_axis(months: Sequence[str], language: str) -> Spec:
    names = [_month_name(month, language) for month in months]
    step = -(-len(months) // 10)
    shown = list(range(0, len(months), step))
    expression = f"{json.dumps(names, ensure_ascii=False)}[datum.value]"
    return {"values": shown, "labelExpr": expression, "grid": False}


def _month_name(month: str, language: str) -> str:
    year, number = month[:4], int(month[5:7])
    if language == "de":
        return f"{number:02}/{year[2:]}"
    return f"{date(int(year), number, 1):%b} {year[2:]}"


def _phase(start: int, count: int, x: Spec) -> Spec:
    return {
        "data": {"values": [{"month": start - 0.5, "until": count - 0.5}]},
        "mark": {"type": "rect", "color": WINNER, "opacity": 0.12},
        "encoding": {"x": x, "x2": {"field": "until"}},
    }


def _phase_names(start: int, count: int, labels: Mapping[str, str], x: Spec) -> list[Spec]:
    middles = [((start - 1) / 2, labels["baseline"]), ((start + count - 1) / 2, labels["phase"])]
    values = [{"month": middle, "name": name} for middle, name in middles]
    mark = {"type": "text", "y": -10, "fontWeight": 600}
    return [{"data": {"values": values}, "mark": mark, "encoding": {"x": x, "text": {"field": "name"}}}]


def _target(value: Number, name: str, x: Spec, y: Spec) -> Spec:
    rule = {"mark": {"type": "rule", "strokeDash": [2, 4], "color": TARGET, "strokeWidth": 2}, "encoding": {"y": y}}
    text = {
        "mark": {"type": "text", "align": "left", "x": 6, "dy": -9},
        "encoding": {"y": y, "text": {"field": "name"}},
    }
    return {"data": {"values": [{"value": float(value), "name": name}]}, "layer": [rule, text]}


def _line(series: Sequence[Number | None], x: Spec, y: Spec, colour: str, shape: str, dash: list[int]) -> list[Spec]:
    values = [{"month": i, "value": None if value is None else float(value)} for i, value in enumerate(series)]
    marks = [
        {
            "type": "line",
            "color": colour,
            "strokeWidth": 2.5,
            "strokeDash": dash,
            "invalid": "break-paths-filter-domains",
        },
        {"type": "point", "filled": True, "color": colour, "shape": shape, "size": 55, "opacity": 1},
    ]
    return [{"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y}} for mark in marks]


def _last(series: Sequence[Number | None]) -> tuple[int, float]:
    return max((i, float(value)) for i, value in enumerate(series) if value is not None)


def _end_names(ends: Sequence[tuple[tuple[int, float], str]], up: tuple[float, float], x: Spec, y: Spec) -> list[Spec]:
    """Names at the right ends of the lines, pushed apart where the lines end close together."""
    ordered = sorted(ends, key=lambda end: end[0][1], reverse=True)
    gap = abs(_scaled(ordered[0][0][1], up, 320) - _scaled(ordered[-1][0][1], up, 320))
    push = max(0.0, LINE - gap) / 2 if len(ends) > 1 else 0.0
    layers = []
    for ((month, value), name), dy in zip(ordered, (-push, push), strict=False):
        mark = {"type": "text", "align": "left", "dx": 10, "dy": dy, "fontWeight": 600}
        row = {"month": month, "value": value, "name": name}
        layers.append(
            {"data": {"values": [row]}, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "name"}}}
        )
    return layers


def _quantitative(field: str, domain: tuple[float, float], title: str, number_format: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": list(domain), "nice": False, "zero": False},
        "axis": {"format": number_format, "tickCount": 6},
    }


def _domain(values: Sequence[Number], lowest: float | None = None) -> tuple[float, float]:
    """The range of an axis with room around the marks; never below `lowest`."""
    numbers = [float(value) for value in values] or [0.0]
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return (low - room if lowest is None else max(low - room, lowest)), high + room


def _format(domain: tuple[float, float]) -> str:
    span = domain[1] - domain[0]
    return ",.0f" if span >= 8 else ",.1f" if span >= 0.8 else ",.2f"


def _scaled(value: Number, domain: tuple[float, float], length: int) -> float:
    return (float(value) - domain[0]) / (domain[1] - domain[0]) * length


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


Box = tuple[float, float, float, float]


class Place(NamedTuple):
    """Where a label stands: pixels from its mark, and the side of the text that is there."""

    dx: float
    dy: float
    align: str


# Nearest first: beside the mark, above or below it, then further away with a line leading back.
PLACES = [Place(13, 0, "left"), Place(-13, 0, "right"), Place(0, -18, "center"), Place(0, 19, "center")] + [
    Place(dx, dy, align) for dy in (-16, 16, -34, 34, -52, 52, -70, 70) for dx, align in ((13, "left"), (-13, "right"))
]


def _place(points: Sequence[tuple[float, float]], texts: Sequence[str], blocked: Sequence[Box]) -> list[Place]:
    """For each mark (pixels from the top left) a place for its label.

    Greedy: the nearest one that meets no mark, no earlier label, no line and no border.
    """
    taken = [(x - 9, y - 9, x + 9, y + 9) for x, y in points] + list(blocked)
    chosen = []
    for (x, y), text in zip(points, texts, strict=True):
        boxes = [(place, _box(x + place.dx, y + place.dy, len(text) * CHARACTER, place.align)) for place in PLACES]
        inside = [option for option in boxes if _inside(option[1])] or boxes
        place, box = next((o for o in inside if not any(_meet(o[1], other) for other in taken)), inside[0])
        taken.append(box)
        chosen.append(place)
    return chosen


def _upright(x: float, name: str) -> tuple[Box, Box]:
    """What the line of today's price and its name take."""
    return (x - 3, 0, x + 3, HEIGHT), _box(x - 6, 8, len(name) * CHARACTER, "right")


def _box(x: float, y: float, width: float, align: str) -> Box:
    left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
    return left, y - LINE / 2 + 1, left + width, y + LINE / 2 - 1


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[1] >= -4 and box[2] <= WIDTH + 8 and box[3] <= HEIGHT + 4


def _meet(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


CONFIG: Spec = {
    "aria": False,
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "text": {"color": TEXT, "fontSize": FONT_SIZE},
    "axis": {
        "labelColor": TEXT,
        "titleColor": TEXT,
        "domainColor": TEXT,
        "tickColor": TEXT,
        "gridColor": TEXT,
        "gridOpacity": 0.14,
        "domainOpacity": 0.5,
        "tickOpacity": 0.5,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": 600,
        "titlePadding": 12,
    },
    "legend": {"labelColor": TEXT, "labelFontSize": FONT_SIZE, "symbolSize": 130, "offset": 16, "labelLimit": 260},
}


def _draw(spec: Spec, title: str, language: str) -> str:
    return _render(json.dumps(spec, sort_keys=True, ensure_ascii=False), title, LOCALES[language[:2]])


@lru_cache(maxsize=256)
def _render(spec: str, title: str, locale: DrawingLocale) -> str:
    """The SVG with a name for screen readers; ids are made unique so that several charts share a page."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "config": CONFIG,
            "padding": 4,
            **json.loads(spec),
        },
        format_locale=locale,
        time_format_locale=locale,
        allowed_base_urls=[],
    )
    return _named(svg, title, hashlib.sha256(f"{spec}{title}{locale}".encode()).hexdigest()[:10])


def _named(svg: str, title: str, key: str) -> str:
    """One image with one name: the roles of its parts go, ids get the key before them."""
    svg = re.sub(r"<\w[^>]*>", lambda tag: re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", tag[0]), svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="c{key}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#c{key}-\1)", svg)
    svg = re.sub(r"^<svg\b", f'<svg role="img" aria-labelledby="c{key}" focusable="false"', svg)
    return re.sub(r"^(<svg\b[^>]*>)", rf'\1<title id="c{key}">{_literal(escape(title))}</title>', svg, count=1)


def _literal(text: str) -> str:
    """Safe as the replacement of a regular expression."""
    return text.replace("\\", "\\\\")
