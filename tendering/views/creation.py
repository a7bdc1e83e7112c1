"""Creating a tender, steps 1 and 3: what is needed, and when. Every step saves."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.audit import in_transaction
from accounts.decision import RefusedError
from accounts.models import Organization
from tendering import actions, cpv, proposals
from tendering.fields import page_locale
from tendering.forms.dates import WhenForm
from tendering.forms.rows import Row, change_rows
from tendering.forms.steps import StepForms, differences
from tendering.forms.what import (
    BLANK,
    MOST_CODES,
    WhatForm,
    WhatStep,
    posted_rows,
    stored_rows,
    without_blank_items,
)
from tendering.library.reading import hint_of, most_used
from tendering.lifecycle import WRITERS
from tendering.models import Tender
from tendering.views.access import find_own, for_staff, person
from tendering.views.officer_view import navigation_of
from tendering.zones import zone_of

STEPS = ("tender_edit_what", "tender_edit_how", "tender_edit_when", "tender_edit_publish")


def step_context(request: HttpRequest, tender: Tender | None, number: int, now: datetime) -> dict[str, Any]:
    """What every step needs: where one is, where one may go, the second navigation."""
    names = [_("What"), _("How judged"), _("When"), _("Publish")]
    links = [reverse(name, args=[tender.pk]) if tender else "" for name in STEPS]
    if tender is not None and tender.is_call:
        names, links = (
            [_("Call for candidates"), _("Publish")],
            [reverse("tender_call", args=[tender.bid_stage_id]), links[-1]],
        )
        number = 2 if number == len(STEPS) else 1
    return {
        "tender": tender,
        "step": number,
        "step_names": list(zip(names, links, strict=True)),
        "navigation": navigation_of(request, tender, tender.status(now), now) if tender else [],
        "now": now,
    }


def saved(request: HttpRequest, tender: Tender, step: int) -> HttpResponse:
    """On to the next step, or back to the tender when the person wants to go on later."""
    if request.POST.get("later"):
        messages.success(request, _("Saved. You can go on at any time."))
        return redirect("tender_detail", tender_id=tender.pk)
    return redirect("tender_edit_documents" if request.POST.get("documents") else STEPS[step], tender_id=tender.pk)


def with_version(data: QueryDict, tender: Tender) -> QueryDict:
    """What was typed, on top of the version that is stored now: saving it again is a decision, not an accident."""
    changed = data.copy()
    changed["version"] = str(Tender.objects.values_list("version", flat=True).get(pk=tender.pk))
    return changed


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Step 1 of a tender that does not exist yet."""
    if not _buyers(request).exists():
        raise PermissionDenied(_("Only procurement officers and requesting departments prepare tenders."))
    return _what(request, None, clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def what(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Step 1 of a draft."""
    tender, now = find_own(request, tender_id, "edit")
    if tender.is_call:
        return redirect("tender_call", tender_id=tender.bid_stage_id)
    return _what(request, tender, now)


def _buyers(request: HttpRequest) -> QuerySet[Organization]:
    return Organization.objects.filter(pk__in=person(request).organizations_with(*WRITERS))


def _head(request: HttpRequest, tender: Tender | None) -> Callable[..., WhatForm]:
    buyers = list(_buyers(request)[:2]) if tender is None else [tender.buyer]
    buyer = buyers[0] if len(buyers) == 1 else None
    currency = tender.currency if tender else buyers[0].currency
    return lambda *args, **kwargs: WhatForm(*args, buyers=_buyers(request), buyer=buyer, currency=currency, **kwargs)


def _what(request: HttpRequest, tender: Tender | None, now: datetime) -> HttpResponse:
    head = _head(request, tender)
    if request.method != "POST":
        return _show_what(
            request, tender, WhatStep(head(initial=_initial(tender)), stored_rows(tender), is_bound=False), now
        )
    data, rows = _posted(request)
    if order := data.get("rows"):
        change_rows(rows, "lots", order, BLANK)
        step = WhatStep(head(initial=data.dict()), rows or stored_rows(None), is_bound=False)
        return _show_what(request, tender, step, now)
    step = WhatStep(head(data), without_blank_items(rows), is_bound=True)
    if not step.is_valid():
        return _show_what(request, tender, step, now, status=422)
    try:
        return saved(request, _store_what(request, tender, step, now), 1)
    except ValidationError as error:
        step.add_faults(error, step.paths())
        return _show_what(request, tender, step, now, status=422)
    except RefusedError as error:
        if error.refused.code != "stale" or tender is None:
            raise
        mine = WhatStep(head(with_version(data, tender)), rows, is_bound=True)
        stored = WhatStep(head(initial=_initial(tender)), stored_rows(tender), is_bound=False)
        return _show_what(request, tender, mine, now, status=409, conflict=differences(mine, stored))


def _posted(request: HttpRequest) -> tuple[QueryDict, list[Row]]:
    """What was typed; a chosen kind of service takes the place of the words it was found by."""
    data = request.POST.copy()
    if data.get("service_code"):
        data["service"] = str(data["service_code"])
    return data, posted_rows(data)


def _initial(tender: Tender | None) -> dict[str, Any]:
    if tender is None:
        return {}
    names = ("title", "summary", "value", "contract_months", "option_months", "life_situation", "contact_unit",
             "value_method", "lot_waiver_reason", "max_lots_bid", "max_lots_awarded", "allocation_rule", "authority",
             "variants_allowed", "variant_requirements", "version")  # fmt: skip
    code = cpv.codes().get(tender.cpv_main)
    return {**{name: getattr(tender, name) for name in names}, "service": str(code) if code else tender.cpv_main}


def _store_what(request: HttpRequest, tender: Tender | None, step: WhatStep, now: datetime) -> Tender:
    """Fields and lots together or not at all. Value and kind of service decide which rules are proposed."""
    fields = step.head.fields_to_store()
    actor = person(request)
    with in_transaction():
        if tender is None:
            buyer = step.head.cleaned_data.get("buyer") or _buyers(request).get()
            fields = {**fields, **_proposed(buyer, fields, now)}
            unit = fields.pop("contact_unit", None)
            fields |= {"contact_unit": unit} if unit else {}
            stored = actions.create_tender(actor=actor, buyer=buyer, **fields)
        else:
            version = step.head.cleaned_data["version"]
            deciding = (fields["value"], fields["cpv_main"]) != (tender.value, tender.cpv_main)
            if deciding and tender.procedure_type in proposals.BY_ITSELF:
                fields |= _proposed(tender.buyer, fields, now)
            stored = actions.update_tender(actor=actor, tender_id=tender.pk, expected_version=version, fields=fields)
        actions.replace_lots(actor=actor, tender_id=stored.pk, lots=step.lots_to_store(tender))
    return stored


def _proposed(buyer: Organization, fields: dict[str, Any], now: datetime) -> dict[str, Any]:
    day = now.astimezone(zone_of(buyer)).date()
    chosen = proposals.proposed_profile(buyer, fields["value"], fields["cpv_main"], day)
    return {"profile": chosen.key, "procedure_type": proposals.open_procedure(chosen)} if chosen else {}


def _show_what(
    request: HttpRequest, tender: Tender | None, step: WhatStep, now: datetime, *, status: int = 200,
    conflict: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    codes = step.head.found_codes
    context = {
        **step_context(request, tender, 1, now), "form": step, "head": step.head, "tables": step.tables,
        "codes": codes, "conflict": conflict, "document_count": tender.documents.count() if tender else 0,
        "hint": hint_of(tender, page_locale()) if tender else None, "starts": None if tender else _starts(request, now),
    }  # fmt: skip
    return render(request, "tendering/create_what.html", context, status=status)


def _starts(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What one may start from instead of an empty page: templates others used most, own earlier tenders."""
    own = Tender.objects.filter(buyer__in=_buyers(request), published_at__lte=now).order_by("-published_at")
    return {
        "kind": "tender",
        "templates": most_used("tender", page_locale(), now),
        "earlier": list(own.only("reference", "title", "language")[:3]),
    }


@require_safe
def cpv_search(request: HttpRequest) -> HttpResponse:
    """Kinds of service by plain word: a fragment for the form, a small page of its own without htmx."""
    words = request.GET.get("service", "").strip()
    context = {"codes": cpv.find(words, MOST_CODES), "words": words}
    name = "tendering/parts/cpv_codes.html" if request.htmx else "tendering/cpv_codes.html"  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return render(request, name, context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def when(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Step 3: dates, with lawful defaults and the reason for each."""
    tender, now = find_own(request, tender_id, "edit")
    if tender.is_call:
        return redirect("tender_call", tender_id=tender.bid_stage_id)
    proposed = proposals.proposed_dates(tender, now)
    form = WhenForm(request.POST or None, tender=tender, proposed=proposed)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            actions.update_tender(
                actor=person(request), tender_id=tender.pk, expected_version=version, fields=form.fields_to_store()
            )
            return saved(request, tender, 3)
        except ValidationError as error:
            StepForms([form]).add_faults(error, form.paths())
        except RefusedError as error:
            if error.refused.code != "stale":
                raise
            mine = WhenForm(with_version(request.POST, tender), tender=tender, proposed=proposed)
            stored = WhenForm(tender=tender, proposed=proposed)
            rows = differences(StepForms([mine]), StepForms([stored]))
            return _show_when(request, tender, mine, proposed, now, status=409, conflict=rows)
    return _show_when(request, tender, form, proposed, now, status=422 if form.errors else 200)


def _show_when(
    request: HttpRequest, tender: Tender, form: WhenForm, proposed: proposals.Dates, now: datetime, *, status: int,
    conflict: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        **step_context(request, tender, 3, now), "form": form, "proposed": proposed, "conflict": conflict,
        "rules_name": proposals.profile_name(tender.profile),
    }  # fmt: skip
    return render(request, "tendering/create_when.html", context, status=status)
