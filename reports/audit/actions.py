"""The one act of this room: a whole file is taken away, and the file remembers it."""

import hashlib

from accounts import audit, clock
from accounts.models import User
from reports.audit.export import Archive


def record_export(*, actor: User | None, chain: str, archive: Archive) -> bytes:
    """The archive's bytes; the trail names who took them, how many files they hold and their hash."""
    content = archive.content()
    with audit.in_transaction():
        data = {"sha256": hashlib.sha256(content).hexdigest(), "files": len(archive.files)}
        audit.record(chain, "file.exported", actor=actor, at=clock.now(), data=data)
    return content
