"""Canonical JSON: one value has exactly one byte string, in Python, in the browser and in a court's own tool.

RFC 8785 (JCS), narrowed until plain `json.dumps` agrees with it: ASCII keys `[a-z0-9_]+` in sorted order, no floats,
no null (absent means omitted), integers within ±(2^53-1), text in Unicode normal form C without lone surrogates.
Money and quantities are decimal strings, times `YYYY-MM-DDTHH:MM:SS.ffffffZ`, hashes lower-case hex, binary base64.
"""

import hashlib
import json
import re
import unicodedata
from typing import Any, Final

SAFE_INTEGER: Final = 2**53 - 1
DEEPEST: Final = 64
_KEY: Final = re.compile(r"[a-z0-9_]+\Z")
_DOMAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


class CanonicalError(ValueError):
    """The value or text has no canonical form. `path` is the JSON path of the fault, `$` the whole."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def canonical_bytes(value: object) -> bytes:
    """The canonical UTF-8 bytes of a value made of dict, list, tuple, str, int and bool.

    Raises CanonicalError naming the JSON path of the first fault.
    """
    _check(value, "$", 0)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parse_canonical(data: bytes | str) -> Any:
    """The value of a canonical JSON text. Any other text, also one with a duplicate key, raises CanonicalError."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
        same = canonical_bytes(value) == text.encode("utf-8")
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad JSON, endless digits, endless nesting
        raise CanonicalError("$", f"is not readable JSON ({type(error).__name__})") from error
    if not same:
        raise CanonicalError("$", "is not in canonical form")
    return value


def digest(domain: str, data: bytes) -> str:
    """Hex SHA-256 of the domain line `zuschlag/<domain>/v1` + LF + data: no hash can stand for another thing."""
    if not _DOMAIN.match(domain):
        raise ValueError(f"not a hash domain: {domain!r}")
    return hashlib.sha256(f"zuschlag/{domain}/v1\n".encode() + data).hexdigest()


def _check(value: object, path: str, depth: int) -> None:
    if depth > DEEPEST:
        raise CanonicalError(path, f"is nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise CanonicalError(path, "is outside the safe integers ±(2^53-1)")
    elif isinstance(value, dict):
        _check_object(value, path, depth)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]", depth + 1)
    else:
        raise CanonicalError(path, f"has no canonical form ({type(value).__name__})")


def _check_object(value: dict[Any, Any], path: str, depth: int) -> None:
    for key, item in value.items():
        if not isinstance(key, str) or not _KEY.match(key):
            raise CanonicalError(path, f"has a key that is not [a-z0-9_]+: {key!r}")
        _check(item, f"{path}.{key}", depth + 1)


def _check_text(value: str, path: str) -> None:
    if value.isascii():
        return
    if not unicodedata.is_normalized("NFC", value):
        raise CanonicalError(path, "is not in Unicode normal form C")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise CanonicalError(path, "contains a lone surrogate")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise CanonicalError("$", "has a duplicate key")
    return value


def _no_float(text: str) -> Any:
    raise CanonicalError("$", f"has a number that is not an integer: {text[:40]}")
