"""From the start page to a handed-in bid within 20 minutes; docs/newcomer.md says the steps that are walked here."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bids.models import Bid
from tests import factories
from tests.browser import newcomer
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "newcomer.md"
MOST_MINUTES = 20


@pytest.mark.slow
def test_a_newcomer_bids_within_twenty_minutes(visit: Callable[..., Visitor], settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    factories.open_tender(title=newcomer.TITLE, criteria=factories.efficiency_criteria())
    visitor, steps = visit("newcomer", language="en"), newcomer.steps()
    for step in steps:
        step.take(visitor)
    assert Bid.objects.get().company.name == "Newcomer Letters Ltd"
    assert sum(step.seconds for step in steps) <= MOST_MINUTES * 60
    assert_told(steps)


def assert_told(steps: list[newcomer.Step]) -> None:
    """The table and the sums of the document are what was walked. EFFORT=write writes them anew."""
    text = DOCUMENT.read_text("utf-8")
    told = re.sub(r"(?s)(<!-- steps -->\n).*(\n<!-- end -->)", lambda found: found[1] + table(steps) + found[2], text)
    if os.environ.get("EFFORT") == "write":
        DOCUMENT.write_text(told, "utf-8")
    assert DOCUMENT.read_text("utf-8") == told


def table(steps: list[newcomer.Step]) -> str:
    seconds = sum(step.seconds for step in steps)
    pages, fields, clicks = (sum(step.counted[name] for step in steps) for name in ("pages", "fields", "clicks"))
    rows = [f"| {number} {step.row}" for number, step in enumerate(steps, 1)]
    head = ["| | What a person does | Pages that come | Pages | Fields | Clicks | Seconds |", f"|{'---|' * 7}"]
    total = f"| | **Together** | | **{pages}** | **{fields}** | **{clicks}** | **{seconds}** |"
    sentence = f"Together {pages} pages, {fields} fields and {clicks} clicks: {-(-seconds // 60)} minutes."
    return "\n".join([*head, *rows, total, "", sentence])


def test_the_document_says_the_times_that_are_counted_with() -> None:
    text = DOCUMENT.read_text("utf-8")
    words = {"page": "a page", "field": "a short field", "answer": "an answer in words", "click": "a click"}
    for name, seconds in newcomer.MODEL.items():
        assert f"| {words[name]} | {seconds} s |" in text
    assert f"| the tender, read with care | {newcomer.READING} s |" in text
    assert f"| the mail, until it is there | {newcomer.WAITING} s |" in text
