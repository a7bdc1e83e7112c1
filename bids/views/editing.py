"""The parts of a bid that are typed: lots and declarations, prices, answers. Each saves as it is typed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bids import sheets
from bids.actions.presence import be_present, others
from bids.content import DraftContent
from bids.figures import figures, promised_figures
from bids.forms.answers import AnswersForm
from bids.forms.base import DraftForm
from bids.forms.participation import ParticipationForm
from bids.forms.partners import PartnersForm
from bids.forms.prices import PriceForm, SheetForm
from bids.models import Draft
from bids.tasks import next_address
from bids.views.access import bench_of, conflict, person, save, saved_answer, signed_in
from bids.workbench import Workbench
from tendering.models import Lot

MakeForm = Callable[[Workbench, Any], DraftForm]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def lots(request: HttpRequest, draft_id: UUID, autosave: bool = False) -> HttpResponse:
    """Lots chosen and requirements declared."""
    bench = bench_of(request, draft_id)
    return _edit(request, bench, ParticipationForm, "bids/lots.html", {}, autosave)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, draft_id: UUID, code: str, autosave: bool = False) -> HttpResponse:
    """Unit prices and promised numbers of one lot."""
    bench = bench_of(request, draft_id)
    lot = bench.lot(code)
    context = {"lot": lot, "sheet_form": SheetForm(limit=settings.SHEET_FILE_LIMIT)}
    return _edit(request, bench, lambda b, data: PriceForm(b, lot, data), "bids/prices.html", context, autosave)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, draft_id: UUID, autosave: bool = False) -> HttpResponse:
    """Answers in words of all lots."""
    return _edit(request, bench_of(request, draft_id), AnswersForm, "bids/answers.html", {}, autosave)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: HttpRequest, draft_id: UUID, autosave: bool = False) -> HttpResponse:
    """Consortium, subcontractors, capacity of other companies."""
    bench = bench_of(request, draft_id)
    return _edit(request, bench, PartnersForm, "bids/partners.html", {"doubts": bench.partner_doubts}, autosave)


@signed_in
@require_POST
def total(request: HttpRequest, draft_id: UUID, code: str) -> HttpResponse:
    """The sums of what stands in the form now; nothing is saved."""
    bench = bench_of(request, draft_id)
    lot = bench.lot(code)
    form = PriceForm(bench, lot, request.POST)
    form.is_valid()
    return render(request, "bids/parts/figures.html", _figures(bench, lot, form.into(bench.content)))


@signed_in
@require_POST
def presence(request: HttpRequest, draft_id: UUID, part: str) -> HttpResponse:
    """Asked by an open page every half minute: notes it and tells who else has it open."""
    bench = bench_of(request, draft_id)
    present = be_present(actor=person(request), draft_id=draft_id, part=part)
    return render(request, "bids/parts/presence.html", {"present": present, "bench": bench})


def _edit(
    request: HttpRequest, bench: Workbench, make: MakeForm, template: str, context: dict[str, Any], autosave: bool
) -> HttpResponse:
    if request.method != "POST":
        return _page(request, template, make(bench, None), context)
    form = make(bench, request.POST)
    valid = form.is_valid()
    if form.was_refused("version"):
        return HttpResponseBadRequest(_("The form was incomplete. Please load the page again."))
    sent = form.marks()
    if form.data.get("base"):
        draft, form, contested = _saved_beside_others(request, bench, make, form)
        if contested and not autosave:
            return conflict(request, form, contested)
        valid = form.is_valid()
    else:
        draft = save(request, bench, form.merged())
    if autosave:
        return saved_answer(draft, sent)
    if draft is None:  # perhaps by this very page: its autosave may overtake its button
        bench = bench_of(request, bench.draft.pk)
        form = make(bench, _with_version(request, bench.draft.version))
        if form.compare():
            return conflict(request, form)
        draft = bench.draft
    if not valid:
        bench = bench_of(request, draft.pk)
        data: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data["version"], data["base"] = str(draft.version), make(bench, None).marks()
        fresh = make(bench, data)
        return _page(request, template, fresh, context, 422)
    if "more" in request.POST:
        return redirect(request.path)
    if "later" in request.POST:
        return redirect("bid_draft", draft_id=draft.pk)
    return redirect(next_address(bench_of(request, draft.pk), form.key))


def _saved_beside_others(
    request: HttpRequest, bench: Workbench, make: MakeForm, form: DraftForm
) -> tuple[Draft | None, DraftForm, list[str]]:
    """The draft saved with what this person changed and what others stored; None with the contested fields.

    Another save between reading and writing is read once more.
    """
    for _attempt in range(2):
        data, contested = form.three_way()
        form = make(bench, data)
        form.is_valid()
        if contested:
            return None, form, contested
        if draft := save(request, bench, form.merged(), version=bench.draft.version):
            return draft, form, []
        bench = bench_of(request, bench.draft.pk)
        form = make(bench, request.POST)
    return None, form, [field.name for field in form.visible_fields()]


def _with_version(request: HttpRequest, version: int) -> Any:
    """What was typed, with the version it was saved as."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def _page(
    request: HttpRequest, template: str, form: DraftForm, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    bench = form.bench
    if isinstance(form, PriceForm):
        form.is_valid()
        content = form.into(bench.content) if form.is_bound else bench.content
        context = {**context, **_figures(bench, form.lot, content), "promise_points": _scale(form)}
    context = {
        **context,
        "bench": bench,
        "form": form,
        "autosave": f"{request.path}autosave/",
        "present": others(bench.draft, person(request), form.key),
    }
    return render(request, template, context, status=status)


def _figures(bench: Workbench, lot: Lot, content: DraftContent) -> dict[str, Any]:
    own = content.lots[lot.code]
    sums = figures(lot.items.all(), own, content.vat_rate)
    price = sums.compared(bench.tender.evaluation.get("price_basis"))
    promised = [row for row in promised_figures(bench.promised(lot), own, price) if row[1] is not None]
    return {
        "bench": bench,
        "lot": lot,
        "figures": sums,
        "content": own,
        "vat_rate": content.vat_rate,
        "promised": promised,
        "has_reading": sheets.has_reading(content),
    }


def _scale(form: PriceForm) -> list[Any]:
    return [(criterion, fields, criterion.curve) for criterion, fields in form.promise_rows()]
