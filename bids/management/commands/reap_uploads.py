"""`reap_uploads`: clears what nobody will finish. Safe to run twice, late or while bids come in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import clock
from bids import storage
from bids.actions import expire_drafts
from bids.models import OpenedDocument, SealedObject

UNTOUCHED = timedelta(hours=24)


class Command(BaseCommand):
    help = "Removes parts and unrecorded files older than a day, and drafts 30 days after the deadline."

    def handle(self, *args: Any, **options: Any) -> None:
        drafts = expire_drafts(actor=None)
        sealed = _reap(settings.SEALED_DIR, set(SealedObject.objects.values_list("path", flat=True)))
        opened = _reap(settings.OPENED_DIR, set(OpenedDocument.objects.values_list("path", flat=True)))
        self.stdout.write(f"removed: {drafts} drafts, {sealed} sealed files, {opened} opened files")


def _reap(base: Path, known: set[str]) -> int:
    """Number of files removed. The age keeps away from uploads and openings that are just being recorded."""
    old = [path for path, is_part in storage.older_files(base, clock.now() - UNTOUCHED) if is_part or path not in known]
    storage.remove_all(base, old)
    return len(old)
