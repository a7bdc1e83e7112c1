"""A whole procedure, from the first title to the workbook, by eight people in eight browsers."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import clock
from tendering.models import Tender
from tests import factories
from tests.browser import bidder, office, officer, opener, panel
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


EFFORT = Path(__file__).with_name("effort.json")
FIRST, SECOND = "Brief und Bote GmbH", "Postillon eG"


@pytest.mark.parametrize("axe", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["quick", "every page"])
def test_a_tender_goes_from_the_draft_to_the_workbook(visit: Callable[..., Visitor], tmp_path: Path, axe: bool) -> None:
    town = factories.make_town()
    companies = [factories.make_company(name=name) for name in (FIRST, SECOND)]

    clerk = visit("officer", user=town.officer, axe=axe)
    tender = officer.create_and_hand_over(clerk)
    approver = visit("approver", user=town.second, axe=axe)
    officer.release(approver, tender)

    typing = visit("bidder_by_form", user=companies[0].bidder, axe=axe)
    bidder.by_form(typing, prices=("0,1250", "0,5500"), days="2")
    uploading = visit("bidder_by_sheet", user=companies[1].bidder, axe=axe)
    bidder.by_sheet(uploading, prices=("0,1100", "0,6000"), days="3", folder=tmp_path)

    openers = [visit(f"opener_{number}", user=town.openers[number - 1], axe=axe) for number in (1, 2)]
    opener.too_early(openers[0], tender)
    let_the_deadline_pass(tender)
    opener.first_part(openers[0], tender)
    opener.second_part(openers[1], tender)

    office.appoint_panel(clerk, tender)
    office.check(clerk, (FIRST, SECOND))
    office.confirm(approver)
    evaluators = [
        visit(f"evaluator_{number}", user=user, axe=axe if number == 1 else False)
        for number, user in enumerate(town.evaluators, 1)
    ]
    for evaluator, scores in zip(evaluators, ((8, 6), (8, 7), (7, 6)), strict=True):
        panel.score(evaluator, scores)
    chair = visit("chair", user=town.chair, axe=axe)
    panel.close(chair)

    office.evaluate(clerk, tender)
    winners = office.read_result(clerk, tender)
    book = office.take_workbook(clerk, tmp_path)
    first_sheet = " ".join(str(cell) for row in book.worksheets[0].values for cell in row if cell is not None)
    assert len(book.worksheets) > 3
    assert all(winner in first_sheet for winner in winners)

    people = [clerk, approver, typing, uploading, *openers, *evaluators, chair]
    assert_effort({person.role: person.effort for person in people})


def assert_effort(measured: dict[str, dict[str, int]]) -> None:
    """What the papers say about pages and fields is what was counted here. EFFORT=write stores a new count."""
    if os.environ.get("EFFORT") == "write":
        EFFORT.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    assert measured == json.loads(EFFORT.read_text("utf-8"))


def let_the_deadline_pass(tender: Tender) -> None:
    """Straight into the row: the server runs in another thread, which a simulated clock of this one does not reach,

    and a journey that waits for a real deadline would wait for days."""
    passed = clock.now() - timedelta(minutes=1)
    Tender.objects.filter(pk=tender.pk).update(
        enquiry_period_end=passed - timedelta(days=8), tender_period_end=passed, opening_planned_at=passed
    )
