"""`verify_receipt RECEIPT FILE`: whether the sealed file is the one receipted. Works without server and database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.evidence import KeyFileError, NoteError, load_signing_key, verifier_key
from accounts.keys import RECEIPT_ORIGIN
from bids.sealing import SealingError
from bids.sealing.hash_list import is_listed
from bids.sealing.receipt_check import verify_receipt


class Command(BaseCommand):
    help = "Checks a receipt against a saved sealed file; exit code 0 when they belong together."
    requires_system_checks: list[str] = []  # no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("receipt", type=Path, help="the signed receipt as downloaded")
        parser.add_argument("file", type=Path, help="the saved sealed file")
        parser.add_argument("--list", type=Path, help="hash list of the tender as JSON: the receipt must stand in it")
        parser.add_argument("--key", action="append", help="verifier key as printed in the notice; default: our own")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            note = options["receipt"].read_text("utf-8")
            payload, item = verify_receipt(note, options["file"], options["key"] or [_own_key()])
            if options["list"] and not is_listed(note, json.loads(options["list"].read_text("utf-8"))):
                raise SealingError(
                    "the receipt does not stand in the hash list: replaced, withdrawn or late bids do not"
                )
        except (SealingError, NoteError, KeyFileError) as error:
            raise CommandError(str(error)) from error
        except json.JSONDecodeError as error:
            raise CommandError("the hash list is not JSON") from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot be read: {error}") from error
        if payload["act"] == "rehearsal":
            self.stdout.write(f"rehearsal, without legal effect: no bid was handed in for tender {payload['tender']}")
            return
        self.stdout.write(
            f"verified: {payload['act']} of bid {payload['bid']} for tender {payload['tender']}, "
            f"received {payload['received_at']}, object {item['object']}"
        )


def _own_key() -> str:
    return verifier_key(load_signing_key(settings.SIGNING_KEY_FILE), RECEIPT_ORIGIN)
