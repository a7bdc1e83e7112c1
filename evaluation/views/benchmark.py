"""Benchmarks for officers and the service centre: who comes near the best, from whom to learn, what a unit costs."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.models import Organization, User
from evaluation.actions import benchmark as actions
from evaluation.benchmark_files import read, template
from evaluation.benchmarks import Analysis, analyse, changes
from evaluation.forms.benchmark import SetForm
from evaluation.models import BenchmarkRun, BenchmarkSet
from evaluation.models.benchmark import READERS
from evaluation.price_statistics import LEAST_BUYERS, LEAST_SUPPLIERS, unit_prices
from evaluation.views.frame import signed_in
from tendering.forms.faults import take_over
from tendering.views.access import person

SHOWN_PRICES = 200


def _reader(request: HttpRequest) -> User:
    user = person(request)
    if not user.organizations_with(*READERS):
        raise Http404
    return user


def _owners(user: User) -> list[Organization]:
    return list(Organization.objects.filter(pk__in=user.organizations_with(*actions.KEEPERS)).order_by("name"))


@signed_in
@require_safe
def sets(request: HttpRequest) -> HttpResponse:
    """All data sets, and unit prices of finished tenders."""
    user, now = _reader(request), clock.now()
    cpv = request.GET.get("cpv", "").strip()[:8]
    prices = unit_prices(now, cpv if cpv.isdecimal() else "")
    return render(request, "evaluation/benchmark.html", {
        "sets": list(BenchmarkSet.objects.visible_to(user, now).select_related("owner")[:100]),
        "may_add": bool(_owners(user)), "prices": prices[:SHOWN_PRICES], "cpv": cpv,
        "buyers": LEAST_BUYERS, "suppliers": LEAST_SUPPLIERS,
    })  # fmt: skip


@signed_in
@require_safe
def example(request: HttpRequest) -> HttpResponse:
    """The template of a sheet."""
    _reader(request)
    response = HttpResponse(template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="benchmark.csv"'
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new data set."""
    user = _reader(request)
    owners = _owners(user)
    if not owners:
        raise Http404
    form = SetForm(request.POST or None, request.FILES or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        made = _made(user, owners, form)
        if made is not None:
            messages.success(request, _("The data set has been saved."))
            return redirect("benchmark_set", set_id=made.pk)
    return render(request, "evaluation/benchmark_add.html", {"form": form}, status=422 if form.errors else 200)


def _made(user: User, owners: list[Organization], form: SetForm) -> BenchmarkSet | None:
    data = form.cleaned_data
    owner = next(owner for owner in owners if str(owner.pk) == data["owner"])
    with take_over(form):
        if data["file"] is not None:
            found = read(data["file"].read())
            rows: dict[str, Any] = {"inputs": found.inputs, "outputs": found.outputs, "rows": found.rows}
        else:
            rows = actions.from_contracts(owner)
        return actions.save_set(
            actor=user, owner=owner, title=data["title"], about=data["about"], source=data["source"], **rows
        )
    return None


def _found(request: HttpRequest, set_id: int) -> tuple[User, BenchmarkSet]:
    user = _reader(request)
    found = BenchmarkSet.objects.visible_to(user, clock.now()).select_related("owner").filter(pk=set_id).first()
    if found is None:
        raise Http404
    return user, found


def _model(given: Any, years: list[int]) -> dict[str, Any]:
    """Year and model of an address; anything unknown is the usual choice."""
    year, returns, orientation = given.get("year", ""), given.get("returns", ""), given.get("orientation", "")
    return {
        "year": int(year) if year.isdecimal() and int(year) in years else years[-1],
        "returns": returns if returns in ("crs", "vrs") else "vrs",
        "orientation": orientation if orientation in ("in", "out") else "in",
    }


@signed_in
@require_safe
def one(request: HttpRequest, set_id: int) -> HttpResponse:
    """Scores of a year, peers, targets, change against the year before, intervals once computed."""
    _user, found = _found(request, set_id)
    years = sorted(set(found.units.order_by().values_list("year", flat=True)))
    if not years:
        raise Http404
    model = _model(request.GET, years)
    result: Analysis | None = None
    fault = ""
    try:
        result = analyse(found, **model)
    except (ValueError, ArithmeticError):
        fault = _("The numbers give no comparison: a column is empty, or a unit uses or makes nothing.")
    runs = BenchmarkRun.objects.filter(set=found, set_version=found.version, **model)
    earlier = [year for year in years if year < model["year"]]
    return render(request, "evaluation/benchmark_set.html", {
        "set": found, "years": years, "model": model, "analysis": result, "fault": fault, "run": runs.first(),
        "before": earlier[-1] if earlier else None,
        "changes": changes(found, earlier[-1], model["year"]) if earlier and not fault else [],
    })  # fmt: skip


@signed_in
@require_POST
def intervals(request: HttpRequest, set_id: int) -> HttpResponse:
    """Ask for the bootstrap; it is computed in the background."""
    user, found = _found(request, set_id)
    years = sorted(set(found.units.order_by().values_list("year", flat=True)))
    if not years:
        raise Http404
    model = _model(request.POST, years)
    actions.request_bootstrap(actor=user, set_id=set_id, **model)
    messages.success(request, _("The intervals are being computed. Load the page again in a minute."))
    query = "&".join(f"{name}={value}" for name, value in model.items())
    response = redirect("benchmark_set", set_id=set_id)
    response["Location"] += f"?{query}"
    return response
