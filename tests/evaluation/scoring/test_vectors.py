"""Golden vectors, and the runner itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import vectors
from evaluation.vectors import awards

VECTORS = Path(__file__).parents[2] / "vectors"
FILES = sorted(VECTORS.glob("*.json"))
PUBLISHED = VECTORS.parents[2] / "shared" / "vectors" / "published"  # data of others: read there, never copied


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_vector_is_met(path):
    assert vectors.check_file(path) == ("OK", f"OK {path.stem}")


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="SKIP published/ not present")
def test_the_published_data_sets_are_met():
    assert vectors.main([str(PUBLISHED)]) == 0


def write(folder: Path, name: str, **case: object) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"id": name, "tolerance": 1e-9, **case}), "utf-8")
    return path


LINE = {"prices": [100, 150], "max_points": 10, "zero_at_factor": 2, "decimals": 0}


def test_a_wrong_number_fails_with_its_path(tmp_path, capsys):
    write(tmp_path, "wrong", method="linear_interp", inputs=LINE, expected={"points": [10, 6]})
    assert vectors.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == ["FAIL wrong points[1] 5.0 6", "0 ok, 1 failed, 0 skipped"]


def test_an_unknown_method_fails_and_an_absent_folder_is_skipped_visibly(tmp_path, capsys):
    path = write(tmp_path, "strange", method="magic", inputs={}, expected={})
    assert vectors.main([str(path), str(tmp_path / "published")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["FAIL strange method unknown magic", "SKIP published/ not present", "0 ok, 1 failed, 1 skipped"]


def test_a_missing_file_and_missing_inputs_fail(tmp_path, capsys):
    path = write(tmp_path, "empty", method="linear_interp", inputs={}, expected={})
    assert vectors.main([str(path), str(tmp_path / "gone.json")]) == 1
    assert "2 failed" in capsys.readouterr().out


def test_the_runner_starts_without_django():
    code = "import sys, evaluation.vectors; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=VECTORS.parents[1], check=False).returncode == 0


@pytest.mark.parametrize(
    ("got", "expected", "tolerance", "equal"),
    [
        ({"a": 1, "more": 2}, {"a": 1}, 0, True),
        ({}, {"a": None}, 0, False),
        ({"a": None}, {"a": None}, 0, True),
        ({"a": 0}, {"a": None}, 0, False),
        ({"a": None}, {"a": 0}, 0, False),
        ({"a": True}, {"a": 1}, 0, False),
        ({"a": [1, 2]}, {"a": [1]}, 0, False),
        ({"a": 1.05}, {"a": 1}, {"a": 0.1}, True),
        ({"a": {"b": 1.05}}, {"a": {"b": 1}}, {"default": 0.1}, True),
        ({"a": 1.05}, {"a": 1}, {"b": 0.1}, False),
    ],
)
def test_results_are_compared_by_the_published_rules(got, expected, tolerance, equal):
    assert (vectors.differences(got, expected, tolerance) == []) is equal


def test_whole_points_half_even_groups_and_three_offers_work_too():
    points = awards.linear_interp({**LINE, "prices": [100, 125, 175], "rounding": "half_even"})
    assert points == {"points": [10, 8, 2]}
    grouped = awards.matrix({
        "B": {"x": {"weight": 60}, "y": {"weight": 40}},
        "groups": {"all": {"members": ["x", "y"], "min_share": "0.6"}},
        "bids": {"low": {"A": {}, "B": {"x": 5, "y": 7}}, "edge": {"A": {}, "B": {"x": 6, "y": 6}}},
    })  # fmt: skip
    assert grouped == {"low": {"excluded": "group:all"}, "edge": {"L": 600}}
    weights = awards.weight_interval({"bids": [{"Q": 90, "Pp": 70}, {"Q": 60, "Pp": 100}]})
    assert weights["switch_weight_quality"] * 2 == 1
    simple = awards.richtwert_simple({"bids": [{"id": "A", "L": 800, "P": 3}], "factor": 10, "decimals": 2})
    assert float(simple["Z"]["A"]) == 2666.67
    reversal = awards.rank_reversal({
        "bids": [{"id": "A", "P": 100, "Q": 50}, {"id": "B", "P": 150, "Q": 90}, {"id": "C", "P": 60, "Q": 0}],
        "sets": {"all": ["A", "B", "C"], "two": ["A", "B"]}, "formula": "linear2x", "wQ": "0.5", "wP": "0.5",
    })  # fmt: skip
    assert reversal["order_common"] == {"all": ["B", "A"], "two": ["A", "B"]}
    assert reversal["reversal"] is True
    assert "clarify_vs_estimate" not in awards.threshold20({"prices": [8, 10], "threshold_pct": 20})
