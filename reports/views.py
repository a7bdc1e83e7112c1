"""Files to take away: workbooks, opening record, receipt; and filling a municipality's own template."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from bids.sheets import why_refused
from bids.views.access import signed_in
from evaluation.actions.letters import letter_for
from evaluation.candidate_letters import candidate_letter_for
from evaluation.models import EvaluationRun
from pilots.papers.listing import meeting
from pilots.papers.readers import find
from reports import access
from reports.audit.access import tender_to_take
from reports.documents import (
    award_record_pdf,
    candidate_letter_pdf,
    council_paper_pdf,
    letter_pdf,
    opening_record_pdf,
    papers_pdf,
    receipt_pdf,
    rehearsal_pdf,
)
from reports.files import safe_name, workbook_of
from reports.forms import TemplateForm
from reports.named_values import fill, named_values, names_csv
from reports.pilot_workbook import pilot_workbook
from tendering.spreadsheets.safe import Refused
from tendering.views.access import person
from tendering.views.officer_view import navigation_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def language() -> str:
    """Language of the page, for the file too."""
    return (get_language() or "de").partition("-")[0]


def download(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    """A file that is saved, never shown inside the page, and never kept by caches."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, safe_name(name)) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def tender_file(run: EvaluationRun, lot: str = "") -> HttpResponse:
    """The workbook of an evaluation; with fixed values where formulas could not be exact, which it says itself."""
    name = "-".join(filter(None, [run.tender.reference, _("evaluation"), lot]))
    return download(workbook_of(run, language(), lot), XLSX, f"{name}.xlsx")


@signed_in
@require_safe
def tender_workbook(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The evaluation workbook, of all lots or with ?lot= of one."""
    return tender_file(access.run_for(request.user, tender_id), request.GET.get("lot", ""))


@signed_in
@require_safe
def opening_record(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The record of the opening as PDF, in the language of the tender."""
    session = access.opening_for(request.user, tender_id, request.GET.get("session", ""))
    return download(opening_record_pdf(session), PDF, f"{session.tender.reference}-{_('opening-record')}.pdf")


@signed_in
@require_safe
def award_record(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The award record as it stands, for the office and the audit; for members of the panel once it is closed."""
    sight = tender_to_take(request.user, tender_id)
    return download(award_record_pdf(sight), PDF, f"{sight.tender.reference}-{_('award-record')}.pdf")


@signed_in
@require_safe
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """A bidder's own receipt as PDF."""
    found = access.receipt_for(request.user, receipt_id)
    return download(receipt_pdf(found, language()), PDF, f"{found.bid.tender.reference}-{_('receipt')}.pdf")


@signed_in
@require_safe
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """A letter about the award as PDF, for its recipients, the office and the audit."""
    found = letter_for(person(request), letter_id)
    return download(letter_pdf(found), PDF, f"{found.tender.reference}-{_('award-letter')}.pdf")


@signed_in
@require_safe
def candidate_letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """A letter about the selection of candidates as PDF, for its company, the office and the audit."""
    found = candidate_letter_for(person(request), letter_id)
    return download(candidate_letter_pdf(found), PDF, f"{found.bid.tender.reference}-{_('selection-letter')}.pdf")


@require_safe
def rehearsal(request: HttpRequest, rehearsal_id: UUID) -> HttpResponse:
    """A company's own rehearsal as PDF."""
    found = access.rehearsal_for(request.user, rehearsal_id)
    return download(rehearsal_pdf(found, language()), PDF, f"{found.tender.reference}-{_('rehearsal')}.pdf")


@require_safe
def pilot_file(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The workbook of an analysed pilot, for everybody."""
    pilot = access.pilot_for(request.user, pilot_id)
    return download(pilot_workbook(pilot, language()), XLSX, f"{pilot.reference}-{_('pilot')}.xlsx")


@require_safe
def paper_file(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A council paper as PDF: the full version for council, office and audit, the public one for everybody."""
    reader = find(request.user, paper_id, request.GET.get("version", ""))
    if reader.paper.issued_at is None:
        raise Http404
    return download(council_paper_pdf(reader), PDF, f"{_('council-paper')}-{reader.paper.pk}.pdf")


@require_safe
def session_file(request: HttpRequest, day: date, reference: str) -> HttpResponse:
    """All papers of a municipality's day in one file, to be read without the net."""
    readers = meeting(request.user, clock.now(), day, reference)
    return download(papers_pdf(readers), PDF, f"{_('council-papers')}-{reference}-{day.isoformat()}.pdf")


@signed_in
@require_safe
def template_names(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The names a template may use for this tender, with meaning and value, as CSV."""
    run = access.run_for(request.user, tender_id)
    content = names_csv(run, (_("Name"), _("Meaning"), _("Value"))).encode("utf-8-sig")
    return download(content, "text/csv; charset=utf-8", f"{run.tender.reference}-{_('names')}.csv")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Choose an own template; see what would be filled, or get it filled."""
    run = access.run_for(request.user, tender_id)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _template_page(request, run, form)
    try:
        content, report = fill(form.cleaned_data["template"], run)
    except Refused as refused:
        form.add_error("template", why_refused(refused))
        return _template_page(request, run, form)
    if request.POST.get("act") == "check":
        return _template_page(request, run, TemplateForm(), report=report)
    return download(content, XLSX, f"{run.tender.reference}-{_('template')}.xlsx")


def _template_page(request: HttpRequest, run: EvaluationRun, form: TemplateForm, **more: object) -> HttpResponse:
    names = [[item.name, item.meaning, "" if item.value is None else str(item.value)] for item in named_values(run)]
    now = clock.now()
    status = run.tender.status(now)
    context = {
        "tender": run.tender,
        "now": now,
        "status": status,
        "navigation": navigation_of(request, run.tender, status, now),
        "crumbs": [(_("Result"), reverse("evaluation_result", args=[run.tender_id]))],
        "form": form,
        "heads": [_("Name"), _("Meaning"), _("Value")],
        "names": names,
        **more,
    }
    return render(request, "reports/template.html", context, status=422 if form.errors else 200)
