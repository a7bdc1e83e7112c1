"""What the export of a tender and of a pilot have in common: trail, checkpoints, keys, people, timeline, papers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import checkpoints, practice, timestamps
from accounts.audit import stamp
from accounts.keys import verifier_keys
from accounts.models import AuditEvent, Organization, User
from pilots.models import CouncilPaper
from reports.audit.access import Sight
from reports.audit.export.archive import SCRIPT, Archive, plain
from reports.audit.trail import body_of, entries
from tendering.spreadsheets.writer import safe_csv

MOST_CHECKPOINTS = 200
PAPER = ("kind", "body", "session_at", "agenda_item", "version", "language", "wording", "note", "full", "public",
         "sha256", "issued_at", "withdrawn_at")  # fmt: skip
VOTE = ("outcome", "votes_for", "votes_against", "abstentions", "dissent", "wording", "decided_at", "recorded_at")


def add_trail(archive: Archive, chains: Sequence[tuple[str, str]]) -> list[AuditEvent]:
    """The chains as (file name, chain), the keys and the checkpoints; returns all acts."""
    every: list[AuditEvent] = []
    for name, chain in chains:
        rows = list(AuditEvent.objects.filter(chain=chain).order_by("seq"))
        archive.add(f"trail/{name}.chain", "".join(f"{row.hash} {row.body}\n" for row in rows))
        every += rows
    archive.add("trail/keys.txt", "".join(f"{key}\n" for key in verifier_keys()))
    _add_checkpoints(archive, [chain for _name, chain in chains], every)
    return sorted(every, key=lambda row: (row.at, row.pk))


def _add_checkpoints(archive: Archive, chains: Sequence[str], events: Iterable[AuditEvent]) -> None:
    """The first checkpoint after each act and the first stamped one; of a very long life the latest ones."""
    known, stamped = checkpoints.ticks(), timestamps.ticks()
    wanted: set[str] = set()
    for own in {checkpoints.tick_of(event.at) for event in events}:
        place = bisect_left(known, own)  # its own ten minutes, if they have one, and the next one after it
        wanted |= set(known[place : place + 1 + (known[place : place + 1] == [own])])
        first_stamped = bisect_right(stamped, own)
        wanted |= set(stamped[first_stamped : first_stamped + 1]) & set(known)
    listed: list[dict[str, Any]] = []
    for tick in sorted(wanted)[-MOST_CHECKPOINTS:]:
        note = checkpoints.read(tick)
        seen = [chain for chain in chains if checkpoints.names(note, chain)]
        if seen:
            file = archive.add(f"trail/checkpoints/{tick}.note", note)
            nonces = {chain: checkpoints.nonce(tick, chain).hex() for chain in seen}
            entry = {"file": file, "tick": tick, "nonces": nonces}
            with suppress(FileNotFoundError):
                entry["stamp"] = archive.add(f"trail/checkpoints/{tick}.tsr", timestamps.read(tick))
            listed.append(entry)
    archive.add_json("trail/checkpoints.json", listed)


def add_people(archive: Archive, events: Iterable[AuditEvent], more: Iterable[int | None] = ()) -> None:
    """Function and account number of everybody the file names as "u:12"."""
    actors = {str(body_of(event.body).get("actor", "")).removeprefix("u:") for event in events}
    wanted = {int(actor) for actor in actors if actor.isdigit()} | {person for person in more if person}
    people = User.objects.in_bulk(wanted)
    archive.add_json(
        "people.json",
        {f"u:{pk}": {"function": str(user), "account": user.reference or ""} for pk, user in people.items()},
    )


def add_timeline(
    archive: Archive,
    events: Sequence[AuditEvent],
    organization: Organization,
    language: str,
    sight: Sight | None = None,
) -> None:
    """All acts in human words, as a table."""
    with translation.override(language):
        heads = [_("Time (UTC)"), _("What happened"), _("Who"), _("Role"), _("Reason"), _("Details"), _("Trail"),
                 _("Number"), _("Hash")]  # fmt: skip
        rows: list[list[Any]] = [
            [
                stamp(entry.at), entry.sentence, entry.who, entry.role, entry.reason,
                "; ".join(f"{label}: {text}" for label, text in entry.facts), entry.chain, entry.seq, entry.hash,
            ]
            for entry in entries(events, organization.pk, sight)
        ]  # fmt: skip
    archive.add("timeline.csv", "\ufeff" + safe_csv([heads, *rows]))


def add_papers(archive: Archive, which: Q) -> None:
    """Council papers that were issued, with the vote; what council members wrote to each other is theirs."""
    papers = CouncilPaper.objects.filter(which, issued_at__isnull=False).select_related("vote").order_by("issued_at")
    found = []
    for paper in papers:
        vote = getattr(paper, "vote", None)
        found.append({**plain(paper, PAPER), "vote": plain(vote, VOTE) if vote else None})
    if found:
        archive.add_json("papers.json", found)


def add_guide(archive: Archive, title: str, language: str, *, is_pilot: bool) -> None:
    """The first thing to read, and the script that checks everything."""
    archive.add("recompute.py", SCRIPT.read_bytes())
    with translation.override(language):
        parts = pilot_parts() if is_pilot else tender_parts()
        lines = [
            *([practice.mark(), ""] if practice.mark() else []),
            title,
            "",
            _("This folder holds the whole file of one procedure in open formats."),
            "",
            *(f"{name:26} {words}" for name, words in parts),
            "",
            _("How to check it without the platform:"),
            "  python -I recompute.py",
            _("The script needs Python 3.10 or newer and nothing else. It prints a line per check and ends with code 1 "
              "at the first thing that is wrong. It is short enough to be read."),
            "",
            _("How to check only the hashes:"),
            "  sha256sum -c MANIFEST.sha256",
            "",
            _("Compare the keys in trail/keys.txt with the ones on the platform's security page, and keep the SHA-256 "
              "of the whole archive elsewhere: it stands in the trail of the platform too."),
        ]  # fmt: skip
    archive.add("README.txt", "\n".join(lines) + "\n")


def _shared_parts() -> list[tuple[str, str]]:
    return [
        ("MANIFEST.sha256", _("SHA-256 of every file")),
        ("recompute.py", _("checks everything and computes all figures again")),
        ("timeline.csv", _("every act in words")),
        ("trail/*.chain", _("the acts as they were recorded, each with the hash of the one before")),
        ("trail/checkpoints/", _("signed notes that saw these acts")),
        ("trail/keys.txt", _("public keys of the signatures")),
        ("people.json", _("functions of the accounts")),
        ("papers.json", _("council papers and votes, if any")),
        ("workbook*.xlsx", _("the figures as a workbook with live formulas; with very many bids one for each lot")),
    ]


def tender_parts() -> list[tuple[str, str]]:
    return [
        *_shared_parts(),
        ("tender.json", _("facts, findings of the rules, approvals, declarations, changes, questions, outcomes")),
        ("published-rule.json", _("lots, positions, criteria and rule as they were published")),
        ("bids.json", _("the bids as they were opened")),
        ("bids/", _("documents of the bids")),
        ("checks.json", _("formal checks, documents asked for, exclusions, explained prices, draws")),
        ("scores.json", _("every single score with its reason, and what the panel agreed on")),
        ("evaluation/", _("inputs and result of every calculation")),
        ("opening/", _("records of the opening")),
        ("receipts/", _("signed receipts of the bidders")),
        ("documents/", _("procurement documents")),
    ]


def pilot_parts() -> list[tuple[str, str]]:
    return [
        *_shared_parts(),
        ("pilot.json", _("facts, phases, costs, decision")),
        ("registration.json", _("what was sealed before the start")),
        ("measurements.csv", _("every monthly value with its source")),
        ("analysis/", _("inputs and result of every analysis")),
    ]
