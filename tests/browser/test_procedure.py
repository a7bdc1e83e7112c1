"""A whole procedure, from the first title to the workbook, by eight people in eight browsers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import clock
from tendering.models import Tender
from tests import factories
from tests.browser import bidder, officer, opener
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_tender_goes_from_the_draft_to_the_workbook(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    town = factories.make_town()
    clerk = visit("officer", user=town.officer)
    tender = officer.create_and_hand_over(clerk)
    approver = visit("approver", user=town.second)
    officer.release(approver, tender)
    first, second = factories.make_company(name="Brief und Bote GmbH"), factories.make_company(name="Postillon eG")
    typing = visit("bidder_by_form", user=first.bidder)
    bidder.by_form(typing, prices=("0,1250", "0,5500"), days="2")
    uploading = visit("bidder_by_sheet", user=second.bidder)
    bidder.by_sheet(uploading, prices=("0,1100", "0,6000"), days="3", folder=tmp_path)
    early = visit("first_opener", user=town.openers[0])
    opener.too_early(early, tender)
    let_the_deadline_pass(tender)
    opener.first_part(early, tender)
    late = visit("second_opener", user=town.openers[1])
    opener.second_part(late, tender)
    print(early.effort, late.effort)
    print(typing.effort, uploading.effort)
    print(clerk.effort, approver.effort)


def let_the_deadline_pass(tender: Tender) -> None:
    """Straight into the row: the server runs in another thread, which a simulated clock of this one does not reach,

    and a journey that waits for a real deadline would wait for days."""
    passed = clock.now() - timedelta(minutes=1)
    Tender.objects.filter(pk=tender.pk).update(
        enquiry_period_end=passed - timedelta(days=8), tender_period_end=passed, opening_planned_at=passed
    )
