"""Rehearse the restore: back up files and database into a temporary place, restore them there, verify everything.

Nothing of the running installation is touched. PostgreSQL needs pg_dump and pg_restore and a role that may create a
database. The restored copy gets no platform key: what is still sealed stays sealed there. The signed record is kept in
DATA_DIR/drills; exit 0 when everything is whole.
"""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import drill


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", metavar="DIR", help="parent folder of the temporary place; it needs the room")

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="restore-drill-", dir=options["into"]) as place:
            try:
                record = drill.run(Path(place))
            except drill.DrillError as error:
                raise CommandError(str(error)) from error
        for step, seconds in record["seconds"].items():
            self.stdout.write(f"{step:<22}{seconds} s")
        for name, number in record["counts"].items():
            self.stdout.write(f"{name:<22}{number}")
        self.stdout.write(f"kept as               {drill.keep(record)}")
        if record["faults"]:
            self.stdout.write("\n".join(["The restored copy is NOT whole:", *record["faults"]]))
            raise SystemExit(1)
        self.stdout.write("The restored copy is whole.")
