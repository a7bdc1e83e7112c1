"""The mails of the demo: what was sent lies as files in DATA_DIR/mail, what waits lies in the outbox."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[0-9a-f]{32}\Z")
NEWEST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One sent mail; `name` is its file without ending."""

    name: str
    sent_at: datetime
    to: str
    subject: str
    text: str


def sent() -> list[Mail]:
    """The newest mails first, at most 200."""
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in files[:NEWEST]]


def find(name: str) -> Mail | None:
    """The mail in this file, None for any other name."""
    path = Path(settings.MAIL_DIR) / f"{name}.eml"
    return _read(path) if NAME.match(name) and path.exists() else None


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Mail(path.stem, moment, str(message["To"] or ""), str(message["Subject"] or ""), text.strip())
