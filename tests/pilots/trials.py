"""Small pilots at the present time, played through the acts: 3 + 3 months, three indicators, two arms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import User
from pilots import actions
from pilots.models import Pilot
from tests import factories

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
BEFORE = datetime.fromisoformat("2026-03-20T10:00:00+01:00")
START = datetime.fromisoformat("2026-04-01T08:00:00+02:00")
AFTER = datetime.fromisoformat("2026-07-10T10:00:00+02:00")
SESSION = datetime.fromisoformat("2026-09-01T18:00:00+02:00")
KPIS: list[dict[str, Any]] = [
    {"id": "C1", "group": "citizen", "name_de": "Wartezeit", "name_en": "Waiting time", "unit": "minutes",
     "kind": "mean", "better": "lower", "target": "15.0", "minimal_effect": "5", "is_primary": True},
    {"id": "B1", "group": "business", "name_de": "Online-Anteil", "name_en": "Online share", "unit": "share",
     "kind": "share", "better": "higher", "target": None, "minimal_effect": "0.05", "is_guard": True},
    {"id": "A1", "group": "authority", "name_de": "Bearbeitungszeit", "name_en": "Handling time", "unit": "minutes",
     "kind": "mean", "better": "lower", "target": "12", "minimal_effect": "1", "role": "handling_time"},
]  # fmt: skip
REGISTRATION: dict[str, Any] = {
    "problem": "People wait.",
    "hypothesis": "The kiosk shortens the wait by 5 minutes.",
    "success": {"primary": {"kpi_id": "C1", "verdict": "improved", "at_least": 5}, "guards": "none_worsened"},
    "stop_rules": [{"kind": "cost_over_budget", "budget_eur": 1300.5, "pct": 20}],
    "design": {"kind": "did_control", "confidence": 0.95, "expected_grade": "C"},
    "control": {"description": "Office North", "reason": "same services"},
    "gate_date": "2026-09-30",
    "deciding_body": "Council",
    "options": [{"code": code, "consequence": f"then {code}"} for code in ("adopt", "extend", "adapt", "stop")],
}


@dataclass
class Trial:
    """A town, its people and the pilot."""

    town: factories.Town
    requester: User
    council: User
    pilot: Pilot

    @property
    def officer(self) -> User:
        return self.town.officer

    @property
    def second(self) -> User:
        return self.town.second

    def fresh(self) -> Pilot:
        return Pilot.objects.select_related("municipality").get(pk=self.pilot.pk)


def draft(*, town: factories.Town | None = None, **fields: Any) -> Trial:
    """Created on 20 March 2026 with its indicators, in a town of its own unless one is given."""
    town = town or factories.make_town(keys=False)
    requester = factories.make_user(town.organization, Role.REQUESTER)
    council = factories.make_user(town.organization, Role.COUNCIL_MEMBER)
    defaults: dict[str, Any] = {
        "title": "One-stop kiosk",
        "description": "A kiosk for all services.",
        "control_description": "Office North",
        "phases": {"baseline": [MONTHS[0], MONTHS[2]], "pilot": [MONTHS[3], MONTHS[5]], "ramp_up_months": 0},
        "costs": {"one_off_eur": 1000, "monthly_run_eur": 100.25, "staff_hour_rate_eur": "52.0", "cases_kpi": "A1"},
    }
    with clock.simulated(BEFORE):
        pilot = actions.create_pilot(actor=town.officer, municipality=town.organization, **{**defaults, **fields})
        actions.set_indicators(actor=town.officer, pilot_id=pilot.pk, indicators=KPIS)
    return Trial(town, requester, council, Pilot.objects.get(pk=pilot.pk))


def registered(**fields: Any) -> Trial:
    """Signed by the requester, co-signed by the second officer."""
    trial = draft(**fields)
    with clock.simulated(BEFORE):
        actions.request_registration(actor=trial.requester, pilot_id=trial.pilot.pk, registration=REGISTRATION)
        actions.confirm_registration(actor=trial.second, pilot_id=trial.pilot.pk)
    return trial


def series() -> list[dict[str, Any]]:
    """Waiting time falls by about ten minutes, the handling time hardly moves, the share rises."""
    levels = {"C1": ("27.50", "26.10", "28.00", "17.30", "16.90", "17.85"),
              "B1": ("0.30", "0.31", "0.29", "0.40", "0.42", "0.41"),
              "A1": ("14.0", "14.4", "13.9", "13.7", "14.5", "13.8")}  # fmt: skip
    control = {"C1": ("27.0", "26.5", "27.2", "27.1", "26.8", "27.4"),
               "B1": ("0.30", "0.30", "0.31", "0.30", "0.31", "0.30"),
               "A1": ("14.1", "14.2", "14.0", "14.1", "14.3", "14.0")}  # fmt: skip
    return [
        {"kpi_id": code, "arm": arm, "month": month, "value": value, "n": 100}
        for arm, table in (("pilot", levels), ("control", control))
        for code, values in table.items()
        for month, value in zip(MONTHS, values, strict=True)
    ]


def running(**fields: Any) -> Trial:
    trial = registered(**fields)
    with clock.simulated(START):
        actions.start_pilot(actor=trial.officer, pilot_id=trial.pilot.pk)
    return trial


def frozen(**fields: Any) -> Trial:
    """Measured completely and frozen on 10 July 2026."""
    trial = running(**fields)
    with clock.simulated(AFTER):
        actions.import_measurements(
            actor=trial.officer, pilot_id=trial.pilot.pk, rows=series(), provenance={"source": "test"}
        )
        actions.freeze_data(actor=trial.officer, pilot_id=trial.pilot.pk)
    return trial


def analysed(**fields: Any) -> Trial:
    trial = frozen(**fields)
    with clock.simulated(AFTER + timedelta(days=1)):
        run = actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)
        actions.confirm_analysis(actor=trial.second, run_id=run.pk)
    return trial
