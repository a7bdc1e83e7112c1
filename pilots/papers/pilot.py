"""The pilot paper: promise, effect with interval, money, options. From the confirmed analysis, as the pilot's page."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilots.council_page import Check, KpiRow, Option, page_of
from pilots.models import CouncilPaper, Pilot
from pilots.papers.award_read import moment_words, plain
from pilots.sentences import day

Values = dict[str, Any]
Context = Mapping[str, Any]


def values_of(paper: CouncilPaper, now: datetime) -> Values:
    """Value by field, in the active language and time zone. Raises KeyError while there is no confirmed analysis."""
    pilot = paper.pilot
    assert pilot is not None
    page = page_of(pilot, now)
    return {
        "subject": pilot.title,
        "question": _question(pilot),
        "finding": page["sentence"],
        "against_target": " ".join(filter(None, [page["target_sentence"], str(page["kept"])])),
        "wording": paper.wording,
        "picture_series": _series(page["series"]),
        "picture_effects": [_effect(row) for row in page["effect_rows"]],
        "effects": [_table(str(title), rows) for title, rows in page["groups"]],
        "spent": page["spent"],
        "figures": [{key: str(text) for key, text in tile.items() if text} for tile in page["tiles"]],
        "money_note": _money_note(),
        "promise": [_check(check) for check in page["promise"]["success"]],
        "options": [_option(option) for option in page["options"]],
        "control": _control(pilot, page),
        "evidence": _evidence(page),
        "summary": pilot.description,
        "note": paper.note,
        "stop_rules": [_check(check) for check in page["promise"]["stops"]],
        "sources": _sources(pilot, page),
    }


def default_wording(pilot: Pilot) -> str:
    """The decision as the form offers it; the office may write another."""
    return _("The trial “%(title)s” becomes permanent.") % {"title": pilot.title}


def _question(pilot: Pilot) -> str:
    """Short: the title and the body stand above it."""
    ask = _("Adopt, extend, adapt or stop this trial?")
    if pilot.gate_date is None:
        return ask
    return f"{ask} {_('To be decided by %(day)s.') % {'day': day(pilot.gate_date)}}"


def _series(series: Context) -> Values:
    """Months without a value are empty texts: canonical JSON knows no null."""
    found = {
        "title": series["title"],
        "unit": series["unit"],
        "months": list(series["months"]),
        "pilot": [_text(value) for value in series["pilot"]],
        "control": [_text(value) for value in series["control"]],
        "start": series["start"],
    }
    return found if series["target"] is None else {**found, "target": plain(series["target"])}


def _text(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _effect(row: Context) -> Values:
    return {**row, **{name: plain(row[name]) for name in ("effect", "low", "high")}}


def _table(title: str, rows: list[KpiRow]) -> Values:
    heads = [[_("Indicator"), "text"], [_("Verdict"), "text"], [_("Effect"), "number"], [_("Interval"), "number"],
             [_("Before"), "number"], [_("During"), "number"], [_("Target"), "text"]]  # fmt: skip
    return {"caption": title, "heads": heads, "rows": [{"cells": _cells(row), "mark": ""} for row in rows]}


def _cells(row: KpiRow) -> list[str]:
    marks = [_("decides")] if row.indicator.is_primary else []
    marks += [_("must not get worse")] if row.indicator.is_guard else []
    name = f"{row.name}, {row.unit}" + (f" ({', '.join(marks)})" if marks else "")
    verdict = f"{row.verdict}, {_('smaller than agreed')}" if row.smaller_than_agreed else row.verdict
    reached = {True: f" – {_('reached')}", False: f" – {_('missed')}"}.get(row.target_met, "")  # type: ignore[arg-type]
    target = f"{row.target}{reached}" if row.target else "–"
    return [name, verdict, row.effect, row.interval or "–", row.before, row.during, target]


def _check(check: Check) -> Values:
    met = {True: "yes", False: "no"}.get(check.met, "open")  # type: ignore[arg-type]  # None is open
    return {"text": check.text, "met": met, **({"note": check.note} if check.note else {})}


def _option(option: Option) -> Values:
    found = {"code": option.code, "title": option.title, "text": option.consequence}
    return {**found, "cost": option.cost} if option.cost else found


def _control(pilot: Pilot, page: Context) -> list[str]:
    control = page["promise"]["control"]
    lines = [control.get("description") or pilot.control_description, control.get("reason", "")]
    lines.append(control.get("spill_over", ""))
    return [line for line in lines if line]


def _evidence(page: Context) -> list[str]:
    words = {"letter": page["grade_letter"], "grade": page["grade"]}
    lines = [_("Strength of the comparison: %(letter)s, %(grade)s.") % words]
    if page["grade_is_lower"]:
        lines.append(_("That is weaker than what was registered."))
    if page["tested"] > 1:
        text = _("%(n)s indicators were measured; only the deciding one decides. With several, one may look changed "
                 "by chance.")  # fmt: skip
        lines.append(text % {"n": page["tested"]})
    return lines


def _money_note() -> str:
    return _(
        "Freed working hours are capacity, not cash. They are never added to cash savings. Where no effect is "
        "demonstrated, 0 is shown."
    )


def _sources(pilot: Pilot, page: Context) -> list[list[str]]:
    run = page["run"]
    return [
        [_("Analysed"), moment_words(run.confirmed_at)],
        [_("Version of the method"), run.method_version],
        [_("Promise (hash)"), pilot.registration_hash],
        [_("Result (hash)"), run.result_hash],
    ]
