"""Write the whole file of a tender or pilot as a ZIP archive: `export_file REFERENCE OUT.zip`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from pilots.models import Pilot
from reports.audit.access import sight_of
from reports.audit.actions import record_export
from reports.audit.export import pilot_archive, tender_archive
from tendering.models import Tender


class Command(BaseCommand):
    help = "Writes the whole file of a tender or pilot, named by its number, as a ZIP archive that checks itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", help="number of the tender or pilot")
        parser.add_argument("out", type=Path, help="archive to write; it must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        reference, out = options["reference"], options["out"]
        if out.exists():
            raise CommandError(f"{out} exists already.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        tender = Tender.objects.select_related("buyer").filter(reference=reference).first()
        pilot = None if tender else Pilot.objects.select_related("municipality").filter(reference=reference).first()
        if tender is not None:
            archive, chain = tender_archive(sight_of(tender, clock.now())), tender.chain
        elif pilot is not None:
            archive, chain = pilot_archive(pilot), pilot.chain
        else:
            raise CommandError(f"There is no tender and no pilot {reference}.")
        out.write_bytes(record_export(actor=None, chain=chain, archive=archive))
        self.stdout.write(f"{out}: {len(archive.files)} files. Check them with: python -I recompute.py")
