"""Contracts: the list, one contract with promised and delivered, and its acts."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.decision import require
from accounts.lifecycle import PROVIDER_ROLES, Role
from evaluation import actions, award_rules
from evaluation.forms.after import ChangeForm, PeriodForm, SignForm, TextForm
from evaluation.forms.office import ReasonForm
from evaluation.lifecycle import decide
from evaluation.models import Contract, ContractChange, ContractOption, ContractPeriod
from evaluation.promises import delivery_of
from evaluation.views.frame import actor_of, may, reader_of, show, signed_in
from tendering.forms.faults import take_over
from tendering.lifecycle import Status
from tendering.rules.days import add_months
from tendering.spreadsheets import writer
from tendering.zones import show_times_of, zone_of

MOST = 500
WIDTHS = (16, 40, 8, 36, 14, 14, 14, 14, 10)


@signed_in
@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """Contracts of the own municipality or company, those that end soonest first. Three queries."""
    user, now = actor_of(request), clock.now()
    is_office = _require_party(user)
    context = {"rows": _rows(user, now), "is_office": is_office, "today": now.date()}
    return render(request, "evaluation/contracts.html", context)


def _require_party(user: Any) -> bool:
    """Whether the person is of an office or audit; Http404 for those who are of no company either."""
    is_office = bool(user.organizations_with(Role.OFFICER, Role.APPROVER, Role.AUDITOR))
    if not is_office and not user.is_bidder:
        raise Http404
    return is_office


def _rows(user: Any, now: Any) -> list[Contract]:
    found = Contract.objects.visible_to(user, now).select_related("tender__buyer", "lot", "company")
    return list(found.order_by("ends_on", "pk")[:MOST])


@signed_in
@require_safe
def contracts_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list as a table."""
    user, now = actor_of(request), clock.now()
    _require_party(user)
    lines = [heads(), *lines_of(_rows(user, now))]
    german = (get_language() or "de").startswith("de")
    if kind == "csv":
        text = writer.safe_csv(lines, delimiter=";" if german else ",", decimal_mark="," if german else ".")
        return _file(text.encode("utf-8-sig"), "text/csv; charset=utf-8", "csv")
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(_workbook(lines), media, "xlsx")


def heads() -> list[Any]:
    return [
        _("Tender"), _("Title"), _("Lot"), _("Contractor"), _("Starts on"), _("Ends on"), _("Value at the start"),
        _("Value now"), _("Currency"),
    ]  # fmt: skip


def lines_of(rows: list[Contract]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            row.tender.reference, row.tender.title, row.lot.code, row.company.name, row.starts_on.isoformat(),
            row.ends_on.isoformat(), row.value_at_start, row.value, row.tender.currency,
        ]  # fmt: skip


def _workbook(lines: list[list[Any]]) -> bytes:
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws = writer.add_sheet(book, _("Contracts"))
        head, amount = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    writer.text(ws, number, column, cell, None if number else head)
                else:
                    writer.number(ws, number, column, cell, amount)
        for column, width in enumerate(WIDTHS):
            ws.set_column(column, column, width)
        ws.freeze_panes(1, 0)
    return stream.getvalue()


def _file(content: bytes, media: str, end: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    name = f"{_('contracts')}.{end}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response


def _found(request: HttpRequest, contract_id: int) -> Contract:
    user = actor_of(request)
    rows = Contract.objects.visible_to(user, clock.now()).select_related("tender__buyer", "lot", "company")
    contract = get_object_or_404(rows, pk=contract_id)
    show_times_of(contract.tender)
    return contract


def _may(request: HttpRequest, contract: Contract, action: str = "run_contract") -> Any:
    return decide(action, Status.AWARDED, actor_of(request).roles_in(contract.tender.buyer_id))


@signed_in
@require_safe
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Term, value, options, changes; what was promised beside what was delivered."""
    row = _found(request, contract_id)
    user = actor_of(request)
    context = {
        "contract": row, "tender": row.tender, "may_run": _may(request, row), "options": row.options.all(),
        "may_confirm": _may(request, row, "confirm_contract"),
        "changes": row.changes.select_related("decided_by", "second_person"), "me": user,
        "is_supplier": user.has_role(row.company_id, *PROVIDER_ROLES), **delivery_of(row),
    }  # fmt: skip
    return render(request, "evaluation/contract.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, tender_id: int, lot: str) -> HttpResponse:
    """Record the signed contract on a lot; refused with a page while the wait lasts."""
    who = reader_of(request, tender_id)
    require(may(who, "sign_contract"))
    part = get_object_or_404(who.tender.lots, code=lot)
    require(award_rules.decide_contract(award_rules.notice_of_lot(part), who.now))
    today = who.now.astimezone(zone_of(who.tender.buyer)).date()
    months, options = who.tender.contract_months, who.tender.option_months
    initial = {
        "signed_on": today, "starts_on": today, "ends_on": add_months(today, months) - timedelta(days=1),
        "option_months": options or None,
    }  # fmt: skip
    form = SignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            names = ("signed_on", "starts_on", "ends_on", "number", "remind_months")
            made = actions.sign_contract(
                actor=who.user, tender_id=tender_id, lot_code=lot, options=form.options(),
                **{name: form.cleaned_data[name] for name in names},
            )  # fmt: skip
            messages.success(request, _("The contract has been recorded."))
            return redirect("contract", contract_id=made.pk)
    open_ones = award_rules.open_complaints(who.tender)
    lead = _("A complaint has not been answered yet. Answer it before you sign.") if open_ones else ""
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, lead=lead,
        title=_("Contract on lot %(lot)s") % {"lot": lot}, button=_("Record the contract"),
    )  # fmt: skip


def _act(request: HttpRequest, row: Contract, form: Any, title: str, button: str, lead: str = "") -> HttpResponse:
    context = {"contract": row, "tender": row.tender, "form": form, "title": title, "button": button, "lead": lead}
    return render(request, "evaluation/contract_act.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Decide a change of the contract."""
    row = _found(request, contract_id)
    require(_may(request, row))
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            data = {**form.cleaned_data, "months": form.cleaned_data["months"] or 0}
            made = actions.change_contract(actor=actor_of(request), contract_id=row.pk, **data)
            text = _("The change counts.") if made.confirmed_at else _("Above the limits: a second person confirms it.")
            messages.success(request, text)
            return redirect("contract", contract_id=row.pk)
    lead = _("Percentages and limits are worked out and stored with the change.")
    return _act(request, row, form, _("Change the contract"), _("Decide the change"), lead)


@signed_in
@require_POST
def confirm_change(request: HttpRequest, contract_id: int, change_id: int) -> HttpResponse:
    """The second person confirms a change."""
    row = _found(request, contract_id)
    get_object_or_404(ContractChange, pk=change_id, contract=row)
    actions.confirm_change(actor=actor_of(request), change_id=change_id)
    messages.success(request, _("The change counts."))
    return redirect("contract", contract_id=row.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draw_option(request: HttpRequest, contract_id: int, option_id: int) -> HttpResponse:
    """Use a right of the contract."""
    row = _found(request, contract_id)
    require(_may(request, row))
    option = get_object_or_404(ContractOption, pk=option_id, contract=row)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = _("Reason")
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.draw_option(actor=actor_of(request), option_id=option.pk, reason=form.cleaned_data["reason"])
            messages.success(request, _("The option has been drawn."))
            return redirect("contract", contract_id=row.pk)
    return _act(request, row, form, _("Draw: %(title)s") % {"title": option.title}, _("Draw the option"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def period(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Record what was delivered and paid in a period."""
    row = _found(request, contract_id)
    require(_may(request, row))
    last = row.periods.order_by("-end").values_list("end", flat=True).first()
    start = last + timedelta(days=1) if last else row.starts_on
    form = PeriodForm(request.POST or None, kpis=list(row.kpis.all()), initial={"start": start})
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            names = ("start", "end", "quantity", "paid_net", "note")
            actions.record_period(
                actor=actor_of(request), contract_id=row.pk, measured=form.measured(),
                **{name: form.cleaned_data[name] for name in names},
            )  # fmt: skip
            messages.success(request, _("Recorded. The contractor has been told and may reply."))
            return redirect("contract", contract_id=row.pk)
    return _act(request, row, form, _("Record a period"), _("Record the period"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, contract_id: int, period_id: int) -> HttpResponse:
    """The contractor's own words beside a period."""
    row = _found(request, contract_id)
    if not actor_of(request).has_role(row.company_id, *PROVIDER_ROLES):
        raise Http404
    get_object_or_404(ContractPeriod, pk=period_id, contract=row)
    form = TextForm(request.POST or None, label=_("Your reply"), hint=_("It stands here as you write it, for good."))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.reply_to_period(actor=actor_of(request), period_id=period_id, text=form.cleaned_data["text"])
            messages.success(request, _("Your reply stands beside the period."))
            return redirect("contract", contract_id=row.pk)
    return _act(request, row, form, _("Reply"), _("Send the reply"))


@signed_in
@require_POST
def draft_next(request: HttpRequest, contract_id: int) -> HttpResponse:
    """A draft for the time after this contract."""
    row = _found(request, contract_id)
    draft = actions.draft_next(actor=actor_of(request), contract_id=row.pk)
    messages.success(request, _("Your draft starts from what was really delivered and paid. Check every number."))
    return redirect("tender_edit_what", tender_id=draft.pk)
