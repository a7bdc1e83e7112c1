"""From a stored tender to the rule book: facts in, findings out."""

from datetime import datetime
from typing import Any

from tendering.models import Tender


def findings(tender: Tender, now: datetime) -> list[dict[str, Any]]:
    """What the rule book says about the tender, as stored in `Tender.rule_findings`."""
    return []


def rule_version() -> str:
    """Hash of the rule book in use."""
    return ""


def sentence(finding: dict[str, Any]) -> str:
    """The finding's sentence."""
    return str(finding["message"])
