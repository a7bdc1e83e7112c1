"""The form for barriers: text, page, perhaps an address. Works for everybody, without script and without account."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.actions.feedback import LONGEST, report_barrier
from accounts.decision import RefusedError

MOST_AN_HOUR = 5


class BarrierForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What does not work?"),
        help_text=gettext_lazy("What you wanted to do, and what you use, for example a screen reader"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": gettext_lazy("Say what does not work, for example: The button cannot be reached by keyboard")
        },
    )
    page = forms.CharField(label=gettext_lazy("On which page?"), required=False, max_length=300)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("Only if you would like an answer. It is used for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("Enter an address with an @, or leave the field empty")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form; store what was written and thank for it."""
    form = BarrierForm(request.POST) if request.method == "POST" else BarrierForm(initial={"page": _page(request)})
    status = 200
    if request.method == "POST":
        status = _store(request, form)
        if status == 200:
            return redirect("barrier_reported")
    return render(request, "pages/report_barrier.html", {"operator": settings.OPERATOR, "form": form}, status=status)


def _store(request: HttpRequest, form: BarrierForm) -> int:
    """200 when it is stored; the fault stands in the form otherwise, with everything typed."""
    if not form.is_valid():
        return 422
    if limits.too_many(request, "barrier", MOST_AN_HOUR):
        form.add_error(None, _("Several reports came from your network. Please write us a mail or call."))
        return 429
    fields: dict[str, Any] = form.cleaned_data
    try:
        report_barrier(text=fields["text"], page=fields["page"], email=fields["email"])
    except RefusedError as error:
        form.add_error(None, str(error.refused.sentence))
        return 429
    return 200


def _page(request: HttpRequest) -> str:
    """The page the visitor comes from, if it is one of ours."""
    given = request.GET.get("page", "")
    came_from = urlsplit(request.headers.get("referer", ""))
    return (given or (came_from.path if came_from.netloc == request.get_host() else ""))[:300]


@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/barrier_reported.html", {"operator": settings.OPERATOR})
