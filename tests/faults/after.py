"""The invariant: no acknowledged bid lost, none doubled, none half visible; same key, same receipt; the trail whole."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.faults import clients
from tests.faults.clients import Client
from tests.faults.installation import Installation


@dataclass
class Result:
    """What a run did (`counts`) and what is wrong afterwards (`faults`, empty when all is well)."""

    name: str
    counts: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.faults.append(sentence)

    def lines(self) -> list[str]:
        said = ", ".join(f"{name} {value}" for name, value in self.counts.items())
        return [f"{self.name}: {'ok' if not self.faults else 'BROKEN'} ({said})", *(f"  {f}" for f in self.faults)]


def examine(place: Installation, crowd: list[Client], result: Result, *, every_act_is_known: bool = True) -> None:
    """Read everything again and hold it against what the clients wrote down."""
    for failure in clients.FAILURES:
        result.faults.append(f"a client stopped: {failure}")
    clients.FAILURES.clear()
    stored = place.step("counts", place.scene["tender"])
    notes = set(stored["receipts"].values())
    written = [row for client in crowd for row in clients.written(place.home / client.file.name)]
    lost = [row["key"] for row in written if row["note"] not in notes]
    result.expect(not lost, f"{len(lost)} acknowledged bids are lost")
    others = sum(client.repeat_all() for client in crowd)
    result.expect(not others, f"{others} repeated requests got another receipt")
    again = place.step("counts", place.scene["tender"])
    result.expect(again["versions"] == stored["versions"], "repeating acknowledged requests made new bids")
    for company, versions in stored["versions"].items():
        result.expect(versions == list(range(1, len(versions) + 1)), f"versions of company {company}: {versions}")
        result.expect(stored["live"][company] == 1, f"company {company} has {stored['live'][company]} live bids")
    total = sum(map(len, stored["versions"].values()))
    if every_act_is_known:  # all clients repeated until they were answered, so nothing may be there besides
        result.expect(total == len(written), f"{total} bids are stored, {len(written)} were acknowledged")
    result.expect(not stored["rows_without_file"], f"{len(stored['rows_without_file'])} rows have no file")
    result.expect(not stored["bids_without_manifest"], f"{stored['bids_without_manifest']} bids have no content")
    result.counts |= {"acknowledged": len(written), "unanswered": sum(client.unanswered for client in crowd)}
    verify(place, result, stored)


def verify(place: Installation, result: Result, stored: dict[str, Any]) -> None:
    """`audit_verify` with every receipt that is stored."""
    folder = place.home / "receipts"
    folder.mkdir(exist_ok=True)
    for bid, note in stored["receipts"].items():
        (folder / f"{bid}.txt").write_text(note, "utf-8")
    files = sorted(str(path) for path in folder.iterdir())
    options = ["--receipt", *files] if files else []
    report = json.loads(place.manage("audit_verify", "--format", "json", *options, expect=None))
    result.counts |= {"events": report["events"], "receipts verified": report["receipts"]}
    for fault in report["faults"][:5]:
        result.faults.append(f"audit_verify: {fault['where']}: {fault['sentence']}")


def open_all(place: Installation, result: Result) -> None:
    """Two openers open; each company's live bid is read whole."""
    companies = len(place.step("counts", place.scene["tender"])["versions"])
    opened = place.step("open", place.scene["tender"], *place.scene["openers"])
    result.counts["opened"] = opened["opened"]
    result.expect(opened == {"opened": companies, "damaged": 0}, f"{opened} of {companies} bids could be opened")
