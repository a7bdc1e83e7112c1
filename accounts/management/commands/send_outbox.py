"""Send the mails that wait in the outbox, each once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import outbox


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{outbox.deliver(options['limit'])} mails sent.")
