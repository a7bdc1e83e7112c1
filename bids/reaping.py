"""Clears what nobody will finish: parts and unrecorded files after a day, drafts 30 days after the deadline."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from bids import storage
from bids.actions import expire_drafts
from bids.models import OpenedDocument, SealedObject

UNTOUCHED: Final = timedelta(hours=24)


def reap(now: datetime) -> int:
    """How many drafts and files went. Safe to run twice, late or while bids come in."""
    sealed = set(SealedObject.objects.values_list("path", flat=True))
    opened = set(OpenedDocument.objects.values_list("path", flat=True))
    return expire_drafts(actor=None) + _reap(settings.SEALED_DIR, sealed, now) + _reap(settings.OPENED_DIR, opened, now)


def _reap(base: Path, known: set[str], now: datetime) -> int:
    """Number of files removed. The age keeps away from uploads and openings that are just being recorded."""
    old = [path for path, is_part in storage.older_files(base, now - UNTOUCHED) if is_part or path not in known]
    storage.remove_all(base, old)
    return len(old)
