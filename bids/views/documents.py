"""Documents of a draft: sealed from their first byte, named on this page only."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decision import RefusedError
from bids import actions
from bids.envelopes import PRICE, envelope_of, envelopes
from bids.first_look import DOUBTS
from bids.forms.acts import DocumentForm, with_only_error
from bids.limits import limits
from bids.models import Draft, TenderSeal
from bids.nouns import said
from bids.upload import SealedUpload, document_slot, sealing_form
from bids.views.access import bench_of, person, refusal, signed_in
from bids.views.profile import from_profile
from bids.workbench import Workbench
from tendering.forms.faults import add_faults
from tendering.models import Tender


def _prepare(request: HttpRequest, draft_id: UUID) -> tuple[Draft, TenderSeal]:
    """Before the first byte is read: whose draft it is and which seal it gets."""
    if not request.user.is_authenticated:
        raise Http404
    draft = actions.own_draft(person(request), draft_id)
    return draft, actions.current_seal(draft.tender, _envelope(request, draft.tender))


def _envelope(request: HttpRequest, tender: Tender) -> str:
    """Where prices have an envelope of their own, `?part=price` is its page; the others stand on the page without."""
    found = envelopes(tender)
    return found[-1] if request.GET.get("part") == PRICE else found[0]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def documents(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The documents of the draft and the form that adds one."""
    if request.method != "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        return _form(request, draft_id=draft_id)
    except RefusedError as error:
        return _told(request, draft_id, error)


documents.csrf_exempt = True  # type: ignore[attr-defined]  # checked inside, after the sealing handler is set


@sealing_form(_prepare)
def _form(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    bench = bench_of(request, draft_id)
    if request.method != "POST":
        return _page(request, bench, _form_of(request, bench))
    form = _form_of(request, bench, request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["document"]
        stored: SealedUpload = file.stored
        try:
            actions.attach_document(
                actor=person(request), draft_id=draft_id, stored=stored, name=file.name, role=form.cleaned_data["role"]
            )
        except ValidationError as error:
            add_faults(form, error, lambda _path: "document")
        else:
            messages.success(request, said(bench.tender, "The document is sealed and in your bid."))
            return redirect(request.get_full_path())
    return _page(request, bench, form, 422)


def _told(request: HttpRequest, draft_id: UUID, error: RefusedError) -> HttpResponse:
    """Limits are told at the field; the body was not read to its end, so nothing of it is used."""
    if error.refused.code not in {"too_large", "empty_file", "too_many_files"}:
        return refusal(request, error.refused)
    bench = bench_of(request, draft_id)
    form = with_only_error(_form_of(request, bench, {}, {}), "document", error.refused.sentence)
    return _page(request, bench, form, 422)


def _missing(bench: Workbench) -> list[str]:
    """Required documents that are not there yet."""
    return [document.name for document in bench.required_documents if document.name not in bench.papers_there]


def _form_of(request: HttpRequest, bench: Workbench, data: Any = None, files: Any = None) -> DocumentForm:
    """Only the roles of the envelope that this page is about."""
    here = _envelope(request, bench.tender)
    required = [document.name for document in bench.required_documents]
    own = [name for name in required if envelope_of(bench.tender, name) == here]
    return DocumentForm(own, [name for name in _missing(bench) if name in own], data, files, envelope=here)


def _page(request: HttpRequest, bench: Workbench, form: DocumentForm, status: int = 200) -> HttpResponse:
    most = limits()
    context: dict[str, Any] = {
        "bench": bench,
        "form": form,
        "limits": most,
        "most": most.file_count,
        "files_left": most.file_count - len(bench.content.files),
        "files": bench.content.files,
        "missing": _missing(bench),
        "profile": from_profile(bench),
        "part": _envelope(request, bench.tender),
        **_seal(bench, _envelope(request, bench.tender)),
    }
    return render(request, "bids/documents.html", context, status=status)


def _seal(bench: Workbench, envelope: str) -> dict[str, Any]:
    """What the browser needs to seal by itself: the place of the next object without its id, and the tender's lock."""
    place = document_slot(bench.draft, "", envelope).to_json()
    return {
        "seal_slot": json.dumps(place),
        "seal_recipient": actions.current_seal(bench.tender, envelope).recipient,
        "seal_limit": settings.BID_FILE_LIMIT,
        "seal_doubts": json.dumps({code: str(sentence) for code, sentence in DOUBTS.items()}),
    }


@signed_in
@require_POST
def remove(request: HttpRequest, draft_id: UUID, object_id: UUID) -> HttpResponse:
    """Take one document out of the draft."""
    draft = actions.own_draft(person(request), draft_id)
    actions.remove_document(actor=person(request), object_id=object_id)
    messages.success(request, said(draft.tender, "The document has been taken out of your bid."))
    return redirect("bid_documents", draft_id=draft_id)
