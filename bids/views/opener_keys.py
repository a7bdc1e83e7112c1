"""One's own opening key: made, tried, saved, printed, reported lost; and the standing groups it belongs to."""

import json
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.decision import RefusedError
from accounts.holders import groups_of, kept_groups
from accounts.lifecycle import Role
from accounts.models import OpenerKey, OpeningGroup, User
from bids import actions, keys
from bids.actions.opener_keys import challenge
from bids.forms.acts import KeyForm, TrialForm, with_only_error
from bids.group_rehearsals import rehearsed_by
from bids.keys_left import seals_of
from bids.sealing.pass_sentence import propose_pass_sentence
from bids.sealing.wrapping import encode
from bids.trials import trials_of
from bids.views.access import person, signed_in
from bids.views.opening_parts import told
from tendering.forms.faults import add_faults
from tendering.zones import zone_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """My key and my groups. Without JavaScript the server makes the key and shows its recovery sheet once."""
    user = person(request)
    context = _context(user)
    if request.method != "POST" or not context["may_have_key"]:
        return render(request, "bids/opener_keys.html", {**context, **_fresh()})
    act = ACTS.get(request.POST.get("act", ""), _make_assisted)
    return act(request, user, context)


@signed_in
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The ceremony in plain words, to read and to print; it holds nothing of anybody."""
    return render(request, "bids/guide.html")


def _make_assisted(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    form = KeyForm(request.POST)
    if form.is_valid() and (key := _make(user, form)):
        return render(request, "bids/recovery_sheet.html", _sheet(user, key, form))
    return render(request, "bids/opener_keys.html", {**context, "form": form, **_proposal(form)}, status=422)


def _store(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    """A key the browser made; answers in JSON, because the page then shows the sheet by itself."""
    try:
        actions.store_opener_key(
            actor=user, public=request.POST.get("public", ""), locked=request.POST.get("locked", "")
        )
    except ValidationError as error:
        return JsonResponse({"code": "invalid", "detail": " ".join(error.messages)}, status=422)
    except RefusedError as error:
        return told(error)
    return JsonResponse({"stored": True})


def _try(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    actions.try_opener_key(actor=user, proof=request.POST.get("proof", ""))
    return _tried(request)


def _try_assisted(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    form = TrialForm(request.POST)
    try:
        if form.is_valid():
            actions.try_opener_key_assisted(actor=user, pass_sentence=form.cleaned_data["pass_sentence"])
            return _tried(request)
    except ValidationError as error:
        form = with_only_error(TrialForm({"pass_sentence": ""}), "pass_sentence", error.messages[0])
    return render(
        request, "bids/opener_keys.html", {**context, **_fresh(), "trial_form": form, "form": form}, status=422
    )


def _tried(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Your key works. Keep sentence and recovery sheet apart."))
    return redirect("opener_keys")


def _lost(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        return render(request, "bids/opener_keys.html", {**context, **_fresh(), "ask_lost": True})
    actions.report_key_lost(actor=user)
    messages.success(request, _("The key is reported lost and the others are told. Please make a new one."))
    return redirect("opener_keys")


def _add_passkey(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    actions.add_passkey(actor=user, **{name: request.POST.get(name, "") for name in ("proof", "credential", "locked")})
    messages.success(request, _("The passkey unlocks your key from now on. Your pass sentence does so, too: keep it."))
    return redirect("opener_keys")


def _remove_passkey(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    actions.remove_passkey(actor=user)
    messages.success(request, _("The passkey is removed. Your key and your pass sentence stay as they were."))
    return redirect("opener_keys")


ACTS = {"store": _store, "try": _try, "try_assisted": _try_assisted, "lost": _lost, "add_passkey": _add_passkey,
        "remove_passkey": _remove_passkey}  # fmt: skip


@signed_in
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The own locked key for printing, as text and as a code. The sentence is not on it: nobody here knows it."""
    user = person(request)
    key = _own(user)
    groups = list(groups_of(user).select_related("organization"))
    return render(request, "bids/recovery_sheet.html", {"key": key, "locked": _lines(key), "groups": groups})


@signed_in
@require_safe
def copy(request: HttpRequest) -> HttpResponse:
    """The own locked key as a file, which the program `age` reads too."""
    key = _own(person(request))
    answer = HttpResponse(bytes(key.locked), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="opening-key-{key.user_id}.age"'
    return answer


@signed_in
@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """The own locked key as a QR code for the recovery sheet."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    drawing = BytesIO()
    image = qrcode.make(encode(bytes(_own(person(request)).locked)), image_factory=SvgPathImage, error_correction=1)
    image.save(drawing)
    return HttpResponse(drawing.getvalue(), content_type="image/svg+xml")


def _own(user: User) -> OpenerKey:
    key = OpenerKey.objects.own().filter(user=user).first()
    if key is None:
        raise Http404
    return key


def _lines(key: OpenerKey) -> str:
    text = encode(bytes(key.locked))
    return "\n".join(text[at : at + 48] for at in range(0, len(text), 48))


def _make(user: User, form: KeyForm) -> OpenerKey | None:
    try:
        return actions.create_opener_key(user=user, pass_sentence=form.cleaned_data["pass_sentence"])
    except ValidationError as error:
        add_faults(form, error)
        return None


def _fresh() -> dict[str, Any]:
    proposal = propose_pass_sentence(get_language() or "de")
    return {"proposal": proposal, "form": KeyForm(initial={"proposal": proposal}), "trial_form": TrialForm()}


def _proposal(form: KeyForm) -> dict[str, str]:
    """The sentence that stood on the page; the person has written it down already."""
    return {"proposal": str(form.data.get("proposal", ""))[:300]}


def _sheet(user: User, key: OpenerKey, form: KeyForm) -> dict[str, Any]:
    return {
        "key": key,
        "sentence": " ".join(str(form.cleaned_data["pass_sentence"]).split()),
        "locked": _lines(key),
        "groups": list(groups_of(user).select_related("organization")),
    }


def _context(user: User) -> dict[str, Any]:
    """Http404 for people who neither open nor manage."""
    member_of = groups_of(user)
    managed = OpeningGroup.objects.filter(organization__in=user.organizations_with(Role.ORG_ADMIN))
    groups = (member_of | managed).distinct().select_related("organization").prefetch_related("members")
    may_have_key = member_of.exists() or bool(user.organizations_with(Role.OPENER))
    if not may_have_key and not user.organizations_with(Role.ORG_ADMIN):
        raise Http404
    if shown := list(groups):
        timezone.activate(zone_of(shown[0].organization))  # the middleware takes it back after the answer
    key = OpenerKey.objects.own().filter(user=user).select_related("passkey").first()
    members = [member.pk for group in shown for member in group.members.all()]
    held = {one.user_id: one for one in OpenerKey.objects.own().filter(user__in=members).defer("locked")}
    return {
        "key": key,
        "task": json.dumps(_task(key)) if key else "",
        "may_have_key": may_have_key,
        "work_factor": keys.work_factor(),
        "assisted": any(keys.assisted_allowed(group.organization) for group in shown),
        "groups": [_group(group, held) for group in shown],
        "kept": list(kept_groups(user, clock.now()).exclude(pk__in=[group.organization_id for group in shown])),
    }


def _task(key: OpenerKey) -> dict[str, Any]:
    """What the owner's browser unlocks to prove that the key works."""
    return {**challenge(key), "opener": key.identifier, "locked": encode(bytes(key.locked))}


def _group(group: OpeningGroup, held: dict[int, OpenerKey]) -> dict[str, Any]:
    members = [(member, held.get(member.pk)) for member in group.members.all()]
    recovery = group.recovery_keys.filter(retired_at=None, replaced_at=None).first()
    is_ready = recovery is not None and recovery.used_at is None
    ready = sum(key is not None for _member, key in members)
    keys_ready = ready + is_ready
    tried = trials_of(group)
    return {
        "group": group,
        "members": members,
        "ready": ready,
        "least": group.needed + 1,
        "recommended": group.needed + 2,
        "state": "danger" if keys_ready <= group.needed else "warning" if keys_ready < group.needed + 2 else "success",
        "recovery": recovery,
        "seals": seals_of(group),
        "trials": tried,
        "rehearsed": rehearsed_by(group, clock.now()),
        "overdue": [trial.name for trial in tried.overdue(clock.now())],
    }
