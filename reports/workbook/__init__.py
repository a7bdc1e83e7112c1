"""Evaluation workbooks: live formulas that show the engine's digits, one file per tender."""

from evaluation.models import EvaluationRun
from reports.workbook.build import Built, build
from reports.workbook.limits import BeyondLimits, beyond_limits
from reports.workbook.stored import gather
from reports.workbook.subject import Origin, Subject, subject_of_inputs

__all__ = [
    "BeyondLimits", "Built", "Origin", "Subject", "beyond_limits", "build", "gather", "run_workbook",
    "subject_of_inputs", "tender_workbook",
]  # fmt: skip


def tender_workbook(subject: Subject, language: str, *, fixed: bool = False) -> bytes:
    """The workbook of an evaluated tender as xlsx.

    Raises BeyondLimits where live formulas could not promise the engine's digits; `fixed` writes values instead.
    """
    return build(subject, language, fixed=fixed).content


def run_workbook(run: EvaluationRun, language: str, *, lot: str = "", fixed: bool = False) -> bytes:
    """The workbook of a stored evaluation, of all lots or one; raises BeyondLimits, or RefusedError if it cannot be
    reproduced.
    """
    return tender_workbook(gather(run, language, lot), language, fixed=fixed)
