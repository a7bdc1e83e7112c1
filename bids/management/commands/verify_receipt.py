"""`verify_receipt RECEIPT FILE`: whether the sealed file is the one receipted. Works without server and database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.evidence import KeyFileError, NoteError, load_signing_key, verifier_key
from accounts.keys import CHECKPOINT_ORIGIN, RECEIPT_ORIGIN
from bids.sealing import SealingError
from bids.sealing.hash_list import listed_and_bound
from bids.sealing.receipt_check import verify_receipt


class Command(BaseCommand):
    help = "Checks a receipt against a saved sealed file; exit code 0 when they belong together."
    requires_system_checks: list[str] = []  # no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("receipt", type=Path, help="the signed receipt as downloaded")
        parser.add_argument("file", type=Path, help="the saved sealed file")
        parser.add_argument("--list", type=Path, help="hash list of the tender as JSON: the receipt must stand in it")
        parser.add_argument(
            "--key", action="append", help="verifier keys of receipts and checkpoints as printed; default: our own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            note = options["receipt"].read_text("utf-8")
            payload, item = verify_receipt(note, options["file"], options["key"] or [_own_key()])
            bound = _bound(note, options["list"], options["key"]) if options["list"] else None
        except (SealingError, NoteError, KeyFileError) as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot be read: {error}") from error
        if payload["act"] == "rehearsal":
            self.stdout.write(f"rehearsal, without legal effect: no bid was handed in for tender {payload['tender']}")
            return
        if bound is not None:
            self.stdout.write(
                f"listed: among what counted at the deadline, bound by the signed checkpoint of {bound}"
                if bound
                else "listed: among what counted at the deadline; no checkpoint has bound the list yet"
            )
        self.stdout.write(
            f"verified: {payload['act']} of bid {payload['bid']} for tender {payload['tender']}, "
            f"received {payload['received_at']}, object {item['object']}"
        )


def _bound(note: str, file: Path, keys: list[str] | None) -> str:
    return listed_and_bound(note, file.read_text("utf-8"), keys or [_own_key(CHECKPOINT_ORIGIN)])


def _own_key(origin: str = RECEIPT_ORIGIN) -> str:
    return verifier_key(load_signing_key(settings.SIGNING_KEY_FILE), origin)
