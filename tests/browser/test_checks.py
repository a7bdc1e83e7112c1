"""The office works through the steps of the check; the bidder answers; numbers lead to their lines."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import clock
from evaluation import actions
from evaluation.models import BidClarification, CheckStepState
from tests import factories
from tests.browser.visitor import Visitor
from tests.evaluation.builders import Case, add_bid, evaluated_case, fine, opened_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LACKING = [{"name": "Certificate", "category": "company_related", "status": "missing"},
           {"name": "Concept", "category": "evaluation_relevant", "status": "missing"}]  # fmt: skip


def checked_case() -> Case:
    """Three bids, one step with an objection, documents missing in two, a ground that was weighed, a question."""
    case = opened_case()
    for name in ("B01", "B02", "B03"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    key: dict[str, Any] = {"actor": case.town.officer, "bid_id": case.bids["B01"].pk}
    actions.set_check_steps(states={1: ("done", ""), 3: ("objection", "Position 1.2 is added up wrongly.")}, **key)
    for name, bid in case.bids.items():
        found = fine(documents=LACKING if name != "B03" else [])
        actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=found)
    ground = {
        "kind": "optional", "event_date": (clock.now() - timedelta(days=90)).date().isoformat(),
        "proportionality": "Grave and repeated.", "cleaning": {"measures": "New rules for staff."},
        "cleaning_decision": "refused", "cleaning_reason": "The same people decide.",
    }  # fmt: skip
    actions.exclude_bid(lot_code=None, code="exclusion_ground", reason="Agreed prices.", ground=ground, **key)
    actions.ask_clarification(text="Is the vehicle your own?", due_at=clock.now() + timedelta(days=3), **key)
    return case


@pytest.mark.parametrize(("language", "width", "theme"), [("de", 1280, "light"), ("en", 320, "dark")])
def test_checks_are_worked_through_and_questions_answered_on_every_screen(
    visit: Callable[..., Visitor], language: str, width: int, theme: str
) -> None:
    case = checked_case()
    look = {"language": language, "width": width, "theme": theme, "session": True}
    tender, bid = case.tender.pk, case.bids["B01"].pk
    officer = visit("officer", user=case.town.officer, **look)
    for name, more in (
        ("checks", []), ("check_documents", []), ("check_bid", [bid]), ("check_exclude", [bid]), ("check_ask", [bid]),
        ("check_steps", []), ("check_bid_steps", [bid]),
    ):  # fmt: skip
        officer.open(reverse(name, args=[tender, *more]))
    officer.page.locator('input[name="state_2"][value="done"]').check(force=True)
    officer.press("Record the steps")
    assert CheckStepState.objects.filter(bid=bid, state="done").count() == 2
    second = visit("approver", user=case.town.second, **look)
    second.open(reverse("checks_confirm", args=[tender]))
    bidder = visit("bidder", user=case.companies["B01"].bidder, **look)
    bidder.open(reverse("bid_requests", args=[tender]))
    bidder.fill("Your answer", "Yes, since 2024.")
    bidder.press("Send the answer")
    assert BidClarification.objects.get().answer == "Yes, since 2024."


@pytest.mark.parametrize(("language", "width", "scripts"), [("de", 1280, True), ("en", 320, True), ("de", 390, False)])
def test_a_number_of_the_ranking_leads_to_its_line_with_and_without_scripts(
    visit: Callable[..., Visitor], language: str, width: int, scripts: bool
) -> None:
    case = evaluated_case(criteria=factories.efficiency_criteria(), promised={"E1": "12"})
    officer = visit("officer", user=case.town.officer, language=language, width=width, scripts=scripts, session=True)
    officer.open(reverse("evaluation_result", args=[case.tender.pk]))
    officer.page.locator('a[href$="#L1-efficiency"]').first.click()
    officer.page.wait_for_url("**#L1-efficiency")
    assert "×" in officer.page.locator("[id='L1-efficiency']").inner_text()
    officer.open(reverse("evaluation_bid", args=[case.tender.pk, case.bids["B01"].pk]))
