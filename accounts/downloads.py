"""Files that people sent, on their way out: what they are is told by their content, and no browser renders them."""

from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

UNKNOWN = "application/octet-stream"
# First bytes of the few kinds a browser may know by name; whatever else somebody claims is unknown.
BEGINNINGS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_Answer = TypeVar("_Answer", bound=HttpResponseBase)


def kind_of(content: bytes) -> str:
    """Media type by content: PDF, PNG or JPEG, everything else `application/octet-stream`."""
    return next((kind for begin, kind in BEGINNINGS.items() if content.startswith(begin)), UNKNOWN)


def confined(answer: _Answer, name: str) -> _Answer:
    """The answer as a download under this name; even opened in a window it is a page that may do nothing."""
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
