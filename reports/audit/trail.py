"""The trail of a file in human words: what, who, in which role, when, with which values; and whether it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit_checks, checkpoints
from accounts.evidence import CanonicalError, parse_canonical
from accounts.lifecycle import Role
from accounts.models import AuditEvent, ChainHead, Membership, User
from bids.actions.trail import bids_chain
from bids.models import Bid
from evaluation.inputs import bid_name
from reports.audit.access import Sight
from reports.audit.verbs import Kind, verb_of, verbs_of
from reports.audit.words import moment_text
from tendering.keyset import Page, Stretch, Walk, page

PER_PAGE = 50
OLDEST_FIRST = Walk("trail", (Stretch(("at", "id")),))
_PERSON = re.compile(r"u:(\d+)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_HASH = re.compile(r"[0-9a-f]{64}")
LABELS = {
    "reason": gettext_lazy("Reason"),
    "ground": gettext_lazy("Ground"),
    "code": gettext_lazy("Code"),
    "lot": gettext_lazy("Lot"),
    "lots": gettext_lazy("Lots"),
    "criterion": gettext_lazy("Criterion"),
    "criteria": gettext_lazy("Criteria"),
    "score": gettext_lazy("Score"),
    "outcome": gettext_lazy("Outcome"),
    "bid": gettext_lazy("Bid"),
    "bids": gettext_lazy("Bids"),
    "company": gettext_lazy("Company"),
    "fields": gettext_lazy("Fields"),
    "findings": gettext_lazy("Findings of the rules"),
    "documents": gettext_lazy("Documents"),
    "items": gettext_lazy("Positions"),
    "to": gettext_lazy("New deadline"),
    "tender_period_end": gettext_lazy("New deadline"),
    "published_at": gettext_lazy("Published at"),
    "received_at": gettext_lazy("Received at"),
    "due_at": gettext_lazy("Due at"),
    "conflict": gettext_lazy("Conflict of interest"),
    "drawn": gettext_lazy("Drawn"),
    "between": gettext_lazy("Drawn between"),
    "users": gettext_lazy("Persons"),
    "providers": gettext_lazy("Companies"),
    "provider": gettext_lazy("Company"),
    "count": gettext_lazy("Number"),
    "version": gettext_lazy("Version"),
    "method": gettext_lazy("Method"),
    "spec": gettext_lazy("Published rule (hash)"),
    "inputs_hash": gettext_lazy("Inputs (hash)"),
    "result_hash": gettext_lazy("Result (hash)"),
    "sha256": gettext_lazy("Hash of the file"),
    "receipt_sha256": gettext_lazy("Hash of the receipt"),
    "record_sha256": gettext_lazy("Hash of the record"),
    "registration": gettext_lazy("Hash of the promise"),
    "first": gettext_lazy("First person"),
    "verdict": gettext_lazy("Decision"),
    "votes": gettext_lazy("Votes"),
    "values": gettext_lazy("Values"),
    "round": gettext_lazy("Round"),
    "files": gettext_lazy("Files"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What stands for the ids in a trail: people with their roles at the buyer, bids with their numbers."""

    people: Mapping[int, User]
    roles: Mapping[int, str]
    bids: Mapping[str, str]

    def person(self, actor: str) -> str:
        """ "u:12" as the function of the account; "" for the platform itself."""
        match = _PERSON.fullmatch(actor)
        user = self.people.get(int(match[1])) if match else None
        return str(user) if user else actor if match else _("The platform")


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as people read it. `facts` are (label, text), hashes apart as (label, hex)."""

    at: datetime
    chain: str
    seq: int
    verb: str
    kind: str
    sentence: str
    who: str
    role: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    hashes: tuple[tuple[str, str], ...]
    hash: str
    is_simulated: bool
    body: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """Whether a chain is whole, recomputed just now; `checkpoint` is the newest one ("2026-11-22T1710Z")."""

    chain: str
    events: int
    head: str
    faults: tuple[str, ...]
    checkpoint: str
    stood_at: int | None

    @property
    def is_whole(self) -> bool:
        return not self.faults

    @property
    def name(self) -> str:
        """Which trail this is, in words."""
        words = {
            "tender": _("Trail of the procedure"),
            "bids": _("Trail of its bids"),
            "pilot": _("Trail of the pilot"),
        }
        kind = self.chain.partition(":")[0]
        return words.get(kind, self.chain)

    @property
    def sentence(self) -> str:
        """ "unbroken, 143 acts, checkpoint of …"."""
        if not self.is_whole:
            return _("The trail is broken: %(fault)s") % {"fault": self.faults[0]}
        words = _("Unbroken, %(count)d acts") % {"count": self.events}
        if not self.checkpoint:
            return words + ", " + _("no checkpoint has been made yet")
        if self.stood_at is None:
            return words + ", " + _("the checkpoint of %(hour)s was made before its first act") % {"hour": self.hour}
        more = _("checkpoint of %(hour)s at act %(number)d") % {"hour": self.hour, "number": self.stood_at}
        return f"{words}, {more}"

    @property
    def hour(self) -> str:
        return f"{checkpoints.moment_of(self.checkpoint):%Y-%m-%d %H:%M} UTC"


def chains_of(sight: Sight) -> list[str]:
    """The tender's own trail, and the one of its bids once they were opened: before, its length counts the bids."""
    return [sight.tender.chain, *([bids_chain(sight.tender.pk)] if sight.sees_bids else [])]


def events_of(chains: Sequence[str], kind: str = "") -> QuerySet[AuditEvent]:
    """The acts of these chains, of one kind or all."""
    found = AuditEvent.objects.filter(chain__in=chains)
    if kind == Kind.OTHER:  # also what no sentence is known for
        return found.exclude(verb__in=[verb for each in Kind if each != Kind.OTHER for verb in verbs_of(each)])
    return found.filter(verb__in=verbs_of(kind)) if kind else found


def kinds_in(chains: Sequence[str]) -> set[str]:
    """Kinds of acts that occur, for the filter."""
    found = AuditEvent.objects.filter(chain__in=chains).order_by().values_list("verb", flat=True).distinct()
    return {str(verb_of(verb).kind) for verb in found}


def page_of(chains: Sequence[str], kind: str, cursor: str) -> Page[AuditEvent]:
    """One page of the timeline, oldest first; ValidationError for a cursor that is not ours."""
    return page(events_of(chains, kind), cursor=cursor, size=PER_PAGE, order=OLDEST_FIRST)


def entries(events: Iterable[AuditEvent], organization_id: int, sight: Sight | None = None) -> list[Entry]:
    """Acts in human words; at most three queries. Scores agreed on are named only once they may be seen."""
    rows = list(events)
    bodies = [body_of(row.body) for row in rows]
    names = names_of(bodies, organization_id, sight)
    hidden = sight is not None and not sight.sees_scores
    return [_entry(row, body, names, hidden) for row, body in zip(rows, bodies, strict=True)]


def body_of(text: str) -> dict[str, Any]:
    """The recorded act; empty when somebody has made it unreadable, which `state_of` tells."""
    try:
        body = parse_canonical(text)
    except CanonicalError:
        return {}
    return body if isinstance(body, dict) else {}


def names_of(bodies: Iterable[Mapping[str, Any]], organization_id: int, sight: Sight | None = None) -> Names:
    """Names for everybody and every bid these acts speak of."""
    wanted = {int(number) for body in bodies for number in _people_in(body)}
    people = User.objects.in_bulk(wanted)
    held: dict[int, list[str]] = {}
    rows = Membership.objects.filter(user__in=wanted, organization=organization_id).order_by("pk")
    for user, role in rows.values_list("user_id", "role"):
        label = str(Role(role).label)
        if label not in held.setdefault(user, []):
            held[user].append(label)
    bids = _bid_names(sight) if sight is not None and sight.sees_bids else {}
    return Names(people, {user: ", ".join(roles) for user, roles in held.items()}, bids)


def state_of(chain: str) -> ChainState:
    """The chain, recomputed from its first act, and held against the newest checkpoint."""
    report = audit_checks.verify(chain)
    faults = [fault.sentence for fault in report.faults]
    head = ChainHead.objects.filter(chain=chain).first()
    newest = checkpoints.ticks()[-1:]
    stood_at = None
    if newest:
        note = checkpoints.read(newest[0])
        stood_at = checkpoints.seen(note, chain)
        if stood_at is None and checkpoints.names(note, chain):
            faults.append(_("a checkpoint saw a state that the trail no longer has"))
    return ChainState(chain, report.events, head.hash if head else "", tuple(faults), "".join(newest), stood_at)


def states_of(chains: Iterable[str]) -> list[ChainState]:
    return [state_of(chain) for chain in chains]


def _people_in(body: Mapping[str, Any]) -> list[str]:
    data = body.get("data") or {}
    users = data.get("users", []) if isinstance(data.get("users"), list) else []
    texts = [str(body.get("actor", "")), *(value for value in data.values() if isinstance(value, str))]
    return [*(match[1] for text in texts if (match := _PERSON.fullmatch(text))), *map(str, users)]


def _bid_names(sight: Sight) -> dict[str, str]:
    rows = Bid.objects.filter(tender=sight.tender).select_related("company")
    return {str(bid.pk): f"{bid_name(bid)} {bid.bidder}" if bid.reference else bid.bidder for bid in rows}


def _entry(row: AuditEvent, body: Mapping[str, Any], names: Names, scores_hidden: bool) -> Entry:
    verb, data = verb_of(row.verb), dict(body.get("data") or {})
    if scores_hidden and row.verb == "scores.moderated":
        data = {name: data[name] for name in ("lot", "criterion") if name in data}
    actor = str(body.get("actor", ""))
    match = _PERSON.fullmatch(actor)
    role = names.roles.get(int(match[1]), "") if match else ""
    stated = str(body.get("role", ""))
    facts = [*_subject(body, names), *_facts(data, names)]
    return Entry(
        at=row.at,
        chain=row.chain,
        seq=row.seq,
        verb=row.verb,
        kind=verb.kind,
        sentence=str(verb.sentence),
        who=_("A bidder, not named") if row.verb == "question.asked" and not match else names.person(actor),
        role=str(Role(stated).label) if stated in Role.values else role,
        reason=str(data.get("reason", "")),
        facts=tuple((label, text) for label, text in facts if not _HASH.fullmatch(text)),
        hashes=tuple((label, text) for label, text in facts if _HASH.fullmatch(text)),
        hash=row.hash,
        is_simulated=bool(body.get("simulated")),
        body=row.body,
    )


def _subject(body: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    kind, _colon, key = str(body.get("object", "")).partition(":")
    if not key or kind == "tender":
        return []
    words = {"bid": _("Bid"), "question": _("Question"), "document": _("Document"), "amendment": _("Change"),
             "draft": _("Draft"), "user": _("Person"), "token": _("Token")}  # fmt: skip
    return [(words.get(kind, kind), names.bids.get(key, key))]


def _facts(data: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    return [
        (str(LABELS.get(name, name)), _text(name, value, names))
        for name, value in data.items()
        if name != "reason" and value not in ("", None, [], {})
    ]


def _text(name: str, value: Any, names: Names) -> str:
    """A value of an act: moments at the buyer's place, people and bids by name, yes and no, lists joined."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        inner = "user" if name == "users" else name
        joint = " – " if name == "lots" and value and isinstance(value[0], str) and len(value) == 2 else ", "
        return joint.join(_text(inner, item, names) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(key, item, names)}" for key, item in value.items())
    if name == "user":
        return names.person(f"u:{value}")
    text = str(value)
    if _PERSON.fullmatch(text):
        return names.person(text)
    if _STAMP.fullmatch(text):
        return moment_text(datetime.fromisoformat(text), seconds=True)
    return names.bids.get(text, text) if _is_uuid(text) else text


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
