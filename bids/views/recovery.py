"""The recovery key of an opening group: made and tried by its keeper; and used in an opening by two people."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.decision import RefusedError
from accounts.holders import groups_of, kept_groups
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import OpenerKey, Organization, User
from bids import actions, keys
from bids.actions import recovery_use as steps
from bids.actions.opener_keys import challenge
from bids.actions.opening_access import may_use_recovery_key, recovery_key_of
from bids.actions.opening_time import AFTERWARDS
from bids.actions.recovery_keys import next_name
from bids.forms.acts import DeclarationForm, HandOverForm
from bids.forms.recovery import KeepForm, TakeForm
from bids.models import RecoveryUse
from bids.views.access import person, refusal, signed_in
from bids.views.opening import Ceremony, ceremony_of
from bids.views.opening_parts import told
from tendering.forms.faults import add_faults
from tendering.views.officer_view import navigation_of
from tendering.zones import zone_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_key(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The recovery key of a buyer's opening group: its keeper makes and tries it, administrators report it lost too."""
    user = person(request)
    organization = _readable(user).filter(pk=organization_id).first()
    if organization is None:
        raise Http404
    act = request.POST.get("act", "")
    if request.method == "POST" and act == "store":
        return _store(request, user, organization)
    if request.method == "POST" and (act == "try" or request.POST.get("sure") == "yes"):
        return _key_act(request, user, organization, act)
    return render(request, "bids/recovery_key.html", _key_context(request, user, organization))


def _readable(user: User) -> Any:
    """Buyers whose recovery key the person may see: as keeper, administrator or member of the group."""
    found = Q(pk__in=kept_groups(user, clock.now()).values("pk"))
    found |= Q(pk__in=groups_of(user).values("organization")) | Q(pk__in=user.organizations_with(Role.ORG_ADMIN))
    return Organization.objects.filter(found).exclude(kind=OrganizationKind.PROVIDER)


def _store(request: HttpRequest, user: User, organization: Organization) -> HttpResponse:
    """The public part and the place; answers in JSON, because the page then shows the sheet by itself."""
    sent = {name: request.POST.get(name, "")[:400] for name in ("public", "name", "kept_by", "kept_where")}
    try:
        actions.store_recovery_key(actor=user, organization_id=organization.pk, **sent)
    except ValidationError as error:
        return JsonResponse({"code": "invalid", "detail": " ".join(error.messages)}, status=422)
    except RefusedError as error:
        return told(error)
    return JsonResponse({"stored": True})


def _key_act(request: HttpRequest, user: User, organization: Organization, act: str) -> HttpResponse:
    number = request.POST.get("key", "")
    key: dict[str, Any] = {
        "actor": user,
        "organization_id": organization.pk,
        "key_id": int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0,
    }
    if act == "try":
        actions.try_recovery_key(**key, proof=request.POST.get("proof", ""))
        messages.success(request, _("The recovery key works. Seal the envelope and sign over the flap."))
    elif act == "lost":
        actions.report_recovery_key_lost(**key)
        messages.success(request, _("The recovery key is reported lost and the group is told. Have a new one made."))
    return redirect("recovery_key", organization_id=organization.pk)


def _key_context(request: HttpRequest, user: User, organization: Organization) -> dict[str, Any]:
    timezone.activate(zone_of(organization))  # the middleware takes it back after the answer
    held = OpenerKey.objects.recovery().filter(recovery_for__organization=organization)
    rows = list(held.select_related("user", "recovery_for").order_by("-number"))
    is_keeper = kept_groups(user, clock.now()).filter(pk=organization.pk).exists()
    current = next((key for key in rows if key.replaced_at is None), None)
    return {
        "organization": organization,
        "current": current,
        "former": [key for key in rows if key is not current],
        "is_keeper": is_keeper,
        "may_report": is_keeper or organization.pk in user.organizations_with(Role.ORG_ADMIN),
        "ask_lost": request.POST.get("act") == "lost" and request.POST.get("key", ""),
        "task": json.dumps({**challenge(current), "opener": current.identifier}) if current and is_keeper else "",
        "name": next_name(organization),
        "work_factor": keys.work_factor(),
        "keep_form": KeepForm(),
        "make": is_keeper and (current is None or current.used_at is not None or "make" in request.GET),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def open_with_recovery_key(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Step by step: who and why, the second person's confirmation, then the sheet. For openers, and who is named."""
    ceremony, use = _ceremony(request, tender_id)
    people = list(steps.witnesses(ceremony.user, ceremony.tender, ceremony.now))
    form = TakeForm(people, request.POST if request.POST.get("act") == "take" else None)
    if request.method == "POST":
        try:
            return _use_act(request, ceremony, use, form)
        except ValidationError as error:
            if not form.is_bound:
                messages.error(request, error.messages[0])
                return redirect("bid_opening_recovery", tender_id=tender_id)
            add_faults(form, error, lambda path: path)
        except RefusedError as error:
            return refusal(request, error.refused)
    facts, kind = ceremony.context(), steps.kind_now(ceremony.tender)
    context = {
        **facts,
        "navigation": navigation_of(request, ceremony.tender, ceremony.status, ceremony.now),
        "form": form,
        "declare_form": DeclarationForm(),
        "declare_back": "recovery",
        "use": use,
        "key": recovery_key_of(steps.seal_for(ceremony.tender, kind)) if ceremony.seal else None,
        "kind": kind,
        "is_used": use is not None and any(release.recovery_use_id == use.pk for release in facts["released"]),
        "may_open": ceremony.opens_with_recovery_key and facts["guard_ends"] is None,
    }
    return render(request, "bids/recovery.html", context, status=422 if form.errors else 200)


def _ceremony(request: HttpRequest, tender_id: int) -> tuple[Ceremony, RecoveryUse | None]:
    """Http404 for everybody but openers of the buyer and the person who is named as witness."""
    ceremony = ceremony_of(request, tender_id)
    use = steps.running(ceremony.tender, ceremony.now)
    named = use is not None and use.witness_id == ceremony.user.pk
    if not named and not may_use_recovery_key(ceremony.user, ceremony.tender):
        raise Http404
    return ceremony, use


def _use_act(request: HttpRequest, ceremony: Ceremony, use: RecoveryUse | None, form: TakeForm) -> HttpResponse:
    act, user, here = request.POST.get("act", ""), ceremony.user, ceremony.tender.pk
    if form.is_bound:
        if not form.is_valid():
            raise ValidationError({})
        data = form.cleaned_data
        actions.take_recovery_key(actor=user, tender_id=here, witness_id=int(data["witness"]), reason=data["reason"])
        return redirect("bid_opening_recovery", tender_id=here)
    if use is None:
        raise Http404
    if act == "confirm":
        actions.confirm_envelope(actor=user, use_id=use.pk)
    elif act == "put_back":
        actions.put_back(actor=user, use_id=use.pk)
    elif act == "hand_over":
        sent = HandOverForm(request.POST)
        if not sent.is_valid():
            raise ValidationError({"pieces": [_("These are not the pieces of the recovery key.")]})
        session = actions.release_recovery_key(
            actor=user, use_id=use.pk, session_id=sent.cleaned_data["session"], pieces=sent.cleaned_data["pieces"]
        )
        if use.kind not in AFTERWARDS or session.completed_at:
            return redirect("bid_opening", tender_id=here)
    return redirect("bid_opening_recovery", tender_id=here)


@signed_in
@require_POST
def recovery_part(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The wrapped pieces of the recovery key for the opener's browser, as JSON, or why not."""
    ceremony, use = _ceremony(request, tender_id)
    if use is None:
        raise Http404
    try:
        return JsonResponse(steps.recovery_task(actor=ceremony.user, use_id=use.pk))
    except RefusedError as error:
        return told(error)
