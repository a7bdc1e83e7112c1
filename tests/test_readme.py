"""README tells the effort that the browser journey counted."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_readme_names_the_pages_and_fields_that_the_journey_counted() -> None:
    effort = json.loads((ROOT / "tests" / "browser" / "effort.json").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    for role, counted in effort.items():
        fields = f"{counted['fields']} field" if counted["fields"] else "no field"
        assert f"{counted['pages']} pages, {fields}" in readme, role
