"""What is sealed before the start: registration, indicators, phases and costs, as canonical JSON and its hash."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.evidence import canonical_bytes, digest, parse_canonical
from pilots.models import Indicator, Pilot

DOMAIN = "pilot-registration"
Json = dict[str, Any]


def exact_json(value: Any) -> Any:
    """The value without binary floats: numbers with a point become decimal text with their digits; null stays."""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {key: exact_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact_json(item) for item in value]
    return value


def without_nulls(value: Any) -> Any:
    """Canonical JSON has no null: what is absent is left out."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value


def indicator_json(indicator: Indicator) -> Json:
    """An indicator in the shape of `kpis` in a pilot.json; numbers as text with their digits."""
    names = ("group", "name_de", "name_en", "unit", "kind", "better", "target", "minimal_effect", "is_primary",
             "is_guard", "role", "per", "source_system", "measured_by", "definition", "decimals")  # fmt: skip
    row = {"id": indicator.code, **{name: getattr(indicator, name) for name in names}}
    row["minimal_effect"] = row["minimal_effect"] or Decimal(0)
    return dict(exact_json(row))


def promised(pilot: Pilot) -> Json:
    """Everything the pilot promises, read from the database."""
    return {
        "id": pilot.reference,
        "municipality_id": pilot.municipality.reference,
        "title": pilot.title,
        "description": pilot.description,
        "control_description": pilot.control_description,
        "currency": pilot.currency,
        "phases": pilot.phases,
        "kpis": [indicator_json(indicator) for indicator in pilot.indicators.all()],
        "costs": pilot.costs,
        "funding": pilot.funding,
        "registration": pilot.registration,
    }


def sealed_text(pilot: Pilot) -> str:
    """The canonical JSON text. Raises CanonicalError with the path of what it cannot take."""
    return canonical_bytes(without_nulls(exact_json(promised(pilot)))).decode()


def hash_of(text: str) -> str:
    """Hex SHA-256 in the domain "pilot-registration"."""
    return digest(DOMAIN, text.encode())


def is_unbroken(pilot: Pilot) -> bool:
    """Whether the sealed text still has its hash and the database still says what was sealed."""
    if not pilot.sealed_registration:
        return False
    same = hash_of(pilot.sealed_registration) == pilot.registration_hash
    return same and pilot.sealed_registration == sealed_text(pilot) and bool(parse_canonical(pilot.sealed_registration))
