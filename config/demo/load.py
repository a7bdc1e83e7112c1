"""Load a case that has been read: whole or not at all, and never twice by accident."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from bids.models import Bid
from config.demo.case_files import Case
from config.demo.people import People
from config.demo.pilot_play import play_pilot
from config.demo.play import TenderPlay
from pilots.models import Pilot
from tendering.models import Tender

HERE = Path(__file__).resolve().parent


class AlreadyLoaded(Exception):
    """The case is there; say --replace to load it anew."""


@cache
def baselines() -> dict[str, Any]:
    """Reference quantities and today's cost and time for the cases, by tender and lot."""
    found: dict[str, Any] = json.loads((HERE / "baselines.json").read_text("utf-8"))
    return found


def load(case: Case, *, replace: bool = False, finish: bool = False) -> Tender | Pilot:
    """Play the case in one transaction; `finish` goes on to award or decision. Raises AlreadyLoaded."""
    with transaction.atomic():
        _make_room(case, replace)
        people = People(case.organisations, case.providers)
        if case.kind == "pilot":
            return play_pilot(case, people, decide=finish)
        return TenderPlay(case, people, baselines().get(case.reference, {})).run(award=finish)


def _make_room(case: Case, replace: bool) -> None:
    model = Pilot if case.kind == "pilot" else Tender
    found = model.objects.filter(reference=case.reference).first()
    if found is None:
        return
    if not replace:
        raise AlreadyLoaded(f"{case.reference} is loaded already; use --replace.")
    if not found.simulated:
        raise AlreadyLoaded(f"{case.reference} is a real procedure and is never replaced.")
    remove_simulated(found)


def remove_simulated(found: Tender | Pilot) -> None:
    """Delete a simulated procedure with all its rows; its audit chain stays, as every chain does."""
    if isinstance(found, Tender):
        from bids.models import Draft, OpeningSession, Receipt, RecoveryUse, SealedObject, TenderSeal

        Receipt.objects.filter(bid__tender=found).delete()
        SealedObject.objects.filter(tender=found).delete()
        Draft.objects.filter(tender=found).delete()
        found.evaluation_runs.all().delete()
        for lot in found.lots.all():
            lot.draws.all().delete()
        Bid.objects.filter(tender=found).delete()
        OpeningSession.objects.filter(tender=found).delete()
        RecoveryUse.objects.filter(tender=found).delete()
        TenderSeal.objects.filter(tender=found).delete()
    found.delete()
