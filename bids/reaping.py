"""Clears what nobody will finish: parts and unrecorded files after a day, uploads after a week, old drafts."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from bids import storage
from bids.actions import expire_drafts, expire_rehearsals, expire_uploads
from bids.models import OpenedDocument, SealedObject, Upload

UNTOUCHED: Final = timedelta(hours=24)


def reap(now: datetime) -> int:
    """How many drafts and files went. Safe to run twice, late or while bids come in."""
    sealed = set(SealedObject.objects.values_list("path", flat=True))
    opened = set(OpenedDocument.objects.values_list("path", flat=True))
    gone = expire_drafts(actor=None) + expire_uploads(now) + expire_rehearsals(now)
    waiting = list(Upload.objects.filter(ended="").values_list("path", flat=True))
    coming = {*waiting, *(path + storage.PART for path in waiting)}  # named already, if killed before the commit
    return gone + _reap(settings.SEALED_DIR, sealed | coming, now) + _reap(settings.OPENED_DIR, opened, now)


def _reap(base: Path, known: set[str], now: datetime) -> int:
    """Number of files removed. The age keeps away from uploads and openings that are just being recorded."""
    old = [path for path, _is_part in storage.older_files(base, now - UNTOUCHED) if path not in known]
    storage.remove_all(base, old)
    return len(old)
