"""A call for candidates in browsers, in both languages, narrow and dark: pages of office, public and candidate."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluation.models import CandidateSelection
from tendering.models import Tender
from tests.browser.test_procedure import let_the_deadline_pass
from tests.browser.visitor import Visitor
from tests.evaluation.candidates import Procedure, draft_procedure
from tests.factories import make_company, make_town

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = os.environ.get("CANDIDATE_PICTURES")  # a folder for whoever wants to look at the pages


def picture(visitor: Visitor, name: str) -> None:
    if PICTURES:
        visitor.page.screenshot(path=str(Path(PICTURES) / f"{name}-{visitor.language}.png"), full_page=True)


@pytest.mark.parametrize("look", [{"language": "de"}, {"language": "en", "width": 320, "theme": "dark"}])
def test_call_selection_and_letter_are_pages_without_a_fault(
    visit: Callable[..., Visitor], look: dict[str, Any]
) -> None:
    town = make_town()
    tender = draft_procedure(town)
    officer = visit("officer", user=town.officer, **look)
    officer.open(f"/tenders/{tender.pk}/call/")
    picture(officer, "call")
    officer.fill("How many candidates are invited at least?", "2")
    officer.fill("How many at most?", "2")
    officer.fill("What every candidate must meet", "Eintrag im Handelsregister")
    officer.fill("Criterion %(number)s", "Referenzen der letzten drei Jahre", number=1)
    officer.fill("Weight of criterion %(number)s, in points of 100", "100", number=1)
    officer.press("Save and check")
    picture(officer, "check")
    assert Tender.objects.get(bid_stage=tender).max_candidates == 2

    one = Procedure(town)
    companies = [one.apply(name) for name in ("Alpha GmbH", "Beta AG", "Gamma eG")]
    visitor = visit("visitor", **look)
    visitor.open(f"/tenders/{one.call.pk}/")
    picture(visitor, "public")
    visitor.open("/tenders/")
    bidder = visit("bidder", user=make_company(name="Delta").bidder, **look)
    bidder.open(f"/tenders/{one.call.pk}/")
    bidder.press("Prepare a request to participate")
    picture(bidder, "draft")
    bidder.follow("Check and hand in")
    picture(bidder, "submit")

    let_the_deadline_pass(one.call)
    one.open(minutes=1)  # the moment at which the deadline was moved: after every act before, before every act to come
    one.check_all()
    for page in ("", "opening/", "opening/record/", "checks/", "candidates/"):
        officer.open(f"/tenders/{one.call.pk}/{page}")
        picture(officer, f"office-{page.strip('/').replace('/', '-')}")
    officer.open(f"/tenders/{one.call.pk}/candidates/{one.bid_of(companies[0]).pk}/")
    picture(officer, "points")
    for company, points in zip(companies, ("9", "8", "7"), strict=True):
        one.score(company, points, points)
    officer.open(f"/tenders/{one.call.pk}/candidates/")
    officer.press("Propose what the published rule gives")
    second = visit("second", user=town.second, **look)
    second.open(f"/tenders/{one.call.pk}/candidates/")
    picture(second, "decide")
    second.press("Select as proposed")
    picture(second, "decided")
    assert CandidateSelection.objects.get().decided_by == town.second
    gamma = visit("gamma", user=companies[2].bidder, **look)
    gamma.open(f"/tenders/{one.call.pk}/")
    gamma.follow("Read the letter about the selection")
    picture(gamma, "letter")
    officer.open(f"/tenders/{one.tender.pk}/")
    picture(officer, "bids")
