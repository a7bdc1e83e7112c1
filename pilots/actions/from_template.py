"""A pilot draft from a template of the library: indicators, months, cost and most of the promise are there already."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit, clock
from accounts.lifecycle import Role
from accounts.models import Organization, User
from pilots.actions.drafting import create_pilot, set_indicators
from pilots.models import Pilot
from tendering.library.makers import Made, Maker, makers
from tendering.library.shape import best_language, in_language
from tendering.models import TemplateVersion

MONTHS_TO_PREPARE = 4
MONTHS_TO_DECIDE = 2
Json = dict[str, Any]


def make_pilot(actor: User, version: TemplateVersion, municipality: Organization, language: str) -> Made:
    """The draft through the ordinary acts, all or nothing. Its trial begins in four months, so that two can sign."""
    chosen = best_language(version.content, language)
    data = in_language(version.content, chosen)
    with audit.in_transaction():
        now = clock.now()
        phases = proposed_phases(data, now, municipality)
        with override(chosen):
            fields: Json = {
                "description": described(data, municipality.currency), "language": chosen,
                "life_situation": data["life_situation"], "control_description": data["control"],
                "phases": phases, "costs": costs_of(data),
                "registration": promise_of(data, phases, municipality),
            }  # fmt: skip
        pilot = create_pilot(actor=actor, municipality=municipality, title=data["title"], **fields)
        set_indicators(actor=actor, pilot_id=pilot.pk, indicators=_indicators(version.content, data))
        Pilot.objects.filter(pk=pilot.pk).update(template_version=version)
        used = {"template": version.template.code, "version": version.number, "sha256": version.sha256}
        audit.record(pilot.chain, "pilot.template_used", actor=actor, at=now, data=used)
    return Made(pilot.reference, pilot.pk, f"/pilots/{pilot.pk}/edit/")


def follow_template(*, actor: User, pilot_id: int, version: TemplateVersion) -> None:
    """Note on a draft that was written by hand which version it is based on."""
    from pilots.actions.access import act_on

    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "edit")
        Pilot.objects.filter(pk=pilot.pk).update(template_version=version)
        data = {"template": version.template.code, "version": version.number, "sha256": version.sha256}
        audit.record(pilot.chain, "pilot.template_used", actor=actor, at=now, data=data)


def proposed_phases(data: Json, now: datetime, municipality: Organization) -> Json:
    """Months before and of the trial, without a gap, beginning MONTHS_TO_PREPARE months from now."""
    today = now.astimezone(ZoneInfo(municipality.time_zone)).date()
    start = _shifted(today, MONTHS_TO_PREPARE)
    return {
        "baseline": [_month(_shifted(start, -data["baseline_months"])), _month(_shifted(start, -1))],
        "pilot": [_month(start), _month(_shifted(start, data["pilot_months"] - 1))],
        "ramp_up_months": data["ramp_up_months"],
    }


def described(data: Json, currency: str) -> str:
    """What is tried, and what it will cost line by line."""
    kinds = {"one_off": _("once"), "monthly": _("every month")}
    lines = [
        f"– {row['line']}: {row['amount']} {currency} {kinds[row['kind']]}. {row['guide']}" for row in data["costs"]
    ]
    return "\n\n".join([data["tried"], "\n".join([_("Cost lines, to be replaced by your own figures:"), *lines])])


def costs_of(data: Json) -> Json:
    """The sums of the template's lines as a first plan."""
    sums = {
        kind: sum((Decimal(row["amount"]) for row in data["costs"] if row["kind"] == kind), Decimal(0))
        for kind in ("one_off", "monthly")
    }
    return {
        "one_off_eur": sums["one_off"], "monthly_run_eur": sums["monthly"],
        "staff_hour_rate_eur": Decimal(data["staff_hour"]), "cases_kpi": data.get("cases_kpi") or None,
    }  # fmt: skip


def promise_of(data: Json, phases: Json, municipality: Organization) -> Json:
    """The registration as far as a template can know it, in the shape of a pilot.json; two people complete and sign."""
    primary = next(row for row in data["indicators"] if row["is_primary"])
    guards = [row for row in data["indicators"] if row["is_guard"]]
    costs = costs_of(data)
    budget = costs["one_off_eur"] + data["pilot_months"] * costs["monthly_run_eur"]
    worse = [
        {"kind": "guard_worse", "kpi_id": row["code"], "by": row["minimal_effect"], "periods": data["guard_months"]}
        for row in guards
    ]
    return {
        "problem": data["problem"],
        "hypothesis": data["hypothesis"],
        "primary_kpi": primary["code"],
        "guard_kpis": [row["code"] for row in guards],
        "success": {
            "primary": {"kpi_id": primary["code"], "verdict": "improved", "at_least": primary["minimal_effect"]},
            "guards": "none_worsened",
        },
        "stop_rules": [
            *worse,
            {"kind": "cost_over_budget", "budget_eur": budget, "pct": data["overrun"]},
            {"kind": "incident", "of": "data_protection_or_safety"},
        ],
        "design": {
            "kind": "did_control", "ramp_up_in_headline": True, "method": "welch_monthly_differences",
            "confidence": "0.95", "expected_grade": "B",
        },
        "control": {
            "description": data["control"], "reason": data["control_reason"], "spill_over": data["spill_over"],
        },
        "regression_to_mean": {"site_chosen_for_bad_value": False, "note": ""},
        "gate_date": _gate(phases["pilot"][1]).isoformat(),
        "deciding_body": str(municipality.details.get("council", "")).split("(")[0].strip(),
        "options": [{"code": code, "consequence": text} for code, text in data["options"].items()],
        "checklist": {"data_protection": False, "accessibility": False, "staff_council": False},
    }  # fmt: skip


def _indicators(content: Json, data: Json) -> list[Json]:
    """Rows of `kpis`; names in both languages where the template has them."""
    rows = []
    for both, row in zip(content["indicators"], data["indicators"], strict=True):
        names = {key: both["name"].get(key) or row["name"] for key in ("de", "en")}
        kept = ("code", "group", "unit", "kind", "better", "minimal_effect", "is_primary", "is_guard", "role", "per",
                "definition", "decimals", "measured_by")  # fmt: skip
        own = {key: row[key] for key in kept}
        rows.append({**own, "name_de": names["de"], "name_en": names["en"], "source_system": row["source"]})
    return rows


def _shifted(day: date, months: int) -> date:
    """The first of the month so many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _month(day: date) -> str:
    return day.strftime("%Y-%m")


def _gate(last_month: str) -> date:
    return _shifted(date.fromisoformat(f"{last_month}-01"), MONTHS_TO_DECIDE + 1)


makers["pilot"] = Maker(frozenset({Role.OFFICER, Role.REQUESTER}), make_pilot)
