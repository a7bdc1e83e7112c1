"""Where librarians write: one page per draft, saved at any time, published by an act of its own."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import refuse
from accounts.json_input import read_json
from accounts.lifecycle import Role
from accounts.models import Organization
from tendering.actions import library as acts
from tendering.forms import library as forms
from tendering.forms.faults import add_faults
from tendering.forms.library_acts import NewTemplateForm, PublishForm, WithdrawForm
from tendering.library.comparing import changes
from tendering.library.nodes import LANGUAGES
from tendering.library.shape import content_hash, faults
from tendering.models import Template, TemplateVersion
from tendering.views.access import for_staff, person
from tendering.views.library import LANGUAGE_NAMES, page_language

LARGEST_FILE = 1_000_000
either = require_http_methods(["GET", "HEAD", "POST"])
Json = dict[str, Any]


@either
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Code and kind of a new template, empty or as a copy of another one."""
    owners = Organization.objects.filter(pk__in=person(request).organizations_with(Role.LIBRARIAN))
    if not owners.exists():
        raise PermissionDenied(_("Only librarians of the service centre change the library."))
    form = NewTemplateForm(request.POST or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            created = acts.create_template(
                actor=person(request), owner=form.cleaned_data.get("owner") or owners[0],
                code=form.cleaned_data["code"], kind=form.cleaned_data["kind"],
            )  # fmt: skip
            return redirect("library_edit", code=created.code)
        except ValidationError as error:
            add_faults(form, error)
    return render(request, "tendering/library_new.html", {"form": form}, status=422 if form.errors else 200)


def _own(request: HttpRequest, code: str) -> Template:
    """The template, for its owner's librarians; Http404 for other houses, 403 for colleagues."""
    found = get_object_or_404(Template.objects.select_related("owner"), code=code)
    if not person(request).roles_in(found.owner_id):
        raise Http404
    if not person(request).has_role(found.owner_id, Role.LIBRARIAN):
        refuse("not_your_role", _("Only librarians of the service centre change the library."), 403)
    return found


@either
@for_staff
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The draft of the next version. The button `rows` adds or removes a row; a file replaces everything."""
    found = _own(request, code)
    draft = found.versions.filter(published_at=None).first()
    base = draft or found.versions.first()
    stored: Json = base.content if base else forms.blank_content(found.kind, list(LANGUAGES))
    note = draft.note if draft else ""
    if request.method != "POST":
        return _show(request, found, stored, note, draft, told=bool(draft))
    typed, note = forms.read(found.kind, request.POST), request.POST.get("note", "").strip()[:2_000]
    if order := request.POST.get("rows"):
        forms.change_rows(typed, order)
        return _show(request, found, typed, note, draft, told=False, opened=forms.section_of(order))
    if uploaded := request.FILES.get("file"):
        try:
            typed = _from_file(uploaded, found.kind)
        except ValueError as fault:
            return _show(request, found, typed, note, draft, told=False, file_fault=str(fault), status=422)
    if draft and request.POST.get("basis") != _basis(draft.content):
        return _show(request, found, typed, note, draft, told=False, stale=True, status=409)
    try:
        acts.save_version(actor=person(request), template_id=found.pk, content=typed, note=note)
    except ValidationError as error:
        shown = error.message_dict if hasattr(error, "error_dict") else {"$": error.messages}
        return _show(request, found, typed, note, draft, told=True, more=shown, status=422)
    messages.success(request, _("Saved. Only librarians of your service centre see it."))
    return redirect("library_publish" if request.POST.get("publish") else "library_edit", code=code)


def _from_file(uploaded: Any, kind: str) -> Json:
    """The content of a JSON file; ValueError with a sentence."""
    if uploaded.size > LARGEST_FILE:
        raise ValueError(_("This file is too large for a template."))
    try:
        text = uploaded.read().decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(_("This file is not readable as JSON.")) from None
    given = read_json(text)
    content = given.get("content", given) if isinstance(given, dict) else None
    if not isinstance(content, dict) or content.get("kind") != kind:
        raise ValueError(_("This file does not hold a template of this kind."))
    return content


def _basis(content: Json) -> str:
    """What the form was made from: saving over somebody else's change is a decision, not an accident."""
    return content_hash(content)[:16]


def _show(
    request: HttpRequest, found: Template, content: Json, note: str, draft: TemplateVersion | None, *, told: bool,
    stale: bool = False, file_fault: str = "", opened: str = "", more: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    wrong = faults(content)
    groups = forms.sections(content, {**wrong, **(more or {})} if told else (more or {}))
    context = {
        "template": found, "groups": groups, "note": note, "draft": draft, "stale": stale, "file_fault": file_fault,
        "errors": forms.errors_of(groups), "opened": opened, "gaps": len(wrong),
        "basis": _basis(draft.content) if draft else "",
        "languages": [(code, LANGUAGE_NAMES[code], code in content.get("languages", [])) for code in LANGUAGES],
    }  # fmt: skip
    return render(request, "tendering/library_edit.html", context, status=status)


@either
@for_staff
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publishing on a page of its own: what is new, what changed against the version in use, what is still wrong."""
    found = _own(request, code)
    draft = found.versions.filter(published_at=None).first()
    if draft is None:
        return redirect("library_template", code=code)
    form = PublishForm(request.POST or None, initial={"note": draft.note})
    wrong = faults(draft.content)
    if request.method == "POST" and form.is_valid() and not wrong:
        note = form.cleaned_data["note"]
        acts.save_version(actor=person(request), template_id=found.pk, content=draft.content, note=note)
        version = acts.publish_version(actor=person(request), version_id=draft.pk)
        messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
        return redirect("library_template", code=code)
    before = found.versions.exclude(published_at=None).first()
    context = {
        "template": found, "draft": draft, "form": form, "wrong": bool(wrong), "gaps": len(wrong), "before": before,
        "rows": changes(before.content, draft.content, page_language()) if before and not wrong else [],
    }  # fmt: skip
    return render(request, "tendering/library_publish.html", context, status=422 if form.errors else 200)


@either
@for_staff
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a version out of use, with the reason for the trail."""
    found = _own(request, code)
    number = request.GET.get("version", "") or request.POST.get("version", "")
    version = get_object_or_404(found.versions.in_use(), number=int(number) if number.isdecimal() else 0)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.withdraw_version(actor=person(request), version_id=version.pk, reason=form.cleaned_data["reason"])
        messages.success(request, _("Version %(number)s is out of use.") % {"number": version.number})
        return redirect("library_template", code=code)
    context = {"template": found, "version": version, "form": form}
    return render(request, "tendering/library_withdraw.html", context, status=422 if form.errors else 200)


@either
@for_staff
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw the draft away, after asking."""
    found = _own(request, code)
    draft = get_object_or_404(found.versions.filter(published_at=None))
    if request.method == "POST":
        acts.discard_version(actor=person(request), version_id=draft.pk)
        messages.success(request, _("The draft is gone."))
        return redirect("library")
    return render(request, "tendering/library_discard.html", {"template": found, "draft": draft})
