"""Analysis runs: compute one from its input, repeat it, print it in the shape of a case's expected.json."""

from dataclasses import dataclass
from typing import Any

from accounts.evidence import canonical_bytes, digest
from pilots.effects import PilotInput, from_json, result_to_json, to_expected_shape, to_json
from pilots.models import AnalysisRun, Pilot
from pilots.promise import exact_json, without_nulls

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Computed:
    """Input and result of an analysis as JSON without floats, and the hash of each."""

    method_version: str
    inputs: Json
    inputs_hash: str
    result: Json
    result_hash: str


def compute(given: PilotInput) -> Computed:
    """Analyse; equal input gives equal hashes."""
    from pilots.effects import analyse

    found = analyse(given)
    inputs, inputs_hash = inputs_of(given)
    result = exact_json(result_to_json(found))
    return Computed(found.method_version, inputs, inputs_hash, result, _hash("pilot-result", result))


def inputs_of(given: PilotInput) -> tuple[Json, str]:
    """The input as JSON and its hash."""
    inputs = exact_json(to_json(given))
    return inputs, _hash("pilot-input", inputs)


def is_reproducible(run: AnalysisRun) -> bool:
    """Whether analysing the stored input again gives the stored hashes."""
    again = compute(from_json(run.inputs))
    return (again.inputs_hash, again.result_hash) == (run.inputs_hash, run.result_hash) and (
        _hash("pilot-result", run.result) == run.result_hash
    )


def latest(pilot: Pilot) -> AnalysisRun | None:
    """The newest analysis that two people stand for; None before."""
    return pilot.analysis_runs.exclude(confirmed_at=None).order_by("-confirmed_at", "-id").first()


def expected_shape(run: AnalysisRun) -> Json:
    """The shape of a pilot's expected.json, computed from the stored input."""
    from pilots.effects import analyse

    return to_expected_shape(analyse(from_json(run.inputs)))


def _hash(domain: str, value: Json) -> str:
    return digest(domain, canonical_bytes(without_nulls(value)))
