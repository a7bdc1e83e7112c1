"""The folded details of the steps: saved, shown to all, and left alone by whoever does not touch them."""

from typing import Any

import pytest
from django.test import Client

from tendering.defaults import default_evaluation
from tendering.frozen import frozen_content
from tendering.models import AllocationRule, Tender
from tests import factories
from tests.factories import Town
from tests.tendering.pages.conftest import text_of
from tests.tendering.pages.test_creation import step

pytestmark = pytest.mark.django_db


def rich_lots() -> list[dict[str, Any]]:
    """Two lots as a case or a program may state them: own numbers, options, fine prices."""
    lots = factories.default_lots(2)
    lots[0]["items"][0] |= {"ref": "P-7", "is_optional": True, "in_evaluation": True}
    lots[0]["items"][1] |= {"price_decimals": 3, "essential": False}
    lots[1]["items"].append(
        {"ref": "x", "text": "On call", "unit": "hour", "quantity": "5.125", "is_optional": True,
         "in_evaluation": False}
    )  # fmt: skip
    return lots


def rich_criteria() -> list[dict[str, Any]]:
    """Own criteria per lot, a guide with other spans."""
    return [
        {"code": "B2", "kind": "quality", "name": "Only in lot 2", "weight": "40", "lots": ["L2"], "proof": "plan",
         "guide": {"9-10": "excellent", "5-7": "fair"}, "minimum_score": "2.5", "key": "transition"},
        {"code": "A1", "kind": "mandatory", "name": "Insurance", "description": "One million", "lots": ["L1"]},
        {"code": "B1", "kind": "quality", "name": "Everywhere", "weight": "60"},
        {"code": "E1", "kind": "efficiency", "name": "Days", "weight": "40", "lots": ["L1"], "unit": "days",
         "direction": "lower", "curve": [["5", "10"], ["20.125", "0"]], "measures": "minutes_per_case"},
    ]  # fmt: skip


def rich_tender(town: Town, **fields: Any) -> Tender:
    tender: Tender = factories.draft_tender(
        town, lots=rich_lots(), criteria=rich_criteria(), max_lots_bid=2, max_lots_awarded=1, option_months=6,
        allocation_rule=AllocationRule.MAXIMISE_TOTAL_POINTS, **fields,
    )  # fmt: skip
    return tender


@pytest.mark.parametrize(
    "rule",
    [
        {"weight_price": "0.125", "weight_quality": "0.875", "min_performance_points": "333.5", "price_cap": "90000"},
        {"method": "ratio_simple", "weight_price": "0", "weight_quality": "1", "rounding": {}},
    ],
)
def test_a_step_saved_without_a_change_leaves_everything_as_it_was(
    town: Town, anna: Client, rule: dict[str, Any]
) -> None:
    tender = rich_tender(town, evaluation={**default_evaluation(town.organization.profile), **rule})
    before = frozen_content(tender)
    for name in ("what", "how", "when"):
        response = step(anna, f"/tenders/{tender.pk}/edit/{name}/")
        assert response.status_code == 302, text_of(response)
        assert frozen_content(Tender.objects.get(pk=tender.pk)) == before, name


def test_rules_chosen_by_a_program_stay_when_value_and_kind_stay(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town, profile="generic_en", procedure_type="OPEN")
    assert step(anna, f"/tenders/{tender.pk}/edit/what/").status_code == 302
    tender.refresh_from_db()
    assert (tender.profile, tender.procedure_type) == ("generic_en", "OPEN")


def test_an_optional_row_its_decimals_and_the_lot_limits_are_saved_and_published(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town, lots=factories.default_lots(2))
    change = {
        "lots-0-items-1-role": "option", "lots-0-items-0-role": "option_counted", "lots-0-items-1-price_decimals": "5",
        "max_lots_awarded": "1", "allocation_rule": "best_value_combination",
    }  # fmt: skip
    assert step(anna, f"/tenders/{tender.pk}/edit/what/", **change).status_code == 302
    stored = {item.ref: item for item in tender.lots.get(code="L1").items.all()}
    assert (stored["1.2"].is_optional, stored["1.2"].in_evaluation, stored["1.2"].price_decimals) == (True, False, 5)
    assert (stored["1.1"].is_optional, stored["1.1"].in_evaluation, stored["1.1"].price_decimals) == (True, True, 4)
    text = text_of(anna.get(f"/tenders/{tender.pk}/"))
    assert "only if called for, not counted" in text
    assert "only if called for, counted" in text
    assert "price with 5 decimals" in text
    assert "the combination with the best value in total" in text


def test_a_row_takes_a_free_number_and_leaves_the_others_theirs(town: Town, anna: Client) -> None:
    tender = rich_tender(town)
    new = {"lots-0-items-2-text": "Folding", "lots-0-items-2-quantity": "10", "lots-0-items-2-unit": "letter"}
    assert step(anna, f"/tenders/{tender.pk}/edit/what/", **new).status_code == 302
    assert [item.ref for item in tender.lots.get(code="L1").items.all()] == ["P-7", "1.2", "1.1"]


def test_a_criterion_for_one_lot_counts_in_that_lots_hundred_only(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town, lots=factories.default_lots(2))
    address = f"/tenders/{tender.pk}/edit/how/"
    refused = step(anna, address, **{"quality-1-only": "L2"})
    assert refused.status_code == 422
    assert "The points of lot L1 add up to 60" in text_of(refused)
    more = {"quality-1-only": "L2", "quality-2-name": "Speed", "quality-2-weight": "40", "quality-2-only": "L1"}
    assert step(anna, address, **more).status_code == 302
    assert [lot.code for lot in tender.criteria.get(code="B2").lots.all()] == ["L2"]
    assert [lot.code for lot in tender.criteria.get(name="Speed").lots.all()] == ["L1"]


def test_least_points_and_what_decides_a_tie_are_published(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/how/"
    change = {"min_performance_points": "500", "quality-0-minimum_score": "4"}
    assert step(anna, address, **change).status_code == 302
    text = text_of(anna.get(f"/tenders/{tender.pk}/"))
    assert "Least performance points" in text
    assert "at least" in text
    assert text.count("Equal bids are told apart by: more performance points, the lower price, drawing of lots.") == 1
    assert "a draw of lots" not in text, "the rule in words has said it"
    assert "a draw of lots" in text_of(anna.get(address))
