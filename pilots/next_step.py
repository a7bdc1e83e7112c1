"""What the municipality's people should do next with a pilot; the same for its page and for the desk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle import Status, decide
from pilots.models import AnalysisRun, Pilot


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence, the name of the page that does it, and its button. `run` is the analysis to confirm."""

    act: str
    sentence: str | Promise
    button: str | Promise
    page: str
    is_post: bool = False


STEPS = {
    step.act: step
    for step in (
        Step("complete", _("Say what the trial promises, then sign it."), _("Write the promise and sign"),
             "pilot_register"),
        Step("co_sign", _("A colleague has signed the promise. Check it and sign as the second person."),
             _("Check and co-sign"), "pilot_cosign"),
        Step("start", _("The first month of the trial has come."), _("Start the trial"), "pilot_start", is_post=True),
        Step("import", _("Bring in the monthly values of both groups."), _("Import measurements"),
             "pilot_measurements"),
        Step("freeze", _("All months are there. Freeze the data: nothing can be changed after that."),
             _("Freeze the data"), "pilot_freeze", is_post=True),
        Step("analyse", _("The data are frozen. Let the registered method compute the result."),
             _("Analyse"), "pilot_analyse", is_post=True),
        Step("confirm_analysis", _("A colleague has made the analysis. It is published when you confirm it."),
             _("Check and confirm"), "pilot_confirm"),
        Step("record_decision", _("Write down what the council has decided."), _("Record the decision"),
             "pilot_decide"),
    )
}  # fmt: skip


def next_step(
    pilot: Pilot, now: datetime, roles: frozenset[str], person_id: int, *, open_run: AnalysisRun | None, complete: bool
) -> Step | None:
    """The one step this person can take now; None when it is others' turn. `complete`: every month is measured."""
    act = _act(pilot, now, person_id, open_run, complete)
    lifecycle_act = "register" if act == "complete" else act
    return STEPS[act] if act and decide(lifecycle_act, pilot.status(now), roles) else None


def _act(pilot: Pilot, now: datetime, person_id: int, open_run: AnalysisRun | None, complete: bool) -> str:
    status = pilot.status(now)
    if status == Status.DRAFT:
        if pilot.requested_at is None:
            return "complete"
        return "co_sign" if pilot.registered_by_id != person_id else ""
    if status == Status.ANALYSED:
        return "record_decision"
    if status == Status.DECIDED:
        return ""
    if pilot.frozen_at is not None:
        return _analysis_act(person_id, open_run)
    if pilot.started_at is None and _first_month_has_come(pilot, now):
        return "start"
    return "freeze" if complete and pilot.started_at else "import"


def _analysis_act(person_id: int, open_run: AnalysisRun | None) -> str:
    if open_run is None:
        return "analyse"
    return "confirm_analysis" if open_run.created_by_id != person_id else ""


def _first_month_has_come(pilot: Pilot, now: datetime) -> bool:
    from zoneinfo import ZoneInfo

    here = now.astimezone(ZoneInfo(pilot.municipality.time_zone))
    return here.strftime("%Y-%m") >= pilot.phases["pilot"][0]


def waits_for(pilot: Pilot, now: datetime, roles: Collection[str], open_run: AnalysisRun | None) -> str | Promise:
    """For the municipality's people when it is not their turn: what everybody is waiting for; "" when nothing."""
    if not roles:
        return ""
    status = pilot.status(now)
    if status == Status.DRAFT and pilot.requested_at is not None:
        return _("You have signed. A second person has to co-sign before the first month of the trial.")
    if open_run is not None and status != Status.DECIDED:
        return _("The analysis waits for a second person.")
    return ""
