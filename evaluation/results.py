"""The latest result of a tender, read back from what was stored, and prepared for pages, workbook and letters."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.decision import Refused, RefusedError
from evaluation.inputs import fingerprint
from evaluation.models import EvaluationRun
from evaluation.scoring import TenderInput, TenderResult, evaluate
from evaluation.scoring.cases import to_expected_shape
from tendering.models import Tender


def latest(tender: Tender) -> EvaluationRun | None:
    """The run that counts."""
    return EvaluationRun.objects.filter(tender=tender).order_by("-id").first()


def inputs_of(run: EvaluationRun) -> TenderInput:
    """The stored inputs of a run."""
    return TenderInput.from_json(run.inputs)


def result_of(run: EvaluationRun) -> TenderResult:
    """The result of a run, computed again from its stored inputs and held against the stored hash.

    Raises RefusedError (code "result_differs") if it is not the stored result: then nothing is shown.
    """
    result = evaluate(inputs_of(run))
    if fingerprint(result.to_json()) != run.result_hash:
        raise RefusedError(
            Refused("result_differs", _("The stored result cannot be reproduced. Please tell the operator."))
        )
    return result


def expected_shape(run: EvaluationRun) -> dict[str, Any]:
    """The result in the shape of the cases' `expected.json`."""
    return to_expected_shape(result_of(run))
