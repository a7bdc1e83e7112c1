"""Starting, seeing and discarding a bid in preparation; the list of one's own bids."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from bids import actions
from bids.forms.acts import CompanyForm
from bids.lifecycle import decide_withdraw
from bids.models import Bid, Draft, Receipt
from bids.naming import variant_name
from bids.nouns import said
from bids.standing import current, steps_of
from bids.tasks import tasks_of
from bids.views.access import bench_of, edition_of, person, signed_in
from bids.workbench import Workbench, open_draft
from tendering.views.access import find_tender
from tendering.views.tables import table
from tendering.zones import Moment

SHOWN = 50
MOST_ROWS = 10_000


@signed_in
@require_POST
def start(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Start a bid, or go on with the company's draft for this tender. Who acts for several companies is asked which."""
    user = person(request)
    own = list(Organization.objects.filter(pk__in=user.organizations_with(*PROVIDER_ROLES)).order_by("name", "pk"))
    if not own:
        raise Http404
    wanted = request.POST.get("company")
    if wanted is None and len(own) == 1:
        wanted = str(own[0].pk)
    variant = request.POST.get("variant", "")
    form = CompanyForm(own, None if wanted is None else {"company": wanted, "variant": variant}, variant)
    if not form.is_valid():
        tender, now = find_tender(request, tender_id)
        context = {"form": form, "tender": tender, "now": now}
        return render(request, "bids/which_company.html", context, status=422 if form.is_bound else 200)
    draft = begin(user, form.chosen, tender_id, form.cleaned_data["variant"] or 0)
    return redirect("bid_draft", draft_id=draft.pk)


def begin(user: User, company: Organization, tender_id: int, variant: int = 0) -> Draft:
    """The company's draft, made and filled with what leaves no choice if there was none."""
    draft = actions.start_draft(actor=user, company=company, tender_id=tender_id, variant=variant)
    bench = open_draft(user, draft.pk)
    if draft.version == 1 and not bench.content.lots:
        _prefill(user, bench)
    return draft


def _prefill(user: User, bench: Workbench) -> None:
    """A tender with one lot leaves no choice; the company's usual VAT rate is a proposal."""
    content = bench.content.to_json()
    content["vat_rate"] = format(bench.vat_rates[0], "f")
    if len(bench.lots) == 1:
        content["lots"] = {bench.lots[0].code: {}}
    actions.save_draft(actor=user, draft_id=bench.draft.pk, expected_version=bench.draft.version, content=content)


@signed_in
@require_safe
def task_list(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What is to do, in any order."""
    bench = bench_of(request, draft_id)
    tasks = tasks_of(bench)
    context = {
        "bench": bench,
        "tasks": [{"title": t.title, "state": t.state, "url": t.url, "note": t.note} for t in tasks],
        "done": sum(task.state == "done" for task in tasks),
        "handed_in": live_receipt(bench.draft),
    }
    return render(request, "bids/draft.html", context)


@signed_in
@require_POST
def corrections_seen(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What was corrected has been looked at; the draft goes on."""
    actions.see_corrections(actor=person(request), draft_id=draft_id, edition=edition_of(request))
    messages.success(request, _("Noted. Your draft now answers the corrected documents."))
    return redirect("bid_draft", draft_id=draft_id)


def live_receipt(draft: Draft) -> Receipt | None:
    """The receipt of a bid that was handed in before and would be replaced."""
    live = Bid.objects.live().filter(tender=draft.tender_id, company=draft.company_id, variant=draft.variant)
    return Receipt.objects.filter(bid__in=live).order_by("at").last()


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw the draft away, after asking."""
    bench = bench_of(request, draft_id)
    if request.method != "POST":
        return render(request, "bids/discard.html", {"bench": bench})
    actions.discard_draft(actor=person(request), draft_id=draft_id)
    messages.success(request, _("The draft has been deleted."))
    return redirect("bid_list")


@signed_in
@require_safe
def bid_list(request: HttpRequest) -> HttpResponse:
    """Drafts by deadline, then what was handed in, newest first."""
    user, now = person(request), clock.now()
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        raise Http404
    drafts = Draft.objects.filter(company__in=companies).select_related("tender__buyer", "company")
    bids = Bid.objects.visible_to(user, now).filter(company__in=companies).select_related("tender__buyer", "company")
    bids = bids.prefetch_related("receipts").order_by("-received_at")
    context = {
        "drafts": list(drafts.order_by("tender__tender_period_end")[:SHOWN]),
        "bids": [_row(bid, now) for bid in bids[:SHOWN]],
        "now": now,
        "several": len(companies) > 1,
    }
    return render(request, "bids/list.html", context)


@signed_in
@require_safe
def bid_table(request: HttpRequest, kind: str) -> HttpResponse:
    """Own bids, newest first, as a table: what the list shows and nothing of their content."""
    user, now = person(request), clock.now()
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        raise Http404
    bids = Bid.objects.visible_to(user, now).filter(company__in=companies).select_related("tender__buyer", "company")
    heads = [_("Number"), _("Tender"), _("Buyer"), _("Company"), _("Received"), _("Version"), _("Status"),
             _("Where it stands"), _("Deadline"), _("Kind")]  # fmt: skip
    newest = bids.order_by("-received_at", "-pk")[:MOST_ROWS]
    return table(kind, _("My bids"), [heads, *(_cells(bid, now) for bid in newest)])


def _cells(bid: Bid, now: datetime) -> list[str | int]:
    """Moments by the clocks of the buyer."""
    tender = bid.tender
    end = Moment(tender.tender_period_end, tender.buyer) if tender.tender_period_end else ""
    return [
        tender.reference, tender.title, tender.buyer.name, bid.company.name, str(Moment(bid.received_at, tender.buyer)),
        bid.version, str(bid.status.label), current(steps_of(bid, now)).title, str(end),
        variant_name(bid.variant) or said(tender, "Bid"),
    ]  # fmt: skip


KINDS = {"received": "success", "late": "warning", "opened": "info", "damaged": "danger"}


def _row(bid: Bid, now: Any) -> dict[str, Any]:
    status = bid.status
    return {
        "bid": bid,
        "receipt": _latest(bid.receipts.all()),
        "status": status,
        "step": current(steps_of(bid, now)),
        "kind": KINDS.get(status, "neutral"),
        "can_withdraw": bool(decide_withdraw(bid.tender.status(now), bid)),
    }


def _latest(receipts: Iterable[Receipt]) -> Receipt | None:
    found = list(receipts)
    return found[-1] if found else None
