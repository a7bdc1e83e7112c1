"""Time stamps of an outside authority over our checkpoints: a job of `run_due` that holds up nobody and loses nothing.

Each stamp is kept as the authority sent it (DER), beside its checkpoint: `<tick>.tsr`. An answer that cannot be read is
kept, too (`<tick>.unread`), for a better reader, and counts as none. Without TIMESTAMP_URL nothing is asked.
"""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from django.conf import settings

from accounts import checkpoints
from accounts.audit import stamp as moment_text
from accounts.evidence import KeyFileError, write_new_file
from accounts.evidence.stamps import LONGEST, Stamp, StampError, read_stamp, request_for, stamped_bytes, verify_stamp

log = logging.getLogger(__name__)
RETRY_MINUTES: Final = (1, 5, 15, 60)  # after each failure; the last one for ever, as with mails
SECONDS_TO_CONNECT: Final = 5
SECONDS_IN_ALL: Final = 15  # a slow authority delays mails and reminders by no more


@dataclass(frozen=True, slots=True)
class Checked:
    """One kept stamp: its moment, or why it does not hold. `signed` where its signature was checked, too."""

    tick: str
    at: datetime | None
    signed: bool
    fault: str


def stamp_newest(now: datetime) -> int:
    """Have the newest checkpoint stamped when a stamp is due; 1 when it was.

    One stamp covers everything before it, so those missed while an authority was away are not made up for.
    """
    newest = checkpoints.recent(now, hours=1)[:1]
    if not settings.TIMESTAMP_URL or not newest or not _is_due(now):
        return 0
    try:
        _ask(newest[0])
    except (OSError, HTTPException, StampError, KeyFileError) as error:
        _wait(now)
        log.warning("no time stamp for the checkpoint %s, it is tried again: %s", newest[0], error)
        return 0
    _state().unlink(missing_ok=True)
    return 1


def read(tick: str) -> bytes:
    """The stamp of a checkpoint as the authority sent it. FileNotFoundError."""
    return (checkpoints.folder() / f"{tick}.tsr").read_bytes()


def ticks() -> list[str]:
    """Names of all stamped checkpoints, oldest first."""
    return sorted(path.stem for path in checkpoints.folder().glob("*.tsr"))


def unread() -> int:
    """How many answers were kept that could not be read."""
    return len(list(checkpoints.folder().glob("*.unread")))


def check_all() -> Iterator[Checked]:
    """Every kept stamp held against its checkpoint, and against the roots where TIMESTAMP_ROOTS_FILE names some."""
    roots = settings.TIMESTAMP_ROOTS_FILE.read_bytes() if settings.TIMESTAMP_ROOTS_FILE else b""
    for tick in ticks():
        try:
            found = _checked(read(tick), stamped_bytes(checkpoints.read(tick)), roots)
        except FileNotFoundError:
            yield Checked(tick, None, False, "its checkpoint is gone")
        except StampError as error:
            yield Checked(tick, None, False, str(error))
        else:
            yield Checked(tick, found.at, bool(roots), "")


def _checked(der: bytes, content: bytes, roots: bytes) -> Stamp:
    return verify_stamp(der, content, roots) if roots else read_stamp(der, content)


def _ask(tick: str) -> None:
    """One question to the authority; OSError or StampError when no stamp came of it."""
    content = stamped_bytes(checkpoints.read(tick))
    question, nonce = request_for(content)
    der = _answer(question)
    try:
        if read_stamp(der, content).nonce != nonce:
            raise StampError("the answer belongs to another question")
    except StampError:
        write_new_file(checkpoints.folder() / f"{tick}.unread", der)
        raise
    write_new_file(checkpoints.folder() / f"{tick}.tsr", der)


def _answer(question: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    request = Request(settings.TIMESTAMP_URL, question, headers)  # noqa: S310 - http or https, see config.settings
    end, parts, size = time.monotonic() + SECONDS_IN_ALL, [], 0
    with urlopen(request, timeout=SECONDS_TO_CONNECT) as line:  # noqa: S310 - likewise
        while part := line.read1(LONGEST):
            parts.append(part)
            size += len(part)
            if size > LONGEST or time.monotonic() > end:
                raise StampError("the answer is too long or too slow for a time stamp")
    return b"".join(parts)


def _is_due(now: datetime) -> bool:
    every = timedelta(minutes=settings.TIMESTAMP_MINUTES)
    stamped = ticks()[-1:]
    if stamped and now - checkpoints.moment_of(stamped[0]) < every:
        return False
    return now >= _failures()[1]


def _wait(now: datetime) -> None:
    number, _next = _failures()
    pause = timedelta(minutes=RETRY_MINUTES[min(number, len(RETRY_MINUTES) - 1)])
    temporary = _state().with_suffix(".new")
    temporary.write_text(json.dumps({"number": number + 1, "next": moment_text(now + pause)}), "utf-8")
    temporary.replace(_state())


def _failures() -> tuple[int, datetime]:
    """(how many in a row, when to ask again); a file that was lost or torn means at once."""
    try:
        found = json.loads(_state().read_text("utf-8"))
        return int(found["number"]), datetime.fromisoformat(found["next"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, datetime.min.replace(tzinfo=UTC)


def _state() -> Path:
    return checkpoints.folder() / "timestamp.json"
