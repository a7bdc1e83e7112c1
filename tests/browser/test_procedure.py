"""A whole procedure, from the first title to the workbook, by eight people in eight browsers."""

from collections.abc import Callable

import pytest

from tests import factories
from tests.browser import officer
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_tender_goes_from_the_draft_to_the_workbook(visit: Callable[..., Visitor]) -> None:
    town = factories.make_town()
    clerk = visit("officer", user=town.officer)
    tender = officer.create_and_hand_over(clerk)
    approver = visit("approver", user=town.second)
    officer.release(approver, tender)
    print(clerk.effort, approver.effort)
