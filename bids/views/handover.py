"""Taking a new opener in for a tender that runs: start it, help, or finish it, each in the own browser."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decision import RefusedError
from accounts.json_input import read_json
from bids import actions
from bids.actions import handover as steps
from bids.actions.opening_access import key_for
from bids.forms.acts import NewOpenerForm
from bids.models import KeyHandover
from bids.views.access import refusal, signed_in
from bids.views.opening import Ceremony, ceremony_of
from bids.views.opening_parts import told
from tendering.forms.faults import add_faults
from tendering.views.officer_view import navigation_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_opener(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Where it stands, and the one thing this person can do now. For the opening group."""
    ceremony = _ceremony(request, tender_id)
    try:
        seals = steps.sealed_still(ceremony.tender, ceremony.now)
    except RefusedError as error:
        return refusal(request, error.refused)
    row = steps.running(ceremony.tender, ceremony.now)
    people = list(steps.newcomers(ceremony.tender, seals))
    form = NewOpenerForm(people, request.POST if request.POST.get("act") == "start" else None)
    if request.method == "POST":
        try:
            return _act(request, ceremony, row, form)
        except ValidationError as error:
            if not form.is_bound:
                messages.error(request, error.messages[0])
                return redirect("new_opener", tender_id=tender_id)
            add_faults(form, error, lambda path: path)
        except RefusedError as error:
            return refusal(request, error.refused)
    held = steps.holders_of(seals[0])
    context = {
        **ceremony.context(),
        "navigation": navigation_of(request, ceremony.tender, ceremony.status, ceremony.now),
        "form": form,
        "people": people,
        "row": row,
        "held": list(held.values()),
        "spare": len(held) - seals[0].needed,
        "may_take_part": key_for(ceremony.user, seals[0]) is not None,
        "leader_key": held.get(str(row.leader_id)) if row else None,
        "helped": row is not None and row.parts.filter(opener=ceremony.user).exists(),
        "helpers": list(row.parts.select_related("opener")) if row else [],
        "enough": row is not None and steps.has_enough(row, seals[0]),
        "before": KeyHandover.objects.filter(tender=ceremony.tender, completed_at__isnull=False).select_related(
            "newcomer", "leader"
        ),
    }
    return render(request, "bids/new_opener.html", context, status=422 if form.errors else 200)


def _ceremony(request: HttpRequest, tender_id: int) -> Ceremony:
    ceremony = ceremony_of(request, tender_id)
    if not ceremony.is_opener:
        raise Http404
    return ceremony


def _act(request: HttpRequest, ceremony: Ceremony, row: KeyHandover | None, form: NewOpenerForm) -> HttpResponse:
    act, user = request.POST.get("act", ""), ceremony.user
    here = redirect("new_opener", tender_id=ceremony.tender.pk)
    if form.is_bound:
        if form.is_valid():
            data = form.cleaned_data
            actions.start_handover(
                actor=user, tender_id=ceremony.tender.pk, newcomer_id=int(data["newcomer"]), reason=data["reason"]
            )
            return here
        raise ValidationError({})
    if row is None:
        raise Http404
    if act == "cancel":
        actions.cancel_handover(actor=user, handover_id=row.pk)
    elif act == "help":
        actions.help_handover(actor=user, handover_id=row.pk, pieces=_pieces(request))
        messages.success(request, _("Your part has been handed to the leader. The server cannot read it."))
    elif act == "complete":
        actions.complete_handover(actor=user, handover_id=row.pk, pieces=_pieces(request))
        messages.success(request, _("Done. The new opener can check the own part of the seal now."))
    return here


def _pieces(request: HttpRequest) -> list[dict[str, Any]]:
    try:
        pieces = read_json(request.POST.get("pieces", ""))
    except ValueError:
        pieces = None
    if not isinstance(pieces, list) or not pieces or not all(isinstance(piece, dict) for piece in pieces):
        raise ValidationError({"pieces": [str(steps.WRONG)]})
    return pieces


@signed_in
@require_POST
def task(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What the person's browser needs: the leader's task or a helper's, as JSON; or why not."""
    ceremony = _ceremony(request, tender_id)
    row = steps.running(ceremony.tender, ceremony.now)
    if row is None:
        raise Http404
    ask = steps.leader_task if row.leader_id == ceremony.user.pk else steps.helper_task
    try:
        return JsonResponse(ask(actor=ceremony.user, handover_id=row.pk))
    except RefusedError as error:
        return told(error)
