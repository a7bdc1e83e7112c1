"""Which proofs of a company's profile count on a day, which required document they fit, and what is still missing."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from bids.models import Proof
from tendering.models import RequiredDocument

AUTHORITY: Final = "authority"
ABOUT_THE_COMPANY: Final = "company_related"
ALIKE: Final = 0.6
SOON_DAYS: Final = 30


def kept(company: Organization | int) -> QuerySet[Proof]:
    """The company's proofs without their bytes, also expired ones."""
    return Proof.objects.filter(company=company, removed_at=None).defer("content")


def valid_on(day: date, rows: QuerySet[Proof]) -> QuerySet[Proof]:
    """Those that count on this day; both ends are inside."""
    begun = Q(valid_from=None) | Q(valid_from__lte=day)
    return rows.filter(begun, Q(valid_until=None) | Q(valid_until__gte=day))


def authority_of(person: User, company: Organization, day: date) -> Proof | None:
    """The proof by which the person may act for the company on this day; the one that is valid longest."""
    found = valid_on(day, kept(company)).filter(kind=AUTHORITY, person=person)
    return max(found, key=lambda proof: (proof.valid_until is None, proof.valid_until or day), default=None)


def fit(required: str, proof: Proof) -> float:
    """How well a proof fits a required document, from 0 to 1: 1 for the same kind, else how alike the names are."""
    if (kind := kind_of(required)) and kind == proof.kind:
        return 1.0
    alike = SequenceMatcher(None, required.casefold(), proof.title.casefold(), autojunk=False).ratio()
    return alike if alike >= ALIKE else 0.0


def best_fit(required: str, proofs: Iterable[Proof]) -> Proof | None:
    """The proof to propose; the bidder chooses."""
    scored = [(fit(required, proof), SequenceMatcher(None, required, proof.title).ratio(), proof) for proof in proofs]
    score, _alike, proof = max(scored, key=lambda row: row[:2], default=(0.0, 0.0, None))
    return proof if score else None


def kind_of(required: str) -> str:
    """The kind whose longest word occurs in the name of a required document; "" for none."""
    text = required.casefold()
    found = [(len(word), kind) for kind, words in _words().items() for word in words if word in text]
    return max(found, default=(0, ""))[1]


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = json.loads((Path(__file__).parent / "proof_words.json").read_text("utf-8"))
    return words


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the proofs a tender asks for are in the bid, could come from the profile, or are missing."""

    asked: int
    there: int
    offered: int

    @property
    def missing(self) -> int:
        return self.asked - self.there - self.offered


def tally(required: Sequence[RequiredDocument], there: Collection[str], proofs: Sequence[Proof]) -> Tally:
    """Of the required documents that are about the company; `there`: names of those that are in the bid."""
    asked = [document.name for document in required if document.category == ABOUT_THE_COMPANY]
    open_ones = [name for name in asked if name not in there]
    offered = sum(best_fit(name, proofs) is not None for name in open_ones)
    return Tally(len(asked), len(asked) - len(open_ones), offered)
