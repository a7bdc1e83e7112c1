"""The compare matrix of ten bids by twenty criteria: on a laptop, as cards on small screens, on paper."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from evaluation import actions
from tests.browser.test_print import assert_fit, on_paper
from tests.browser.visitor import Visitor
from tests.evaluation.builders import Case, add_bid, opened_case, score, seat_panel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BIDS, CRITERIA = 10, 20
LYING = 1032  # CSS pixels between the margins of A4 on its side
LOOK = """() => {
  const box = [...document.querySelectorAll('.app-wide')].find((node) => node.getClientRects().length);
  if (!box) return {table: false, cards: document.querySelectorAll('.app-narrow article').length};
  const head = box.querySelector('thead th:nth-child(2)'), first = box.querySelector('tbody tr:last-child th');
  box.scrollTo(0, 0);
  const before = [head.getBoundingClientRect().top, first.getBoundingClientRect().left];
  box.scrollTo(400, 300);
  const after = [head.getBoundingClientRect().top, first.getBoundingClientRect().left];
  box.scrollTo(0, 0);
  return {
    table: true, before, after, scrolled: [box.scrollWidth > box.clientWidth, box.scrollHeight > box.clientHeight],
    cells: box.querySelectorAll('tbody td').length,
    scopes: [...box.querySelectorAll('th')].every((cell) => cell.scope),
  };
}"""


def big_case() -> Case:
    """Ten bids, twenty quality criteria, one evaluator who has handed in."""
    names = ("Schichtplan und Vertretung", "Einarbeitung", "Erreichbarkeit am Telefon", "Umgang mit Beschwerden")
    criteria: list[dict[str, Any]] = [
        {"code": f"B{n}", "kind": "quality", "name": f"{names[n % 4]} {n}", "weight": Decimal(5)}
        for n in range(1, CRITERIA + 1)
    ]
    case = opened_case(criteria=criteria)
    for number in range(1, BIDS + 1):
        add_bid(case, f"B{number:02}", {"1.1": "2.00", "1.2": "400.00"})
    (person,) = seat_panel(case, 1)
    table = {
        name: {f"B{n}": str((at * 7 + n * 3) % 11) for n in range(1, CRITERIA + 1)} for at, name in enumerate(case.bids)
    }
    score(case, person, table)
    actions.submit_scores(actor=person, tender_id=case.tender.pk)
    return case


def test_ten_bids_by_twenty_criteria_keep_head_and_first_column_become_cards_and_fit_on_paper(
    visit: Callable[..., Visitor],
) -> None:
    case = big_case()
    address = reverse("scoring_compare", args=[case.tender.pk])
    chair = visit("chair", user=case.town.chair)
    chair.open(address)
    found = chair.page.evaluate(LOOK)
    assert found["table"] and found["cells"] == BIDS * CRITERIA and found["scopes"]
    assert found["scrolled"] == [False, True] and found["before"] == found["after"]  # a laptop shows all ten
    chair.page.set_viewport_size({"width": 1024, "height": 800})
    chair.open(address)
    found = chair.page.evaluate(LOOK)
    assert found["scrolled"] == [True, True] and found["before"] == found["after"]
    assert_fit(on_paper(chair, address, width=LYING), address)
    chair.page.set_viewport_size({"width": 900, "height": 900})
    chair.open(address)
    assert chair.page.evaluate(LOOK) == {"table": False, "cards": BIDS}
