"""What a correction of a published tender changed, in words; and what the rules say about a material one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tendering.models import Amendment, Tender
from tendering.rules import rule_book

RULE = "R17"  # answers and material changes need time before the deadline


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text: kept, taken out ("del") or new ("ins")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that changed. Texts have `runs`; documents have the lists `gone` and `new` of {id, name, size}."""

    label: str
    runs: Sequence[Run] = ()
    gone: Sequence[Mapping[str, Any]] = ()
    new: Sequence[Mapping[str, Any]] = ()
    before: datetime | str = ""
    after: datetime | str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An amendment with what it changed."""

    amendment: Amendment
    rows: list[Row]


def published(tender: Tender) -> QuerySet[Amendment]:
    """Approved amendments, newest first."""
    return tender.amendments.exclude(approved_at=None).order_by("-approved_at", "-pk")


def since(tender: Tender, edition: int) -> list[Change]:
    """Corrections a reader of this edition has not seen, oldest first."""
    later = tender.amendments.filter(kind=Amendment.Kind.CORRECTION, edition__gt=edition).exclude(approved_at=None)
    return [change_of(amendment) for amendment in later.order_by("edition")]


def change_of(amendment: Amendment) -> Change:
    """The amendment, row by row."""
    return Change(amendment, [_row(name, change) for name, change in amendment.changes.items()])


def asks_for_time(tender: Tender) -> str:
    """The source of the rule that a material change needs a later deadline; "" where the profile has no such rule."""
    book = rule_book()
    profile = book.profiles.get(tender.profile)
    if profile is None or not profile.statutes or RULE in profile.off:
        return ""
    return book.checks[RULE].source


def proposed_end(tender: Tender, now: datetime) -> datetime | None:
    """A later deadline after a material change: as many days as the rule book proposes, at the same time of day."""
    row = rule_book().check_period("any", "correction", "default", now.date())
    if row is None or row.days is None or tender.tender_period_end is None:
        return None
    return tender.tender_period_end + timedelta(days=row.days)


def differences(before: str, after: str) -> list[Run]:
    """Both texts as one, word by word."""
    old, new = before.split(), after.split()
    runs: list[Run] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run("", " ".join(old[i:j])))
            continue
        runs += [Run(kind, text) for kind, text in (("del", " ".join(old[i:j])), ("ins", " ".join(new[k:m]))) if text]
    return runs


def _row(name: str, change: Mapping[str, Any]) -> Row:
    if name == "documents":
        return Row(_("Documents"), gone=change.get("before") or (), new=change.get("after") or ())
    before, after = change.get("before", ""), change.get("after", "")
    label = str(getattr(Tender._meta.get_field(name), "verbose_name", name))
    if name == "summary":
        return Row(label, runs=differences(before, after))
    return Row(label, before=_moment(before), after=_moment(after))


def _moment(text: str) -> datetime | str:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
