"""The page of a tender, its documents and its calendar entry."""

import io
import zipfile
from datetime import datetime
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.downloads import confined, kind_of
from accounts.lifecycle import Role
from accounts.models import Organization
from tendering import actions, panels
from tendering.forms.acts import QuestionForm
from tendering.forms.faults import take_over
from tendering.lifecycle import Status, decide_ask
from tendering.models import Tender
from tendering.views.access import find_tender, is_staff_of, person, tells_refusals
from tendering.views.officer_view import navigation_of, next_step_of
from tendering.views.public_content import public_content
from tendering.views.watching import star


@require_safe
def tender_detail(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Everything about one tender on one page; the buyer's people see what to do next."""
    tender, now = find_tender(request, tender_id)
    return _page(request, tender, now, QuestionForm())


def _page(request: HttpRequest, tender: Tender, now: datetime, form: QuestionForm, status: int = 200) -> HttpResponse:
    state = tender.status(now)
    companies = _companies(request)
    context = {
        **public_content(tender, now),
        "action_panels": panels.rendered(panels.action_panels, request, tender, state, now),
        "body_panels": panels.rendered(panels.body_panels, request, tender, state, now),
        "seal_panels": panels.rendered(panels.seal_panels, request, tender, state, now),
        "asking": decide_ask(state, tender.enquiry_period_end, now),
        "companies": companies,
        "form": form,
        "is_public": state not in {Status.DRAFT, Status.PREPARED, Status.SCHEDULED},
    }
    if context["is_public"]:
        context |= star(request, tender)
    if is_staff_of(request, tender):
        context["navigation"] = navigation_of(request, tender, state, now)
        context["next_step"] = next_step_of(request, tender, state, now)
    return render(request, "tendering/tender_detail.html", context, status=status)


def _companies(request: HttpRequest) -> list[Organization]:
    """The companies the person may ask for."""
    if not request.user.is_authenticated:
        return []
    keys = request.user.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
    return list(Organization.objects.filter(pk__in=keys)) if keys else []


@require_POST
@tells_refusals
def ask(request: HttpRequest, tender_id: int) -> HttpResponse:
    """A bidder's question; the first company of the person asks."""
    tender, now = find_tender(request, tender_id)
    form = QuestionForm(request.POST)
    companies = _companies(request)
    if not companies:
        return redirect(f"/account/login/?next={request.path}")
    if form.is_valid():
        with take_over(form):
            actions.ask_question(
                actor=person(request), company=companies[0], tender_id=tender.pk, text=form.cleaned_data["text"]
            )
            return redirect("tender_asked", tender_id=tender.pk)
    return _page(request, tender, now, form, status=422)


@require_safe
def asked(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What happens with a question that was just asked."""
    tender, _now = find_tender(request, tender_id)
    return render(request, "tendering/asked.html", {"tender": tender})


@require_safe
def document(request: HttpRequest, tender_id: int, document_id: UUID) -> FileResponse:
    """One procurement document, always as a download."""
    tender, _now = find_tender(request, tender_id)
    stored = tender.documents if is_staff_of(request, tender) else tender.documents.published()
    found = get_object_or_404(stored, pk=document_id)
    content = bytes(found.content)
    return confined(FileResponse(io.BytesIO(content), content_type=kind_of(content)), found.name)


@require_safe
def documents_zip(request: HttpRequest, tender_id: int) -> FileResponse:
    """All procurement documents in one ZIP, with a list of their hashes."""
    tender, _now = find_tender(request, tender_id)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        hashes = []
        for number, found in enumerate(tender.documents.in_force(), 1):
            name = f"{number:02} {found.name}"
            archive.writestr(_entry(name, found.added_at), bytes(found.content))
            hashes.append(f"{found.sha256}  {name}")
        archive.writestr(_entry("SHA256SUMS.txt", tender.created_at), "\n".join(hashes) + "\n")
    buffer.seek(0)
    name = _("Documents %(number)s.zip") % {"number": tender.reference}
    return FileResponse(buffer, as_attachment=True, filename=name, content_type="application/zip")


def _entry(name: str, moment: datetime) -> zipfile.ZipInfo:
    """An entry with the document's own date, so that the same documents give the same file."""
    return zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
