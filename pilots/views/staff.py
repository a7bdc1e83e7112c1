"""The municipality's own pages: prepare, sign, measure, analyse, record. Each post is one action."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.decision import Refused, RefusedError, refuse
from accounts.lifecycle import Role
from accounts.models import Organization
from pilots import actions, measurements
from pilots.actions.measuring import checked_rows
from pilots.council_page import page_of
from pilots.figures import change, level, name_of
from pilots.forms import DecisionForm, IndicatorForm, IndicatorTable, PilotForm, RegistrationForm, SeriesForm
from pilots.inputs import stored_series
from pilots.models import AnalysisRun, Indicator, Pilot
from pilots.sentences import VERDICTS, month
from pilots.views.access import find_own, for_staff, person
from tendering.fields import page_locale
from tendering.forms.faults import add_faults
from tendering.library.reading import hint_of, most_used
from tendering.spreadsheets.writer import safe_csv

PREVIEW_SALT = "pilot-series"
PREVIEW_AGE = 3600
LEAD = ("municipality", "title", "description", "control_description", "life_situation", "legal_basis", "provider")
either = require_http_methods(["GET", "HEAD", "POST"])


@either
@for_staff
def pilot_new(request: HttpRequest) -> HttpResponse:
    """One page: what is tried and what is measured."""
    own = Organization.objects.filter(pk__in=person(request).organizations_with(Role.OFFICER, Role.REQUESTER))
    if not own.exists():
        raise PermissionDenied
    return _draft_page(request, None, own)


@either
@for_staff
def pilot_edit(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The same page for a draft."""
    pilot, _now = find_own(request, pilot_id, "edit")
    return _draft_page(request, pilot, Organization.objects.filter(pk=pilot.municipality_id))


def _draft_page(request: HttpRequest, pilot: Pilot | None, own: Any) -> HttpResponse:
    initial = PilotForm.initial_of(pilot) if pilot else {"municipality": own.first()}
    rows = [_indicator_initial(indicator) for indicator in pilot.indicators.all()] if pilot else _first_rows()
    form = PilotForm(request.POST or None, initial=initial)
    form.fields["municipality"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField
    table = IndicatorTable(request.POST or None, initial=rows, prefix="kpi")
    if request.method == "POST" and form.is_valid() and table.is_valid():
        saved = _save_draft(request, pilot, form, table)
        if saved is not None:
            messages.success(request, _("Saved. Nobody outside your municipality sees it yet."))
            return redirect("pilot_detail", saved.pk)
    lead = [form[name] for name in LEAD]
    language = page_locale()
    context = {
        "form": form, "table": table, "pilot": pilot, "lead": lead,
        "hint": hint_of(pilot, language) if pilot else None,
        "starts": None if pilot else {"kind": "pilot", "templates": most_used("pilot", language, clock.now())},
    }  # fmt: skip
    return render(request, "pilots/pilot_form.html", context)


def _save_draft(request: HttpRequest, pilot: Pilot | None, form: PilotForm, table: Any) -> Pilot | None:
    """Both acts or none; faults go back into the form."""
    from django.db import transaction

    stored = {row.code: row for row in pilot.indicators.all()} if pilot else {}
    filled = [line.row() for line in table if IndicatorForm.is_filled(line.cleaned_data)]
    indicators = [{**row, **_unshown(stored.get(row["code"]), row["name_de"])} for row in filled]
    fields = form.fields_of_pilot()
    try:
        with transaction.atomic():
            if pilot is None:
                title = fields.pop("title")
                pilot = actions.create_pilot(
                    actor=person(request), municipality=form.cleaned_data["municipality"], title=title, **fields
                )
            else:
                actions.update_pilot(actor=person(request), pilot_id=pilot.pk, fields=fields)
            return actions.set_indicators(actor=person(request), pilot_id=pilot.pk, indicators=indicators)
    except ValidationError as error:
        add_faults(form, error)
    return None


def _indicator_initial(indicator: Indicator) -> dict[str, Any]:
    names = ("code", "group", "unit", "kind", "better", "target", "minimal_effect", "role", "is_primary", "is_guard")
    return {"name": name_of(indicator), **{name: getattr(indicator, name) for name in names}}


def _unshown(stored: Indicator | None, name: str) -> dict[str, Any]:
    """What the table does not show of a stored indicator: definition, source, its name in the other language."""
    if stored is None:
        return {}
    kept = {key: getattr(stored, key) for key in ("definition", "source_system", "measured_by", "per", "decimals")}
    same = name == name_of(stored)
    return {**kept, **({"name_de": stored.name_de, "name_en": stored.name_en} if same else {})}


def _first_rows() -> list[dict[str, Any]]:
    """One line for each group, so that none is forgotten."""
    return [
        {"code": "C1", "group": "citizen", "is_primary": True},
        {"code": "B1", "group": "business", "better": "higher"},
        {"code": "A1", "group": "authority", "role": "handling_time"},
    ]


@either
@for_staff
def pilot_register(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Write the promise and sign it as the first person."""
    pilot, _now = find_own(request, pilot_id, "register")
    form = RegistrationForm(request.POST or None, initial=_registration_initial(pilot))
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_registration(
                actor=person(request), pilot_id=pilot.pk, registration=form.registration(pilot)
            )
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Signed. A second person has been asked to co-sign."))
            return redirect("pilot_detail", pilot.pk)
    return render(request, "pilots/register.html", {"form": form, "pilot": pilot})


def _registration_initial(pilot: Pilot) -> dict[str, Any]:
    given = pilot.registration
    control, regression = given.get("control") or {}, given.get("regression_to_mean") or {}
    options = {row.get("code"): row.get("consequence") for row in given.get("options", ())}
    return {
        **{
            name: given.get(name) for name in ("problem", "hypothesis", "gate_date", "deciding_body") if given.get(name)
        },
        **(given.get("checklist") or {}),
        **{code: text for code, text in options.items() if text},
        "control": control.get("description") or pilot.control_description,
        "control_reason": control.get("reason", ""),
        "spill_over": control.get("spill_over", ""),
        "chosen_for_bad_value": regression.get("site_chosen_for_bad_value", False),
        "chosen_note": regression.get("note", ""),
        "design": (given.get("design") or {}).get("kind", "did_control"),
    }


@either
@for_staff
def pilot_cosign(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The second person reads what will be sealed, and signs."""
    pilot, now = find_own(request, pilot_id, "co_sign")
    if request.method == "POST":
        actions.confirm_registration(actor=person(request), pilot_id=pilot.pk)
        messages.success(request, _("Sealed. What was promised is public now and cannot be changed."))
        return redirect("pilot_detail", pilot.pk)
    if pilot.requested_at is None:
        refuse("not_signed", _("Nobody has signed this registration yet."))
    is_own = pilot.registered_by_id == person(request).pk
    return render(request, "pilots/cosign.html", {**page_of(pilot, now), "is_own": is_own})


@require_POST
@for_staff
def pilot_start(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The trial begins."""
    actions.start_pilot(actor=person(request), pilot_id=pilot_id)
    messages.success(request, _("The trial has begun."))
    return redirect("pilot_detail", pilot_id)


@require_POST
@for_staff
def pilot_freeze(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """No value is changed after this."""
    return _act(request, pilot_id, _("The data are frozen."), actions.freeze_data)


@require_POST
@for_staff
def pilot_analyse(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Let the registered method compute the result."""
    done = _("Analysed. The result is published when a second person confirms it.")
    return _act(request, pilot_id, done, actions.propose_analysis)


def _act(request: HttpRequest, pilot_id: int, done: str, act: Callable[..., Any]) -> HttpResponse:
    try:
        act(actor=person(request), pilot_id=pilot_id)
    except ValidationError as error:
        for sentence in error.messages[:10]:
            messages.error(request, sentence)
    else:
        messages.success(request, done)
    return redirect("pilot_detail", pilot_id)


@either
@for_staff
def pilot_measurements(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Upload, look at what was read, then store."""
    pilot, now = find_own(request, pilot_id, "import")
    if request.POST.get("read"):
        return _store_read(request, pilot)
    form = SeriesForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "pilot": pilot, "indicators": _codes(pilot)}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            read = measurements.read_series(pilot, file.read(), file.name)
            checked_rows(pilot, read.rows, now)
        except measurements.UnreadableSeries as error:
            context["faults"] = error.faults
        except ValidationError as error:
            context["faults"] = measurements.faults_of(error, read.places)
        else:
            context |= _preview(pilot, read)
    return render(request, "pilots/measurements.html", context)


def _codes(pilot: Pilot) -> list[dict[str, str]]:
    """Code and name of each indicator, in the language of the page."""
    return [{"code": one.code, "label": name_of(one)} for one in pilot.indicators.all()]


def _preview(pilot: Pilot, read: measurements.ReadSeries) -> dict[str, Any]:
    """ "This is what we read", and the rows themselves, signed, for the second click."""
    stored = {(r["kpi_id"], r["arm"], r["month"]): (str(r["value"]), r["n"]) for r in stored_series(pilot)}
    keys = [((r["kpi_id"], r["arm"], r["month"]), (str(r["value"]), r["n"])) for r in read.rows]
    lines = [_preview_line(*line) for line in measurements.summary(read.rows, pilot.indicators.all())]
    content = {"pilot": pilot.pk, "rows": read.rows, "provenance": read.provenance}
    return {
        "preview": lines,
        "count": len(read.rows),
        "corrected": sum(1 for key, value in keys if key in stored and stored[key] != value),
        "same": sum(1 for key, value in keys if stored.get(key) == value),
        "token": signing.dumps(content, salt=PREVIEW_SALT, compress=True),
        "file_name": read.provenance["file"],
    }


def _preview_line(
    indicator: Indicator, arm: str, months: int, first: str, last: str, mean: Any, low: Any, high: Any, n: int
) -> list[Any]:
    group = _("pilot") if arm == "pilot" else _("comparison")
    levels = [level(indicator, value) for value in (mean, low, high)]
    return [f"{indicator.code} {name_of(indicator)}", group, months, month(first), month(last), *levels, n]


def _store_read(request: HttpRequest, pilot: Pilot) -> HttpResponse:
    try:
        content = signing.loads(request.POST["read"], salt=PREVIEW_SALT, max_age=PREVIEW_AGE)
    except signing.BadSignature:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("pilot_measurements", pilot.pk)
    if content["pilot"] != pilot.pk:
        raise RefusedError(Refused("other_pilot", _("This preview belongs to another pilot.")))
    number = actions.import_measurements(
        actor=person(request), pilot_id=pilot.pk, rows=content["rows"], provenance=content["provenance"]
    )
    messages.success(request, _("%(number)s values stored.") % {"number": number})
    return redirect("pilot_detail", pilot.pk)


@require_safe
@for_staff
def pilot_template(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """A sheet with every value that is needed, as CSV."""
    pilot, _now = find_own(request, pilot_id, "import")
    stored = {(r["kpi_id"], r["arm"], r["month"]): (format(r["value"], "f"), r["n"]) for r in stored_series(pilot)}
    lines = measurements.template_lines(pilot, stored)
    answer = HttpResponse(safe_csv(lines).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="measurements-{pilot.pk}.csv"'
    return answer


@either
@for_staff
def pilot_confirm(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The second person reads the numbers before anybody else does, and confirms them."""
    pilot, _now = find_own(request, pilot_id, "confirm_analysis")
    run = get_object_or_404(AnalysisRun.objects.filter(pilot=pilot, confirmed_at=None).order_by("-id")[:1])
    if request.method == "POST":
        actions.confirm_analysis(actor=person(request), run_id=run.pk)
        messages.success(request, _("Confirmed. The page for the council is public."))
        return redirect("pilot_detail", pilot.pk)
    is_own = run.created_by_id == person(request).pk
    lines = _result_lines(pilot, run)
    return render(request, "pilots/confirm.html", {"pilot": pilot, "run": run, "lines": lines, "is_own": is_own})


def _result_lines(pilot: Pilot, run: AnalysisRun) -> list[list[Any]]:
    records = {record["kpi_id"]: record for record in run.result["kpis"]}
    return [
        [
            name_of(indicator),
            level(indicator, (record := records[indicator.code])["baseline_mean"]),
            level(indicator, record["pilot_mean"]),
            change(indicator, record["effect"]["estimate"] if record["effect"] else None),
            VERDICTS[record["verdict"]],
        ]
        for indicator in pilot.indicators.all()
    ]


@either
@for_staff
def pilot_decide(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The officer writes down what the council decided."""
    pilot, _now = find_own(request, pilot_id, "record_decision")
    initial = {"body": pilot.registration.get("deciding_body", "")}
    form = DecisionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        votes = {name: data[name] for name in ("yes", "no", "abstain")}
        fields = {name: data[name] for name in ("verdict", "body", "session_at", "dissent", "reason")}
        try:
            actions.record_decision(actor=person(request), pilot_id=pilot.pk, votes=votes, **fields)
        except ValidationError as error:
            add_faults(form, error, lambda path: "yes" if path == "votes" else path)
        else:
            messages.success(request, _("The decision is recorded and public."))
            return redirect("pilot_detail", pilot.pk)
    return render(request, "pilots/decide.html", {"form": form, "pilot": pilot})
