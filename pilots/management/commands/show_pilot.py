"""Print the analysis of a pilot: `show_pilot CASE --format json` in the shape of the cases' expected.json."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilots import results
from pilots.models import AnalysisRun, Pilot


class Command(BaseCommand):
    help = "Prints the latest confirmed analysis of a pilot, named by its number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="number of the pilot")
        parser.add_argument("--format", choices=("json", "text"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        pilot = Pilot.objects.filter(reference=options["case"]).first()
        if pilot is None:
            raise CommandError(f"There is no pilot {options['case']}.")
        run = results.latest(pilot)
        if run is None:
            raise CommandError(f"Pilot {pilot.reference} has no confirmed analysis.")
        shape = results.expected_shape(run)
        if options["format"] == "json":
            self.stdout.write(json.dumps(shape, ensure_ascii=False, indent=1))
            return
        for line in _lines(pilot, run, shape):
            self.stdout.write(line)


def _lines(pilot: Pilot, run: AnalysisRun, shape: dict[str, Any]) -> list[str]:
    names = {indicator.code: indicator.name_en for indicator in pilot.indicators.all()}
    lines = [f"{pilot.reference} {pilot.title}", shape["method"], ""]
    for kpi in shape["kpis"]:
        interval = f"95 % [{kpi['ci95'][0]}, {kpi['ci95'][1]}]" if kpi["ci95"] else "no interval"
        lines.append(f"{kpi['kpi_id']} {names[kpi['kpi_id']]}: {kpi['did']} {interval}: {kpi['verdict']}")
    lines += ["", *(f"{name}: {value}" for name, value in shape["costs"].items())]
    return [*lines, "", f"inputs {run.inputs_hash}", f"result {run.result_hash}"]
