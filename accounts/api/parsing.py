"""Strict JSON: bounded size, depth and width, no duplicate keys, no NaN or Infinity, decimals never through floats."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
MAX_ITEMS = 10_000  # entries of one list
MAX_KEYS = 1_000  # entries of one object
# A text as a whole, also one that never ends (else each of its quotes would be tried again), or one structural mark.
_MARK = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)


class StrictJSONParser(BaseParser):
    """Parses `application/json` of at most 1 MiB; numbers with a point become Decimal. Raises 400 with the reason."""

    media_type = "application/json"
    most_bytes: ClassVar[int] = 1 << 20
    most_keys: ClassVar[int] = MAX_KEYS

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(self.most_bytes + 1)
        if len(raw) > self.most_bytes:
            raise ParseError(_("The request is too large."))
        return loads(raw, most_keys=self.most_keys)


class LargeJSONParser(StrictJSONParser):
    """For bodies that hold a file in base64, or the prices of a bid: one key per position of a lot."""

    most_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    most_keys = 20_000


def loads(raw: bytes, most_keys: int = MAX_KEYS) -> Any:
    """Parse strictly; raises ParseError."""
    try:
        text = raw.decode("utf-8")
        _check_extent(text, most_keys)
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_refuse, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ParseError(_("Not valid JSON: %(reason)s") % {"reason": error}) from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        raise ValueError(_("a key appears twice in one object"))
    return seen


def _refuse(word: str) -> Any:
    raise ValueError(_("%(word)s is not a number") % {"word": word})


def _check_extent(text: str, most_keys: int) -> None:
    """Depth and width, before anything is built: one look at the marks outside of texts."""
    most = {"[": MAX_ITEMS, "{": most_keys}
    room: list[int] = []  # how many more entries each open list or object may have
    for found in _MARK.finditer(text):
        mark = found[0]
        if mark in most:
            room.append(most[mark] - 1)
            if len(room) > MAX_DEPTH:
                raise ValueError(_("nested deeper than %(levels)s levels") % {"levels": MAX_DEPTH})
        elif mark == "," and room:
            room[-1] -= 1
            if room[-1] < 0:
                words = {"items": MAX_ITEMS, "keys": most_keys}
                raise ValueError(_("more than %(items)s entries in a list or %(keys)s in an object") % words)
        elif mark in "]}" and room:
            room.pop()
