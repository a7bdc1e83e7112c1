"""Creating a tender, step 2: how bids are judged, with the worked example beside it while one types."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.audit import in_transaction
from accounts.decision import RefusedError
from tendering import actions, panels, proposals
from tendering.forms.judging import (
    BLANK,
    TABLES,
    HowForm,
    HowStep,
    criterion_data,
    how_initial,
    methods_of,
    posted_tables,
    stored_of,
    stored_tables,
    without_blank,
)
from tendering.forms.rows import Row, change_rows
from tendering.forms.steps import differences
from tendering.methods import BY_ID
from tendering.models import Tender
from tendering.views.access import find_own, for_staff, person
from tendering.views.creation import saved, step_context, with_version
from tendering.weights import tie_chain


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def how(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Step 2 of a draft. The button `rows` adds or removes a row or only works the example out again."""
    tender, now = find_own(request, tender_id, "edit")
    if tender.is_call:
        return redirect("tender_call", tender_id=tender.bid_stage_id)
    if request.method != "POST":
        return _show(request, tender, _stored(tender), now)
    tables = posted_tables(request.POST)
    if order := request.POST.get("rows"):
        for name in TABLES:
            change_rows(tables[name], name, order, BLANK)
        step = HowStep(
            HowForm(tender=tender, initial=request.POST.dict()), tables, is_bound=False, stored=stored_of(tender)
        )
        return _show(request, tender, step, now, example=_example_of(request, tender))
    tables = without_blank(tables)
    step = _typed(request.POST, tender, tables)
    if not step.is_valid():
        return _show(request, tender, step, now, status=422, example=_example_of(request, tender))
    try:
        _store(request, tender, step)
        return saved(request, tender, 2)
    except ValidationError as error:
        step.add_faults(error, {"evaluation": (step.head, "method")})
        return _show(request, tender, step, now, status=422, example=_example_of(request, tender))
    except RefusedError as error:
        if error.refused.code != "stale":
            raise
        mine = HowStep(
            HowForm(with_version(request.POST, tender), tender=tender), tables, is_bound=True, stored=stored_of(tender)
        )
        fresh = Tender.objects.select_related("buyer").get(pk=tender.pk)
        rows = differences(mine, _stored(fresh))
        return _show(request, tender, mine, now, status=409, conflict=rows, example=_example_of(request, tender))


Tables = dict[str, list[Row]]


def _stored(tender: Tender) -> HowStep:
    head = HowForm(tender=tender, initial=how_initial(tender))
    return HowStep(head, stored_tables(tender), is_bound=False, stored=stored_of(tender))


def _typed(data: QueryDict, tender: Tender, tables: Tables) -> HowStep:
    """What was sent, to be checked."""
    return HowStep(HowForm(data, tender=tender, today=_today()), tables, is_bound=True, stored=stored_of(tender))


def _today() -> str:
    """The day on which published numbers were chosen, for the file."""
    return clock.now().date().isoformat()


def _unsaved(request: HttpRequest, tender: Tender, tables: Tables) -> HowStep:
    """What was sent, shown again without a complaint."""
    head = HowForm(tender=tender, initial=request.POST.dict())
    return HowStep(head, tables, is_bound=False, stored=stored_of(tender))


def _store(request: HttpRequest, tender: Tender, step: HowStep) -> None:
    """Criteria, papers and rule together or not at all."""
    actor, key = person(request), tender.pk
    with in_transaction():
        version = step.head.cleaned_data["version"]
        actions.update_tender(actor=actor, tender_id=key, expected_version=version, fields={})
        actions.replace_criteria(actor=actor, tender_id=key, criteria=step.criteria_to_store())
        actions.replace_required_documents(actor=actor, tender_id=key, documents=step.papers_to_store())
        actions.set_evaluation(actor=actor, tender_id=key, spec=step.head.spec(tender))


@require_POST
@for_staff
def preview(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The worked example of what is typed, unsaved: a fragment for htmx, the whole step without it."""
    tender, now = find_own(request, tender_id, "edit")
    example = _example_of(request, tender)
    if request.htmx:  # type: ignore[attr-defined]  # set by HtmxMiddleware
        return render(request, "tendering/parts/formula.html", {**example, "preview": True})
    step = HowStep(
        HowForm(tender=tender, initial=request.POST.dict()),
        posted_tables(request.POST),
        is_bound=False,
        stored=stored_of(tender),
    )
    return _show(request, tender, step, now, example=example)


def _example_of(request: HttpRequest, tender: Tender) -> dict[str, Any]:
    """Context of parts/formula.html for what was typed."""
    step = HowStep(
        HowForm(request.POST, tender=tender, today=_today()),
        without_blank(posted_tables(request.POST)),
        is_bound=True,
        stored=stored_of(tender),
    )
    if not step.is_valid():
        return {"formula": None, "formula_fault": _first_fault(step)}
    return _example(tender, step.head.spec(tender), step.criteria_to_store())


def _first_fault(step: HowStep) -> str:
    fault = next((str(words[0]) for form in step for words in form.errors.values()), "")
    return _("The example comes back when this is mended: %(fault)s") % {"fault": fault}


def _example(tender: Tender, spec: dict[str, Any], criteria: list[dict[str, Any]]) -> dict[str, Any]:
    lots = tender.lots.count() or 1
    middle = tender.value / lots if tender.value else None
    try:
        return {"formula": panels.formula(spec, criteria, middle, tender.currency), "formula_fault": ""}
    except ValueError as fault:
        return {"formula": None, "formula_fault": str(fault)}


def _stored_example(tender: Tender, step: HowStep) -> dict[str, Any]:
    """The example of the page as it opens: what is stored, or the suggestions of a new draft."""
    rows = [
        {"code": "B1", "kind": "quality", "name": form.initial["name"], "weight": form.initial["weight"]}
        for form in step.tables["quality"]
    ]
    stored = [
        criterion_data(criterion) for criterion in tender.criteria.prefetch_related("lots") if criterion.is_scored
    ]
    return _example(tender, tender.evaluation, stored or rows)


def _methods(head: HowForm, tender: Tender) -> dict[str, Any]:
    """The usual methods, and the other lawful ones with the fields of their numbers."""
    offers = [BY_ID[key] for key in methods_of(tender)]
    others = [(offer, head.numbers_of(offer)) for offer in offers if not offer.usual]
    chosen = head["method"].value()
    fields = [field for _offer, fields in others for field in fields]
    return {
        "methods": [offer for offer in offers if offer.usual],
        "others": others,
        "others_open": any(offer.id == chosen for offer, _fields in others) or any(field.errors for field in fields),
    }


def _show(
    request: HttpRequest, tender: Tender, step: HowStep, now: datetime, *, status: int = 200,
    conflict: list[tuple[str, str, str]] | None = None, example: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        **step_context(request, tender, 2, now), "form": step, "head": step.head, "tables": step.tables,
        "promises": step.promises(), "conflict": conflict, "preview": True,
        **_methods(step.head, tender),
        "rules_name": proposals.profile_name(tender.profile), "has_lots": len(step.stored.lots) > 1,
        "tie_chain": tie_chain(tender.evaluation, tender.criteria.all()),
        **(example or _stored_example(tender, step)),
    }  # fmt: skip
    return render(request, "tendering/create_how.html", context, status=status)
