"""Strict JSON: bounded depth, no duplicate keys, no NaN or Infinity, decimals never through binary floats."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20


class StrictJSONParser(BaseParser):
    """Parses `application/json`; numbers with a point arrive as Decimal. Raises 400 with the reason."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("The request is too large.")
        return loads(raw)


def loads(raw: bytes) -> Any:
    """Parse strictly; raises ParseError."""
    try:
        text = raw.decode("utf-8")
        _check_depth(text)
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_refuse, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"Not valid JSON: {error}") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return seen


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _check_depth(text: str) -> None:
    depth, inside, escaped = 0, False, False
    for char in text:
        if inside:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                inside = False
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        elif char in "]}":
            depth -= 1
