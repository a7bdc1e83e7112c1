"""Why a bid is out, in words: findings of the formal check as reasons, and every reason in the reader's language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import number
from evaluation.lifecycle import DocumentFault, ExclusionCode
from evaluation.scoring.inputs import Reason

COMPUTED = frozenset(
    {ExclusionCode.MIN_SCORE, ExclusionCode.MIN_PERFORMANCE, ExclusionCode.PRICE_MISSING, ExclusionCode.ABNORMALLY_LOW}
)
"""Codes the calculation finds by itself; a recorded exclusion with such a code documents the decision."""


def formal_reasons(
    findings: Mapping[str, Any], mandatory: Sequence[str], supplied: Callable[[str], bool]
) -> list[Reason]:
    """Reasons in the published order: requirements, documents, changed documents, exclusion grounds.

    `mandatory` gives the order of the requirement codes; `supplied(name)` says whether a missing document came in time.
    Texts are in the active language.
    """
    met = findings.get("mandatory", {})
    grounds = [item for item in findings.get("grounds", []) if item.get("decision") == "exclude"]
    missing = [item for item in findings.get("documents", []) if _is_missing(item, supplied)]
    return [
        *(_reason("mandatory_requirement", criterion=code) for code in mandatory if met.get(code) is False),
        *(_document_reason(item) for item in missing),
        *([_reason("documents_changed")] if findings.get("changed_documents") else []),
        *(_reason("exclusion_ground", ground=item["ground"]) for item in grounds),
    ]


def recorded_reasons(exclusions: Iterable[Any], known: Sequence[Reason]) -> list[Reason]:
    """Confirmed exclusions that the formal check does not already state and the calculation does not find itself."""
    stated = {reason.code for reason in known}
    return [
        Reason(item.code, item.reason) for item in exclusions if item.code not in COMPUTED and item.code not in stated
    ]


def _is_missing(document: Mapping[str, Any], supplied: Callable[[str], bool]) -> bool:
    if document.get("status") in DocumentFault.values:
        return not supplied(str(document["name"]))
    return document.get("status") == "supplemented_late"


def _document_reason(document: Mapping[str, Any]) -> Reason:
    """A missing document is named alone, as it always was; another fault beside it."""
    fault = str(document.get("status"))
    more = {"fault": fault} if fault in (DocumentFault.INCOMPLETE, DocumentFault.WRONG) else {}
    return _reason("documents_missing", document=document["name"], **more)


def _reason(code: str, **params: str) -> Reason:
    return Reason(code, _sentence(code, params), params)


def damaged_reason() -> Reason:
    """A bid whose sealed content could not be opened."""
    return _reason("form", damaged="1")


def reason_text(reason: Reason) -> str:
    """The reason in the active language; free texts of decisions stay as they were written."""
    if not reason.params and reason.code not in _WITHOUT_VALUES:
        return reason.text
    return _sentence(reason.code, {key: _shown(value) for key, value in reason.params.items()}) or reason.text


_WITHOUT_VALUES = frozenset({"withdrawn", "late", "documents_changed", "abnormally_low"})


def _shown(value: str) -> str:
    """Numbers in the reader's format; everything else as it is (position numbers stay: they are names)."""
    if "." not in value or not value.replace(".", "", 1).isdigit():
        return value
    try:
        return number(Decimal(value))
    except InvalidOperation:
        return value


def _sentence(code: str, params: Mapping[str, str]) -> str:
    if code == "documents_missing":
        return _missing_sentence(params)
    if code == "form":
        return _("The bid could not be opened: its integrity is violated.") if "damaged" in params else ""
    if code == "abnormally_low" and "cause" in params:
        return _low_price_sentence(params["cause"])
    if code == "min_score" and "group" in params:
        return _("The criteria “%(group)s” together stay below the published %(share)s %% of their points.") % params
    texts = {
        "withdrawn": _("Withdrawn before the deadline."),
        "late": _("Received late; sealed and never opened."),
        "mandatory_requirement": _("Mandatory requirement %(criterion)s is not met."),
        "documents_changed": _("The procurement documents were changed."),
        "exclusion_ground": _("Exclusion ground: %(ground)s."),
        "price_missing": _("The price of essential position(s) %(positions)s is missing."),
        "price_cap": _("The price %(price)s is above the published cap of %(cap)s."),
        "min_score": _("Criterion %(criterion)s: score %(score)s is below the published minimum of %(minimum)s."),
        "min_performance": _("%(points)s performance points are below the published minimum of %(minimum)s."),
        "abnormally_low": _("The price is abnormally low and was not explained satisfactorily."),
        "arithmetic_correction": _("Stated total %(stated)s, computed %(computed)s: unit prices prevail."),
        "discount_applied": _("Unconditional discount of %(percent)s %% applied."),
    }
    return texts[code] % params if code in texts else ""


def _low_price_sentence(cause: str) -> str:
    if cause == "law_breached":
        return _("The price is abnormally low because environmental, social or labour law is not kept.")
    return _("The price is abnormally low because of State aid that was not shown to be lawful in time.")


def _missing_sentence(params: Mapping[str, str]) -> str:
    if "criterion" in params:
        return _("No promised number for criterion %(criterion)s.") % params
    if params.get("fault") == DocumentFault.INCOMPLETE:
        return _("Document “%(document)s” is incomplete and was not completed in time.") % params
    if params.get("fault") == DocumentFault.WRONG:
        return _("Document “%(document)s” is wrong and was not corrected in time.") % params
    return _("Document “%(document)s” was not supplied in time.") % params
