"""The rehearsal of an opening: a test bid, opened by the people of a group from their own browsers."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.decision import RefusedError
from accounts.holders import groups_of
from accounts.lifecycle import Role
from accounts.models import OpeningGroup, User
from bids import actions, keys
from bids.actions.group_rehearsal import NOT_YOURS, is_complete, rehearsing_keys, running_rehearsal
from bids.actions.opening import SESSION_LIFE
from bids.forms.acts import HandOverForm, ReleaseForm, with_only_error
from bids.group_rehearsals import last_rehearsal, rehearsed_by
from bids.models import GroupRehearsal
from bids.views.access import person, signed_in
from bids.views.opening_parts import told
from tendering.zones import zone_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Where the rehearsal stands and the one thing to do now; for the group and its administrators."""
    user, group = person(request), _group(request, organization_id)
    act = request.POST.get("act", "")
    if act == "go_on":
        actions.resume_group_rehearsal(actor=user, organization_id=organization_id)
        return redirect("group_rehearsal", organization_id=organization_id)
    form = ReleaseForm(request.POST if request.method == "POST" and act != "hand_over" else None)
    if request.method != "POST" or (form.is_bound and not form.is_valid()):
        return _page(request, group, form, 422 if form.is_bound else 200)
    try:
        if act == "hand_over":
            _hand_over(user, request.POST)
        else:
            started = actions.start_group_rehearsal(actor=user, organization_id=organization_id)
            sentence = form.cleaned_data["pass_sentence"]
            actions.rehearse_assisted(actor=user, rehearsal_id=started.pk, pass_sentence=sentence)
    except RefusedError as error:
        told_at_field = form.is_bound and error.refused.code == "wrong_pass_sentence"
        if told_at_field:
            form = with_only_error(ReleaseForm({"pass_sentence": ""}), "pass_sentence", error.refused.sentence)
        refusal = "" if told_at_field else error.refused.sentence
        return _page(request, group, form if told_at_field else ReleaseForm(), error.refused.status, refusal=refusal)
    except ValidationError as error:
        return _page(request, group, ReleaseForm(), 422, refusal=error.messages[0])
    return redirect("group_rehearsal", organization_id=organization_id)


@signed_in
@require_POST
def part(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Joins the rehearsal that runs or starts one; the person's locked key and wrapped pieces as JSON, or why not."""
    _group(request, organization_id)
    try:
        started = actions.start_group_rehearsal(actor=person(request), organization_id=organization_id)
        return JsonResponse(actions.group_rehearsal_task(actor=person(request), rehearsal_id=started.pk))
    except RefusedError as error:
        return told(error)


@signed_in
@require_safe
def state(request: HttpRequest, organization_id: int) -> HttpResponse:
    """{"state", "sentence", "opened"}: how many have released."""
    group = _group(request, organization_id)
    running = running_rehearsal(group, clock.now())
    words = {"done": running.releases.count() if running else 0, "needed": group.needed}
    sentence = _("%(done)s of %(needed)s released.") % words
    return JsonResponse({"state": _state(group, running), "sentence": sentence, "opened": running is None})


def _group(request: HttpRequest, organization_id: int) -> OpeningGroup:
    """For members who open today, and administrators; Http404 for everybody else."""
    user = person(request)
    found = groups_of(user).filter(organization=organization_id).first()
    if found is None and organization_id in user.organizations_with(Role.ORG_ADMIN):
        found = OpeningGroup.objects.filter(organization=organization_id).first()
    if found is None:
        raise Http404
    return OpeningGroup.objects.select_related("organization").get(pk=found.pk)


def _hand_over(user: User, data: QueryDict) -> None:
    form = HandOverForm(data)
    if not form.is_valid():
        raise ValidationError(NOT_YOURS)
    actions.rehearse_hand_over(
        actor=user, rehearsal_id=form.cleaned_data["session"], pieces=form.cleaned_data["pieces"]
    )


def _page(request: HttpRequest, group: OpeningGroup, form: ReleaseForm, status: int, **more: Any) -> HttpResponse:
    context = {**_context(person(request), group), "form": form, **more}
    return render(request, "bids/group_rehearsal.html", context, status=status)


def _context(user: User, group: OpeningGroup) -> dict[str, Any]:
    timezone.activate(zone_of(group.organization))  # the middleware takes it back after the answer
    now = clock.now()
    running, standing = running_rehearsal(group, now), rehearsed_by(group, now)
    held = running.keys.filter(user=user).exists() if running else str(user.pk) in rehearsing_keys(group)
    releases = list(running.releases.select_related("opener")) if running else []
    last = last_rehearsal(group)
    newest = group.rehearsals.last()
    return {
        "group": group,
        "organization": group.organization,
        "standing": standing,
        "last": last,
        "running": running,
        "released": releases,
        "needed": running.needed if running else group.needed,
        "is_opener": groups_of(user).filter(pk=group.pk).exists(),
        "has_key": held,
        "have_released": any(release.opener_id == user.pk for release in releases),
        "all_here": running is not None and is_complete(running),
        "expires_at": running.started_at + SESSION_LIFE if running else None,
        "expired": running is None and newest is not None and newest.completed_at is None,
        "assisted": keys.assisted_allowed(group.organization),
        "state": _state(group, running),
        "repeat": running is None and standing.state == "good",
    }


def _state(group: OpeningGroup, running: GroupRehearsal | None) -> str:
    """Another text whenever the page has something else to show."""
    return f"{running.pk}:{running.releases.count()}" if running else "none"
