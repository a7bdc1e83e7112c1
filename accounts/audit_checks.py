"""Is the trail whole? Chains, triggers, checkpoints, receipts, and what upper apps add about their stored objects.

Codes of faults: hash, gap, prev, canonical, head, columns (a chain), trigger (its protection), shorter_than_checkpoint,
root, signature (notes kept elsewhere), stamp (of an outside authority), receipt_… and object_… (bids; see
bids.audit_checks).
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts import append_only, checkpoints, timestamps
from accounts.evidence import GENESIS, NoteError, open_receipt, verify_chain
from accounts.models import AuditEvent, ChainHead


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken place. `code` for machines; `where` is a chain, file or object id; `position` a number in the chain."""

    code: str
    where: str
    sentence: str
    position: int | None = None


@dataclass(slots=True)
class Report:
    """What was looked at and what is wrong with it."""

    chains: int = 0
    events: int = 0
    objects: int = 0
    checkpoints: int = 0
    receipts: int = 0
    stamps: int = 0
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"whole": not self.faults, **asdict(self)}


# Upper apps register here what only they can check: a callable gives (objects looked at, faults).
extra: list[Callable[[], tuple[int, Iterable[Fault]]]] = []
# Upper apps that issue receipts: a callable looks at an opened receipt's payload and tells what contradicts it.
receipt_checks: list[Callable[[dict[str, Any]], Iterable[Fault]]] = []

REASONS = {
    "hash": "its content was changed",
    "gap": "an event is missing here",
    "prev": "it does not follow the event before it",
    "canonical": "its content is not readable",
}


def verify(chain: str = "", since: int = 1) -> Report:
    """Check all chains (or one), the triggers and the registered objects.

    `since`: each chain from this number on, the hash of the event before it taken as good; the report says so.
    """
    report = Report()
    names = [chain] if chain else _chain_names()
    for name in names:
        _verify_chain(name, report, since)
    if since > 1:
        report.remarks.append(
            f"Of each chain only events from {since} on were checked; those before are taken as good."
        )
    for trigger in append_only.missing():
        report.faults.append(
            Fault("trigger", trigger, "The trigger that protects the trail is missing: run manage.py migrate.")
        )
    if not chain:
        _verify_stamps(report)
    for check in () if chain else extra:
        looked_at, faults = check()
        report.objects += looked_at
        report.faults += faults
    return report


def verify_checkpoint(note: str, where: str, report: Report) -> None:
    """Whether the present chains contain every head this checkpoint saw."""
    report.checkpoints += 1
    try:
        lost = checkpoints.chains_not_containing(note)
    except checkpoints.RootError as error:
        report.faults.append(Fault("root", where, f"The checkpoint cannot be confirmed: {error}."))
        return
    except NoteError as error:
        report.faults.append(Fault("signature", where, f"The checkpoint is not ours or was changed: {error}."))
        return
    for chain in lost:
        sentence = "The checkpoint saw a state that the chain no longer has: events were cut off or rewritten."
        report.faults.append(Fault("shorter_than_checkpoint", chain, sentence))


def verify_receipt(note: str, where: str, keys: Iterable[str], report: Report) -> None:
    """Whether a receipt is signed by one of the keys and the trail and store still agree with it."""
    report.receipts += 1
    try:
        payload = open_receipt(note, keys)
    except NoteError as error:
        report.faults.append(Fault("signature", where, f"The receipt is not ours or was changed: {error}."))
        return
    for check in receipt_checks:
        report.faults += check(payload)


def _verify_stamps(report: Report) -> None:
    """The kept stamps of an outside authority, each against the checkpoint it covers."""
    good = []
    for found in timestamps.check_all():
        report.stamps += 1
        if found.at is None:
            report.faults.append(Fault("stamp", found.tick, f"The time stamp does not hold: {found.fault}."))
        else:
            good.append(found)
    if good:
        newest = max(good, key=lambda found: found.tick)
        how = "signature checked" if newest.signed else "signature not checked: TIMESTAMP_ROOTS_FILE is not set"
        report.remarks.append(f"Newest time stamp: checkpoint {newest.tick}, {newest.at:%Y-%m-%d %H:%M:%S} UTC, {how}.")
    if number := timestamps.unread():
        report.remarks.append(
            f"Answers of the time-stamp authority that could not be read, kept as *.unread: {number}."
        )


def _chain_names() -> list[str]:
    with_events = AuditEvent.objects.order_by("chain").values_list("chain", flat=True).distinct()
    return sorted({*with_events, *ChainHead.objects.values_list("chain", flat=True)})


def _verify_chain(name: str, report: Report, since: int) -> None:
    stored = AuditEvent.objects.filter(chain=name)
    events = stored.filter(seq__gte=since).order_by("seq").values_list("seq", "body", "hash")
    last = stored.filter(seq__lt=since).order_by("-seq").values_list("seq", "hash").first() or (0, GENESIS)
    read = 0

    def rows() -> Iterable[tuple[int, str, str]]:
        nonlocal last, read
        for seq, body, digest in events.iterator():
            read += 1
            last = (seq, digest)
            yield seq, body, digest

    broken = verify_chain(rows(), first_seq=last[0] + 1, first_prev=last[1])
    report.chains += 1
    report.events += read
    if broken:
        sentence = f"Event {broken.position}: {REASONS[broken.reason]}."
        report.faults.append(Fault(broken.reason, name, sentence, broken.position))
        return
    report.faults += _faults_of_columns(name, since)
    head = ChainHead.objects.filter(chain=name).values_list("seq", "hash").first()
    if head != last:
        stated = head[0] if head else 0
        sentence = f"The chain ends at {last[0]}, its head says {stated}: events were cut off or added by hand."
        report.faults.append(Fault("head", name, sentence, last[0] + 1))


def _faults_of_columns(name: str, since: int) -> list[Fault]:
    """The columns beside `body` serve searching; each must say what the hashed body says."""
    from accounts.audit import stamp
    from accounts.evidence import parse_canonical

    faults = []
    for event in AuditEvent.objects.filter(chain=name, seq__gte=since).order_by("seq").iterator():
        body = parse_canonical(event.body)
        if (body["verb"], body["chain"], body["at"]) != (event.verb, event.chain, stamp(event.at)):
            sentence = f"Event {event.seq}: its columns say something else than its hashed content."
            faults.append(Fault("columns", name, sentence, event.seq))
    return faults
