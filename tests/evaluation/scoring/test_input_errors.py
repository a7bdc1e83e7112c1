"""Faulty input is refused with the JSON path of its place."""

import copy

import pytest

from evaluation.fault_words import TEXTS
from evaluation.scoring import InputError, TenderInput, evaluate

from .builders import QUALITY, bid, tender
from .test_by_hand import TENDER


def changed(path: list, value: object) -> dict:
    """The hand-made tender with one value replaced (or removed, for `...`)."""
    data = copy.deepcopy(TENDER)
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


FAULTS = [
    (["spec", "price_basis"], ..., "$.spec.price_basis", "required key is missing"),
    (["spec", "price_basis"], "brutto", "$.spec.price_basis", "one of net, gross"),
    (["spec", "weight_price"], "0.5", "$.spec.weight_quality", "add up to 1"),
    (["spec", "weight_price"], 0.4, "$.spec.weight_price", "written as text"),
    (["spec", "colour"], "red", "$.spec.colour", "unknown key"),
    (["spec", "tie_chain"], ["alphabet"], "$.spec.tie_chain[0]", "unknown step"),
    (["spec", "zero_at_factor"], "1", "$.spec.zero_at_factor", "greater than 1"),
    (["spec", "rounding"], {"tax": {}}, "$.spec.rounding['tax']", "unknown stage"),
    (["spec", "rounding"], {"vat": {"mode": "half_up", "decimals": -1}}, "$.spec.rounding['vat'].decimals", "required"),
    (["spec", "rounding"], {"vat": {"mode": "up"}}, "$.spec.rounding['vat'].mode", "must be one of"),
    (["lots"], {}, "$.lots", "must be a list"),
    (["lots", 0], [], "$.lots[0]", "must be an object"),
    (["lots", 1, "lot_id"], "L1", "$.lots[1].lot_id", "appears twice"),
    (["lots", 0, "positions", 1, "ref"], "1", "$.lots[0].positions[1].ref", "appears twice"),
    (["lots", 0, "positions", 0, "quantity"], "-1", "$.lots[0].positions[0].quantity", "below 0"),
    (["lots", 0, "positions", 0, "price_decimals"], "2", "$.lots[0].positions[0].price_decimals", "whole number"),
    (["lots", 0, "positions", 0, "essential"], "no", "$.lots[0].positions[0].essential", "true or false"),
    (["lots", 0, "criteria", 0, "kind"], "beauty", "$.lots[0].criteria[0].kind", "must be one of"),
    (["lots", 0, "criteria", 1, "curve"], [], "$.lots[0].criteria[1].curve", "needs a scoring curve"),
    (["lots", 0, "criteria", 1, "curve"], [["9", "1"], ["8", "2"]], "$.lots[0].criteria[1].curve[1][0]", "must rise"),
    (["lots", 0, "criteria", 1, "curve"], [["9", "11"]], "$.lots[0].criteria[1].curve[0][1]", "above 10"),
    (["lots", 0, "criteria", 1, "curve"], [["9"]], "$.lots[0].criteria[1].curve[0]", "must have 2 entries"),
    (["lots", 0, "bids", 0, "prices", "1"], "1,50", "$.lots[0].bids[0].prices['1']", "not a comma"),
    (["lots", 0, "bids", 0, "prices", "1"], "1e3", "$.lots[0].bids[0].prices['1']", "plain decimal"),
    (["lots", 0, "bids", 0, "prices", "1"], "NaN", "$.lots[0].bids[0].prices['1']", "plain decimal"),
    (["lots", 0, "bids", 0, "prices", "9"], "1", "$.lots[0].bids[0].prices['9']", "unknown position"),
    (["lots", 0, "bids", 1, "bid_id"], "A", "$.lots[0].bids[1].bid_id", "appears twice"),
    (["lots", 0, "bids", 0, "discount_pct"], "101", "$.lots[0].bids[0].discount_pct", "above 100"),
    (["lots", 0, "bids", 0, "scores", "Q1", "by_evaluator", "e1"], "11",
     "$.lots[0].bids[0].scores['Q1'].by_evaluator['e1']", "above 10"),
    (["lots", 0, "bids", 0, "scores", "Q9"], {}, "$.lots[0].bids[0].scores['Q9']", "unknown criterion"),
    (["lots", 0, "bids", 0, "promised", "E9"], "1", "$.lots[0].bids[0].promised['E9']", "unknown criterion"),
    (["lots", 0, "bids", 0, "state"], "lost", "$.lots[0].bids[0].state", "must be one of"),
    (["bidders"], [{"bid_id": "A", "provider_id": "PA", "combination_discounts": [[["L1", "L9"], "2"]]}],
     "$.bidders[0].combination_discounts[0][0]", "unknown lot"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "value", "path", "message"), FAULTS, ids=[fault[2] + str(fault[1]) for fault in FAULTS]
)
def test_a_fault_is_named_by_its_json_path(place, value, path, message):
    with pytest.raises(InputError) as caught:
        TenderInput.from_json(changed(place, value))
    assert caught.value.path == path
    assert message in caught.value.message
    assert caught.value.text in TEXTS  # so that it can be said in other languages


def test_an_unknown_method_or_version_is_refused():
    for key, value in (("method", "magic"), ("method_version", "0")):
        with pytest.raises(InputError) as caught:
            evaluate(TenderInput.from_json(changed(["spec", key], value)))
        assert caught.value.path == "$.spec.method"


def test_input_survives_json_and_leaves_absent_values_out():
    source = tender([bid("A", "1000.50", stated_total=None)], criteria=(QUALITY,))
    data = source.to_json()
    assert TenderInput.from_json(data) == source
    assert data["lots"][0]["bids"][0]["prices"] == {"1": "1000.50"}
    assert "stated_total" not in data["lots"][0]["bids"][0]
    assert "price_cap" not in data["spec"]


def test_a_price_given_as_null_is_a_missing_price():
    data = tender([bid("A", "1000")]).to_json()
    data["lots"][0]["bids"][0]["prices"] = {"1": None}
    read = TenderInput.from_json(data)
    assert read.lots[0].bids[0].prices == {}
    assert TenderInput.from_json(read.to_json()) == read
