"""Exact, reproducible evaluation of bids: no Django, no clock, no input or output."""

from .engine import evaluate
from .inputs import InputError, TenderInput
from .methods import METHODS
from .results import LotResult, Row, TenderResult

__all__ = ["METHODS", "InputError", "LotResult", "Row", "TenderInput", "TenderResult", "evaluate"]
