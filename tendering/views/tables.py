"""A list of a page as a file."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from tendering.spreadsheets.tables import Row, as_csv, as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(kind: str, title: str, rows: Iterable[Row]) -> HttpResponse:
    """The rows, heads first, as a download called by the title in the page's language."""
    if kind == "csv":
        german = (get_language() or "de").startswith("de")
        response = HttpResponse(as_csv(rows, german=german), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(as_xlsx(title, rows), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{title}.{kind}") or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
