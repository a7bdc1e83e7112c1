"""Am I eligible? Answered before any work: from the profile after signing in, by a few questions without."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization
from bids import eligibility
from bids.forms.eligibility import EligibilityForm
from bids.models import Draft
from bids.views.access import person
from bids.views.profile import company_of
from tendering.lifecycle import Status
from tendering.views.access import find_tender


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def eligible(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What is met, what is missing, what only the person can judge. Answers are read and forgotten."""
    tender, now = find_tender(request, tender_id)
    company = _company(request)
    asked = eligibility.asked_by(tender, now)
    own = eligibility.own_side(person(request), company, tender, asked, now) if company else None
    untold = eligibility.points(asked, own, {})
    form = EligibilityForm(
        [point for point in untold if point.is_asked], request.POST if request.method == "POST" else None
    )
    found = eligibility.points(asked, own, form.answers())
    context = {
        "tender": tender,
        "now": now,
        "company": company,
        "others": _others(request, company),
        "draft": Draft.objects.filter(tender=tender, company=company).order_by("variant").first() if company else None,
        "form": form,
        "asked": asked,
        "verdict": eligibility.verdict(found, own) if company or form.is_bound or not found else None,
        "missing": eligibility.in_state(found, "missing"),
        "unknown": eligibility.in_state(found, "unknown"),
        "met": eligibility.in_state(found, "met"),
        "may_bid": tender.status(now) == Status.OPEN and not (own and own.bar),
    }
    return render(request, "bids/eligible.html", context)


def _company(request: HttpRequest) -> Organization | None:
    """The company the person asks for; None for visitors and people of no company."""
    if request.user.is_authenticated and person(request).organizations_with(*PROVIDER_ROLES):
        return company_of(request)
    return None


def _others(request: HttpRequest, company: Organization | None) -> list[Organization]:
    if company is None:
        return []
    own = person(request).organizations_with(*PROVIDER_ROLES)
    return list(Organization.objects.filter(pk__in=own).exclude(pk=company.pk)) if len(own) > 1 else []
