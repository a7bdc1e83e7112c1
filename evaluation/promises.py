"""Promised beside delivered: a table per promise and period, and one sentence for each. Words and numbers."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.models import Contract, ContractKpi, ContractPeriod, KpiMeasurement


def delivery_of(contract: Contract) -> dict[str, Any]:
    """{"kpis": [(promise, sentence)], "periods": [dict], "paid", "quantity"} for the page. Four queries."""
    periods = list(contract.periods.select_related("reply__author"))
    kpis = list(contract.kpis.all())
    rows = KpiMeasurement.objects.filter(period__in=periods).select_related("kpi")
    values: dict[tuple[int, int], KpiMeasurement] = {(row.period_id, row.kpi_id): row for row in rows}
    return {
        "kpis": [(kpi, _sentence(kpi, periods, values)) for kpi in kpis],
        "periods": [_line(contract, period, kpis, values) for period in periods],
        "paid": money(sum((row.paid_net for row in periods), Decimal(0)), contract.tender.currency),
        "quantity": number(shortest(sum((row.quantity or Decimal(0) for row in periods), Decimal(0)))),
    }


def _sentence(kpi: ContractKpi, periods: list[ContractPeriod], values: dict[tuple[int, int], KpiMeasurement]) -> str:
    found = [values[period.pk, kpi.pk] for period in periods if (period.pk, kpi.pk) in values]
    words = {"target": number(shortest(kpi.target)), "unit": kpi.unit}
    if not found:
        return _("Promised: %(target)s %(unit)s. Not measured yet.") % words
    words |= {
        "kept": str(sum(row.is_kept for row in found)), "all": str(len(found)),
        "last": number(shortest(found[-1].value)),
    }  # fmt: skip
    return _(
        "Promised: %(target)s %(unit)s. Last measured: %(last)s %(unit)s. Kept in %(kept)s of %(all)s periods."
    ) % words  # fmt: skip


def _line(
    contract: Contract, period: ContractPeriod, kpis: list[ContractKpi], values: dict[tuple[int, int], KpiMeasurement]
) -> dict[str, Any]:
    measured = [values[period.pk, kpi.pk] for kpi in kpis if (period.pk, kpi.pk) in values]
    return {
        "period": period,
        "title": _("%(start)s to %(end)s") % {"start": _day(period.start), "end": _day(period.end)},
        "paid": money(period.paid_net, contract.tender.currency),
        "quantity": number(shortest(period.quantity)) if period.quantity is not None else "",
        "values": [
            {"code": row.kpi.code, "value": number(shortest(row.value)), "unit": row.kpi.unit, "kept": row.is_kept,
             "target": number(shortest(row.kpi.target))}
            for row in measured
        ],
        "reply": getattr(period, "reply", None),
    }  # fmt: skip


def _day(day: date) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))
