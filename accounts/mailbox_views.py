"""The pages of the mailbox, of what is mailed to whom, and of what ends with one click."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, mailbox, notices, undelivered
from accounts.actions import consent
from accounts.actions.messages import open_message, send_again, settle_mail
from accounts.keyset import capped_total, page
from accounts.models import Consent, Message, User
from accounts.notice_forms import ChannelForm

PER_PAGE = 25


@require_safe
@login_required
def mailbox_list(request: HttpRequest) -> HttpResponse:
    """Everything that was written to the person, newest first; what is unread is marked in words."""
    user = cast(User, request.user)
    only_unread, chain = request.GET.get("unread") == "1", request.GET.get("procedure", "")
    found = mailbox.chosen(user, only_unread=only_unread, chain=chain)
    try:
        shown = page(found, cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=mailbox.ORDER)
    except ValidationError:
        return redirect("mailbox")
    procedures = mailbox.procedures(user)
    context = {
        "page": shown,
        "rows": [_row(message, procedures) for message in shown.rows],
        "total": capped_total(found),
        "procedures": [(key, procedure.title, key == chain) for key, procedure in procedures.items()],
        "only_unread": only_unread,
        "in_use": only_unread or bool(chain),
        "chain": chain,
    }
    return render(request, "accounts/mailbox.html", context)


def _row(message: Message, procedures: dict[str, notices.Procedure]) -> dict[str, Any]:
    procedure = procedures.get(message.chain)
    return {"message": message, "procedure": procedure.title if procedure else "", "is_read": hasattr(message, "read")}


@require_safe
@login_required
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message with when it was delivered and its fingerprint; opening it is noted."""
    user = cast(User, request.user)
    found = open_message(actor=user, message_id=message_id)
    kind = notices.kinds.get(found.kind)
    context = {
        "message": found,
        "kind": kind.label if kind else "",
        "procedure": notices.named([found.chain]).get(found.chain),
        "for_print": request.GET.get("print") == "1",
    }
    return render(request, "accounts/message.html", context)


@require_safe
@login_required
def undelivered_list(request: HttpRequest) -> HttpResponse:
    """Mails that did not arrive, for those who can do something about it."""
    mails = undelivered.mails_for(cast(User, request.user), clock.now())
    return render(request, "accounts/undelivered.html", {"mails": mails})


@require_POST
@login_required
def undelivered_act(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Try again, or note that it is settled."""
    user = cast(User, request.user)
    if "again" in request.POST:
        send_again(actor=user, mail_id=mail_id)
        messages.success(request, _("The mail leaves within a minute."))
    else:
        settle_mail(actor=user, mail_id=mail_id)
        messages.success(request, _("The mail is not tried again."))
    return redirect("undelivered")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """What is mailed at once, once a day or not at all; what a procedure requires is shown with its reason."""
    user = cast(User, request.user)
    form = ChannelForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        consent.choose_channels(actor=user, channels=form.channels())
        messages.success(request, _("Your choice is stored."))
        return redirect("notifications")
    given = Consent.objects.filter(user=user) | Consent.objects.filter(email__iexact=user.email)
    context = {
        "form": form,
        "required": _by_reason(kind for kind in notices.required() if _concerns(user, kind)),
        "consents": [_consent(row) for row in given.order_by("-given_at", "-pk")[:50]],
    }
    return render(request, "accounts/notifications.html", context, status=422 if form.errors else 200)


def _concerns(user: User, kind: notices.Kind) -> bool:
    return not kind.roles or bool(user.organizations_with(*kind.roles))


def _by_reason(kinds: Iterable[notices.Kind]) -> list[tuple[str, list[notices.Kind]]]:
    """Why a mail cannot be switched off, with the kinds it holds for."""
    groups: dict[str, list[notices.Kind]] = {}
    for kind in kinds:
        groups.setdefault(notices.reason(kind), []).append(kind)
    return list(groups.items())


def _consent(row: Consent) -> dict[str, Any]:
    kind = notices.kinds.get(row.purpose)
    return {"row": row, "label": kind.label if kind else row.purpose, "given": _way(row.given_how),
            "withdrawn": _way(row.withdrawn_how)}  # fmt: skip


def _way(how: str) -> str:
    """How a consent was given or taken back, in words."""
    ways = {
        "settings": _("on this page"),
        "link": _("by a link in a mail"),
        "signed_in": _("signed in, with one click"),
        "reminder": _("by setting a reminder"),
        "stopped": _("with the last subscription"),
    }
    return ways.get(how, "")


@csrf_exempt  # RFC 8058: the mail program posts for the person; the signed address is what proves the right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what ends, POST ends it; nobody has to sign in."""
    if request.method == "POST":
        return render(request, "accounts/unsubscribed.html", {"name": consent.unsubscribe(token=token), "done": True})
    return render(request, "accounts/unsubscribed.html", {"name": consent.what_ends(token), "done": False})
