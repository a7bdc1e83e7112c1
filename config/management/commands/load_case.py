"""Load one case folder through the ordinary actions at the case's own times, up to the evaluation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.decision import RefusedError
from config.demo.case_files import FaultyCase, read_case
from config.demo.load import AlreadyLoaded, load


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="case folder: tender.json+bids.json+scores.json, or pilot.json")
        parser.add_argument("--organizations", type=Path, help="default: the parent folder's organisations.json")
        parser.add_argument("--providers", type=Path, help="default: the parent folder's providers.json")
        parser.add_argument("--replace", action="store_true", help="remove the case first; simulated procedures only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or getattr(settings, "ALLOW_SIMULATED_TIME", False)):
            raise CommandError("Cases play at invented times: only in demo mode (DEMO=1).")
        try:
            case = read_case(options["folder"], options["organizations"], options["providers"])
            loaded = load(case, replace=options["replace"])
        except FaultyCase as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{len(error.faults)} fault(s); nothing was stored.", returncode=1) from None
        except AlreadyLoaded as error:
            raise CommandError(str(error), returncode=1) from None
        except RefusedError as error:
            raise CommandError(
                f"{error.refused.code}: {error.refused.sentence}; nothing was stored.", returncode=1
            ) from error
        self.stdout.write(f"{case.kind} {loaded.reference} loaded")
