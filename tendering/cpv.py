"""The short list of CPV codes that comes with the product: label, search by words, shape."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEED = Path(__file__).parent / "data" / "cpv_seed.csv"
_SHAPE = re.compile(r"[0-9]{8}\Z")


@dataclass(frozen=True, slots=True)
class CpvCode:
    """Eight digits, the check digit printed after a hyphen, and the German label."""

    code: str
    check_digit: str
    label: str

    def __str__(self) -> str:
        return f"{self.code}-{self.check_digit} {self.label}"


@cache
def codes() -> dict[str, CpvCode]:
    """All codes of the seed list by their eight digits."""
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = [CpvCode(row["code"], row["check_digit"], row["label_de"]) for row in csv.DictReader(file)]
    return {row.code: row for row in rows}


def is_code(text: str) -> bool:
    """Eight ASCII digits; the list here is a selection, so an unknown code is still a code."""
    return bool(_SHAPE.match(text))


def label(code: str) -> str:
    """The German label, or "" for a code outside the list."""
    found = codes().get(code)
    return found.label if found else ""


def find(words: str, limit: int = 20) -> list[CpvCode]:
    """Codes that begin with the digits typed, or whose label contains every word typed."""
    wanted = words.casefold().split()
    return [
        code
        for code in codes().values()
        if wanted and all(code.code.startswith(word) or word in code.label.casefold() for word in wanted)
    ][:limit]
