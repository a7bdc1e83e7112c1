"""The page a council votes from: finding, pictures, table, money, promise, options. Read from the stored analysis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.figures import money
from pilots import results, sentences
from pilots.effects.inputs import months_between
from pilots.figures import bare_change, bare_level, change, level, name_of, scaled, target, unit_of, whole
from pilots.lifecycle import Status
from pilots.models import AnalysisRun, Indicator, Pilot
from pilots.money_tiles import money_tiles
from pilots.promise import is_unbroken

Json = Mapping[str, Any]
GROUPS = {
    "citizen": gettext_lazy("For citizens"),
    "business": gettext_lazy("For businesses"),
    "authority": gettext_lazy("For the authority"),
}
CHART_WORDS = {"improved": "improved", "worsened": "worse"}
ORDER = ("adopt", "extend", "adapt", "stop")


@dataclass(frozen=True, slots=True)
class KpiRow:
    """One indicator with everything measured, as printed; without analysis only name, target and marks are filled."""

    indicator: Indicator
    name: str
    unit: str
    target: str
    before: str = ""
    during: str = ""
    naive: str = ""
    comparison: str = ""
    effect: str = ""
    interval: str = ""
    verdict: str = ""
    badge: str = "neutral"
    target_met: bool | None = None
    smaller_than_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A sealed condition and whether it was met (None: not testable or not known yet)."""

    text: str
    met: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """What the council may decide and what follows from it."""

    code: str
    title: str
    consequence: str
    cost: str = ""
    chosen: bool = False


def page_of(pilot: Pilot, now: datetime) -> dict[str, Any]:
    """Context of the council page; four queries beyond the pilot itself."""
    prefetch_related_objects([pilot], "indicators")
    indicators = list(pilot.indicators.all())
    run = results.latest(pilot)
    status = pilot.status(now)
    decision = getattr(pilot, "decision", None) if status == Status.DECIDED else None
    context = {
        "pilot": pilot,
        "status": status,
        "status_kind": sentences.STATUS_BADGES[status],
        "now": now,
        "run": run,
        "decision": decision,
        "decided": sentences.DECIDED.get(decision.verdict, "") if decision else "",
        "groups": _groups(indicators, run),
        "is_unbroken": is_unbroken(pilot),
        "promise": _promise(pilot, indicators, run),
        "options": _options(pilot, indicators, run, decision),
        "sentence": sentences.standing(pilot, status, now),
        "situation": pilot.get_life_situation_display() if pilot.life_situation else "",
    }
    return {**context, **_found(pilot, indicators, run)} if run and run.confirmed_at else context


def _found(pilot: Pilot, indicators: list[Indicator], run: AnalysisRun) -> dict[str, Any]:
    """What only an analysed pilot has: sentence, pictures, money."""
    primary = next(indicator for indicator in indicators if indicator.is_primary)
    record = _record(run, primary.code)
    confidence = run.inputs["registration"]["design"]["confidence"]
    kind, kept = sentences.success(run.result["success"])
    return {
        "sentence": sentences.finding(primary, record, confidence),
        "target_sentence": sentences.against_target(primary, record),
        "kept": kept,
        "kept_kind": kind,
        "series": _series(primary, run),
        "effect_rows": _effect_rows(indicators, run),
        "tiles": money_tiles(run.result["money"], pilot.currency),
        "spent": sentences.spent(run.result["money"], pilot.currency),
        "tested": len(indicators),
        "grade": sentences.GRADES[run.result["grade"]],
        "grade_letter": run.result["grade"],
        "grade_is_lower": (run.result["registered_grade"] or "D") < run.result["grade"],
        "sensitivity": _sensitivity(indicators, run),
    }


def _record(run: AnalysisRun, code: str) -> Json:
    found: Json = next(record for record in run.result["kpis"] if record["kpi_id"] == code)
    return found


def _groups(indicators: list[Indicator], run: AnalysisRun | None) -> list[tuple[Any, list[KpiRow]]]:
    rows = [_row(indicator, run) for indicator in indicators]
    return [(title, found) for key, title in GROUPS.items() if (found := [r for r in rows if r.indicator.group == key])]


def _row(indicator: Indicator, run: AnalysisRun | None) -> KpiRow:
    if run is None:
        return KpiRow(indicator, name_of(indicator), _unit_words(indicator), target(indicator))
    record = _record(run, indicator.code)
    effect = record["effect"]
    return KpiRow(
        indicator=indicator,
        name=name_of(indicator),
        unit=_unit_words(indicator),
        target=target(indicator),
        before=bare_level(indicator, record["baseline_mean"]),
        during=bare_level(indicator, record["pilot_mean"]),
        naive=bare_change(indicator, record["naive_change"]),
        comparison=bare_change(indicator, record["control_change"]),
        effect=bare_change(indicator, effect["estimate"] if effect else None),
        interval=sentences.interval(indicator, effect),
        verdict=str(sentences.VERDICTS[record["verdict"]]),
        badge=sentences.BADGES[record["verdict"]],
        target_met=record["target_met"],
        smaller_than_agreed=record["smaller_than_agreed"],
    )


def _unit_words(indicator: Indicator) -> str:
    """What the numbers of a row are counted in."""
    return _("share, changes in percentage points") if indicator.kind == "share" else unit_of(indicator)


def _series(primary: Indicator, run: AnalysisRun) -> dict[str, Any]:
    """Arguments of the series picture: the frozen values of the deciding indicator."""
    phases = run.inputs["phases"]
    months = [*months_between(*phases["baseline"]), *months_between(*phases["pilot"])]
    values: dict[tuple[str, str], Any] = {
        (row["arm"], row["month"]): scaled(primary, row["value"])
        for row in run.inputs["series"]
        if row["kpi_id"] == primary.code
    }
    arms = {arm: [values.get((arm, month)) for month in months] for arm in ("pilot", "control")}
    return {
        "title": name_of(primary),
        "unit": unit_of(primary),
        "months": months,
        "pilot": arms["pilot"],
        "control": arms["control"] if any(value is not None for value in arms["control"]) else [],
        "start": months.index(phases["pilot"][0]),
        "target": scaled(primary, primary.target),
    }


def _effect_rows(indicators: list[Indicator], run: AnalysisRun) -> list[dict[str, Any]]:
    """Rows of the effect picture; indicators without interval are named in the table only."""
    rows = []
    for indicator in indicators:
        record = _record(run, indicator.code)
        effect = record["effect"]
        if effect is None or effect["low"] is None:
            continue
        rows.append({
            "label": name_of(indicator),
            **{name: Decimal(effect[key]) for name, key in (("effect", "estimate"), ("low", "low"), ("high", "high"))},
            "text": change(indicator, effect["estimate"]),
            "verdict": CHART_WORDS.get(record["verdict"], "unclear"),
            "lower_is_better": indicator.better == "lower",
        })  # fmt: skip
    return rows


def _promise(pilot: Pilot, indicators: list[Indicator], run: AnalysisRun | None) -> dict[str, Any]:
    """The sealed registration in words, each condition with its outcome."""
    by_code = {indicator.code: indicator for indicator in indicators}
    registration = pilot.registration
    outcomes: list[Any] = list(run.result["stop_rules"]) if run else []
    rules = list(registration.get("stop_rules", ()))
    return {
        "registration": registration,
        "success": _success_checks(by_code, registration, run),
        "stops": [
            Check(
                text=sentences.stop_rule(rule, by_code, pilot.currency),
                met=_not(outcomes[index]["triggered"]) if outcomes else None,
                note=sentences.stop_outcome(outcomes[index] if outcomes else None),
            )
            for index, rule in enumerate(rules)
        ],
        "control": registration.get("control") or {},
        "regression": registration.get("regression_to_mean") or {},
        "grade": sentences.GRADES.get((registration.get("design") or {}).get("expected_grade") or "", ""),
    }


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _success_checks(by_code: Mapping[str, Indicator], registration: Json, run: AnalysisRun | None) -> list[Check]:
    if run and run.result["success"]:
        parts = run.result["success"]["parts"]
        return [Check(sentences.success_part(part, by_code[part["kpi_id"]]), part["met"]) for part in parts]
    primary = (registration.get("success") or {}).get("primary")
    if not primary or primary["kpi_id"] not in by_code:
        return []
    checks = [Check(sentences.success_part({"code": "primary_at_least"}, by_code[primary["kpi_id"]]), None)]
    guards = [indicator for indicator in by_code.values() if indicator.is_guard]
    return checks + [Check(sentences.success_part({"code": "guard_not_worsened"}, guard), None) for guard in guards]


def _options(pilot: Pilot, indicators: list[Indicator], run: AnalysisRun | None, decision: Any) -> list[Option]:
    """The registered options, and what it means to keep doing it as before."""
    registered = {row.get("code"): row.get("consequence", "") for row in pilot.registration.get("options", ())}
    chosen = decision.verdict if decision else ""
    options = [
        Option(code, str(sentences.OPTIONS[code]), registered[code], _cost(pilot, code), chosen=code == chosen)
        for code in ORDER
        if code in registered
    ]
    return [*options, _as_before(indicators, run)]


def _cost(pilot: Pilot, code: str) -> str:
    """What an option costs at the price of the trial."""
    monthly = pilot.costs.get("monthly_run_eur")
    if monthly is None or code == "stop":
        return ""
    words = {
        "month": money(whole(monthly), pilot.currency, 0),
        "year": money(whole(Decimal(str(monthly)) * 12), pilot.currency, 0),
    }
    if code == "adopt":
        return _("About %(year)s a year at the price of the trial.") % words
    return _("About %(month)s a month at the price of the trial.") % words


def _as_before(indicators: list[Indicator], run: AnalysisRun | None) -> Option:
    primary = next((indicator for indicator in indicators if indicator.is_primary), None)
    if run is None or primary is None:
        return Option("before", _("Keep doing it as before"), _("No further cost, and everything stays as it was."))
    words = {"name": name_of(primary), "level": level(primary, _record(run, primary.code)["baseline_mean"])}
    return Option(
        "before", _("Keep doing it as before"),
        _("%(name)s probably returns to about %(level)s. No further cost; the money spent does not come back.") % words,
    )  # fmt: skip


def _sensitivity(indicators: list[Indicator], run: AnalysisRun) -> list[list[str]]:
    """Does the effect hold when it is computed otherwise? Rows of the technical table."""
    rows = []
    for indicator in indicators:
        record = _record(run, indicator.code)
        checks = record["sensitivity"]
        if not checks or not record["effect"]:
            continue
        spread = checks["leave_one_out"]
        rows.append([
            name_of(indicator),
            change(indicator, record["effect"]["estimate"]),
            change(indicator, checks["without_ramp_up"]),
            change(indicator, checks["weighted_by_n"]),
            sentences.interval(indicator, {"low": spread[0], "high": spread[1]} if spread else None),
            _("noticeable") if checks["autocorrelated"] else _("unremarkable"),
        ])  # fmt: skip
    return rows
