"""Malware: a scanner is a program of the operator (SCAN_COMMAND), fed by a pipe. Without one, nothing claims a scan.

The program reads the file from standard input and ends with 0 (clean) or 1 (found), as clamdscan does; whatever else
happens counts as not scanned.
"""

import logging
import subprocess
import threading
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PATIENCE = 120  # seconds
logger = logging.getLogger(__name__)


class Verdict(StrEnum):
    """What is known about a file."""

    CLEAN = "clean"
    FOUND = "found"
    NOT_SCANNED = "not-scanned"


INFECTED = gettext_lazy("The scanner found malware in this file. It was not taken and is handed to nobody.")


def scan(chunks: Iterable[bytes]) -> Verdict:
    """Gives the file to the scanner, chunk by chunk; never raises, and names neither file nor content in the log."""
    if not settings.SCAN_COMMAND:
        return Verdict.NOT_SCANNED
    try:
        code = _run(chunks)
    except (OSError, subprocess.SubprocessError) as error:
        logger.error("the scanner of malware failed: %s", type(error).__name__)
        return Verdict.NOT_SCANNED
    if code not in {0, 1}:
        logger.error("the scanner of malware ended with %s", code)
    return {0: Verdict.CLEAN, 1: Verdict.FOUND}.get(code, Verdict.NOT_SCANNED)


def _run(chunks: Iterable[bytes]) -> int:
    with subprocess.Popen(  # noqa: S603 - the operator's own command, no shell
        settings.SCAN_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as scanner:
        assert scanner.stdin
        watch = threading.Timer(PATIENCE, scanner.kill)  # also while it does not read
        watch.start()
        try:
            with suppress(BrokenPipeError):  # it has seen enough
                for chunk in chunks:
                    scanner.stdin.write(chunk)
                scanner.stdin.close()
            return scanner.wait()
        finally:
            watch.cancel()


def refuse_infected(content: bytes, field: str) -> None:
    """ValidationError at this field when the scanner finds something."""
    if scan([content]) == Verdict.FOUND:
        raise ValidationError({field: [INFECTED]})


def said() -> str:
    """What stands beside files of others: whether anything looks at them."""
    if settings.SCAN_COMMAND:
        return _("Each file is scanned for malware when it is fetched. Sealed files cannot be scanned earlier.")
    return _("Not scanned for malware: this platform has no scanner. Open files of others with care.")
