"""Who may bid where not everybody may: search companies, invite them, take an invitation back before release."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.lifecycle import OrganizationKind
from accounts.models import Membership, Organization
from tendering import actions
from tendering.forms.invitations import ProviderSearchForm
from tendering.models import INVITED_ONLY, Tender
from tendering.views.access import find_own, for_staff, person
from tendering.views.officer_view import navigation_of

MOST_FOUND = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def invitations(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The invited companies and a search for more."""
    tender, now = find_own(request, tender_id, "invite")
    if request.method == "POST":
        return _change(request, tender)
    search = ProviderSearchForm(request.GET) if "q" in request.GET else ProviderSearchForm()
    found = list(_found(tender, search.cleaned_data["q"], now)) if search.is_bound and search.is_valid() else None
    status = tender.status(now)
    context = {
        "tender": tender, "now": now, "form": search, "found": found, "words": request.GET.get("q", ""),
        "navigation": navigation_of(request, tender, status, now),
        "invited": tender.invitations.select_related("provider").order_by("provider__name"),
        "is_open_to_all": tender.procedure_type not in INVITED_ONLY, "may_remove": tender.released_at is None,
        "is_published": tender.published_at is not None and tender.published_at <= now,
    }  # fmt: skip
    return render(request, "tendering/invitations.html", context, status=422 if search.errors else 200)


def _change(request: HttpRequest, tender: Tender) -> HttpResponse:
    """One company in or out, by the button pressed; the search stays."""
    key = request.POST.get("invite") or request.POST.get("remove") or ""
    provider = get_object_or_404(_providers(), pk=key if key.isdecimal() else 0)
    if request.POST.get("invite"):
        actions.invite_providers(actor=person(request), tender_id=tender.pk, providers=[provider])
        messages.success(request, _("%(company)s is invited.") % {"company": provider.name})
    else:
        actions.withdraw_invitation(actor=person(request), tender_id=tender.pk, provider=provider)
        messages.success(request, _("%(company)s is no longer invited.") % {"company": provider.name})
    return redirect("tender_invite", tender_id=tender.pk)


def _providers() -> QuerySet[Organization]:
    return Organization.objects.filter(kind=OrganizationKind.PROVIDER)


def _found(tender: Tender, words: str, now: datetime) -> QuerySet[Organization]:
    """Companies whose name, address or people's addresses contain the words, without those invited already."""
    people = Membership.objects.active(now).filter(organization=OuterRef("pk"), user__email__icontains=words)
    matching = Q(name__icontains=words) | Q(email__icontains=words) | Q(Exists(people))
    return _providers().filter(matching).exclude(pk__in=tender.invitations.values("provider"))[:MOST_FOUND]
