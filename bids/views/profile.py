"""The company's profile: data once only, proofs with their term, and proofs taken into a bid."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, days
from accounts.actions.organizations import update_organization
from accounts.decision import RefusedError
from accounts.downloads import confined, kind_of
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import Organization
from accounts.people_forms import organization_values
from bids import proofs
from bids.actions import profile as actions
from bids.actions.declaration import declared
from bids.actions.drafts import own_draft
from bids.forms.profile import CompanyForm, FromProfileForm, ProofForm
from bids.models import Proof
from bids.views.access import bench_of, person, refusal, signed_in
from bids.workbench import Workbench
from tendering.forms.faults import add_faults
from tendering.upload import DocumentUploadHandler


def company_of(request: HttpRequest) -> Organization:
    """The company named by `?company=`, or the person's only or first one; Http404 without any."""
    wanted = request.POST.get("company") or request.GET.get("company") or ""
    own = Organization.objects.filter(pk__in=person(request).organizations_with(*PROVIDER_ROLES)).order_by("pk")
    if wanted:
        own = own.filter(pk=int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 12 else 0)
    company = own.first()
    if company is None:
        raise Http404
    return company


def _address(company: Organization) -> str:
    return f"{reverse('company_profile')}?company={company.pk}"


@signed_in
@require_safe
def company_profile(request: HttpRequest) -> HttpResponse:
    """Data and proofs of the company, what expires first."""
    company, now = company_of(request), clock.now()
    today = days.today(company, now)
    rows = [_row(proof, today) for proof in proofs.kept(company).select_related("person")]
    context = {
        "company": company,
        "details": company.details,
        "size": dict(CompanyForm.base_fields["scale"].choices).get(company.scale, ""),  # type: ignore[attr-defined]  # ChoiceField
        "declaration": declared(company),
        "rows": sorted(rows, key=lambda row: (row["days"] is None, row["days"] or 0)),
        "is_admin": person(request).has_role(company.pk, Role.BIDDER_ADMIN),
        "others": Organization.objects.filter(pk__in=person(request).organizations_with(*PROVIDER_ROLES)).exclude(
            pk=company.pk
        ),
    }
    return render(request, "bids/company.html", context)


def _row(proof: Proof, today: date) -> dict[str, Any]:
    """A proof with what its term means today: kind of badge and words."""
    left = (proof.valid_until - today).days if proof.valid_until else None
    if left is None:
        state, words = "neutral", _("no end")
    elif left < 0:
        state, words = "danger", _("expired")
    elif left == 0:
        state, words = "warning", _("expires today")
    else:
        state = "warning" if left <= proofs.SOON_DAYS else "success"
        words = ngettext("expires in %(n)s day", "expires in %(n)s days", left) % {"n": left}
    if proof.valid_from and proof.valid_from > today:
        state, words = "neutral", _("not valid yet")
    return {"proof": proof, "days": left, "state": state, "words": words}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The company's data, for its administrators."""
    company = company_of(request)
    form = CompanyForm(request.POST or None, initial=organization_values(company, CompanyForm.base_fields))
    if request.method == "POST" and form.is_valid():
        try:
            update_organization(actor=person(request), organization_id=company.pk, fields=form.cleaned_data)
            messages.success(request, _("Saved. Bids you prepare from now on use it."))
            return redirect(_address(company))
        except ValidationError as error:
            add_faults(form, error)
    context = {"company": company, "form": form, "back": _address(company)}
    return render(request, "bids/company_edit.html", context, status=422 if form.errors else 200)


def takes_proof(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The upload stays in memory: its handler is set before the CSRF check reads the form, which still runs first.

    Strangers are sent away before the first byte of the file is kept.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not person(request).organizations_with(*PROVIDER_ROLES):
            raise Http404
        request.upload_handlers = [DocumentUploadHandler(request)]
        try:
            return protected(request)
        except RefusedError as error:
            return refusal(request, error.refused)

    return outer


@takes_proof
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Keep one more proof."""
    company, now = company_of(request), clock.now()
    is_admin = person(request).has_role(company.pk, Role.BIDDER_ADMIN)
    people = holders(company, PROVIDER_ROLES, now).order_by("function", "email")
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProofForm(people, *posted, is_admin=is_admin)
    if request.method == "POST" and form.is_valid() and _added(request, company, form):
        messages.success(request, _("The proof is kept, encrypted. It is offered in every bid it fits."))
        return redirect(_address(company))
    context = {
        "company": company, "form": form, "back": _address(company), "is_admin": is_admin,
        "megabytes": settings.DOCUMENT_FILE_LIMIT // 1_000_000,
    }  # fmt: skip
    return render(request, "bids/proof_add.html", context, status=422 if form.errors else 200)


def _added(request: HttpRequest, company: Organization, form: ProofForm) -> bool:
    data = form.cleaned_data
    file = data["document"]
    try:
        actions.add_proof(
            actor=person(request), company_id=company.pk, kind=data["kind"], title=data["title"], name=file.name,
            content=file.read(), valid_from=data["valid_from"],
            valid_until=data["valid_until"], person_id=data.get("person"),
        )  # fmt: skip
    except ValidationError as error:
        add_faults(form, error, lambda path: "document" if path == "name" else path)
        return False
    return True


@signed_in
@require_safe
def download(request: HttpRequest, proof_id: UUID) -> HttpResponse:
    """The paper, always as a download and never as a page."""
    proof = actions.own_proof(person(request), proof_id)
    content = actions.bytes_of(proof)
    return confined(HttpResponse(content, content_type=kind_of(content)), proof.name)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, proof_id: UUID) -> HttpResponse:
    """Take a proof out, after asking: its bytes are erased."""
    proof = actions.own_proof(person(request), proof_id)
    if request.method != "POST":
        return render(request, "bids/proof_remove.html", {"proof": proof, "back": _address(proof.company)})
    actions.remove_proof(actor=person(request), proof_id=proof_id)
    messages.success(request, _("The proof has been taken out and erased."))
    return redirect(_address(proof.company))


@signed_in
@require_POST
def into_bid(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take the chosen proofs into the bid; each is sealed like an upload."""
    own_draft(person(request), draft_id)
    bench = bench_of(request, draft_id)
    form = from_profile(bench, request.POST)
    if form is None or not form.is_valid():
        raise Http404
    count = 0
    for role, proof_id in form.chosen():
        actions.use_proof(actor=person(request), draft_id=draft_id, proof_id=UUID(proof_id), role=role)
        count += 1
    if count:
        done = ngettext("%(n)s proof is sealed and in your bid.", "%(n)s proofs are sealed and in your bid.", count)
        messages.success(request, done % {"n": count})
    return redirect("bid_documents", draft_id=draft_id)


def from_profile(bench: Workbench, data: Any = None) -> FromProfileForm | None:
    """The form that offers proofs for what the bid lacks; None when nothing is missing or there is no valid proof."""
    missing = [document.name for document in bench.required_documents if document.name not in bench.papers_there]
    offered = list(proofs.valid_on(days.today(bench.draft.company, bench.now), proofs.kept(bench.draft.company)))
    return FromProfileForm(missing, offered, data) if missing and offered else None
