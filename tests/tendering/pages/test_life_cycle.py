"""Declaring a life-cycle cost: the fields of the step, the API, the frozen rule, what everybody reads."""

import copy
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from tendering import actions
from tendering.actions.library import copy_tender
from tendering.frozen import frozen_content
from tendering.models import Tender
from tests import factories
from tests.factories import Town, default_criteria, open_tender
from tests.tendering.pages.conftest import text_of
from tests.tendering.pages.test_creation import step

pytestmark = pytest.mark.django_db
CALCULATION: dict[str, Any] = {
    "years": 8, "rate_pct": "2", "factor_decimals": 4, "with_price": False,
    "parts": [
        {"id": "1", "kind": "use", "text": "Electricity", "unit": "kWh per year", "unit_price": "0.35"},
        {"id": "2", "kind": "maintenance", "text": "Service visits", "unit": "EUR per year"},
        {"id": "3", "kind": "residual", "text": "Trade-in value", "unit": "EUR"},
    ],
}  # fmt: skip
COST: dict[str, Any] = {
    "code": "C1", "kind": "cost", "name": "Life-cycle cost", "weight": "40", "unit": "EUR", "direction": "lower",
    "curve": [["10000", "10"], ["60000", "0"]], "life_cycle": CALCULATION,
}  # fmt: skip
CRITERIA = [*default_criteria()[:2], COST]
TYPED = {
    "cost-0-name": "Life-cycle cost", "cost-0-weight": "40", "cost-0-unit": "EUR over 8 years",
    "cost-0-direction": "lower", "cost-0-curve-0-value": "10000", "cost-0-curve-0-points": "10",
    "cost-0-curve-1-value": "60000", "cost-0-curve-1-points": "0", "quality-1-weight": "", "quality-1-name": "",
    "quality-1-code": "", "quality-1-high": "", "cost-0-lcc_years": "8", "cost-0-lcc_rate": "2",
    "cost-0-lcc_use1_text": "Electricity",
    "cost-0-lcc_use1_unit": "kWh per year", "cost-0-lcc_use1_price": "0.35", "cost-0-lcc_maintenance": "on",
}  # fmt: skip


def typed(client: Client, tender: Tender, **changes: str) -> Any:
    return step(client, f"/tenders/{tender.pk}/edit/how/", **{**TYPED, **changes})


def test_a_calculation_is_typed_stored_shown_again_and_switched_off(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    response = typed(anna, tender)
    assert response.status_code == 302, text_of(response)
    stored = tender.criteria.get(code="C1").life_cycle
    assert stored == {
        "years": 8, "rate_pct": "2", "factor_decimals": 4, "with_price": True,
        "parts": [
            {"id": "1", "kind": "use", "text": "Electricity", "unit": "kWh per year", "unit_price": "0.35"},
            {"id": "2", "kind": "maintenance", "text": "Maintenance", "unit": "EUR per year"},
        ],
    }  # fmt: skip
    step(anna, f"/tenders/{tender.pk}/edit/how/")  # sent again as the page shows it
    assert tender.criteria.get(code="C1").life_cycle == stored
    off = {key: "" for key in TYPED if "lcc" in key and key != "cost-0-lcc_maintenance"}
    page = text_of(step(anna, f"/tenders/{tender.pk}/edit/how/", **off))
    assert "Enter for how many years the cost is counted" in page  # maintenance is still ticked


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost-0-lcc_rate": ""}, "Enter the discount rate in per cent"),
        ({"cost-0-lcc_use1_price": ""}, "A consumption needs its name, its unit and the published price per unit"),
        ({"cost-0-lcc_use2_price": "0"}, "A consumption needs its name, its unit and the published price per unit"),
        ({"cost-0-lcc_use2_unit": "litres"}, "A consumption needs its name, its unit and the published price per unit"),
        ({"cost-0-curve-2-value": "", "cost-0-curve-2-points": "5"}, "Enter the number, for example 5"),
        ({"cost-0-curve-2-value": "20000", "cost-0-curve-2-points": ""}, "Enter the points from 0 to 10"),
        ({"cost-0-lcc_years": "0"}, "Ensure this value is greater than or equal to 1"),
    ],
)
def test_half_a_calculation_is_refused_at_its_field(town: Town, anna: Client, changes: Any, words: str) -> None:
    tender = factories.draft_tender(town)
    response = typed(anna, tender, **changes)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not tender.criteria.filter(code="C1").exists()


@pytest.mark.parametrize(
    "left", [{"cost-0-lcc_rate": "2"}, {"cost-0-lcc_use1_price": "0"}, {"cost-0-lcc_without_price": "on"}]
)
def test_whatever_is_left_of_a_calculation_without_its_years_is_complained_about_and_not_dropped(
    town: Town, anna: Client, left: dict[str, str]
) -> None:
    tender = factories.draft_tender(town)
    nothing = {key: "" for key in TYPED if "lcc" in key}
    response = typed(anna, tender, **{**nothing, **left})
    assert response.status_code == 422
    assert "Enter for how many years the cost is counted" in text_of(response)
    assert typed(anna, tender, **nothing).status_code == 302  # with nothing of it the calculation is off
    assert tender.criteria.get(code="C1").life_cycle == {}


def test_everybody_reads_method_factors_and_a_worked_example(town: Town, anna: Client) -> None:
    tender = open_tender(town, criteria=CRITERIA)
    page = text_of(Client(headers={"Accept-Language": "en"}).get(f"/tenders/{tender.pk}/"))
    for words in ("8 years of use", "7.3255", "0.8535", "Electricity (kWh per year)", "€2,563.93", "256.05",
                  "€5,970.63", "your numbers, worked out as life-cycle cost",
                  "The price of your bid is not part of it."):  # fmt: skip
        assert words in page, words
    assert "You promise a number" not in page


def test_the_calculation_is_frozen_with_the_rule_and_absent_where_there_is_none(town: Town) -> None:
    with_it = frozen_content(open_tender(town, criteria=CRITERIA))
    assert with_it["criteria"][-1]["life_cycle"]["parts"][0]["unit_price"] == "0.35"
    assert "life_cycle" not in str(frozen_content(open_tender(town)))


def test_the_api_takes_and_gives_the_calculation(town: Town) -> None:
    tender = factories.draft_tender(town)
    api = APIClient()
    api.force_authenticate(town.officer)
    path = f"/api/v1/tenders/{tender.pk}/criteria/"
    answer = api.put(path, CRITERIA, format="json")
    assert answer.status_code == 200, answer.data
    given = api.get(path).data
    assert given[-1]["life_cycle"] == CALCULATION
    assert "life_cycle" not in given[0]
    assert api.put(path, given, format="json").status_code == 200
    assert tender.criteria.get(code="C1").life_cycle == CALCULATION


FAULTS = [
    (("years",), 0, "life_cycle.years"),
    (("rate_pct",), "2.00001", "life_cycle.rate_pct"),
    (("factor_decimals",), 9, "life_cycle.factor_decimals"),
    (("parts",), [], "life_cycle.parts"),
    (("parts", 0, "unit_price"), "-1", "life_cycle.parts[0].unit_price"),
    (("parts", 1, "text"), "", "life_cycle.parts[1].text"),
    (("parts", 1, "kind"), "carbon", "life_cycle.parts[1].kind"),
    (("parts", 1, "colour"), "red", "life_cycle.parts[1].colour"),
    (("surprise",), "x", "life_cycle.surprise"),
]


@pytest.mark.parametrize(("place", "value", "path"), FAULTS, ids=[path for *_rest, path in FAULTS])
def test_a_fault_is_named_by_its_path(town: Town, place: Any, value: Any, path: str) -> None:
    criteria = copy.deepcopy(CRITERIA)
    spot = criteria[2]["life_cycle"]
    for key in place[:-1]:
        spot = spot[key]
    spot[place[-1]] = value
    with pytest.raises(ValidationError) as fault:
        actions.replace_criteria(actor=town.officer, tender_id=factories.draft_tender(town).pk, criteria=criteria)
    assert f"criteria[2].{path}" in fault.value.message_dict


def test_only_a_cost_can_be_worked_out(town: Town) -> None:
    wrong = [*CRITERIA[:2], {**COST, "kind": "efficiency"}]
    with pytest.raises(ValidationError) as fault:
        actions.replace_criteria(actor=town.officer, tender_id=factories.draft_tender(town).pk, criteria=wrong)
    assert list(fault.value.message_dict) == ["criteria[2].life_cycle"]


def test_at_most_three_consumptions_and_one_of_each_other_kind(town: Town) -> None:
    twice = copy.deepcopy(CRITERIA)
    twice[2]["life_cycle"]["parts"] += twice[2]["life_cycle"]["parts"][1:2]
    with pytest.raises(ValidationError, match="maintenance"):
        actions.replace_criteria(actor=town.officer, tender_id=factories.draft_tender(town).pk, criteria=twice)


def test_a_copy_keeps_the_calculation(town: Town) -> None:
    source = open_tender(town, criteria=CRITERIA)
    draft = copy_tender(actor=town.officer, tender_id=source.pk)
    assert draft.criteria.get(code="C1").life_cycle == CALCULATION
