"""The price sheet as a file: out of the draft, and back into it after a look at what was read."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bids import actions, sheets
from bids.forms.prices import SheetForm
from bids.tasks import next_address
from bids.views.access import bench_of, person, save, signed_in
from bids.workbench import Workbench
from tendering.spreadsheets.safe import Refused


@signed_in
@require_safe
def sheet(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The price sheet of the chosen lots with the figures of the draft."""
    bench = bench_of(request, draft_id)
    response = HttpResponse(sheets.write(bench), content_type=sheets.XLSX)
    name = _("Price sheet %(number)s.xlsx") % {"number": bench.tender.reference}
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take a filled sheet; it is read in memory, in a process of its own, and kept as a proposal."""
    bench = bench_of(request, draft_id)
    if request.method != "POST":
        return _upload_page(request, bench, SheetForm(limit=settings.SHEET_FILE_LIMIT))
    form = SheetForm(request.POST, request.FILES, limit=settings.SHEET_FILE_LIMIT)
    if form.is_valid():
        try:
            content = sheets.read(bench, form.cleaned_data["sheet"])
        except Refused as refused:
            form.add_error("sheet", sheets.why_refused(refused))
        else:
            actions.save_draft(
                actor=person(request), draft_id=draft_id, expected_version=bench.draft.version, content=content
            )
            return redirect("bid_sheet_reading", draft_id=draft_id)
    return _upload_page(request, bench, form, 422)


def _upload_page(request: HttpRequest, bench: Workbench, form: SheetForm, status: int = 200) -> HttpResponse:
    return render(request, "bids/sheet.html", {"bench": bench, "form": form}, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """This is what we read; the person accepts it or goes back to the file."""
    bench = bench_of(request, draft_id)
    found = sheets.pending(bench)
    if found is None:
        return redirect("bid_sheet_upload", draft_id=draft_id)
    if request.method != "POST":
        return render(request, "bids/reading.html", {"bench": bench, "reading": found})
    draft = save(request, bench, sheets.accepted(bench))
    if draft is None:
        text = _("Somebody of your company saved this bid in between. Please look at the figures again.")
        messages.warning(request, text)
        return redirect("bid_sheet_reading", draft_id=draft_id)
    messages.success(request, _("The figures of your price sheet are now in your bid."))
    return redirect(next_address(bench_of(request, draft_id), "lots"))
