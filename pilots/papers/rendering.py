"""A version of a paper as markup: field by field, in the paper's own language, whatever language the page speaks."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from pilots.models import CouncilPaper
from pilots.papers.compose import speaking_as
from pilots.papers.fields import Block, Place, blocks

NARROW = frozenset({"text", "lines", "checks"})
PICTURES = frozenset({"points", "bars", "series", "effects"})
CHART_IDS = re.compile(r'(\bid="|aria-labelledby="|url\(#)c(?=[0-9a-f]{10})')


def markup(paper: CouncilPaper, content: Mapping[str, Any], *, heading: int = 2, key: str = "") -> SafeString:
    """The version as HTML; `heading` is the level of its headings, `key` keeps ids apart where two stand on a page."""
    with speaking_as(paper):
        shown = [readable(block) for block in blocks(content)]
        context = {
            "blocks": shown,
            "top": [block for block in shown if block.place == Place.TOP],
            "groups": grouped([block for block in shown if block.place == Place.MAIN]),
            "annex": [block for block in shown if block.place == Place.ANNEX],
            "pictures": PICTURES,
            "heading": f"h{heading}",
            "below": f"h{heading + 1}",
            "language": paper.language,
        }
        text = str(render_to_string("pilots/papers/parts/content.html", context))
    if key:  # two of them on a page: neither ids nor landmarks may be there twice
        text = CHART_IDS.sub(rf"\1{key}c", text).replace('role="region"', 'role="group"')
    return mark_safe(text)  # noqa: S308 - made by our template


def grouped(found: list[Block]) -> list[tuple[bool, list[Block]]]:
    """Blocks in their order; short texts that follow one another stand side by side: (side by side, blocks)."""
    return [(narrow, list(part)) for narrow, part in groupby(found, key=lambda block: block.shape in NARROW)]


def readable(block: Block) -> Block:
    """The block with numbers of pictures as numbers."""
    shapes: dict[str, Callable[[Any], Any]] = {
        "points": _points, "series": _series, "effects": _effects, "bars": _bars, "tables": _tables,
    }  # fmt: skip
    read = shapes.get(block.shape)
    if read is None:
        return block
    return Block(block.name, block.label, block.shape, block.place, read(block.value))


def _points(value: Mapping[str, Any]) -> dict[str, Any]:
    points = [{**p, "price": Decimal(p["price"]), "performance": Decimal(p["performance"])} for p in value["points"]]
    return {**value, "points": points, "today": _number(value.get("today", ""))}


def _tables(value: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each cell with the head of its column: on a phone it says what it is."""
    return [
        {**table, "rows": [{**row, "cells": _with_heads(table["heads"], row["cells"])} for row in table["rows"]]}
        for table in value
    ]


def _with_heads(heads: list[list[str]], cells: list[str]) -> list[tuple[str, str, str]]:
    return [(label, side, cell) for (label, side), cell in zip(heads, cells, strict=True)]


def _bars(value: Mapping[str, Any]) -> dict[str, Any]:
    return {**value, "rows": [{**row, "value": Decimal(row["value"])} for row in value["rows"]]}


def _series(value: Mapping[str, Any]) -> dict[str, Any]:
    arms = {arm: [_number(text) for text in value[arm]] for arm in ("pilot", "control")}
    return {**value, **arms, "target": _number(value.get("target", ""))}


def _effects(value: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, **{name: Decimal(row[name]) for name in ("effect", "low", "high")}} for row in value]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
