"""The page on which a buyer says who decides on its awards."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Organization
from accounts.people_views import add_faults, administered, me, told
from evaluation import actions
from evaluation.actions.award_limits import MOST_DAYS
from tendering.fields import MoneyField


class AwardLimitsForm(forms.Form):
    """Net amounts and days; empty: the rule profile's."""

    mayor_up_to = MoneyField(
        label=gettext_lazy("The mayor or the administration decides alone up to"), required=False,
        help_text=gettext_lazy("Net value of the whole award. Empty: no limit of your own."),
        example=Decimal("75000.00"),
    )  # fmt: skip
    committee_up_to = MoneyField(
        label=gettext_lazy("A committee decides up to"), required=False,
        help_text=gettext_lazy("Above it the council decides. Empty: the council decides above the first limit."),
        example=Decimal("400000.00"),
    )  # fmt: skip
    waiting_days = forms.IntegerField(
        label=gettext_lazy("Days between the letters to the bidders and the contract"), required=False, min_value=0,
        max_value=MOST_DAYS, widget=forms.NumberInput(attrs={"class": "app-short"}),
        help_text=gettext_lazy("Only if you wait longer than your rules demand. Empty: as your rules demand."),
        error_messages={"invalid": gettext_lazy("Enter a whole number of days, for example 7")},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@told
def edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Up to which value who decides; proposals from then on follow it."""
    organization = administered(request, organization_id)
    if not organization.is_buyer:
        raise Http404
    form = AwardLimitsForm(request.POST if request.method == "POST" else None, initial=_stored(organization))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_award_limits(actor=me(request), organization_id=organization_id, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("organizations")
        except ValidationError as error:
            add_faults(form, error)
    context = {"organization": organization, "form": form}
    return render(request, "evaluation/award_limits.html", context, status=422 if form.errors else 200)


def _stored(organization: Organization) -> dict[str, Any]:
    limits = organization.details.get("award_competence") or {}
    amounts = {
        name: Decimal(str(limits[name])) if limits.get(name) is not None else None
        for name in ("mayor_up_to", "committee_up_to")
    }
    return {**amounts, "waiting_days": organization.details.get("pre_information_days")}
