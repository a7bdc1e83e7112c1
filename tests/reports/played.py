"""Demo cases played through the ordinary actions, for tests of what is made from stored rows."""

from config.demo.case_files import read_case
from config.demo.load import load
from tests.conftest import CASES


def play(case_id: str):
    """The tender or pilot of a reference case, played up to its evaluation or analysis."""
    return load(read_case(CASES / case_id))
