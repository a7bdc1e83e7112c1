"""Data sets of benchmarks, and computations in the background: the row says what to do, the queue rings the bell."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import refuse
from accounts.lifecycle import Role
from accounts.models import Organization, User
from evaluation.benchmark.bootstrap import bootstrap
from evaluation.benchmarks import matrix
from evaluation.models import BenchmarkRun, BenchmarkSet, BenchmarkUnit, ContractPeriod

KEEPERS = (Role.OFFICER, Role.LIBRARIAN)
LEASE: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 3
MOST_UNITS: Final = 500  # of a bootstrap


def save_set(
    *, actor: User, owner: Organization, title: str, about: str, source: str,
    inputs: Sequence[str], outputs: Sequence[str], rows: Sequence[Mapping[str, Any]],
) -> BenchmarkSet:  # fmt: skip
    """A new data set with its units {"name", "year", "values"}, all or nothing."""
    if not actor.has_role(owner.pk, *KEEPERS):
        raise Http404
    with audit.in_transaction():
        now = clock.now()
        made = BenchmarkSet(
            owner=owner, title=title, about=about, source=source, inputs=list(inputs), outputs=list(outputs),
            created_by=actor, created_at=now,
        )  # fmt: skip
        made.full_clean()
        made.save()
        units = [BenchmarkUnit(set=made, **row) for row in rows]
        for unit in units:
            unit.full_clean(validate_constraints=False)
        BenchmarkUnit.objects.bulk_create(units)
        data = {"set": made.pk, "units": len(units)}
        audit.record(f"organization:{owner.pk}", "benchmark.saved", actor=actor, at=now, data=data)
    return made


def from_contracts(owner: Organization) -> dict[str, Any]:
    """Inputs, outputs and rows out of what the owner's contracts really paid and delivered, by lot and year.

    Raises ValidationError where nothing has been recorded.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    periods = ContractPeriod.objects.filter(contract__tender__buyer=owner, quantity__gt=0, paid_net__gt=0)
    for row in periods.select_related("contract__lot", "contract__company"):
        name = f"{row.contract.company.name}: {row.contract.lot.title}"[:200]
        values = found.setdefault((name, row.end.year), {"paid": 0, "delivered": 0})
        values["paid"] += row.paid_net
        values["delivered"] += row.quantity
    if not found:
        raise ValidationError(_("No contract has a period with quantity and payment yet."))
    paid, delivered = _("paid"), _("delivered")
    rows = [
        {"name": name, "year": year,
         "values": {paid: format(one["paid"], "f"), delivered: format(one["delivered"], "f")}}
        for (name, year), one in found.items()
    ]  # fmt: skip
    return {"inputs": [paid], "outputs": [delivered], "rows": rows}


def request_bootstrap(
    *, actor: User, set_id: int, year: int, returns: str, orientation: str, draws: int = 2000
) -> BenchmarkRun:
    """Ask for intervals. One open request per model; the same one is given back."""
    from evaluation.tasks import ring

    with audit.in_transaction():
        now = clock.now()
        found = BenchmarkSet.objects.visible_to(actor, now).filter(pk=set_id).first()
        if found is None:
            raise Http404
        if not 4 <= found.units.filter(year=year).count() <= MOST_UNITS:
            refuse("size", _("Intervals need 4 to %(most)d units.") % {"most": MOST_UNITS})
        model = {"set": found, "set_version": found.version, "year": year, "returns": returns,
                 "orientation": orientation, "draws": draws}  # fmt: skip
        run = BenchmarkRun.objects.filter(**model, failed="").first()
        if run is None:
            run = BenchmarkRun(**model, requested_by=actor, requested_at=now)
            run.full_clean(exclude=["result"])
            run.save()
            data = {"set": found.pk, "run": run.pk}
            audit.record(f"organization:{found.owner_id}", "benchmark.requested", actor=actor, at=now, data=data)
            transaction.on_commit(lambda: ring.enqueue())
    return run


def work(now: datetime) -> int:
    """Do what is asked for and held by nobody; returns how many were finished. Safe to run twice at once."""
    done = 0
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    for pk in BenchmarkRun.objects.filter(free, finished_at=None, failed="").values_list("pk", flat=True)[:20]:
        held = BenchmarkRun.objects.filter(free, pk=pk, finished_at=None, failed="")
        if held.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
            done += _compute(pk)
    return done


def _compute(pk: int) -> bool:
    run = BenchmarkRun.objects.select_related("set").get(pk=pk)
    units = list(run.set.units.filter(year=run.year))
    try:
        found = bootstrap(
            matrix(units, run.set.inputs), matrix(units, run.set.outputs),
            run.returns, run.orientation, draws=run.draws, seed=run.seed,  # type: ignore[arg-type]  # choices of the model
        )  # fmt: skip
    except (ValueError, ArithmeticError):
        BenchmarkRun.objects.filter(pk=pk).update(failed="data", lease_until=None)
        return False
    rows = zip(units, found.score, found.corrected, found.low, found.high, strict=True)
    result = {unit.name: [f"{value:.4f}" for value in values] for unit, *values in rows}
    BenchmarkRun.objects.filter(pk=pk).update(result=result, finished_at=clock.now(), lease_until=None)
    return True


def give_up(now: datetime) -> int:
    """Requests that were begun too often end with a code instead of trying for ever."""
    stuck = BenchmarkRun.objects.filter(finished_at=None, failed="", attempts__gte=MOST_ATTEMPTS, lease_until__lt=now)
    return stuck.update(failed="attempts", lease_until=None)


def run_waiting(now: datetime) -> int:
    """For `run_due`: whatever no worker has taken."""
    give_up(now)
    return work(now)
