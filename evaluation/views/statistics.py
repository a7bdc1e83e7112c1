"""Statistics of a tender for its office and the audit, and the office's own figures beside the averages of the EU."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.lifecycle import Role
from evaluation.lot_statistics import LotStatistics, board, eu_averages, organizations, statistics, workbook
from evaluation.readers import Reader, require_file, require_result
from evaluation.results import view_of
from evaluation.views.frame import reader_of, show, signed_in
from tendering.views.access import person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _found(request: HttpRequest, tender_id: int) -> tuple[Reader, list[LotStatistics]]:
    who = reader_of(request, tender_id)
    require_file(who)
    return who, statistics(who.tender, view_of(require_result(who)))


@signed_in
@require_safe
def tender(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All lots on one page."""
    who, found = _found(request, tender_id)
    return show(request, who, "statistics", lots=found)


@signed_in
@require_safe
def sheet(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The same as a workbook."""
    who, found = _found(request, tender_id)
    response = HttpResponse(workbook(found), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="statistics-{who.tender.pk}.xlsx"'
    return response


@signed_in
@require_safe
def kpis(request: HttpRequest) -> HttpResponse:
    """The board of the houses the person works for."""
    mine = person(request).organizations_with(Role.OFFICER, Role.APPROVER, Role.AUDITOR)
    if not mine:
        raise Http404
    context = {"kpis": board(mine, clock.now()), "houses": organizations(mine), "eu": eu_averages()}
    return render(request, "evaluation/kpis.html", context)
