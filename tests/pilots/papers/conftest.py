"""One evaluated tender per file of tests, put back after each test."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.pilots.papers import scenes


@pytest.fixture(scope="module")
def english_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[scenes.Scene]:
    with django_db_blocker.unblock(), scenes.thrown_away() as found:
        yield found


@pytest.fixture
def scene(english_town: scenes.Scene) -> scenes.Scene:
    """What a test changes in memory stays in the test."""
    return deepcopy(english_town)
