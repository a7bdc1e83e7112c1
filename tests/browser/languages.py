"""Journeys in both languages: one of them in `make test`, the other in `make test-all`."""

from typing import Any

import pytest

LANGUAGES = ("de", "en")
VALUES = {"de": "84.500,00", "en": "84,500.00"}


def in_both(quick: str | None) -> Any:
    """Runs the test with `language`, the one that is not `quick` as a slow test; with None both are."""
    marks = {language: [] if language == quick else [pytest.mark.slow] for language in LANGUAGES}
    return pytest.mark.parametrize("language", [pytest.param(one, marks=marks[one]) for one in LANGUAGES])
