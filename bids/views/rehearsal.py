"""Trying it out: a rehearsal of handing in, and the test of browser and line. Neither has any effect for anybody."""

import json
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.lifecycle import PROVIDER_ROLES
from accounts.limits import too_many
from bids import actions, receipts
from bids.forms.acts import SubmitForm
from bids.models import Draft, Rehearsal
from bids.sealing import new_tender_secret
from bids.views.access import bench_of, person, signed_in
from bids.views.submission import download
from tendering.forms.faults import add_faults
from tendering.lifecycle import Status
from tendering.zones import show_times_of

LINE_BYTES: Final = 2 << 20  # the largest test upload
LINE_TESTS: Final = 60  # uploads per hour and address


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rehearse(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What happens in a rehearsal, and its button."""
    if request.method != "POST":
        return _page(request, draft_id, SubmitForm(initial={"key": uuid4().hex, "declarant": str(person(request))}))
    form, received_at = SubmitForm(request.POST), clock.now()
    if not form.is_valid():
        return _page(request, draft_id, form, 422)
    try:
        declarant = form.cleaned_data["declarant"]
        if form.cleaned_data["look"]:
            actions.prepare_rehearsal(actor=person(request), draft_id=draft_id, declarant=declarant)
            return redirect("bid_rehearsal", draft_id=draft_id)
        done = actions.rehearse(
            actor=person(request), draft_id=draft_id, declarant=declarant, received_at=received_at
        )  # fmt: skip
    except ValidationError as error:
        add_faults(form, error, lambda path: path.removeprefix("$."))
        return _page(request, draft_id, form, 422)
    return redirect("bid_rehearsed", rehearsal_id=done.pk)


def _page(request: HttpRequest, draft_id: UUID, form: SubmitForm, status: int = 200) -> HttpResponse:
    bench = bench_of(request, draft_id)
    form.fields.pop("keep_copy")
    context = {"bench": bench, "form": form, "is_open": bench.tender.status(bench.now) == Status.OPEN}
    return render(request, "bids/rehearsal.html", context, status=status)


def own_rehearsal(request: HttpRequest, rehearsal_id: UUID) -> Rehearsal:
    """A rehearsal of the person's own company; Http404 otherwise. Times are the buyer's."""
    companies = person(request).organizations_with(*PROVIDER_ROLES)
    found = Rehearsal.objects.select_related("tender__buyer", "company", "done_by")
    rehearsal = found.filter(pk=rehearsal_id, company__in=companies).first()
    if rehearsal is None:
        raise Http404
    show_times_of(rehearsal.tender)
    return rehearsal


@signed_in
@require_safe
def rehearsed(request: HttpRequest, rehearsal_id: UUID) -> HttpResponse:
    """The receipt of a rehearsal, marked as one."""
    found = own_rehearsal(request, rehearsal_id)
    context = {
        "rehearsal": found,
        "tender": found.tender,
        "clock": localtime(found.at).strftime("%H:%M"),
        "sealed": receipts.sealed_words(found.sealed_at),
        "objects": receipts.payload_of(found)["objects"],
        "draft_left": Draft.objects.filter(pk=found.draft_id).exists(),
    }
    return render(request, "bids/rehearsed.html", context)


@signed_in
@require_safe
def rehearsal_note(request: HttpRequest, rehearsal_id: UUID) -> HttpResponse:
    """The signed note of a rehearsal."""
    found = own_rehearsal(request, rehearsal_id)
    return download(found.note, "text/plain; charset=utf-8", f"rehearsal-{found.pk}.txt")


@require_safe
@never_cache
def line_test(request: HttpRequest) -> HttpResponse:
    """Whether this browser can seal, and how long an upload would take. For anybody."""
    megabytes = settings.BID_FILE_LIMIT // 1_000_000
    slot = {
        "tender": "0",
        "lot": "all",
        "envelope": "single",
        "company": "0",
        "draft": "test",
        "object": "test",
        "v": 1,
    }
    context = {"recipient": new_tender_secret().recipient, "slot": json.dumps(slot), "megabytes": megabytes}
    return render(request, "bids/line_test.html", context)


@require_POST
def line_bytes(request: HttpRequest) -> HttpResponse:
    """Takes a few bytes and throws them away; so few and so seldom that it is of no use to flood us."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if not (length.isascii() and length.isdigit() and int(length) <= LINE_BYTES):
        return HttpResponse(_("At most 2 MiB"), status=413, content_type="text/plain; charset=utf-8")
    if too_many(request, "line-test", LINE_TESTS):
        return HttpResponse(_("Too many tests in the last hour"), status=429, content_type="text/plain; charset=utf-8")
    while request.read(1 << 16):
        pass
    return HttpResponse(status=204)
