"""The shipped steps of the formal check, and the table of what may be handed in later. Data with source, pure.

The table is § 56 (2)-(5) VgV: what is missing, incomplete or wrong, by kind of document.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DATA = Path(__file__).parent / "data"
Fault = Literal["missing", "incomplete", "wrong"]
COMPANY, PERFORMANCE, RANKING, PRICES = "company_related", "performance_related", "evaluation_relevant", "prices"
UNIT_PRICE = "unit_price"
VARIANTS = "variants"
# category of a document: which faults it may be mended for; § 56 (2)-(5) VgV, § 41 (2)-(5) UVgO (verified)
MENDABLE: dict[str, frozenset[Fault]] = {
    COMPANY: frozenset({"missing", "incomplete", "wrong"}),
    PERFORMANCE: frozenset({"missing", "incomplete"}),
    RANKING: frozenset(),
    PRICES: frozenset(),
    UNIT_PRICE: frozenset({"missing"}),
}
MANDATORY_YEARS, OPTIONAL_YEARS = 5, 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the list; titles in both languages."""

    code: str
    families: tuple[str, ...]
    title_de: str
    title_en: str
    source: str
    confidence: str

    def title(self, language: str) -> str:
        return self.title_de if language.startswith("de") else self.title_en


@cache
def shipped() -> tuple[Step, ...]:
    rows = json.loads((DATA / "check_steps.json").read_text("utf-8"))
    return tuple(Step(**{**row, "families": tuple(row["families"])}) for row in rows)


def steps_for(family: str, *, variants: bool = False) -> list[Step]:
    """The steps of a family of profiles ("de", "generic"); that of variants only where they are allowed."""
    return [step for step in shipped() if family in step.families and (variants or step.code != VARIANTS)]


def may_be_mended(category: str, fault: Fault = "missing") -> bool:
    """Whether a document of this category may be asked for; unknown categories count as the company's own."""
    return fault in MENDABLE.get(category, MENDABLE[COMPANY])


def why_not(category: str, fault: Fault) -> str | Promise:
    """Why a document of this category with this fault cannot be asked for; "" where it can."""
    if may_be_mended(category, fault):
        return ""
    if category == RANKING:
        return _("It decides the ranking; it can be neither handed in nor changed later.")
    if category in (PRICES, UNIT_PRICE):
        return _("It holds prices; they stay as they were bid.")
    return _("Papers about the service may be handed in or completed later, but not corrected.")


def ground_lapses(event: date, *, mandatory: bool) -> date:
    """Last day on which an exclusion ground may be used: 5 years from the judgment, 3 from the event (§ 126 GWB)."""
    years = MANDATORY_YEARS if mandatory else OPTIONAL_YEARS
    day = 28 if (event.month, event.day) == (2, 29) else event.day
    return date(event.year + years, event.month, day)


def ground_is_usable(event: date, today: date, *, mandatory: bool) -> bool:
    """Whether an exclusion ground may still be used (§ 126 GWB)."""
    return today <= ground_lapses(event, mandatory=mandatory)
