"""The chair's work: all scores side by side, an agreed score where they lie far apart, close the panel."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from accounts.lifecycle import Role
from evaluation import actions
from evaluation.forms.scoring import ConsensusForm
from evaluation.inputs import spec_of
from evaluation.neutral import decide_names
from evaluation.panel_figures import agreement, history
from evaluation.readers import Reader, require_moderation
from evaluation.score_tables import panel_tables
from evaluation.scorebook import Spread, spreads
from evaluation.views.frame import may, opened, show, signed_in
from evaluation.views.scoring import has_declared
from tendering.forms.faults import take_over
from tendering.models import Criterion


def _reader(request: HttpRequest, tender_id: int) -> Reader:
    who = opened(request, tender_id)
    require_moderation(who)
    return who


def _may_moderate(who: Reader) -> bool:
    is_chair = Role.PANEL_CHAIR in who.roles and not who.closed and bool(may(who, "moderate"))
    return is_chair and bool(decide_names(who.tender, who.user))


@signed_in
@require_safe
def moderation(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All single scores, the spread marked; what still has to be agreed on stands first."""
    who = _reader(request, tender_id)
    if Role.PANEL_CHAIR in who.roles and not who.closed and not has_declared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    found = spreads(who.tender)
    people, tables = panel_tables(found)
    chair = Role.PANEL_CHAIR in who.roles
    return show(
        request, who, "moderation",
        people=people, tables=tables,
        missing=[spread for spread in found if spread.is_missing],
        far_apart=sum(spread.level == "consensus" for spread in found),
        limit=spec_of(who.tender).consensus_spread,
        may_moderate=_may_moderate(who),
        names=dict(who.tender.criteria.values_list("code", "name")),
        agreement=agreement(found, who.tender) if chair else None,
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: HttpRequest, tender_id: int, bid_id: UUID, lot: str, criterion: str) -> HttpResponse:
    """Agree on one score, with the reasons of all evaluators above."""
    who = _reader(request, tender_id)
    require(may(who, "moderate"))
    require(decide_names(who.tender, who.user))
    spread = _spread(who, bid_id, lot, criterion)
    form = ConsensusForm(request.POST or None, value=spread.consensus, comment=spread.consensus_reason)
    if request.method == "POST" and form.is_valid():
        with take_over(form, lambda path: "choice" if path == "value" else "comment"):
            actions.set_consensus(
                actor=who.user, bid_id=bid_id, lot_code=lot, criterion_code=criterion,
                value=form.score, reason=form.cleaned_data["comment"],
            )  # fmt: skip
            messages.success(request, _("The agreed score has been recorded."))
            return redirect("moderation", tender_id=tender_id)
    return show(request, who, "moderation_cell", status=422 if form.errors else 200, form=form, **_context(who, spread))


def _spread(who: Reader, bid_id: UUID, lot: str, criterion: str) -> Spread:
    key = (bid_id, lot, criterion)
    for spread in spreads(who.tender):
        if (spread.cell.bid_id, spread.cell.lot, spread.cell.criterion) == key:
            return spread
    raise Http404


def _context(who: Reader, spread: Spread) -> dict[str, Any]:
    return {
        "spread": spread,
        "criterion": Criterion.objects.get(pk=spread.cell.criterion_id),
        "limit": spec_of(who.tender).consensus_spread,
        "history": history(who.tender, spread.cell, spread.cell.bid_id),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Close the panel: scores are final, prices become visible."""
    who = _reader(request, tender_id)
    require(may(who, "moderate"))
    require(decide_names(who.tender, who.user))
    if request.method == "POST":
        actions.close_panel(actor=who.user, tender_id=tender_id)
        messages.success(request, _("The panel is closed. The scores are final."))
        return redirect("evaluation", tender_id=tender_id)
    missing = [spread for spread in spreads(who.tender) if spread.is_missing]
    return show(request, who, "panel_close", missing=missing)
