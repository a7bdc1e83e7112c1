"""Faults of pages that every test would name."""

import pytest

from tests.wellformed import faults_of


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>A</h1><h2>B</h2><h3>C</h3><h2>D</h2>", None),
        ("<h2>What went wrong</h2><h1>A</h1>", None),
        ('<h1>A</h1><script>\'<h4 id="a">\'</script><p id="a"></p>', None),
        ("<h1>A</h1><h3>B</h3>", "h3 stands below h1"),
        ("<h2>A</h2>", "0 times h1"),
        ("<h1>A</h1><h1>B</h1>", "2 times h1"),
        ('<h1 id="a">A</h1><p id="a"></p>', "id 'a' stands 2 times"),
    ],
)
def test_a_skipped_heading_and_an_id_given_twice_are_told(body: str, fault: str | None) -> None:
    assert list(faults_of(f"<html><title>T</title>{body}</html>")) == ([fault] if fault else [])
