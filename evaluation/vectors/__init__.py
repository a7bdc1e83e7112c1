"""Recompute golden vectors with the product's own functions: `python -m evaluation.vectors FILE_OR_FOLDER...`.

One line per case (OK, FAIL with path and values, SKIP), then the counts; exit status 1 after any failure. A method
name this product does not know is a failure. A folder that is absent is a visible skip.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from evaluation.vectors import awards, statistics
from evaluation.vectors.reading import Inputs, Result, fraction

DEFAULT_TOLERANCE = Fraction(1, 10**6)
FUNCTIONS: Mapping[str, Callable[[Inputs], Result]] = {**awards.FUNCTIONS, **statistics.FUNCTIONS}


def differences(got: object, expected: object, tolerance: object, path: str = "") -> list[str]:
    """Lines "path got expected" where a result leaves its tolerance; additional keys of the result are ignored."""
    if isinstance(expected, Mapping):
        return _object_differences(got, expected, tolerance, path)
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [f"{path} {_show(got)} {_show(expected)}"]
        pairs = enumerate(zip(got, expected, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, tolerance, f"{path}[{index}]")]
    return [] if _equal(got, expected, tolerance) else [f"{path} {_show(got)} {_show(expected)}"]


def _object_differences(got: object, expected: Mapping[str, object], tolerance: object, path: str) -> list[str]:
    if not isinstance(got, Mapping):
        return [f"{path} {_show(got)} {_show(expected)}"]
    lines = []
    for key, value in expected.items():
        place = f"{path}.{key}" if path else key
        inner = tolerance[key] if isinstance(tolerance, Mapping) and key in tolerance else tolerance
        lines += differences(got[key], value, inner, place) if key in got else [f"{place} missing {_show(value)}"]
    return lines


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal | Fraction) and not isinstance(value, bool)


def _equal(got: object, expected: object, tolerance: object) -> bool:
    if not _is_number(expected):
        return type(got) is type(expected) and got == expected
    if not _is_number(got):
        return False
    allowed = tolerance.get("default", DEFAULT_TOLERANCE) if isinstance(tolerance, Mapping) else tolerance
    exact_got = got if isinstance(got, Fraction) else fraction(got)
    return abs(exact_got - fraction(expected)) <= fraction(allowed)


def _show(value: object) -> str:
    return str(float(value)) if isinstance(value, Fraction) else json.dumps(value, default=str)


def check_file(path: Path) -> tuple[str, str]:
    """Verdict ("OK" or "FAIL") and line for one vector file."""
    case = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    function = FUNCTIONS.get(case["method"])
    if function is None:
        return "FAIL", f"FAIL {case['id']} method unknown {case['method']}"
    try:
        got = function(case["inputs"])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return "FAIL", f"FAIL {case['id']} inputs {type(error).__name__}: {error}"
    lines = differences(got, case["expected"], case.get("tolerance", DEFAULT_TOLERANCE))
    if lines:
        return "FAIL", "\n".join(f"FAIL {case['id']} {line}" for line in lines)
    return "OK", f"OK {case['id']}"


def _verdicts(arguments: Sequence[str]) -> Iterable[tuple[str, str]]:
    for argument in map(Path, arguments):
        if not argument.exists() and argument.suffix == ".json":
            yield "FAIL", f"FAIL {argument.stem} file not found"
        elif not argument.exists():
            yield "SKIP", f"SKIP {argument.name}/ not present"
        elif argument.is_dir():
            yield from map(check_file, sorted(argument.rglob("*.json")))
        else:
            yield check_file(argument)


def main(arguments: Sequence[str]) -> int:
    """Check the files and folders named; exit status 1 after any failure, 2 without arguments."""
    if not arguments:
        print("usage: python -m evaluation.vectors FILE_OR_FOLDER...", file=sys.stderr)
        return 2
    counts = {"OK": 0, "FAIL": 0, "SKIP": 0}
    for verdict, line in _verdicts(arguments):
        counts[verdict] += 1
        print(line)
    print(f"{counts['OK']} ok, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0
