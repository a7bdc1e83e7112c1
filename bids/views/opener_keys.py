"""One's own opening key with its recovery sheet, and the standing group for who manages it."""

import base64
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.lifecycle import Role
from accounts.models import OpenerKey, OpeningGroup, User
from bids import actions
from bids.forms.acts import KeyForm
from bids.sealing.pass_sentence import propose_pass_sentence
from bids.views.access import person, signed_in
from tendering.forms.faults import add_faults


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """My key and my groups; making the key shows its recovery sheet once."""
    user = person(request)
    context = _context(user)
    if request.method == "POST" and context["may_have_key"]:
        form = KeyForm(request.POST)
        if form.is_valid() and (key := _make(user, form)):
            return render(request, "bids/recovery_sheet.html", _sheet(user, key, form))
        return render(request, "bids/opener_keys.html", {**context, "form": form, **_proposal(form)}, status=422)
    return render(request, "bids/opener_keys.html", {**context, **_fresh()})


def _make(user: User, form: KeyForm) -> OpenerKey | None:
    try:
        return actions.create_opener_key(user=user, pass_sentence=form.cleaned_data["pass_sentence"])
    except ValidationError as error:
        add_faults(form, error)
        return None


def _fresh() -> dict[str, Any]:
    proposal = propose_pass_sentence(get_language() or "de")
    return {"proposal": proposal, "form": KeyForm(initial={"proposal": proposal})}


def _proposal(form: KeyForm) -> dict[str, str]:
    """The sentence that stood on the page; the person has written it down already."""
    return {"proposal": str(form.data.get("proposal", ""))[:300]}


def _sheet(user: User, key: OpenerKey, form: KeyForm) -> dict[str, Any]:
    return {
        "key": key,
        "sentence": " ".join(str(form.cleaned_data["pass_sentence"]).split()),
        "locked": base64.b64encode(bytes(key.locked)).decode(),
        "groups": list(OpeningGroup.objects.filter(members=user).select_related("organization")),
    }


def _context(user: User) -> dict[str, Any]:
    """Http404 for people who neither open nor manage."""
    member_of = OpeningGroup.objects.filter(members=user)
    managed = OpeningGroup.objects.filter(organization__in=user.organizations_with(Role.ORG_ADMIN))
    groups = (member_of | managed).distinct().select_related("organization").prefetch_related("members__opener_key")
    may_have_key = member_of.exists() or bool(user.organizations_with(Role.OPENER))
    if not may_have_key and not user.organizations_with(Role.ORG_ADMIN):
        raise Http404
    return {
        "key": OpenerKey.objects.filter(user=user, retired_at=None).first(),
        "may_have_key": may_have_key,
        "groups": [_group(group) for group in groups],
    }


def _group(group: OpeningGroup) -> dict[str, Any]:
    members = [(member, hasattr(member, "opener_key")) for member in group.members.all()]
    ready = sum(has_key for _member, has_key in members)
    return {
        "group": group,
        "members": members,
        "ready": ready,
        "least": group.needed + 1,
        "recommended": group.needed + 2,
        "state": "danger" if ready <= group.needed else "warning" if ready < group.needed + 2 else "success",
    }
