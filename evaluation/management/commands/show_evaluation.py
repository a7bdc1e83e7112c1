"""Print the result of a tender: `show_evaluation CASE --format json` in the shape of the cases' expected.json."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from accounts.decision import RefusedError
from evaluation.results import ResultView, expected_shape, latest, view_of
from tendering.models import Tender


class Command(BaseCommand):
    help = "Prints the latest evaluation of a tender, named by its number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="number of the tender")
        parser.add_argument("--format", choices=("json", "text"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        tender = Tender.objects.filter(reference=options["case"]).first()
        if tender is None:
            raise CommandError(f"There is no tender {options['case']}.")
        run = latest(tender)
        if run is None:
            raise CommandError(f"Tender {tender.reference} has not been evaluated.")
        try:
            if options["format"] == "json":
                self.stdout.write(json.dumps(expected_shape(run), ensure_ascii=False, indent=2))
                return
            with translation.override(tender.language):
                self.stdout.write("\n".join(_lines(view_of(run))))
        except RefusedError as error:
            raise CommandError(str(error.refused.sentence)) from error


def _lines(view: ResultView) -> list[str]:
    lines = [f"{view.tender_id} {view.title}"]
    for lot in view.lots:
        said = (lot.sentence, lot.allocation_note, lot.robustness_sentence)
        lines += ["", f"{lot.lot_id} {lot.title}", *filter(None, said)]
        for row in lot.rows:
            points = row.total if row.total is not None else row.ratio
            rank, price = "-" if row.rank is None else row.rank, "-" if row.price is None else row.price
            lines.append(
                f"{rank}\t{row.bid_id}\t{row.bidder}\t{price}\t{'-' if points is None else points}\t{row.status}"
            )
    return lines
