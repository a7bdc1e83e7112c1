"""Pilots for tests, played through the product's own acts; moments are relative to the clock's present."""

import json
from typing import Any

from config.demo.case_files import read_case
from config.demo.load import load
from pilots.models import Pilot
from tests.conftest import CASES

ENGLISH = CASES.parent / "english"


def load_pilot(name: str, *, finish: bool = False) -> Pilot:
    """A reference case up to its analysis, with `finish` to the council's decision. P21 is the English one."""
    folder = (ENGLISH if name == "P21" else CASES) / name
    found = load(read_case(folder), finish=finish)
    assert isinstance(found, Pilot)
    return found


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / name / "expected.json").read_text("utf-8"))
    return found
