"""From the stored result or analysis to both versions of a paper, in the municipality's language and time."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.decision import Refused, RefusedError, refuse
from accounts.evidence import canonical_bytes, digest
from evaluation import results as evaluations
from evaluation.models import EvaluationRun
from pilots import results as analyses
from pilots.lifecycle import Status
from pilots.models import CouncilPaper
from pilots.papers import award, award_read, pilot
from pilots.papers.fields import FREE_TEXTS, Content, contents
from tendering.lifecycle import Status as TenderStatus

DOMAIN = "council-paper"
Text: TypeAlias = str | Promise
Leaks: TypeAlias = tuple[tuple[str, Text], ...]
# "26.500,00"; with spaces too: "26 500,00"
DIGITS = (re.compile(r"\d[\d.,\u00a0\u202f']*"), re.compile(r"\d[\d.,\u00a0\u202f' ]*"))


@dataclass(frozen=True, slots=True)
class Composed:
    """Both versions, their common hash, and the free texts that would tell the public too much (field, sentence)."""

    full: Content
    public: Content
    leaks: Leaks = ()

    @property
    def sha256(self) -> str:
        return hash_of(self.full, self.public)


def hash_of(full: Mapping[str, Any], public: Mapping[str, Any]) -> str:
    """Hex SHA-256 of both versions together, in the domain "council-paper"."""
    return digest(DOMAIN, canonical_bytes({"full": full, "public": public}))


@contextmanager
def speaking_as(paper: CouncilPaper) -> Iterator[None]:
    """The paper's language and its municipality's clocks."""
    with translation.override(paper.language), timezone.override(ZoneInfo(paper.municipality.time_zone)):
        yield


def compose(paper: CouncilPaper, now: datetime) -> Composed:
    """Both versions as they are now. RefusedError while nothing is stored that a paper could be written from."""
    with speaking_as(paper):
        values, is_awarded, leaks = _award(paper, now) if paper.kind == "award" else _pilot(paper, now)
        full, public = contents(
            paper.kind, _clean({"header": _header(paper), **values}), is_awarded=is_awarded,
            withholds_value=bool(paper.tender and paper.tender.withholds_award_value),
        )  # fmt: skip
    return Composed(full, public, leaks)


def default_wording(paper: CouncilPaper, now: datetime) -> str:
    """The decision the form offers, in the paper's language."""
    with speaking_as(paper):
        if paper.kind == "pilot":
            assert paper.pilot is not None
            return pilot.default_wording(paper.pilot)
        found = award_read.award_of(paper, evaluations.view_of(run_of(paper)), now)
        award_read.require_decidable(found)
        return award.default_wording(found)


def require_stage(paper: CouncilPaper, now: datetime) -> None:
    """An award paper between evaluation and the end, a pilot paper after the analysis and before the decision."""
    if paper.tender is not None:
        if paper.tender.status(now) not in {TenderStatus.EVALUATION, TenderStatus.AWARDED}:
            refuse("not_now", gettext_lazy("A paper is written when the bids have been evaluated."))
        run_of(paper)
    elif paper.pilot is not None and paper.pilot.status(now) != Status.ANALYSED:
        refuse("not_now", gettext_lazy("A paper is written after the analysis and before the decision."))


def run_of(paper: CouncilPaper) -> EvaluationRun:
    """The evaluation an award paper rests on; RefusedError before there is one."""
    assert paper.tender is not None
    run = evaluations.latest(paper.tender)
    if run is None:
        raise RefusedError(Refused("not_evaluated", gettext_lazy("The bids have not been evaluated yet.")))
    return run


def _award(paper: CouncilPaper, now: datetime) -> tuple[dict[str, Any], bool, Leaks]:
    found = award_read.award_of(paper, evaluations.view_of(run_of(paper)), now)
    award_read.require_decidable(found)
    return award.values_of(found), found.is_awarded, tuple(_leaks(paper, found))


def _pilot(paper: CouncilPaper, now: datetime) -> tuple[dict[str, Any], bool, Leaks]:
    assert paper.pilot is not None
    if analyses.latest(paper.pilot) is None:
        raise RefusedError(Refused("not_analysed", gettext_lazy("The pilot has not been analysed yet.")))
    return pilot.values_of(paper, now), True, ()


def _header(paper: CouncilPaper) -> list[list[str]]:
    about = paper.tender or paper.pilot
    rows = [
        [_("Municipality"), paper.municipality.name],
        [_("Body"), paper.body],
        [_("Session"), award_read.moment_words(paper.session_at)],
        [_("Item of the agenda"), paper.agenda_item],
        [_("Number"), about.reference if about else ""],
        [_("Version of the paper"), str(paper.version)],
    ]
    return [row for row in rows if row[1]]


def _leaks(paper: CouncilPaper, found: award_read.Award) -> Iterator[tuple[str, Text]]:
    """Free texts that the public reads and that name a company or price which is not public."""
    names, prices = award_read.unnamed(found)
    chosen = {row.bidder for _lot, row in found.winners} if found.is_awarded else set()
    for name in FREE_TEXTS:
        if name == "wording" and not found.is_awarded:
            continue  # the public reads it only after the award
        yield from _leaks_in(name, getattr(paper, name), names, prices, chosen)


def _leaks_in(
    field: str, text: str, names: list[str], prices: list[Decimal], allowed: set[str]
) -> Iterator[tuple[str, Text]]:
    rest = text.casefold()
    for name in sorted(allowed, key=len, reverse=True):  # "Muster & Co" is allowed although "Muster" lost
        rest = rest.replace(name.casefold(), " ")
    if any(name.casefold() in rest for name in names):
        yield field, gettext_lazy("Everybody reads this. It must not name a company that is not awarded.")
    if _amounts(text) & {digits for price in prices for digits in _spellings(price)}:
        yield field, gettext_lazy("Everybody reads this. It must not state the price of a bid that is not awarded.")


def _amounts(text: str) -> set[str]:
    """The numbers of a text, digits only: "26.500,00" -> "2650000"."""
    return {re.sub(r"\D", "", number) for pattern in DIGITS for number in pattern.findall(text)}


def _spellings(price: Decimal) -> set[str]:
    """A price with and without cents, digits only."""
    exact = format(price.quantize(Decimal("0.01")), "f")
    whole = {exact[:-3]} if exact.endswith(".00") and price >= 1000 else set()
    return {exact.replace(".", ""), *whole}


def _clean(value: Any) -> Any:
    """Lazy texts become texts in normal form C, tuples lists; nulls and empty texts inside objects go."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, bool | int):
        return value
    return unicodedata.normalize("NFC", str(value))
