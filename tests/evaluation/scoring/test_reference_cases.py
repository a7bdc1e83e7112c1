"""The twelve reference tenders, to the last printed digit."""

import json

import jsonschema
import pytest

from evaluation.scoring import TenderInput, evaluate
from evaluation.scoring.cases import compare_expected, to_expected_shape

from .case_input import PROCEDURES, TENDER_CASES, case_input, read_case


@pytest.mark.parametrize("case_id", TENDER_CASES)
def test_a_reference_tender_gives_exactly_its_expected_result(case_id):
    printed = to_expected_shape(evaluate(case_input(case_id)))
    assert compare_expected(printed, read_case(case_id, "expected")) == []


@pytest.mark.parametrize("case_id", TENDER_CASES)
def test_a_printed_result_keeps_the_published_schema(case_id):
    schema = json.loads((PROCEDURES / "schema" / "expected_tender.schema.json").read_text("utf-8"))
    jsonschema.validate(to_expected_shape(evaluate(case_input(case_id))), schema)


@pytest.mark.parametrize("case_id", TENDER_CASES)
def test_the_input_of_a_tender_survives_its_json(case_id):
    tender = case_input(case_id)
    assert TenderInput.from_json(json.loads(json.dumps(tender.to_json()))) == tender
    assert evaluate(TenderInput.from_json(tender.to_json())).to_json() == evaluate(tender).to_json()
