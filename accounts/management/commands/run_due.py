"""Do what is due: mails, reminders, checkpoints. Safe to run twice or late; `--every 30` repeats it for ever."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from accounts import due


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, default=0, metavar="SECONDS", help="repeat until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        results = self._run(quiet=bool(options["every"]))
        while options["every"]:
            time.sleep(options["every"])
            close_old_connections()
            self._run(quiet=True)
        if None in results.values():
            raise SystemExit(1)

    def _run(self, *, quiet: bool) -> dict[str, int | None]:
        results = due.run()
        if not quiet:
            for name, count in results.items():
                self.stdout.write(f"{name}: {'failed, see the log' if count is None else count}")
        return results
