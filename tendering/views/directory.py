"""The public directory of contacts, as page, table and address book."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from tendering import directory as contact_directory
from tendering.views.tables import table


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Search and list."""
    words = _words(request)
    rows = contact_directory.contacts(clock.now(), words)
    return render(request, "tendering/directory.html", {"words": words, "count": len(rows), "rows": rows})


@require_safe
def as_table(request: HttpRequest, kind: str) -> HttpResponse:
    """The rows of the page as a table; a text that a spreadsheet would calculate is guarded."""
    heads = [_("Organisation"), _("Unit"), _("Functional mailbox"), _("Phone"), _("Hours"),
             _("Promised reply time in working days"), _("Median of answers in working days")]  # fmt: skip
    rows = contact_directory.contacts(clock.now(), _words(request))
    lines = [[row.organization, row.unit, row.email, row.phone, row.hours, row.promised, row.measured] for row in rows]
    return table(kind, _("Contacts"), [heads, *lines])


@require_safe
def as_vcards(request: HttpRequest) -> HttpResponse:
    """The rows of the page for an address book."""
    rows = contact_directory.contacts(clock.now(), _words(request))
    return _file(contact_directory.vcards(rows).encode(), "text/vcard; charset=utf-8", "contacts.vcf")


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:100].strip()


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
