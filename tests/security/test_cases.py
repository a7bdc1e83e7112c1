"""Every attack of the list is tried by tests that exist, or stands under "open" with its reason; none is forgotten."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
NUMBERS = {"SEC": 17, "TIM": 14, "ROL": 23, "NUM": 13, "FIL": 6, "XLS": 8, "WEB": 20, "REL": 13}
# Defaults that bite: filters, numbers, JSON, uploads, sheets out, sheets in, slow clients, checks; how many of each.
HOSTILE = {1: 7, 2: 4, 3: 6, 4: 5, 5: 7, 6: 8, 7: 2, 8: 4}
IDS = {f"{room}-{n:02}" for room, last in NUMBERS.items() for n in range(1, last + 1)} | {
    f"HOST-{section}.{n}" for section, last in HOSTILE.items() for n in range(1, last + 1)
}


@cache
def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_case_is_forgotten_and_none_is_both_tested_and_open() -> None:
    assert set(CASES["tested"]) | set(CASES["open"]) == IDS
    assert not set(CASES["tested"]) & set(CASES["open"])
    assert all(len(reason) > 10 for reason in CASES["open"].values())


@pytest.mark.parametrize("number", sorted(CASES["tested"]))
def test_each_case_names_tests_that_exist(number: str) -> None:
    tests = CASES["tested"][number]["tests"]
    assert tests
    for node in tests:
        file, _colons, name = node.partition("::")
        assert name in functions_of(file), node
