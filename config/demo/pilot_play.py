"""Play a pilot case through the ordinary actions at its own times."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.models import User
from config.demo.adoption import follow
from config.demo.case_checks import moment
from config.demo.case_files import Case
from config.demo.people import People
from pilots import actions as piloting
from pilots.models import Pilot

Json = dict[str, Any]


def play_pilot(case: Case, people: People, *, decide: bool = False) -> Pilot:
    """From the registration to the analysis; with `decide` to the council's decision."""
    data = case.files["pilot.json"]
    process = data["process"]
    town = people.buyer(data["municipality_id"])
    officer = _officer(people, data["municipality_id"])
    with transaction.atomic():
        before = moment(process["start_resolution_at"]) - timedelta(days=30)
        pilot = _create(data, town, officer, people, before)
        _register(pilot, data, people, officer)
        _measure(pilot, data, officer)
        with clock.simulated(moment(process["analysed"]["at"])):
            piloting.analyse_pilot(
                actor=people.account(process["analysed"]["by"]),
                pilot_id=pilot.pk,
                second_person=people.account(process["analysed"]["second_person"]),
            )
        if decide and process.get("decision"):
            _decide(pilot, data, officer)
    return Pilot.objects.get(pk=pilot.pk)


def _officer(people: People, reference: str) -> User:
    return people.account(f"{reference}-procurement_officer")


def _create(data: Json, town: Any, officer: User, people: People, at: datetime) -> Pilot:
    with clock.simulated(at):
        pilot = piloting.create_pilot(
            actor=officer,
            municipality=town,
            reference=data["id"],
            title=data["title"],
            description=data["description"],
            language=town.language,
            currency=town.currency,
            legal_basis=data["legal_basis"],
            provider=people.provider(data["provider_id"]) if data["provider_id"] else None,
            control_description=data["control_description"],
            phases=data["phases"],
            costs=data["costs"],
            funding=data["funding"] or {},
            council=data["council"],
            life_situation=data.get("life_situation", ""),
        )
        piloting.set_indicators(actor=officer, pilot_id=pilot.pk, indicators=data["kpis"])
        follow(officer, data["id"], pilot_id=pilot.pk)
    return pilot


def _register(pilot: Pilot, data: Json, people: People, officer: User) -> None:
    signers = data["registration"].get("signed_by") or []
    first = people.account(signers[0]) if signers else officer
    second = (
        people.account(signers[1]) if len(signers) > 1 else people.account(data["process"]["analysed"]["second_person"])
    )
    with clock.simulated(registration_moment(data)):
        piloting.register_pilot(actor=first, pilot_id=pilot.pk, registration=data["registration"], co_signer=second)


def registration_moment(data: Json) -> datetime:
    """When the registration was sealed: stated, or the moment of readiness before the first pilot month."""
    stated = data["registration"].get("signed_at")
    return moment(stated or data["process"]["ready_at"])


def _measure(pilot: Pilot, data: Json, officer: User) -> None:
    process = data["process"]
    with clock.simulated(moment(process["started_at"])):
        piloting.start_pilot(actor=officer, pilot_id=pilot.pk)
    with clock.simulated(moment(process["data_frozen_at"])):
        piloting.import_measurements(
            actor=officer, pilot_id=pilot.pk, rows=data["series"], provenance={"source": f"{data['id']}/pilot.json"}
        )
        piloting.freeze_data(actor=officer, pilot_id=pilot.pk)


def _decide(pilot: Pilot, data: Json, officer: User) -> None:
    decision = data["process"]["decision"]
    with clock.simulated(moment(decision["session_at"]) + timedelta(hours=2)):
        piloting.record_decision(
            actor=officer,
            pilot_id=pilot.pk,
            verdict=decision["verdict"],
            body=data["registration"].get("deciding_body") or data["council"].get("competent_body", ""),
            session_at=moment(decision["session_at"]),
            votes=decision["votes"],
            dissent=decision["dissent"] or "",
        )
