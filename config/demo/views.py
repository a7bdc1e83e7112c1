"""Only in demo mode: change the role by one click, read the mails. Everywhere else these addresses do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import OutboxMessage, User
from config.demo import mails, roles

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def demo_only(view: View[P]) -> View[P]:
    """404 unless the server was started in demo mode."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@demo_only
def people(request: HttpRequest) -> HttpResponse:
    """Every account, by organisation, each a button away."""
    from config.demo.people import PASSWORD  # here, because it loads what only the building of the demo needs

    everybody = roles.everybody()
    groups = [(place, [_row(person) for person in group]) for place, group in roles.by_organization(everybody)]
    context = {"first": roles.one_of_each(everybody), "groups": groups, "password": PASSWORD}
    return render(request, "demo/people.html", context)


def _row(person: roles.Person) -> dict[str, Any]:
    from config.demo.people import pass_sentence

    opens = Role.OPENER in person.roles and person.user.reference
    return {"person": person, "pass_sentence": pass_sentence(person.user.reference or "") if opens else ""}


@require_POST
@demo_only
def switch(request: HttpRequest) -> HttpResponse:
    """Become the chosen account: a new session, as after signing in. `next` names the page to go on with."""
    chosen = request.POST.get("user", "")
    real = User.objects.exclude(email__endswith=f"@{practice.DOMAIN}")
    user = get_object_or_404(real, pk=chosen if chosen.isdigit() else 0, is_active=True, is_staff=False)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if own else "desk")


@require_GET
@demo_only
def mail_list(request: HttpRequest) -> HttpResponse:
    waiting = OutboxMessage.objects.filter(sent_at=None).order_by("-id")[:50]
    return render(request, "demo/mail_list.html", {"mails": mails.sent(), "waiting": waiting})


@require_GET
@demo_only
def mail(request: HttpRequest, name: str) -> HttpResponse:
    found = mails.find(name)
    if found is None:
        raise Http404
    return render(request, "demo/mail.html", {"mail": found})
