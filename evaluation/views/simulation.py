"""The simulator: try the way of judging on invented bids while the tender is a draft; later only read."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from evaluation import actions, simulation_words
from evaluation.forms.simulation import BidForm, TrialForm, bid_forms
from evaluation.models import Simulation
from evaluation.readers import require_file
from evaluation.simulating import DEFAULT_SEED, DEFAULT_SETS, Draft, bids_fault, past_bids, sources
from evaluation.simulation import Invented
from evaluation.simulation_file import workbook
from evaluation.simulation_sentences import bid_word
from evaluation.views.frame import may, reader_of, show, signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def simulate(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Three invented bids and random ones under the rule of the draft; POST tries others, keeps or downloads."""
    who = reader_of(request, tender_id)
    require_file(who)
    kept = Simulation.objects.filter(tender=who.tender).select_related("created_by", "lot")
    if not may(who, "simulate"):
        if request.method == "POST":
            require(may(who, "simulate"))
        last = kept.first()
        shown = simulation_words.context(simulation_words.stored(last.result), who.tender.currency) if last else {}
        return show(request, who, "simulation", kept=kept, may_run=False, last=last, **shown)
    draft = Draft(who.tender, request.POST.get("lot") or request.GET.get("lot", ""))
    return _run(request, who, draft, {"kept": kept, "may_run": True, "draft": draft})


def _run(request: HttpRequest, who: Any, draft: Draft, context: dict[str, Any]) -> HttpResponse:
    found, initial = sources(who.tender), {"sets": DEFAULT_SETS, "seed": DEFAULT_SEED}
    if request.method != "POST":
        forms = bid_forms(None, draft.default_bids(), draft.criteria)
        first = draft.run(draft.default_bids())
        return _show(request, who, draft, TrialForm(initial=initial, sources=found), forms, first, context)
    trial, forms = TrialForm(request.POST, sources=found), bid_forms(request.POST, (), draft.criteria)
    if trial.is_valid() and request.POST.get("act") == "past" and trial.cleaned_data["source"]:
        forms = bid_forms(None, past_bids(who.tender, trial.cleaned_data["source"], draft), draft.criteria)
        taken = [form_bid(form) for form in forms]
        result = draft.run(taken, trial.cleaned_data["sets"], trial.cleaned_data["seed"]) if taken else None
        return _show(request, who, draft, trial, forms, result, context)
    if not (trial.is_valid() and all(form.is_valid() for form in forms) and forms):
        return _show(request, who, draft, trial, forms, None, context, status=422)
    bids = [form.invented() for form in forms]
    if fault := bids_fault(bids):
        trial.add_error(None, fault)
        return _show(request, who, draft, trial, forms, None, context, status=422)
    sets, seed = trial.cleaned_data["sets"], trial.cleaned_data["seed"]
    if request.POST.get("act") == "keep":
        try:
            actions.save_simulation(
                actor=who.user, tender_id=who.tender.pk, lot_code=draft.lot.lot_id, bids=bids, sets=sets, seed=seed
            )
        except ValidationError as error:
            trial.add_error(None, error.messages)
            return _show(request, who, draft, trial, forms, None, context, status=422)
        messages.success(request, _("The trial is kept with the file."))
        return redirect("evaluation_simulation", tender_id=who.tender.pk)
    result = draft.run(bids, sets, seed)
    if request.POST.get("act") == "file":
        return _file(workbook(result, who.tender.currency), who.tender.reference)
    return _show(request, who, draft, trial, forms, result, context)


@signed_in
@require_safe
def kept_file(request: HttpRequest, tender_id: int, simulation_id: int) -> HttpResponse:
    """A trial kept with the file as a workbook, in the reader's language."""
    who = reader_of(request, tender_id)
    require_file(who)
    found = get_object_or_404(Simulation, pk=simulation_id, tender=who.tender)
    content = workbook(simulation_words.stored(found.result), who.tender.currency)
    return _file(content, f"{who.tender.reference}-{found.pk}")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"simulation-{name}.xlsx")
    return response


def form_bid(form: BidForm) -> Invented:
    """The bid a form was filled with."""
    data = form.initial
    return Invented(data["name"], data["price"], {c.id: data[f"score-{c.id}"] for c in form.criteria})


def _show(
    request: HttpRequest, who: Any, draft: Draft, trial: TrialForm, forms: list[BidForm], result: Any,
    context: dict[str, Any], status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = simulation_words.context(result, who.tender.currency) if result is not None else {}
    named = [(bid_word(str(form["name"].value())), form) for form in forms]
    return show(
        request, who, "simulation", status=status, trial=trial, bids=named, lots=draft.lots, lot=draft.lot, **context,
        **shown,
    )  # fmt: skip
