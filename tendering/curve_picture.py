"""A published scoring curve as a small picture: numbers below, points 0 to 10 at the side. No styles, for the CSP."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tendering.spreadsheets.numbers import format_decimal

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 44, 24, 16, 40
TOP_SCORE = 10


def curve_svg(curve: Sequence[Sequence[str]], title: str, unit: str, language: str) -> SafeString:
    """SVG of the curve [[value, points], …] (decimal strings, values rising), flat beyond its ends."""
    points = [(Decimal(value), Decimal(score)) for value, score in curve]
    low, high = points[0][0], points[-1][0]
    margin = (high - low) / 6
    spots = [(_x(value, low - margin, high + margin), _y(score)) for value, score in points]
    ends = [(LEFT, spots[0][1]), *spots, (WIDTH - RIGHT, spots[-1][1])]
    line = " ".join(f"{x},{y}" for x, y in ends)
    texts = [format_decimal(value, "de" if language.startswith("de") else "en", 0) for value, _score in points]
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" width="{}" height="{}" fill="none" stroke="currentColor" '
        'font-size="14">{}<polyline points="{}" stroke-width="3"/>{}{}</svg>',
        WIDTH, HEIGHT, title, WIDTH, HEIGHT, _axes(unit), line, _dots(spots), _labels(spots, texts),
    )  # fmt: skip


def _x(value: Decimal, low: Decimal, high: Decimal) -> int:
    width = WIDTH - LEFT - RIGHT
    return round(LEFT + (value - low) / (high - low) * width) if high != low else LEFT + width // 2


def _y(score: Decimal) -> int:
    return round(TOP + (TOP_SCORE - score) / TOP_SCORE * (HEIGHT - TOP - BOTTOM))


def _axes(unit: str) -> SafeString:
    rows = [(LEFT, _y(Decimal(score)), WIDTH - RIGHT, _y(Decimal(score)), "0.25") for score in (0, 5, 10)]
    lines = format_html_join("", '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke-opacity="{}"/>', rows)
    marks = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end" fill="currentColor" stroke="none">{}</text>',
        [(LEFT - 8, _y(Decimal(score)) + 5, score) for score in (0, 5, 10)],
    )
    name = format_html(
        '<text x="{}" y="{}" text-anchor="end" fill="currentColor" stroke="none">{}</text>',
        WIDTH - RIGHT, HEIGHT - 4, unit,
    )  # fmt: skip
    return format_html("{}{}{}", lines, marks, name)


def _dots(spots: Sequence[tuple[int, int]]) -> SafeString:
    return format_html_join("", '<circle cx="{}" cy="{}" r="5" fill="currentColor"/>', spots)


def _labels(spots: Sequence[tuple[int, int]], texts: Sequence[str]) -> SafeString:
    rows = [(x, HEIGHT - BOTTOM + 18, text) for (x, _y), text in zip(spots, texts, strict=True)]
    return format_html_join(
        "", '<text x="{}" y="{}" text-anchor="middle" fill="currentColor" stroke="none">{}</text>', rows
    )
