"""`reap_uploads`: clears what nobody will finish. `run_due` does the same."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock
from bids.reaping import reap


class Command(BaseCommand):
    help = "Removes parts and unrecorded files older than a day, and drafts 30 days after the deadline."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"removed: {reap(clock.now())} drafts and files")
