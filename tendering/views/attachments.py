"""The documents of a draft: add several files at once, take one out again."""

import functools
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit import in_transaction
from tendering import actions
from tendering.forms.attachments import KINDS, DocumentsForm
from tendering.forms.faults import take_over
from tendering.models import Document, Tender
from tendering.upload import DocumentUploadHandler
from tendering.views.access import find_own, for_staff, person
from tendering.views.creation import step_context

View = Callable[..., HttpResponse]


def takes_documents(action: str) -> Callable[[View], View]:
    """The handler must be set before the CSRF check reads the form; the check itself still runs before the view.

    Whoever may not do the act is refused here, before the first byte of a file is kept.
    """

    def decorated(view: View) -> View:
        protected = csrf_protect(view)

        @functools.wraps(view)
        def outer(request: HttpRequest, tender_id: int) -> HttpResponse:
            find_own(request, tender_id, action)
            request.upload_handlers = [DocumentUploadHandler(request)]
            return protected(request, tender_id)

        return csrf_exempt(for_staff(outer))

    return decorated


@takes_documents("edit")
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What is attached, and a form for more."""
    tender, now = find_own(request, tender_id, "edit")
    form = DocumentsForm(request.POST, request.FILES) if request.method == "POST" else DocumentsForm()
    if form.is_bound and form.is_valid():
        with take_over(form, lambda path: "attachments"):
            count = _add(request, tender, form)
            messages.success(request, ngettext("One document added.", "%(n)s documents added.", count) % {"n": count})
            return redirect("tender_edit_documents", tender_id=tender.pk)
    kinds = dict(KINDS)
    stored = Document.objects.filter(tender=tender).defer("content")
    context = {
        **step_context(request, tender, 1, now), "form": form,
        "files": [(file, kinds.get(file.kind, "")) for file in stored], "papers": tender.required_documents.all(),
    }  # fmt: skip
    return render(request, "tendering/edit_documents.html", context, status=422 if form.errors else 200)


def _add(request: HttpRequest, tender: Tender, form: DocumentsForm) -> int:
    """All files or none."""
    files = form.cleaned_data["attachments"]
    with in_transaction():
        for file in files:
            actions.add_document(
                actor=person(request), tender_id=tender.pk, name=file.name or "", kind=form.cleaned_data["kind"],
                media_type=file.content_type or "", content=file.read(),
            )  # fmt: skip
    return len(files)


@require_POST
@for_staff
def remove(request: HttpRequest, tender_id: int, document_id: UUID) -> HttpResponse:
    """Take one document out of the draft."""
    tender, _now = find_own(request, tender_id, "edit")
    found = get_object_or_404(Document.objects.defer("content"), pk=document_id, tender=tender)
    actions.remove_document(actor=person(request), document_id=found.pk)
    messages.success(request, _("“%(name)s” was taken out.") % {"name": found.name})
    return redirect("tender_edit_documents", tender_id=tender.pk)
