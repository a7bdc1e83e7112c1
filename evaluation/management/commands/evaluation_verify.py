"""Compute every stored evaluation again; exit 1 and a line per difference when one is not as stored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.models import EvaluationRun
from evaluation.results import differences
from evaluation.scoring import InputError


class Command(BaseCommand):
    help = "Computes all stored evaluations again (or those of one tender) and compares the results."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tender", nargs="?", help="number of a tender; without it all are computed again")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = EvaluationRun.objects.select_related("tender").order_by("id")
        if options["tender"]:
            runs = runs.filter(tender__reference=options["tender"])
            if not runs.exists():
                raise CommandError(f"Tender {options['tender']} has no evaluation.")
        count = broken = 0
        for run in runs.iterator(chunk_size=20):
            count += 1
            for line in _differences(run):
                broken += 1
                self.stdout.write(f"{run.tender.reference} run {run.pk}: {line}")
        if broken:
            raise CommandError(f"{broken} differences in {count} evaluations")
        self.stdout.write(f"{count} evaluations computed again, all as stored")


def _differences(run: EvaluationRun) -> list[str]:
    try:
        return differences(run)
    except InputError as error:
        return [f"the stored inputs cannot be read ({error})"]
