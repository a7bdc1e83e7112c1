"""What an analysis says, in sentences a council can vote on. Figures come from the stored result, never from here."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluation.figures import money, number, shortest
from pilots.figures import level, name_of, places_for, rounded, scaled, target, unit_of, whole
from pilots.lifecycle import Status
from pilots.models import Indicator, Pilot

Json = Mapping[str, Any]

VERDICTS = {
    "improved": gettext_lazy("improved"),
    "worsened": gettext_lazy("worsened"),
    "no_effect_demonstrated": gettext_lazy("no effect demonstrated"),
    "not_testable": gettext_lazy("not testable"),
}
BADGES = {
    "improved": "success",
    "worsened": "danger",
    "no_effect_demonstrated": "neutral",
    "not_testable": "warning",
}
GRADES = {
    "A": gettext_lazy("strong: drawn by lot, with a comparison group"),
    "B": gettext_lazy("good: comparison group, at least 8 months before and during the trial"),
    "C": gettext_lazy("weak: only before and after, or few months"),
    "D": gettext_lazy("very weak: nothing was measured before"),
}
STATUS_BADGES = {
    Status.DRAFT: "neutral",
    Status.REGISTERED: "info",
    Status.RUNNING: "info",
    Status.GATE_DUE: "danger",
    Status.ANALYSED: "warning",
    Status.DECIDED: "success",
}
OPTIONS = {
    "adopt": gettext_lazy("Adopt: make it permanent"),
    "extend": gettext_lazy("Extend: try longer"),
    "adapt": gettext_lazy("Adapt: change it and measure again"),
    "stop": gettext_lazy("Stop: end it"),
}
DECIDED = {
    "adopt": gettext_lazy("The trial becomes permanent."),
    "extend": gettext_lazy("The trial is extended."),
    "adapt": gettext_lazy("The trial is changed and measured again."),
    "stop": gettext_lazy("The trial ends."),
}


def finding(indicator: Indicator, record: Json, confidence: str) -> str:
    """The effect on one indicator in one sentence, with its interval and its word."""
    effect, verdict = record["effect"], record["verdict"]
    words = {"name": name_of(indicator), "word": VERDICTS[verdict], "level": _percent(confidence)}
    if verdict == "not_testable" or effect is None:
        return _("%(name)s: not testable. The data do not allow a statement.") % words
    edges = [abs(edge) for edge in _edges(indicator, effect)]
    estimate = scaled(indicator, effect["estimate"]) or Decimal(0)
    places = places_for([estimate, *edges])
    words |= {"unit": unit_of(indicator, change=True), "by": rounded(abs(estimate), places)}
    if verdict == "no_effect_demonstrated":
        return _no_effect(indicator, effect, words, places)
    low, high = sorted(edges)
    words |= {"low": rounded(low, places), "high": rounded(high, places)}
    return str(_sentence(estimate < 0, record["control_change"] is not None)) % words


def _sentence(is_less: bool, has_control: bool) -> str:
    if has_control and is_less:
        return _(
            "%(name)s fell by %(by)s %(unit)s more than in the comparison group "
            "(%(level)s interval %(low)s to %(high)s): %(word)s."
        )
    if has_control:
        return _(
            "%(name)s rose by %(by)s %(unit)s more than in the comparison group "
            "(%(level)s interval %(low)s to %(high)s): %(word)s."
        )
    if is_less:
        return _("%(name)s fell by %(by)s %(unit)s (%(level)s interval %(low)s to %(high)s): %(word)s.")
    return _("%(name)s rose by %(by)s %(unit)s (%(level)s interval %(low)s to %(high)s): %(word)s.")


def _no_effect(indicator: Indicator, effect: Json, words: dict[str, Any], places: int) -> str:
    """ "Compatible with no change and with up to x": the bound in the good direction."""
    low, high = _edges(indicator, effect)
    best = -low if indicator.better == "lower" else high
    words["best"] = rounded(max(best, Decimal(0)), places)
    if indicator.better == "lower":
        return (
            _(
                "%(name)s: no effect demonstrated. The figures fit no change as well as "
                "up to %(best)s %(unit)s less (%(level)s interval)."
            )
            % words
        )
    return (
        _(
            "%(name)s: no effect demonstrated. The figures fit no change as well as "
            "up to %(best)s %(unit)s more (%(level)s interval)."
        )
        % words
    )


def _edges(indicator: Indicator, effect: Json) -> tuple[Decimal, Decimal]:
    low, high = (scaled(indicator, effect[name]) or Decimal(0) for name in ("low", "high"))
    return low, high


def _percent(confidence: str) -> str:
    return f"{number(shortest(Decimal(confidence) * 100))}\u00a0%"


def interval(indicator: Indicator, effect: Json | None) -> str:
    """ "−16.0 to −8.5"; "" without one."""
    if effect is None or effect["low"] is None:
        return ""
    low, high = _edges(indicator, effect)
    places = places_for([low, high])
    return _("%(low)s to %(high)s") % {"low": rounded(low, places), "high": rounded(high, places)}


def against_target(indicator: Indicator, record: Json) -> str:
    """Whether the trial's mean reached the target; "" without target."""
    if record["target_met"] is None:
        return ""
    words = {"target": target(indicator), "mean": level(indicator, record["pilot_mean"])}
    if record["target_met"]:
        return _("The target (%(target)s) was reached: %(mean)s.") % words
    return _("The target (%(target)s) was missed: %(mean)s.") % words


def success(record: Json | None) -> tuple[str, str]:
    """(badge kind, sentence) of the sealed success rule."""
    if record is None:
        return "neutral", _("No rule of success was sealed.")
    if record["met"] is None:
        return "warning", _("Whether the promise was kept cannot be tested.")
    return ("success", _("The promise was kept.")) if record["met"] else ("danger", _("The promise was not kept."))


def success_part(part: Json, indicator: Indicator) -> str:
    """One condition of the sealed success rule."""
    words = {"name": name_of(indicator), "by": minimal(indicator)}
    if part["code"] == "primary_improved":
        return _("%(name)s improves") % words
    if part["code"] == "primary_at_least":
        return _("%(name)s improves by at least %(by)s") % words
    return _("%(name)s does not get worse") % words


def minimal(indicator: Indicator, value: Any = None) -> str:
    """The least improvement agreed on, with its unit."""
    exact = scaled(indicator, indicator.minimal_effect if value is None else value) or Decimal(0)
    return f"{number(shortest(exact))}\u00a0{unit_of(indicator, change=True)}"


def stop_rule(rule: Json, indicators: Mapping[str, Indicator], currency: str) -> str:
    """One sealed rule of when to stop early."""
    indicator = indicators.get(rule.get("kpi_id") or "")
    if rule["kind"] == "guard_worse" and indicator is not None:
        periods = int(rule.get("periods") or 1)
        words = {"name": name_of(indicator), "by": minimal(indicator, rule.get("by")), "n": periods}
        return (
            ngettext(
                "%(name)s gets worse by %(by)s for %(n)s month",
                "%(name)s gets worse by %(by)s for %(n)s months in a row",
                periods,
            )
            % words
        )
    if rule["kind"] == "cost_over_budget":
        words = {"pct": number(str(rule.get("pct", 0))), "budget": money(whole(rule.get("budget_eur", 0)), currency, 0)}
        return _("The cost is more than %(pct)s %% above the budget of %(budget)s") % words
    return _("An incident of data protection or safety")


def stop_outcome(record: Json | None) -> str:
    """What became of a stop rule."""
    if record is None:
        return ""
    if record["triggered"] is None:
        return _("not visible in the figures; the responsible office answers for it")
    if not record["triggered"]:
        return _("did not happen")
    return _("happened, since %(month)s") % {"month": month(record["since"])} if record["since"] else _("happened")


def month(text: str) -> str:
    """ "2025-07" as "07/2025"."""
    return f"{text[5:7]}/{text[:4]}"


def day(moment: date | datetime) -> str:
    """A day as the page writes it."""
    return date_format(moment, "DATE_FORMAT")


def standing(pilot: Pilot, status: Status, now: datetime) -> str:
    """Where a pilot without a result stands, in one sentence."""
    phases = pilot.phases.get("pilot", ["", ""])
    words = {
        "first": month(phases[0]),
        "last": month(phases[1]),
        "gate": day(pilot.gate_date) if pilot.gate_date else "",
    }
    if status == Status.REGISTERED:
        return _("The promise is sealed. The trial runs from %(first)s to %(last)s.") % words
    if status == Status.RUNNING:
        return _("The trial runs until %(last)s. The council decides by %(gate)s.") % words
    if status == Status.GATE_DUE and pilot.gate_date:
        days = (now.date() - pilot.gate_date).days
        return ngettext(
            "A decision was due on %(gate)s. It is %(days)s day overdue, and no result has been published.",
            "A decision was due on %(gate)s. It is %(days)s days overdue, and no result has been published.",
            days,
        ) % {**words, "days": days}
    return _("This pilot is being prepared. Nothing is promised yet.")


def spent(figures: Json, currency: str) -> str:
    """What the trial cost, in one sentence."""
    words = {
        "total": money(whole(figures["total_cost_eur"]), currency, 0),
        "own": money(whole(figures["own_cost_eur"]), currency, 0),
        "months": figures["pilot_months"],
    }
    if Decimal(figures["own_cost_eur"]) < Decimal(figures["total_cost_eur"]):
        return (
            _("The trial cost %(total)s in %(months)s months; %(own)s of it is the municipality's own money.") % words
        )
    return _("The trial cost %(total)s in %(months)s months, all of it the municipality's own money.") % words
