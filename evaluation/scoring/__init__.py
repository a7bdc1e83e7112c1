"""Exact, reproducible evaluation of bids: no Django, no clock, no input or output."""

from .checks import Context, Finding, check_spec, formula
from .engine import evaluate
from .example import Example, example
from .inputs import InputError, TenderInput
from .methods import METHODS
from .results import LotResult, Row, TenderResult
from .robustness import LotRobustness, robustness

__all__ = [
    "METHODS",
    "Context",
    "Example",
    "Finding",
    "InputError",
    "LotResult",
    "LotRobustness",
    "Row",
    "TenderInput",
    "TenderResult",
    "check_spec",
    "evaluate",
    "example",
    "formula",
    "robustness",
]
