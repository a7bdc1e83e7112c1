"""Compared with own provision: the office enters what doing it oneself costs and reads what buying saves."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import actions
from evaluation.forms.provision import ProvisionForm, RateForm
from evaluation.lifecycle import decide_result
from evaluation.models import DiscountRate
from evaluation.provision import (
    Compared,
    break_even_words,
    finding,
    kinds,
    missing,
    of_view,
    provisions,
    real_finding,
)
from evaluation.readers import Reader, require_file
from evaluation.results import latest, view_of
from evaluation.views.frame import may, reader_of, show, signed_in
from tendering.forms.faults import take_over


def words_of(one: Compared, currency: str) -> dict[str, str]:
    """The sentences of the part."""
    return {
        "finding": finding(one, currency), "real": real_finding(one, currency), "break_even": break_even_words(one),
    }  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def provision(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All lots, and the table of rates with a form for a new row."""
    who = reader_of(request, tender_id)
    require_file(who)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.add_discount_rate(actor=who.user, tender_id=tender_id, **form.cleaned_data)
            messages.success(request, _("The rate has been added. It is used for comparisons entered from now on."))
            return redirect("provision", tender_id=tender_id)
    return show(
        request, who, "provision", status=422 if form.errors else 200, form=form,
        lots=list(_lots(who)), rates=list(DiscountRate.objects.filter(organization=who.tender.buyer_id)[:20]),
        may_enter=bool(may(who, "compare_provision")),
    )  # fmt: skip


def _lots(who: Reader) -> list[dict[str, Any]]:
    found, basis = provisions(who.tender), str(who.tender.evaluation.get("price_basis", "net"))
    run = latest(who.tender) if decide_result(who.roles, who.on_panel, who.closed) else None
    results = of_view(who.tender, view_of(run)) if run is not None else {}
    lots = []
    for lot in who.tender.lots.order_by("position", "id"):
        own = found.get(lot.code)
        items = list(own.items.all()) if own else []
        names = {kind.code: kind.name for kind in kinds()}
        lots.append({
            "lot": lot, "items": [(names[row.code], row) for row in items], "own": own,
            "missing": missing(items, basis), "compared": results.get(lot.code),
            "words": words_of(results[lot.code], who.tender.currency) if lot.code in results else {},
        })  # fmt: skip
    return lots


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def lot(request: HttpRequest, tender_id: int, lot: str) -> HttpResponse:
    """The cost items of one lot."""
    who = reader_of(request, tender_id)
    require_file(who)
    found = who.tender.lots.filter(code=lot).first()
    if found is None:
        raise Http404
    form = ProvisionForm(request.POST or None, provision=provisions(who.tender).get(lot))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.save_provision(actor=who.user, tender_id=tender_id, lot_code=lot, items=form.items)
            messages.success(request, _("Saved."))
            return redirect("provision", tender_id=tender_id)
    return show(
        request, who, "provision_lot", status=422 if form.errors else 200, form=form, lot=found,
        may_enter=bool(may(who, "compare_provision")),
    )  # fmt: skip
