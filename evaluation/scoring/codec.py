"""Dataclasses to and from plain JSON, with the JSON path of every fault.

Numbers that take part in an award are text with a decimal point, never JSON numbers; `None` is an omitted key.
Paths are written like `$.lots[0].bids[2].prices['1.1']`.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


class InputError(ValueError):
    """Input that cannot be evaluated; `path` names the place in the JSON, `message` the reason.

    `text` is the reason with %(name)s for its `values`, so that others can say it in another language.
    """

    def __init__(self, path: str, text: str, **values: object) -> None:
        self.path, self.text, self.values = path, text, values
        self.message = text % values
        super().__init__(f"{path}: {self.message}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _fields(kind: type) -> tuple[Field[Any], ...]:
    return fields(kind)


def member(path: str, key: str) -> str:
    """Path of the entry `key` of a free mapping."""
    return f"{path}['{key}']"


def encode(value: object) -> Any:
    """Plain JSON of a dataclass tree: decimals as plain text, fractions as "n/d", empty optional fields left out."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        items = ((field.name, getattr(value, field.name)) for field in _fields(type(value)))
        return {name: encode(item) for name, item in items if item is not None}
    return value


def decode(kind: Any, value: object, path: str = "$") -> Any:
    """Build `kind` (a dataclass, container, literal or scalar type) from JSON; raises `InputError` with the path."""
    origin = get_origin(kind)
    if origin in (UnionType, Union):  # Literal[...] | None is a typing.Union
        return None if value is None else decode(_without_none(kind), value, path)
    if origin is Literal:
        return _decode_literal(get_args(kind), value, path)
    if origin is tuple:
        return _decode_tuple(get_args(kind), value, path)
    if origin is not None and issubclass(origin, Mapping):
        return _decode_mapping(get_args(kind)[1], value, path)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        return _decode_dataclass(kind, value, path)
    return _decode_scalar(kind, value, path)


def _without_none(kind: Any) -> Any:
    rest = [item for item in get_args(kind) if item is not NoneType]
    assert len(rest) == 1, f"only X | None is supported, not {kind}"
    return rest[0]


def _decode_literal(allowed: tuple[object, ...], value: object, path: str) -> object:
    if not isinstance(value, str) or value not in allowed:
        raise InputError(path, "must be one of %(words)s", words=", ".join(map(str, allowed)))
    return value


def _decode_tuple(items: tuple[Any, ...], value: object, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InputError(path, "must be a list")
    if len(items) == 2 and items[1] is Ellipsis:
        return tuple(decode(items[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    if len(value) != len(items):
        raise InputError(path, "must have %(number)s entries", number=len(items))
    pairs = enumerate(zip(items, value, strict=True))
    return tuple(decode(kind, item, f"{path}[{index}]") for index, (kind, item) in pairs)


def _decode_mapping(kind: Any, value: object, path: str) -> dict[str, Any]:
    return {key: decode(kind, item, member(path, key)) for key, item in _object(value, path).items()}


def _decode_dataclass(kind: type, value: object, path: str) -> Any:
    given, hints = _object(value, path), _hints(kind)
    unknown = sorted(set(given) - set(hints))
    if unknown:
        raise InputError(f"{path}.{unknown[0]}", "unknown key")
    arguments = {}
    for field in _fields(kind):
        if given.get(field.name) is not None:
            arguments[field.name] = decode(hints[field.name], given[field.name], f"{path}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"{path}.{field.name}", "required key is missing")
    return kind(**arguments)


def _object(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InputError(path, "must be an object")
    return value


def _decode_scalar(kind: Any, value: object, path: str) -> object:
    if kind is Decimal:
        return _decode_decimal(value, path)
    if kind is int and isinstance(value, bool):
        raise InputError(path, "must be a whole number")
    if not isinstance(value, kind):
        raise InputError(path, {str: "must be text", bool: "must be true or false"}.get(kind, "must be a whole number"))
    return value


def _decode_decimal(value: object, path: str) -> Decimal:
    if not isinstance(value, str):
        raise InputError(path, "must be a number written as text")
    if not _DECIMAL.match(value):
        reason = "a decimal point is required, not a comma" if "," in value else "must be a plain decimal number"
        raise InputError(path, reason)
    return Decimal(value)
