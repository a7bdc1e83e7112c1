"""Hints about a tender, for its office and the audit only."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import require
from evaluation import actions
from evaluation.flags import board
from evaluation.forms.office import FlagForm
from evaluation.lifecycle import decide_result
from evaluation.readers import require_file
from evaluation.views.frame import may, opened, show, signed_in
from tendering.forms.faults import take_over


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def flags(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All hints; the office says to each why it is harmless or what follows."""
    who = opened(request, tender_id)
    require_file(who)
    require(decide_result(who.roles, who.on_panel, who.closed))
    found, form = board(who.tender, who.now), FlagForm(request.POST or None)
    wanted = request.POST.get("flag", "")
    if request.method == "POST":
        require(may(who, "note_flag"))
        here = next((one for one in found.raised if one.key == wanted), None)
        if here is None:
            raise Http404
        if form.is_valid():
            with take_over(form):
                actions.note_flag(
                    actor=who.user, tender_id=tender_id, code=here.hint.code, subject=here.hint.subject,
                    value=here.value, reason=form.cleaned_data["reason"],
                )  # fmt: skip
                messages.success(request, _("Your reason has been recorded."))
                return redirect("flags", tender_id=tender_id)
    return show(
        request, who, "flags", status=422 if form.errors else 200, board=found, form=form, wanted=wanted,
        may_note=bool(may(who, "note_flag")),
    )  # fmt: skip
