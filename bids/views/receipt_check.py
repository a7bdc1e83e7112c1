"""Checking a receipt: for anybody, in the browser, without sending anything; and the sealed envelopes to check with."""

import json
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.keys import verifier_keys
from bids.models import SealedObject
from bids.storage import open_sealed_file
from bids.views.access import signed_in
from bids.views.submission import own_receipt


@require_safe
def receipt_check(request: HttpRequest) -> HttpResponse:
    """The page works on the visitor's computer; without JavaScript it names the command that does the same."""
    return render(
        request, "bids/receipt_check.html", {"keys": (keys := verifier_keys()), "keys_json": json.dumps(keys)}
    )


@signed_in
@require_safe
def envelope(request: HttpRequest, receipt_id: UUID, object_id: UUID) -> Any:
    """One sealed object of an own bid, byte for byte as receipted. It stays sealed: only the hash can be compared."""
    found = own_receipt(request, receipt_id)
    sealed = SealedObject.objects.filter(pk=object_id, bid=found.bid).first()
    if sealed is None:
        raise Http404
    return FileResponse(
        open_sealed_file(sealed.path),
        as_attachment=True,
        filename=f"{sealed.pk}.age",
        content_type="application/octet-stream",
    )
