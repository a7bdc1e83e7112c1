"""An exclusion ground as it is recorded: which, since when, why proportionate, what the company has mended (R40-R43).

A ground is a mapping with `ground` (words), `kind` (mandatory: § 123 GWB, optional: § 124 GWB), `event_date` (ISO; of
the final judgment or of the event), `proportionality`, `cleaning` {damages, cooperation, measures} with
`cleaning_decision` ("", accepted, refused) and `cleaning_reason`, `decision` and `reason`. Pure but for the rule book.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluation.check_list import MANDATORY_YEARS, OPTIONAL_YEARS, ground_is_usable, ground_lapses
from tendering.rules import rule_book

MANDATORY, OPTIONAL = "mandatory", "optional"
CLEANING = ("damages", "cooperation", "measures")
CLEANING_DECISIONS = ("", "accepted", "refused")


def kind_of(ground: Mapping[str, Any]) -> str:
    """Mandatory or optional; where nobody said it, as the words name the paragraph."""
    said = ground.get("kind") or (MANDATORY if "§ 123" in str(ground.get("ground", "")) else OPTIONAL)
    return str(said)


def ground_sentences(ground: Mapping[str, Any]) -> list[str]:
    """What is recorded about a ground beside the reason, for the file; empty where nothing is."""
    cleaning = ground.get("cleaning") or {}
    mended = "; ".join(str(cleaning[name]) for name in CLEANING if cleaning.get(name))
    found = [
        (_("Event: %(text)s."), ground.get("event_date")),
        (_("Proportionate because: %(text)s"), ground.get("proportionality")),
        (_("The company has mended: %(text)s"), mended),
        (_("Not enough because: %(text)s"), ground.get("cleaning_reason")),
    ]
    return [words % {"text": text} for words, text in found if text]


def require_usable(ground: Mapping[str, Any], today: date) -> None:
    """ValidationError by field where a bid cannot be excluded on this ground under a profile with statutes."""
    errors: dict[str, str] = {}
    kind = kind_of(ground)
    if kind not in (MANDATORY, OPTIONAL):
        errors["kind"] = _("Say whether the ground is mandatory or optional.")
    elif fault := _date_fault(ground, today, mandatory=kind == MANDATORY):
        errors["event_date"] = fault
    if kind == OPTIONAL and not str(ground.get("proportionality") or "").strip():
        errors["proportionality"] = _("Say why excluding the bid is proportionate.")
    errors |= _cleaning_faults(ground)
    if errors:
        raise ValidationError(errors)


def _date_fault(ground: Mapping[str, Any], today: date, *, mandatory: bool) -> str:
    try:
        event = date.fromisoformat(str(ground.get("event_date") or ""))
    except ValueError:
        return _("Enter the day of the event, or of the final judgment for a mandatory ground.")
    if event > today:
        return _("This day lies in the future.")
    if ground_is_usable(event, today, mandatory=mandatory):
        return ""
    row = rule_book().checks["R43"]
    return _(
        "This ground can no longer be used: it lapsed on %(day)s, %(years)s years after the event "
        "(%(source)s, certainty %(confidence)s)."
    ) % {
        "day": date_format(ground_lapses(event, mandatory=mandatory), "DATE_FORMAT"),
        "years": MANDATORY_YEARS if mandatory else OPTIONAL_YEARS,
        "source": row.source,
        "confidence": row.confidence,
    }


def _cleaning_faults(ground: Mapping[str, Any]) -> dict[str, str]:
    """What the company has mended needs an answer; accepted means that it stays, refused is reasoned (R42)."""
    said = any(str(value).strip() for value in (ground.get("cleaning") or {}).values())
    answer = ground.get("cleaning_decision") or ""
    if answer not in CLEANING_DECISIONS or (said and not answer):
        return {"cleaning_decision": _("Decide whether what the company has mended is enough.")}
    if answer == "accepted":
        return {"cleaning_decision": _("A company that has mended its ways is not excluded. Let the bid stay.")}
    if answer == "refused" and not str(ground.get("cleaning_reason") or "").strip():
        return {"cleaning_reason": _("Give the company the reason why it is not enough.")}
    return {}
