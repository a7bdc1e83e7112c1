"""Reason codes and the rules of the panel and of price clarifications. Pure."""

from datetime import datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused


class ExclusionCode(models.TextChoices):
    """§ 57 (1) VgV numbers where there is one; one vocabulary for all profiles."""

    LATE = "late", _("Received late")
    FORM = "form", _("Form not kept")
    DOCUMENTS_MISSING = "documents_missing", _("Documents missing")
    UNCLEAR_ENTRIES = "unclear_entries", _("Entries not clear")
    DOCUMENTS_CHANGED = "documents_changed", _("Procurement documents changed")
    PRICE_MISSING = "price_missing", _("Price missing")
    VARIANT_NOT_ADMITTED = "variant_not_admitted", _("Variant not admitted")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    EXCLUSION_GROUND = "exclusion_ground", _("Exclusion ground")
    MANDATORY_REQUIREMENT = "mandatory_requirement", _("Mandatory requirement not met")
    MIN_SCORE = "min_score", _("Below the minimum score")
    MIN_PERFORMANCE = "min_performance", _("Below the minimum performance")
    ABNORMALLY_LOW = "abnormally_low", _("Abnormally low price, not explained")


class Clarification(Protocol):
    asked_at: datetime
    answered_at: datetime | None
    decided_at: datetime | None


def decide_score(conflict_declared: bool, conflict: bool, submitted: bool, locked: bool) -> Decision:
    """An evaluator scores after declaring no conflict, until the own scores are handed in."""
    if not conflict_declared:
        return Refused("declare_first", _("Declare first whether you have a conflict of interest."), 409)
    if conflict:
        return Refused("conflict", _("You declared a conflict of interest and do not score this tender."), 403)
    if submitted or locked:
        return Refused("scores_locked", _("Your scores have been handed in and can no longer be changed."), 409)
    return ALLOWED


def decide_moderate(all_submitted: bool, locked: bool) -> Decision:
    """The chair moderates when every evaluator has handed in, until the panel is closed."""
    if not all_submitted:
        return Refused("scores_missing", _("Not every evaluator has handed in yet."), 409)
    if locked:
        return Refused("panel_closed", _("The panel has been closed."), 409)
    return ALLOWED
