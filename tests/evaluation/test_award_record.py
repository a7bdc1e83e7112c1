"""Every field that docs/award-record.md names exists; all twelve contents are named."""

import re
from pathlib import Path

from django.apps import apps

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "award-record.md").read_text("utf-8")
FIELD = re.compile(r"`(accounts|tendering|bids|evaluation)\.(\w+)\.(\w+)`")


def test_every_named_field_exists():
    named = FIELD.findall(PAGE)
    assert len(named) > 20
    for app, model, field in named:
        assert apps.get_model(app, model)._meta.get_field(field), f"{app}.{model}.{field}"


def test_each_of_the_twelve_contents_has_its_row():
    rows = re.findall(r"^\| (\d+) \|.*`\w+\.\w+\.\w+`", PAGE, re.MULTILINE)
    assert rows == [str(number) for number in range(1, 13)]
