"""Check that the audit trail is whole: exit 0 and counts, else 1 and the first broken place of each chain."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit_checks
from accounts.audit_checks import Report
from accounts.keys import verifier_keys


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", default="", help="only this chain, for example tender:7")
        parser.add_argument(
            "--since", type=int, default=1, metavar="SEQ", help="of each chain only the events from this number on"
        )
        parser.add_argument("--checkpoint", nargs="+", default=[], metavar="FILE", help="checkpoints kept elsewhere")
        parser.add_argument("--receipt", nargs="+", default=[], metavar="FILE", help="receipts of bidders")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] < 1:
            raise CommandError("The events of a chain are numbered from 1.")
        report = audit_checks.verify(options["chain"], options["since"])
        for name in options["checkpoint"]:
            audit_checks.verify_checkpoint(_read(name), name, report)
        for name in options["receipt"]:
            audit_checks.verify_receipt(_read(name), name, verifier_keys(), report)
        self.stdout.write(_as_json(report) if options["format"] == "json" else _as_text(report))
        if report.faults:
            raise SystemExit(1)


def _read(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error


def _as_json(report: Report) -> str:
    return json.dumps(report.as_json(), indent=1, ensure_ascii=False)


def _as_text(report: Report) -> str:
    looked_at = (
        f"{report.events} events in {report.chains} chains, {report.objects} stored objects, "
        f"{report.checkpoints} checkpoints, {report.receipts} receipts, {report.stamps} time stamps"
    )
    if not report.faults:
        return "\n".join([f"The trail is whole: {looked_at}.", *report.remarks])
    lines = [f"{fault.where}: {fault.sentence}" for fault in report.faults]
    return "\n".join([f"The trail is BROKEN in {len(lines)} places ({looked_at}):", *lines, *report.remarks])
