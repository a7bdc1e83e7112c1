"""The form for the look of a municipality, and the two files browsers ask for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import theming
from accounts.actions.theme import save_theme
from accounts.models import Theme
from accounts.people_views import add_faults, administered, me, told

A_YEAR = 31_536_000


class ThemeForm(forms.Form):
    accent = forms.CharField(
        label=gettext_lazy("Colour in the light view"),
        required=False,
        max_length=7,
        help_text=gettext_lazy(
            "For buttons and links, as # and six digits, for example #1f5a2d. Empty: the usual blue."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "app-short"}),
    )
    accent_dark = forms.CharField(
        label=gettext_lazy("Colour in the dark view"),
        required=False,
        max_length=7,
        help_text=gettext_lazy("A light tone of the same colour, for example #8fd3a0. Empty: the usual light blue."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "app-short"}),
    )
    logo = forms.FileField(
        label=gettext_lazy("Coat of arms or logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 100 kB. It stands at the top of the page, 40 pixels high."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"empty": gettext_lazy("The file is empty. Choose another one")},
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Take the picture away"), required=False)

    def __init__(self, theme: Theme | None, data: Any = None, files: Any = None) -> None:
        super().__init__(
            data, files, initial={"accent": theme.accent, "accent_dark": theme.accent_dark} if theme else {}
        )
        if not (theme and theme.logo):
            del self.fields["remove_logo"]

    def clean_accent(self) -> str:
        return str(self.cleaned_data["accent"]).strip()

    def clean_accent_dark(self) -> str:
        return str(self.cleaned_data["accent_dark"]).strip()


@require_http_methods(["GET", "HEAD", "POST"])
@told
def edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Colours and logo, with a sample below; what cannot be read is refused with its ratio."""
    organization = administered(request, organization_id)
    if not organization.is_buyer:
        raise Http404
    theme = Theme.objects.filter(organization=organization).first()
    form = ThemeForm(theme, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            save_theme(
                actor=me(request), organization_id=organization_id, accent=given["accent"],
                accent_dark=given["accent_dark"], logo=given["logo"].read() if given["logo"] else None,
                keep_logo=not given.get("remove_logo"),
            )  # fmt: skip
            messages.success(request, _("Saved. The pages of your tenders and pilots show it at once."))
            return redirect("theme_edit", organization_id=organization_id)
        except ValidationError as error:
            add_faults(form, error)
    context = {"organization": organization, "themed_organization": organization, "form": form}
    return render(request, "accounts/theme.html", context, status=422 if form.errors else 200)


@require_safe
def css(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The style sheet of a look; browsers keep it, its address changes with it."""
    theme = _theme(organization_id, "accent", "accent_dark", "logo_type", "logo")
    return _kept(request, theme, theming.style_sheet(theme).encode(), "text/css; charset=utf-8")


@require_safe
def logo(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The picture, as the kind its content is."""
    theme = _theme(organization_id, "accent", "accent_dark", "logo_type", "logo")
    if not theme.logo:
        raise Http404
    return _kept(request, theme, bytes(theme.logo), theme.logo_type)


def _theme(organization_id: int, *fields: str) -> Theme:
    """A look everybody may see; that of an invented town stays in its practice."""
    found = Theme.objects.only(*fields).filter(organization=organization_id, organization__practice_run=None).first()
    if found is None:
        raise Http404
    return found


def _kept(request: HttpRequest, theme: Theme, content: bytes, media_type: str) -> HttpResponse:
    tag = f'"{theming.version(theme)}"'
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type=media_type)
    is_named = request.GET.get("v") == theming.version(theme)
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if is_named else "public, no-cache"
    response["ETag"] = tag
    response["X-Content-Type-Options"] = "nosniff"
    return response
