"""The office's checks: compare, record, ask for documents, exclude, clarify prices; a second person confirms."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from bids import grounds, variants
from bids.models import Bid, OpenedDocument
from bids.nouns import said
from bids.partners import doubts, in_opened
from evaluation import actions, check_tables
from evaluation.award_rules import has_statutes, profile_of
from evaluation.check_list import may_be_mended
from evaluation.check_tables import Office, office
from evaluation.forms.checking import JudgeDocumentForm
from evaluation.forms.office import (
    AnswerPriceForm,
    CheckForm,
    DecidePriceForm,
    DueForm,
    ExclusionForm,
    SupplementForm,
)
from evaluation.lifecycle import DocumentFault, PriceOutcome, decide_second
from evaluation.low_price import EXAMINED, decide_ask_aid, decide_outcome, state_of
from evaluation.models import (
    AbnormallyLowCheck,
    BidClarification,
    CheckStepState,
    Exclusion,
    StepState,
    SupplementRequest,
)
from evaluation.partner_checks import doubles, too_many_lots
from evaluation.readers import Reader, require_file
from evaluation.views.frame import may, opened, show, signed_in
from tendering.forms.faults import take_over
from tendering.models import CriterionKind

DUE_DAYS = timedelta(days=6)


def file_of(request: HttpRequest, tender_id: int, action: str = "") -> Reader:
    """For the office and the audit; with `action` only for those who may do it now."""
    who = opened(request, tender_id, call=True)
    require_file(who)
    if action:
        require(may(who, action))
    return who


def bid_of(who: Reader, bid_id: UUID) -> Bid:
    bids = Bid.objects.live().filter(tender=who.tender, opened_at__isnull=False)
    return get_object_or_404(bids.select_related("company"), pk=bid_id)


@signed_in
@require_safe
def matrix(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All bids beside one another."""
    who = file_of(request, tender_id)
    state = office(who.tender, who.now)
    lines = check_tables.compared(state)
    return show(
        request, who, "checks", state=state, lines=lines, cards=check_tables.cards(state, lines),
        lacking=len(actions.affected_bids(who.tender)) if who.tender.supplementation_allowed else 0,
        may_check=bool(may(who, "check")), to_confirm=confirmable(who, state),
        waiting=len(state.unconfirmed) + len(state.open_exclusions) + len(state.decided_prices)
        + len(state.judged_documents),
    )  # fmt: skip


def confirmable(who: Reader, state: Office) -> int:
    """How much waits for this person's confirmation."""
    if not may(who, "confirm"):
        return 0
    checks = [] if state.unchecked else state.unconfirmed
    makers = [row.checked_by_id for row in checks]
    makers = [*makers, *(row.decided_by_id for row in state.open_exclusions)]
    decided = [row.decided_by_id for row in state.decided_prices] + [row.judged_by_id for row in state.judged_documents]
    return sum(maker != who.user.pk for maker in [*makers, *decided])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def bid(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Record the check of one bid, and everything else that concerns it."""
    who = file_of(request, tender_id)
    found = bid_of(who, bid_id)
    state = office(who.tender, who.now)
    check = state.checks.get(found.pk)
    criteria = list(who.tender.criteria.filter(kind=CriterionKind.MANDATORY).order_by("position", "id"))
    before = check.findings if check else check_tables.initial_findings(found, who.tender)
    form = CheckForm(
        request.POST or None,
        criteria,
        list(who.tender.required_documents.all()),
        before,
        tender=who.tender,
        statutes=has_statutes(who.tender),
    )
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            findings = form.findings(check.findings if check else {})
            actions.record_formal_check(actor=who.user, bid_id=found.pk, findings=findings)
            messages.success(request, _("The check has been recorded."))
            return redirect("checks", tender_id=tender_id)
    return show(
        request, who, "check_bid", status=422 if form.errors else 200,
        form=form, bid=found, check=check, **_bid_context(who, state, found),
    )  # fmt: skip


def _bid_context(who: Reader, state: Office, found: Bid) -> dict[str, Any]:
    check = state.checks.get(found.pk)
    missing = _missing(state, found)
    return {
        "may_check": bool(may(who, "check")),
        "sources": has_statutes(who.tender),
        "locked": not may(who, "check") or bool(check and check.confirmed_at),
        "documents": list(OpenedDocument.objects.filter(bid=found)),
        "declaration": grounds.in_extra(found.opened.get("extra") or {}),
        "partners": in_opened(found.opened),
        "partner_doubts": _partner_doubts(state, found),
        "variant": variants.words(found),
        "beside": _beside(state, found),
        "too_many_lots": too_many_lots(found, who.tender.max_lots_bid),
        "missing": missing,
        "others_lack": len(actions.affected_bids(who.tender)) > 1 if missing else False,
        "requests": [row for row in state.requests if row.bid_id == found.pk],
        "exclusions": [row for row in state.exclusions if row.bid_id == found.pk],
        "prices": [row for row in state.prices if row.bid_id == found.pk],
        "findings": list(state.of(found)),
        "questions": list(BidClarification.objects.filter(bid=found)),
        "asked_lots": {row.lot.code for row in state.prices if row.bid_id == found.pk},
    }


def _beside(state: Office, found: Bid) -> list[Bid]:
    """Other opened bids of the same company: what is found about the company concerns them, too."""
    return [bid for bid in state.bids if bid.company_id == found.company_id and bid.pk != found.pk]


def _partner_doubts(state: Office, found: Bid) -> list[str]:
    """What to look at among consortium, subcontractors and borrowed capacity."""
    allowed = state.tender.subcontracting_allowed
    own = doubts(in_opened(found.opened), found.company.name, subcontracting_allowed=allowed)
    return [*own, *doubles(state.bids).get(found.pk, [])]


def _missing(state: Office, found: Bid) -> list[str]:
    """Documents that may still be asked for."""
    check = state.checks.get(found.pk)
    asked = {row.document for row in state.requests if row.bid_id == found.pk}
    entries = check.findings.get("documents", []) if check and state.tender.supplementation_allowed else []
    return [
        item["name"]
        for item in entries
        if item["status"] in DocumentFault.values
        and may_be_mended(str(item.get("category", "")), item["status"])
        and item["name"] not in asked
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Ask once for everything that is missing."""
    who = file_of(request, tender_id, "check")
    found = bid_of(who, bid_id)
    names = _missing(office(who.tender, who.now, prices=False), found)
    if not names:
        raise Http404
    form = SupplementForm(request.POST or None, names=names, tender=who.tender, proposed=who.now + DUE_DAYS)
    if request.method == "POST" and form.is_valid():
        with take_over(form, due_field):
            actions.request_supplement(
                actor=who.user, bid_id=found.pk, documents=form.cleaned_data["documents"], due_at=form.due_at
            )
            messages.success(request, said(who.tender, "Asked. The bidder has been told by mail."))
            return redirect("check_bid", tender_id=tender_id, bid_id=bid_id)
    button = said(who.tender, "Ask the bidder for these documents")
    return _act(request, who, found, form, _("Ask for missing documents"), button)


def due_field(path: str) -> str:
    return "due_day" if path == "due_at" else path


@signed_in
@require_http_methods(["POST"])
def received(request: HttpRequest, tender_id: int, request_id: int) -> HttpResponse:
    """Note that a document asked for has come in."""
    who = file_of(request, tender_id, "check")
    row = get_object_or_404(SupplementRequest, pk=request_id, bid__tender=who.tender)
    actions.record_supplement(actor=who.user, bid_id=row.bid_id, document=row.document)
    messages.success(request, _("Noted as received now."))
    return redirect("check_bid", tender_id=tender_id, bid_id=row.bid_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def handed_in(request: HttpRequest, tender_id: int, request_id: int) -> HttpResponse:
    """Say whether a document that was handed in is what was asked for."""
    who = file_of(request, tender_id, "check")
    row = get_object_or_404(
        SupplementRequest.objects.select_related("bid__company"), pk=request_id, bid__tender=who.tender
    )
    form = JudgeDocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            accepted, reason = form.cleaned_data["accepted"] == "yes", form.cleaned_data["reason"]
            judged = actions.judge_supplement(actor=who.user, request_id=row.pk, accepted=accepted, reason=reason)
            if judged.needs_second:
                messages.success(request, _("Recorded. It counts once a second person has confirmed it."))
            return redirect("check_bid", tender_id=tender_id, bid_id=row.bid_id)
    return _act(request, who, row.bid, form, row.document, _("Record the decision"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def exclude(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Decide that a bid is out."""
    who = file_of(request, tender_id, "check")
    found = bid_of(who, bid_id)
    lots = [(row.lot.code, str(row.lot)) for row in found.lot_bids.select_related("lot")]
    form = ExclusionForm(request.POST or None, lots=lots, tender=who.tender, statutes=has_statutes(who.tender))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with take_over(form):
            actions.exclude_bid(
                actor=who.user, bid_id=found.pk, lot_code=data["lot"] or None, code=data["code"],
                reason=data["reason"], ground=form.ground,
            )  # fmt: skip
            messages.success(request, _("Recorded. It counts once a second person has confirmed it."))
            return redirect("check_bid", tender_id=tender_id, bid_id=bid_id)
    return show(request, who, "check_exclude", status=422 if form.errors else 200, form=form, bid=found)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask_price(request: HttpRequest, tender_id: int, bid_id: UUID, lot: str) -> HttpResponse:
    """Ask the bidder to explain its price."""
    who = file_of(request, tender_id, "check")
    found = bid_of(who, bid_id)
    form = DueForm(request.POST or None, tender=who.tender, proposed=who.now + DUE_DAYS)
    if request.method == "POST" and form.is_valid():
        with take_over(form, due_field):
            actions.ask_price(actor=who.user, bid_id=found.pk, lot_code=lot, due_at=form.due_at)
            messages.success(request, _("Asked. The bidder has been told by mail."))
            return redirect("check_bid", tender_id=tender_id, bid_id=bid_id)
    title = _("Ask about the price in lot %(lot)s") % {"lot": lot}
    return _act(request, who, found, form, title, _("Ask the bidder to explain the price"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def price(request: HttpRequest, tender_id: int, check_id: int) -> HttpResponse:
    """Note the bidder's explanation, ask about State aid behind the price, and decide what all that is worth."""
    who = file_of(request, tender_id)
    check = get_object_or_404(
        AbnormallyLowCheck.objects.select_related("bid__company", "lot"), pk=check_id, bid__tender=who.tender
    )
    act = request.POST.get("act")
    answer = AnswerPriceForm(request.POST if act in ("answer", "aid_answer") else None)
    aid = DueForm(request.POST if act == "aid" else None, tender=who.tender, proposed=who.now + DUE_DAYS)
    form = DecidePriceForm(
        request.POST if act == "decide" else None, aid_asked=check.aid_asked_at is not None,
        initial={"outcome": check.outcome, "reason": check.reason, "examined": check.examined},
    )  # fmt: skip
    if act in ("answer", "aid_answer") and answer.is_valid():
        note = actions.answer_price if act == "answer" else actions.answer_aid_proof
        with take_over(answer):
            note(actor=who.user, check_id=check.pk, text=answer.cleaned_data["text"])
            return redirect("check_price", tender_id=tender_id, check_id=check_id)
    if act == "aid" and aid.is_valid():
        with take_over(aid, due_field):
            actions.ask_aid_proof(actor=who.user, check_id=check.pk, due_at=aid.due_at)
            messages.success(request, _("Asked. The bidder has been told by mail."))
            return redirect("check_price", tender_id=tender_id, check_id=check_id)
    if act == "decide" and form.is_valid():
        with take_over(form):
            actions.decide_price(actor=who.user, check_id=check.pk, **form.cleaned_data)
            messages.success(request, _("Recorded. It counts once a second person has confirmed it."))
            return redirect("check_bid", tender_id=tender_id, bid_id=check.bid_id)
    shown = {"answer": answer, "aid_answer": answer, "aid": aid}.get(act or "", form)
    return show(
        request, who, "price", status=422 if shown.errors else 200, check=check, form=form, answer=answer, aid=aid,
        shown=shown, sources=has_statutes(who.tender), tell_commission=_for_commission(who, check),
        examined=[EXAMINED[name] for name in check.examined],
        may_check=bool(may(who, "check")) and not check.second_person_id,
        may_decide=bool(decide_outcome(check, "explained", who.now)), may_ask_aid=bool(decide_ask_aid(check, who.now)),
    )  # fmt: skip


def _for_commission(who: Reader, check: AbnormallyLowCheck) -> bool:
    """An exclusion because of State aid in an EU-wide procedure is reported to the Commission (§ 60 (4) VgV)."""
    rules = profile_of(who.tender)
    is_out = check.outcome == PriceOutcome.AID_UNLAWFUL and state_of(check, who.now) == "rejected"
    return is_out and rules is not None and rules.regime == "VgV"


def _act(request: HttpRequest, who: Reader, found: Bid, form: Any, title: str, button: str) -> HttpResponse:
    """A small form about one bid."""
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, bid=found, title=title, button=button
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The second person's page: everything that waits, each with its own button."""
    who = file_of(request, tender_id)
    if request.method == "POST":
        require(may(who, "confirm"))
        _confirmed(who, request.POST.get("act", ""))
        messages.success(request, _("Confirmed."))
        return redirect("checks_confirm", tender_id=tender_id)
    state = office(who.tender, who.now)
    rows = [(row, decide_second(row.decided_by_id, who.user.pk)) for row in state.open_exclusions]
    prices = [(row, decide_second(row.decided_by_id, who.user.pk)) for row in state.decided_prices]
    judged = [(row, decide_second(row.judged_by_id, who.user.pk)) for row in state.judged_documents]
    own = any(check.checked_by_id == who.user.pk for check in state.unconfirmed)
    lines = check_tables.compared(state)
    return show(
        request, who, "confirm", state=state, lines=lines, exclusions=rows, prices=prices, judged=judged, own_check=own,
        objections=CheckStepState.objects.filter(step__tender=who.tender, state=StepState.OBJECTION).count(),
        may_confirm=bool(may(who, "confirm")), cards=check_tables.cards(state, lines),
    )  # fmt: skip


def _confirmed(who: Reader, act: str) -> None:
    """ "checks", "exclusion:7", "price:7" or "supplement:7"; rows of other tenders are not found."""
    kind, _colon, key = act.partition(":")
    acts: dict[str, Callable[[], object]] = {
        "checks": lambda: actions.confirm_formal_check(actor=who.user, tender_id=who.tender.pk),
        "exclusion": lambda: actions.confirm_exclusion(actor=who.user, exclusion_id=_row(Exclusion, who, key)),
        "price": lambda: actions.confirm_price(actor=who.user, check_id=_row(AbnormallyLowCheck, who, key)),
        "supplement": lambda: actions.confirm_supplement(actor=who.user, request_id=_row(SupplementRequest, who, key)),
    }
    if kind not in acts:
        raise Http404
    acts[kind]()


def _row(model: type[Exclusion] | type[AbnormallyLowCheck] | type[SupplementRequest], who: Reader, key: str) -> int:
    if not key.isdigit() or not model.objects.filter(pk=int(key), bid__tender=who.tender).exists():
        raise Http404
    return int(key)
