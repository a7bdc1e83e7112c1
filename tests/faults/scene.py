"""Steps inside an installation under test, each a process of its own: `python -m tests.faults.scene STEP ARGUMENTS`.

The installation is named by the environment (DATA_DIR, DATABASE_URL, DEMO=1); answers are one line of JSON.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django


def prepare(companies: str, closes_in: str) -> dict[str, Any]:
    """A town, one open tender and this many companies with an API token each."""
    from django.core.management import call_command

    from accounts import actions, clock
    from bids.actions import current_seal
    from tests.factories import make_company, make_town, open_tender

    call_command("migrate", verbosity=0, interactive=False)
    town = make_town()
    tender = open_tender(town)
    if closes_in != "0":
        end = clock.now() + timedelta(seconds=float(closes_in))
        type(tender).objects.filter(pk=tender.pk).update(tender_period_end=end, opening_planned_at=end)
    people = [make_company() for _number in range(int(companies))]
    tokens = [actions.issue_token(actor=c.bidder, label="faults")[1] for c in people]
    return {
        "tender": tender.pk,
        "closes": (end if closes_in != "0" else tender.tender_period_end).timestamp(),
        "chain": tender.chain,
        "recipient": current_seal(tender).recipient,
        "openers": [opener.pk for opener in town.openers],
        "companies": [{"company": c.organization.pk, "token": token} for c, token in zip(people, tokens, strict=True)],
    }


def counts(tender: str) -> dict[str, Any]:
    """What lies in the database of this tender, and what its files are."""
    from django.conf import settings

    from bids.models import Bid, Receipt, SealedObject

    bids = Bid.objects.filter(tender=tender)
    rows = SealedObject.objects.filter(tender=tender)
    known = set(rows.values_list("path", flat=True))
    files = {str(path.relative_to(settings.SEALED_DIR)) for path in settings.SEALED_DIR.glob("*/*.age")}
    return {
        "versions": {str(c): list(bids.filter(company=c).order_by("version").values_list("version", flat=True))
                     for c in bids.values_list("company", flat=True).distinct()},
        "live": {str(c): bids.live().filter(company=c).count()
                 for c in bids.values_list("company", flat=True).distinct()},
        "late": bids.filter(is_late=True).count(),
        "opened": bids.filter(opened_at__isnull=False).count(),
        "damaged": bids.filter(damaged_at__isnull=False).count(),
        "receipts": {str(r.bid_id): r.note for r in Receipt.objects.filter(bid__tender=tender).exclude(act="withdraw")},
        "rows_without_file": sorted(known - files),
        "bids_without_manifest": bids.exclude(objects_sealed__kind="manifest").count(),
    }  # fmt: skip


def open_bids(tender: str, *openers: str) -> dict[str, Any]:
    """Two openers open after the deadline, by the simulated clock of the demo mode."""
    from accounts import clock
    from accounts.models import User
    from bids import actions
    from tendering.models import ConflictDeclaration, Tender
    from tests.factories import PASS_SENTENCE

    row = Tender.objects.get(pk=tender)
    people = [User.objects.get(pk=pk) for pk in openers]
    with clock.simulated(row.tender_period_end + timedelta(minutes=15)):
        for person in people:
            ConflictDeclaration.objects.update_or_create(tender=row, user=person, defaults={"declared_at": clock.now()})
        session = actions.start_opening(actor=people[0], tender_id=row.pk)
        for person in people[:2]:
            session = actions.release_pieces(actor=person, session_id=session.pk, pass_sentence=PASS_SENTENCE)
    return {"opened": len(session.record["bids"]), "damaged": row.bids.filter(damaged_at__isnull=False).count()}


def mails(minutes: str) -> dict[str, Any]:
    """One run of the outbox, this many minutes from now."""
    from accounts import clock, outbox

    with clock.simulated(clock.now() + timedelta(minutes=float(minutes))):
        sent = outbox.deliver()
    return {"sent": sent, "waiting": outbox.waiting().count()}


def ask_for_intervals(number: str) -> dict[str, Any]:
    """A data set of twelve units with one finished computation and another one that was asked for."""
    from django.core.management import call_command

    from accounts import clock
    from evaluation.actions import benchmark
    from tests.factories import make_town

    if number == "0":
        call_command("migrate", verbosity=0, interactive=False)
    town = make_town(keys=False)
    rows = [{"name": f"Unit {n}", "year": 2025, "values": {"hours": str(90 + 7 * n), "cases": str(900 + 50 * n)}}
            for n in range(12)]  # fmt: skip
    made = benchmark.save_set(actor=town.officer, owner=town.organization, title="Offices", about="", source="survey",
                            inputs=["hours"], outputs=["cases"], rows=rows)  # fmt: skip
    model = {"actor": town.officer, "set_id": made.pk, "year": 2025, "orientation": "in", "draws": 100}
    old = benchmark.request_bootstrap(**model, returns="crs")
    expected = benchmark.request_bootstrap(**model, returns="vrs")
    benchmark.work(clock.now())
    expected.refresh_from_db()
    wanted = expected.result
    type(expected).objects.filter(pk=expected.pk).update(result={}, finished_at=None, attempts=0)
    return {"old": old.pk, "run": expected.pk, "expected": wanted}


def intervals(run: str) -> dict[str, Any]:
    from accounts import clock
    from evaluation.models import BenchmarkRun

    found = BenchmarkRun.objects.get(pk=run)
    is_held = found.lease_until is not None and found.lease_until > clock.now()
    return {"result": found.result, "attempts": found.attempts, "is_held": is_held}


def work(minutes: str) -> dict[str, Any]:
    """What `run_due` does for computations, this many minutes from now."""
    from accounts import clock
    from evaluation.actions import benchmark

    with clock.simulated(clock.now() + timedelta(minutes=float(minutes))):
        return {"done": benchmark.run_waiting(clock.now())}


def work_and_wait(_run: str) -> None:
    """Take the computation, say so in the middle of it, and wait to be killed."""
    from accounts import clock
    from evaluation.actions import benchmark

    def computing(*_arguments: Any, **_options: Any) -> None:
        print("computing", flush=True)
        time.sleep(600)

    benchmark.bootstrap = computing  # type: ignore[assignment]
    benchmark.work(clock.now())


def stuck_tasks() -> dict[str, Any]:
    """A task that a killed worker of the queue left behind is put back for another one."""
    from django_tasks_db.models import DBTaskResult

    from accounts import clock, due
    from evaluation.tasks import ring

    DBTaskResult.objects.all().delete()
    ring.enqueue()
    DBTaskResult.objects.update(status="RUNNING", started_at=clock.now() - due.STUCK_AFTER - timedelta(minutes=1))
    put_back = due.put_back_stuck_tasks(clock.now())
    return {"put_back": put_back, "ready": DBTaskResult.objects.filter(status="READY").count()}


STEPS = {
    "prepare": prepare, "counts": counts, "open": open_bids, "mails": mails, "ask_for_intervals": ask_for_intervals,
    "intervals": intervals, "work": work, "work_and_wait": work_and_wait, "stuck_tasks": stuck_tasks,
}  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
