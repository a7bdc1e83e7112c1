"""Hand a procedure over: one of them on its own page, or everything one takes care of at once."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.decision import RefusedError, require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from tendering import actions
from tendering.forms.faults import take_over
from tendering.forms.handing_over import OFFICE, HandOverForm
from tendering.views.access import find_tender, for_staff, may_hand_over, person
from tendering.views.officer_view import navigation_of

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def tender(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Pass one procedure on to an officer, or to the whole office."""
    found, now = find_tender(request, tender_id)
    require(may_hand_over(request, found, now))
    people = holders(found.buyer_id, [Role.OFFICER], now).exclude(pk=found.responsible_id or 0).order_by("function")
    chosen = OFFICE if Role.OFFICER not in person(request).roles_in(found.buyer_id) else ""
    form = HandOverForm(
        request.POST if request.method == "POST" else None, people=people,
        office=found.responsible_id is not None, initial=chosen,
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        with take_over(form):
            actions.hand_over(actor=person(request), tender_id=found.pk, to=form.person, note=form.cleaned_data["note"])
            messages.success(request, _thanks(form))
            return redirect("tender_detail", tender_id=found.pk)
    status = found.status(now)
    context = {
        "tender": found, "now": now, "form": form, "navigation": navigation_of(request, found, status, now),
        "responsible": found.responsible,
    }  # fmt: skip
    return render(request, "tendering/hand_over.html", context, status=422 if form.errors else 200)


def _thanks(form: HandOverForm) -> str:
    if form.person is None:
        return _("Handed over. The procurement office has been told.")
    return _("Handed over. %(person)s has been told.") % {"person": form.person}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def everything(request: HttpRequest) -> HttpResponse:
    """Pass on all one takes care of: before a holiday, after a change of duties."""
    user = person(request)
    if not user.organizations_with(Role.OFFICER):
        raise PermissionDenied(_("Only procurement officers hand over procedures."))
    own = actions.responsible_for(user).filter(buyer__in=user.organizations_with(Role.OFFICER))
    form = HandOverForm(request.POST if request.method == "POST" else None, people=_colleagues(user))
    if form.is_bound and form.is_valid() and form.person is not None:
        with take_over(form):
            try:
                done = actions.hand_over_all(actor=user, to=form.person, note=form.cleaned_data["note"])
            except RefusedError as error:
                form.add_error("to", str(error.refused.sentence))
            else:
                words = ngettext("One procedure handed over.", "%(n)s procedures handed over.", len(done))
                messages.success(request, f"{words % {'n': len(done)}} {_thanks(form)}")
                return redirect("desk")
    shown = list(own.select_related("buyer").order_by("tender_period_end", "pk")[:SHOWN])
    context = {"form": form, "tenders": shown, "count": own.count(), "more": own.count() - len(shown)}
    return render(request, "tendering/hand_over_all.html", context, status=422 if form.errors else 200)


def _colleagues(user: User) -> QuerySet[User]:
    """Officers of the same buyers."""
    found = holders(user.organizations_with(Role.OFFICER), [Role.OFFICER], clock.now())
    return found.exclude(pk=user.pk).order_by("function")
