"""Following a search or a tender by mail; remembering tenders."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock, limits
from tendering.actions import watching
from tendering.following import clean_query, in_words
from tendering.forms.faults import take_over
from tendering.forms.watching import FREQUENCIES, BookmarkForm, FollowForm
from tendering.models import Bookmark, Subscription, Tender
from tendering.views.access import find_tender, person, tells_refusals

MOST_AN_HOUR = 20


@require_http_methods(["GET", "HEAD", "POST"])
@tells_refusals
def follow_search(request: HttpRequest) -> HttpResponse:
    """Mails about new hits of a search: the filter stands in the address of this page, as in that of the list."""
    query = clean_query(request.GET)
    if query is None:
        messages.error(request, _("This filter cannot be read. Correct it first."))
        return redirect(f"{reverse('tender_list')}?{request.GET.urlencode()}")
    back = f"{reverse('tender_list')}?{query}".rstrip("?")
    return _follow(request, {"query": query, "name": in_words(query)}, back)


@require_http_methods(["GET", "HEAD", "POST"])
@tells_refusals
def follow_tender(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Mails about changes of a tender that everybody may read."""
    tender, _now = find_tender(request, tender_id)
    return _follow(request, {"tender": tender}, reverse("tender_detail", args=[tender.pk]))


def _follow(request: HttpRequest, what: dict[str, Any], back: str) -> HttpResponse:
    signed_in = request.user.is_authenticated
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and signed_in:
        data.setdefault("frequency", "now")  # the button beside a search or a tender asks nothing
    form = FollowForm(data, signed_in=signed_in)
    context = {"form": form, "back": back, **what}
    if form.is_valid():
        frequency = form.cleaned_data["frequency"]
        if signed_in:
            watching.follow(actor=person(request), frequency=frequency, **what)
            messages.success(request, _("You get a mail when there is something new. You can end it at any time."))
            return redirect(back)
        if limits.too_many(request, "follow", MOST_AN_HOUR):
            return render(request, "tendering/follow_later.html", context, status=429)
        with take_over(form):
            language = (get_language() or "de")[:2]
            watching.ask_to_follow(email=form.cleaned_data["email"], frequency=frequency, language=language, **what)
            return render(request, "tendering/follow_asked.html", {**context, "email": form.cleaned_data["email"]})
    return render(request, "tendering/follow.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail: a program that only looks at links confirms nothing."""
    if request.method == "POST":
        found = watching.confirm_subscription(token=token)
    else:
        found = watching.named_in(token)
    context = {"what": watching.followed(found), "done": bool(found.confirmed_at), "found": found}
    return render(request, "tendering/follow_confirm.html", context)


@require_http_methods(["GET", "HEAD"])
@login_required
def subscriptions(request: HttpRequest) -> HttpResponse:
    """What the person follows and remembers."""
    return _list(request)


def _list(request: HttpRequest, faulty: tuple[int, BookmarkForm] | None = None) -> HttpResponse:
    user, now = person(request), clock.now()
    mine = Subscription.objects.filter(user=user) | Subscription.objects.filter(email=user.email.lower(), user=None)
    running = mine.filter(stopped_at=None, confirmed_at__isnull=False).select_related("tender")
    visible = Tender.objects.visible_to(user, now)
    kept = Bookmark.objects.filter(user=user, tender__in=visible.values("pk")).select_related("tender__buyer")
    bookmarks = [
        (row, faulty[1] if faulty and faulty[0] == row.tender_id else BookmarkForm(instance=row, prefix=f"b{row.pk}"))
        for row in kept.order_by("-created_at", "-pk")
    ]
    context = {
        "subscriptions": [{"row": row, "what": watching.followed(row)} for row in running],
        "bookmarks": [{"row": row, "form": form, "status": row.tender.status(now).label} for row, form in bookmarks],
        "frequencies": FREQUENCIES,
        "form": faulty[1] if faulty else None,
    }
    return render(request, "tendering/subscriptions.html", context, status=422 if faulty else 200)


@require_POST
@login_required
def change_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Another frequency, or the end."""
    if "stop" in request.POST:
        watching.stop_following(actor=person(request), subscription_id=subscription_id)
        messages.success(request, _("Ended. No more of these mails."))
        return redirect("subscriptions")
    try:
        watching.change_frequency(
            actor=person(request), subscription_id=subscription_id, frequency=request.POST.get("frequency", "")
        )
    except ValidationError:
        raise Http404 from None  # the page offers no such word
    messages.success(request, _("Your choice is stored."))
    return redirect("subscriptions")


@require_POST
@login_required
@tells_refusals
def bookmark(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Remember the tender, change note and reminder, or take it away."""
    if "forget" in request.POST:
        watching.forget_tender(actor=person(request), tender_id=tender_id)
        messages.success(request, _("The tender is no longer on your list."))
        return redirect(_back(request, tender_id))
    tender, _now = find_tender(request, tender_id)
    row = Bookmark.objects.filter(user=person(request), tender=tender).first()
    if row is None:
        watching.remember_tender(actor=person(request), tender=tender)
        messages.success(request, _("The tender is on your list, where you can add a note and a reminder."))
        return redirect(_back(request, tender_id))
    form = BookmarkForm(request.POST, instance=row, prefix=f"b{row.pk}")
    if form.is_valid():
        with take_over(form):
            watching.remember_tender(
                actor=person(request), tender=tender, note=form.cleaned_data["note"],
                remind_on=form.cleaned_data["remind_on"],
            )  # fmt: skip
            messages.success(request, _("Your note is stored."))
            return redirect("subscriptions")
    return _list(request, (tender.pk, form))


def _back(request: HttpRequest, tender_id: int) -> str:
    """The list, or the tender's page where the button stands."""
    if request.POST.get("from") == "list":
        return reverse("subscriptions")
    return reverse("tender_detail", args=[tender_id])


def star(request: HttpRequest, tender: Tender) -> dict[str, Any]:
    """What the tender's page needs: is it remembered, is it followed. One query for people who are signed in."""
    if not request.user.is_authenticated:
        return {}
    user = person(request)
    running = Subscription.objects.filter(tender=OuterRef("pk"), stopped_at=None, confirmed_at__isnull=False)
    note = Bookmark.objects.filter(user=user, tender=OuterRef("pk")).values("note")
    row = Tender.objects.filter(pk=tender.pk).annotate(
        note=Subquery(note[:1]), is_followed=Exists(running.filter(email=user.email.lower()))
    )
    found = row.values("note", "is_followed").get()
    return {"is_remembered": found["note"] is not None, "note": found["note"], "is_followed": found["is_followed"]}
