"""Check and hand in; the receipt; withdrawing; starting a replacement."""

import json
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.lifecycle import PROVIDER_ROLES
from bids import actions, receipts, transfers, variants
from bids.figures import figures, promised_figures
from bids.forms.acts import ActForm, SubmitForm
from bids.keys import printed_verifier_key
from bids.lifecycle import decide_submit, decide_withdraw
from bids.lots_told import lots_handed_in
from bids.models import Receipt, SealedObject
from bids.naming import variant_name
from bids.nouns import said
from bids.standing import steps_of
from bids.tasks import tasks_of
from bids.views.access import bench_of, edition_of, person, signed_in, version_of
from bids.views.drafts import begin, live_receipt
from bids.workbench import Workbench
from tendering.corrections import since
from tendering.forms.faults import add_faults
from tendering.models import Lot
from tendering.zones import show_times_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The whole bid on one page and the button that counts."""
    if request.method == "POST":
        form = SubmitForm(request.POST)  # reads the body to its last byte
        return _hand_in(request, draft_id, form, received_at=clock.now())
    bench = bench_of(request, draft_id)
    if not bench.chosen or bench.typed:
        return redirect("bid_draft", draft_id=draft_id)
    declarant = bench.content.declarant or str(person(request))
    return _page(request, bench, SubmitForm(initial={"key": uuid4().hex, "declarant": declarant}))


def _hand_in(request: HttpRequest, draft_id: UUID, form: SubmitForm, received_at: Any) -> HttpResponse:
    if not form.is_valid():
        return _page(request, bench_of(request, draft_id), form, 422)
    try:
        if form.cleaned_data["look"]:
            return _look_again(request, draft_id, form)
        lots = lots_handed_in(person(request), draft_id)
        receipt = actions.submit_bid(
            actor=person(request),
            draft_id=draft_id,
            declarant=form.cleaned_data["declarant"],
            idempotency_key=form.cleaned_data["key"],
            received_at=received_at,
            keep_copy=form.cleaned_data["keep_copy"],
        )
    except ValidationError as error:
        add_faults(form, error, lambda path: path.removeprefix("$."))
        return _page(request, bench_of(request, draft_id), form, 422)
    if lots:
        messages.info(request, lots)
    return redirect("bid_receipt", receipt_id=receipt.pk)


def _look_again(request: HttpRequest, draft_id: UUID, form: SubmitForm) -> HttpResponse:
    """The browser's own way was refused: the same checks tell why. What has passed meanwhile is looked at once more."""
    actions.prepare_manifest(actor=person(request), draft_id=draft_id, declarant=form.cleaned_data["declarant"])
    changed = "The bid changed meanwhile and was not handed in. Look at it and press the button again."
    messages.warning(request, said(bench_of(request, draft_id).tender, changed))
    return redirect("bid_submit", draft_id=draft_id)


def _page(request: HttpRequest, bench: Workbench, form: SubmitForm, status: int = 200) -> HttpResponse:
    context = {
        "bench": bench,
        "form": form,
        "parts": [_lot(bench, lot) for lot in bench.chosen],
        "lot_codes": ", ".join(lot.code for lot in bench.chosen),
        "requirements": [(c, bench.content.mandatory.get(c.code)) for c in bench.mandatory],
        "open_tasks": [t for t in tasks_of(bench) if t.state in {"open", "doing", "error"} and t.key != "submit"],
        "may": decide_submit(bench.tender.status(bench.now)),
        "handed_in": live_receipt(bench.draft),
        "is_late": bool(bench.tender.tender_period_end and bench.now >= bench.tender.tender_period_end),
    }
    return render(request, "bids/submit.html", context, status=status)


def _lot(bench: Workbench, lot: Lot) -> dict[str, Any]:
    content, basis = bench.lot_content(lot), bench.tender.evaluation.get("price_basis")
    sums = figures(lot.items.all(), content, bench.content.vat_rate)
    return {
        "lot": lot,
        "is_variant": lot.code in variants.of(bench.content, bench.draft.variant),
        "figures": sums,
        "prices": [(item, content.unit_prices.get(item.ref)) for item in lot.items.all()],
        "content": content,
        "answers": [(criterion, content.answers.get(criterion.code, "")) for criterion in bench.quality(lot)],
        "promised": promised_figures(bench.promised(lot), content, sums.compared(basis)),
        "stated": [(one, content.promised.get(one.code)) for one in bench.asked(lot) if ":" in one.code],
    }


@signed_in
@require_POST
def leave_out(request: HttpRequest, draft_id: UUID, code: str) -> HttpResponse:
    """One lot less. Where a bid has been handed in already, the newer one is handed in without it."""
    bench = bench_of(request, draft_id)
    version = version_of(request, 0)
    actions.leave_out_lot(actor=person(request), draft_id=bench.draft.pk, expected_version=version, code=code)
    text = _("Lot %(lot)s is left out. What you wrote for it is kept; under “Lots” you can take it in again.")
    messages.success(request, text % {"lot": code})
    return redirect("bid_submit", draft_id=draft_id)


@signed_in
@require_safe
def copy(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """All entries as one file for the bidder's own records; the platform's copy goes when the bid is handed in."""
    bench = bench_of(request, draft_id)
    body = bench.content.to_json()
    body.pop("pending", None)
    whole = {"tender": bench.tender.reference, "company": bench.draft.company.name, "content": body}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return download(text, "application/json", f"bid-{bench.tender.reference}.json")


def own_receipt(request: HttpRequest, receipt_id: UUID) -> Receipt:
    """A receipt of the person's own company; Http404 otherwise. Times are the buyer's."""
    companies = person(request).organizations_with(*PROVIDER_ROLES)
    found = Receipt.objects.select_related("bid__tender__buyer", "bid__company", "bid__submitted_by")
    receipt = found.filter(pk=receipt_id, bid__company__in=companies).first()
    if receipt is None:
        raise Http404
    show_times_of(receipt.bid.tender)
    return receipt


@signed_in
@require_safe
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The sentence a bidder needs first; what happens next; the proof folded below."""
    found, now = own_receipt(request, receipt_id), clock.now()
    bid, tender = found.bid, found.bid.tender
    last = Receipt.objects.filter(bid=bid).order_by("at").last()
    current = last == found and bid.superseded_at is None
    context = {
        "receipt": found,
        "bid": bid,
        "tender": tender,
        "now": now,
        "words": receipts.words(found),
        "steps": steps_of(bid, now),
        "sealed": receipts.sealed_words(bid.sealed_at),
        "clock": localtime(found.at).strftime("%H:%M"),
        "note_hash": receipts.note_hash(found),
        "transfers": transfers.transfers_of(bid),
        "objects": [(o, receipts.sealed_words(o.sealed_at)) for o in _objects(found)],
        "is_current": current and bid.withdrawn_at is None,
        "may_withdraw": decide_withdraw(tender.status(now), bid),
        "may_replace": decide_submit(tender.status(now)),
        "variant": variant_name(bid.variant),
        "next_variant": variants.next_number(tender, bid.company_id),
        "several_lots": not tender.is_call and tender.lots.count() > 1,
        "corrected": since(tender, bid.answers_edition) if current and not bid.withdrawn_at else [],
        "still_open": bool(tender.tender_period_end and now < tender.tender_period_end),
    }
    return render(request, "bids/receipt.html", context)


def _objects(found: Receipt) -> list[SealedObject]:
    """What the receipt names, the manifest last."""
    named = [item["object"] for item in receipts.payload_of(found)["objects"]]
    return list(SealedObject.objects.filter(pk__in=named).order_by("kind", "pk"))


@signed_in
@require_safe
def note(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The signed note, to be checked by anybody with the public key."""
    found = own_receipt(request, receipt_id)
    return download(found.note, "text/plain; charset=utf-8", f"receipt-{found.pk}.txt")


@signed_in
@require_safe
def receipt_json(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt for programs: the words, what was signed, and the signed note itself, which alone is proof."""
    found = own_receipt(request, receipt_id)
    body = {
        "id": str(found.pk),
        "words": receipts.words(found),
        "sealed": receipts.sealed_words(found.bid.sealed_at),
        "receipt": receipts.payload_of(found),
        "sha256": receipts.note_hash(found),
        "note": found.note,
        "verifier_key": printed_verifier_key(),
    }
    return download(json.dumps(body, ensure_ascii=False, indent=1), "application/json", f"receipt-{found.pk}.json")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """What cannot be undone has a page of its own."""
    found, now = own_receipt(request, receipt_id), clock.now()
    form = ActForm(request.POST or None, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        done = actions.withdraw_bid(
            actor=person(request), bid_id=found.bid_id, idempotency_key=form.cleaned_data["key"]
        )
        return redirect("bid_receipt", receipt_id=done.pk)
    tender = found.bid.tender
    may = decide_withdraw(tender.status(now), found.bid)
    several = not tender.is_call and tender.lots.count() > 1
    context = {"receipt": found, "tender": tender, "form": form, "may": may, "now": now, "several_lots": several}
    return render(request, "bids/withdraw.html", context)


@signed_in
@require_POST
def confirm(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """After a correction: the bid stands as it is."""
    found = own_receipt(request, receipt_id)
    actions.confirm_bid(actor=person(request), bid_id=found.bid_id, edition=edition_of(request))
    messages.success(request, said(found.bid.tender, "Noted: your bid stands for the corrected documents, too."))
    return redirect("bid_receipt", receipt_id=found.pk)


@signed_in
@require_POST
def replace(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """A draft for a newer version: the kept copy, or an empty one."""
    found = own_receipt(request, receipt_id)
    draft = begin(person(request), found.bid.company, found.bid.tender_id, found.bid.variant)
    return redirect("bid_draft", draft_id=draft.pk)


def download(text: str, media_type: str, name: str) -> HttpResponse:
    """A text as a file to be saved."""
    response = HttpResponse(text, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
