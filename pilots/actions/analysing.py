"""The analysis: by the registered method from the frozen data, by one person, confirmed by another."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.lifecycle import Role
from accounts.models import User
from pilots import promise, results
from pilots.actions.access import act_on, people_with, save, tell_all
from pilots.effects import check_series
from pilots.inputs import pilot_input, stop_on_faults
from pilots.lifecycle import SECOND_PEOPLE, decide_second_person
from pilots.models import AnalysisRun, Pilot


def propose_analysis(*, actor: User, pilot_id: int) -> AnalysisRun:
    """Compute effects, verdicts and money from the frozen data. No result before a second person agrees."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "analyse")
        _stop_unless_ready(pilot)
        run = _run(pilot, actor, now)
        run.full_clean()
        run.save()
        others = [person for person in people_with(pilot, *SECOND_PEOPLE) if person != actor]
        tell_all(pilot, others, now, f"confirm:{run.pk}", "pilot_duty", _ASK, _ASK_TEXT)
        data = {"inputs": run.inputs_hash, "result": run.result_hash, "method": run.method_version}
        audit.record(pilot.chain, "pilot.analysis_proposed", actor=actor, at=now, data=data)
    return run


def confirm_analysis(*, actor: User, run_id: int) -> AnalysisRun:
    """The second person computes it anew; only an equal result is confirmed and published."""
    with audit.in_transaction():
        run = AnalysisRun.objects.filter(pk=run_id).first()
        pilot, now = act_on(run.pilot_id if run else 0, actor, "confirm_analysis")
        run = pilot.analysis_runs.get(pk=run_id)
        require(decide_second_person(run.created_by_id, actor.pk))
        if run.confirmed_at is not None:
            refuse("confirmed", _("This analysis is confirmed already."))
        if not results.is_reproducible(run) or results.inputs_of(pilot_input(pilot))[1] != run.inputs_hash:
            refuse("not_reproducible", _("The analysis cannot be repeated with the same result. It is not confirmed."))
        run.second_person, run.confirmed_at = actor, now
        run.save(update_fields=["second_person", "confirmed_at"])
        pilot.analysed_at = now
        save(pilot)
        council = people_with(pilot, Role.COUNCIL_MEMBER)
        tell_all(pilot, council, now, f"analysed:{run.pk}", "council_paper", _READY, _READY_TEXT)
        data = {"result": run.result_hash, "first": f"u:{run.created_by_id}"}
        audit.record(pilot.chain, "pilot.analysed", actor=actor, at=now, data=data)
    return run


def analyse_pilot(*, actor: User, pilot_id: int, second_person: User) -> AnalysisRun:
    """Proposal and confirmation in one act, for cases that are played again. Elsewhere each person acts alone."""
    with audit.in_transaction():
        run = propose_analysis(actor=actor, pilot_id=pilot_id)
        return confirm_analysis(actor=second_person, run_id=run.pk)


def _stop_unless_ready(pilot: Pilot) -> None:
    if pilot.frozen_at is None:
        refuse("not_frozen", _("Freeze the data first; an analysis of data that still change proves nothing."))
    if not promise.is_unbroken(pilot):
        refuse("seal_broken", _("What is stored is no longer what was sealed. The analysis cannot be made."))
    stop_on_faults(check_series(pilot_input(pilot)))


def _run(pilot: Pilot, actor: User, now: datetime) -> AnalysisRun:
    computed = results.compute(pilot_input(pilot))
    return AnalysisRun(
        pilot=pilot,
        method_version=computed.method_version,
        inputs=computed.inputs,
        inputs_hash=computed.inputs_hash,
        result=computed.result,
        result_hash=computed.result_hash,
        created_at=now,
        created_by=actor,
    )


_ASK = gettext_lazy("Please confirm the analysis: %(pilot)s")
_ASK_TEXT = gettext_lazy(
    "A colleague has analysed this pilot. The result is published when a second person confirms it.\n\n%(url)s\n"
)
_READY = gettext_lazy("The page for the council is ready: %(pilot)s")
_READY_TEXT = gettext_lazy("What the pilot promised, what it measured and what there is to decide:\n\n%(url)s\n")
