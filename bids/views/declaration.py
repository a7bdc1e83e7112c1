"""The self-declaration on grounds for exclusion: in the company's profile, and taken into a bid."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bids import grounds
from bids.actions import declaration as actions
from bids.forms.declaration import DeclarationForm
from bids.views.access import bench_of, person, signed_in, version_of
from bids.views.profile import company_of
from tendering.forms.faults import add_faults


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def company_declaration(request: HttpRequest) -> HttpResponse:
    """Give it, or give it anew. With `?bid=` the way leads back into that bid."""
    company = company_of(request)
    bid, back = request.GET.get("bid", ""), f"{reverse('company_profile')}?company={company.pk}"
    form = DeclarationForm(request.POST if request.method == "POST" else None, actions.declared(company))
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare(actor=person(request), company_id=company.pk, declaration=form.declaration())
        except ValidationError as error:
            add_faults(form, error, lambda path: path.removeprefix("$."))
        else:
            messages.success(request, _("Kept, encrypted. Every bid can take it over with one click."))
            return redirect(_draft(bid) or back)
    context = {
        "company": company,
        "form": form,
        "back": back,
        "sources": company.country == "DE",
        "version": grounds.version(),
    }
    return render(request, "bids/company_declaration.html", context, status=422 if form.errors else 200)


def _draft(bid: str) -> str:
    try:
        return reverse("bid_declaration", args=[UUID(bid)])
    except ValueError:
        return ""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def bid_declaration(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What the profile declares beside what the bid says; taken over by a button, after it was read."""
    bench = bench_of(request, draft_id)
    if request.method == "POST":
        act = actions.leave_declaration if "leave" in request.POST else actions.take_declaration
        act(actor=person(request), draft_id=draft_id, expected_version=version_of(request, bench.draft.version))
        return redirect("bid_draft", draft_id=draft_id)
    mine, taken = actions.declared(bench.draft.company), grounds.in_extra(bench.content.extra)
    context = {
        "bench": bench,
        "mine": mine,
        "taken": taken,
        "differs": mine is not None and mine != taken,
        "asked": grounds.grounds_for(bench.family),
        "sources": bench.family == "de",
    }
    return render(request, "bids/declaration.html", context)
