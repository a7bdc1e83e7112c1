"""Awarded lots for everybody: who won, what it costs per case, what it saves against today."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import clock
from evaluation.public_results import Chosen, as_csv, as_workbook, awarded, choices, savings, with_days, with_parts
from tendering.keyset import capped_total, page
from tendering.models import LotOutcome

PER_PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Newest first; filters by life situation, buyer and year stand in the address."""
    everything, chosen = awarded(request.user, clock.now()), Chosen.of(request.GET)
    shown_rows = chosen.of_rows(everything)
    try:
        shown = page(with_parts(shown_rows), cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=("at", "id"))
    except ValidationError:
        return redirect(f"{reverse('results')}?{chosen.query}")
    context = {
        "page": shown,
        "rows": with_days(shown.rows),
        "total": capped_total(shown_rows),
        "savings": savings(shown_rows),
        "chosen": chosen,
        "query": chosen.query,
        **choices(everything),
    }
    return render(request, "evaluation/results.html", context)


def found(request: HttpRequest, now: datetime) -> QuerySet[LotOutcome]:
    """The awarded lots of the address's filter, for the page, its files and the feeds alike."""
    return Chosen.of(request.GET).of_rows(awarded(request.user, now))


@require_safe
def results_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same results as CSV or spreadsheet, with the filters of the page."""
    rows = found(request, clock.now())
    answer = HttpResponse(content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
    answer.content = as_workbook(rows) if kind == "xlsx" else as_csv(rows)
    answer["Content-Disposition"] = f'attachment; filename="results.{kind}"'
    return answer
