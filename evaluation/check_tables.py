"""The formal check as a table: requirements down, bids across; every cell is a word with a colour and an icon."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bids import grounds
from bids.models import Bid, OpenedDocument
from bids.nouns import said
from bids.partners import Partners, in_opened
from evaluation.inputs import bid_name
from evaluation.lifecycle import DocumentFault
from evaluation.low_price import REJECTING, WORDS, state_of
from evaluation.models import AbnormallyLowCheck, Exclusion, FormalCheck, SupplementDocument, SupplementRequest
from evaluation.partner_checks import doubles
from evaluation.price_findings import PriceFinding, price_findings
from tendering.models import CriterionKind, Tender

Mark = tuple[str, str]  # kind of badge, word


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement with a mark for each bid; None leaves the cell empty."""

    code: str
    name: str
    marks: list[list[Mark]]


@dataclass
class Office:
    """Everything the office has noted about the bids of a tender. Nine queries, whatever the number of bids."""

    tender: Tender
    now: datetime
    bids: list[Bid] = field(default_factory=list)
    checks: dict[Any, FormalCheck] = field(default_factory=dict)
    exclusions: list[Exclusion] = field(default_factory=list)
    prices: list[AbnormallyLowCheck] = field(default_factory=list)
    requests: list[SupplementRequest] = field(default_factory=list)
    findings: list[PriceFinding] = field(default_factory=list)

    def of(self, bid: Bid) -> Iterator[PriceFinding]:
        return (finding for finding in self.findings if finding.bid == bid_name(bid))

    @property
    def unchecked(self) -> list[Bid]:
        return [bid for bid in self.bids if bid.pk not in self.checks and bid.damaged_at is None]

    @property
    def unconfirmed(self) -> list[FormalCheck]:
        return [check for check in self.checks.values() if check.confirmed_at is None]

    @property
    def open_exclusions(self) -> list[Exclusion]:
        return [row for row in self.exclusions if row.confirmed_at is None]

    @property
    def judged_documents(self) -> list[SupplementRequest]:
        return [row for row in self.requests if row.needs_second]

    @property
    def decided_prices(self) -> list[AbnormallyLowCheck]:
        return [row for row in self.prices if row.outcome and row.second_person_id is None]


def _files() -> Prefetch[Any]:
    """The files of requests without their bytes."""
    return Prefetch("files", SupplementDocument.objects.defer("content"))


def office(tender: Tender, now: datetime, *, prices: bool = True) -> Office:
    """Read it all; without `prices` nothing is computed."""
    bids = Bid.objects.live().filter(tender=tender, round=tender.round, opened_at__isnull=False)
    found = list(bids.select_related("company").order_by("position", "received_at"))
    exclusions = Exclusion.objects.filter(bid__in=found).select_related("bid__company", "lot", "decided_by")
    low = AbnormallyLowCheck.objects.filter(bid__in=found).select_related("bid__company", "lot", "decided_by")
    checks = FormalCheck.objects.filter(bid__in=found).select_related("checked_by", "confirmed_by", "bid__company")
    return Office(
        tender=tender,
        now=now,
        bids=found,
        checks={check.bid_id: check for check in checks},
        exclusions=list(exclusions),
        prices=list(low),
        requests=list(
            SupplementRequest.objects.filter(bid__in=found)
            .select_related("bid__company", "judged_by")
            .prefetch_related(_files())
        ),
        findings=price_findings(tender) if prices and found and not tender.is_call else [],
    )


def compared(state: Office) -> list[Line]:
    """All lines of the table in the order of the check."""
    mandatory = state.tender.criteria.filter(kind=CriterionKind.MANDATORY).order_by("position", "id")
    documents = list(state.tender.required_documents.values_list("name", flat=True))
    return [
        Line("", _("Check"), [_state(state, bid) for bid in state.bids]),
        *(Line(c.code, c.name, [_met(state, bid, c.code) for bid in state.bids]) for c in mandatory),
        *(Line("", name, [_document(state, bid, name) for bid in state.bids]) for name in documents),
        Line("", _("Procurement documents unchanged"), [_unchanged(state, bid) for bid in state.bids]),
        *_partners(state),
        Line("", _("Exclusion grounds"), [_grounds(state, bid) for bid in state.bids]),
        *_priced(state),
        Line("", _("Exclusion"), [_excluded(state, bid) for bid in state.bids]),
    ]


def _priced(state: Office) -> list[Line]:
    """What prices tell; a call for candidates has none."""
    if state.tender.is_call:
        return []
    return [
        Line("", _("Sums"), [_sums(state, bid) for bid in state.bids]),
        Line("", _("Surprisingly low price"), [_low(state, bid) for bid in state.bids]),
    ]


def _partners(state: Office) -> Iterator[Line]:
    """A line where any bid names other companies."""
    found = [in_opened(bid.opened) for bid in state.bids]
    if any(found):
        twice = doubles(state.bids)
        marks = [_with(state, p, twice.get(b.pk)) for p, b in zip(found, state.bids, strict=True)]
        yield Line("", said(state.tender, "Who bids with whom"), marks)


def _with(state: Office, found: Partners, twice: list[str] | None) -> list[Mark]:
    marks: list[Mark] = []
    if found.members:
        words = ngettext("consortium with %(n)s other", "consortium with %(n)s others", len(found.members))
        marks.append(("info", words % {"n": len(found.members)}))
    if found.subcontractors:
        words = ngettext("%(n)s subcontractor", "%(n)s subcontractors", len(found.subcontractors))
        marks.append(("info", words % {"n": len(found.subcontractors)}))
    if found.lenders:
        complete = all(one.commitment for one in found.lenders)
        marks.append(("info" if complete else "warning", _("uses others' capacity")))
    return [*marks, ("warning", said(state.tender, "in two bids"))] if twice else marks or [("neutral", _("alone"))]


def _state(state: Office, bid: Bid) -> list[Mark]:
    check = state.checks.get(bid.pk)
    if bid.damaged_at:
        return [("danger", _("damaged"))]
    if check is None:
        return [("neutral", _("to do"))]
    return [("success", _("confirmed"))] if check.confirmed_at else [("info", _("waits for second person"))]


def _findings(state: Office, bid: Bid) -> Mapping[str, Any] | None:
    check = state.checks.get(bid.pk)
    return check.findings if check else None


def _met(state: Office, bid: Bid, code: str) -> list[Mark]:
    found = _findings(state, bid)
    if found is None:
        return []
    return [("success", _("met"))] if found["mandatory"].get(code) else [("danger", _("not met"))]


def _document(state: Office, bid: Bid, name: str) -> list[Mark]:
    found = _findings(state, bid)
    entry = next((item for item in (found or {}).get("documents", []) if item["name"] == name), None)
    if entry is None:
        return []
    if entry["status"] == "provided":
        return [("success", _("there"))]
    if entry["status"] == "supplemented_late":
        return [("danger", _("handed in too late"))]
    return [_requested(state, bid, name, str(DocumentFault(entry["status"]).label))]


def _requested(state: Office, bid: Bid, name: str, fault: str) -> Mark:
    request = next((row for row in state.requests if row.bid_id == bid.pk and row.document == name), None)
    if request is None:
        return "danger", fault
    if request.accepted is not None:
        word = _("accepted") if request.accepted else _("not accepted")
        kind = "success" if request.accepted else "danger"
        return ("warning", _("%(word)s, not confirmed") % {"word": word}) if request.needs_second else (kind, word)
    if request.received_at:
        return ("success", _("handed in later")) if request.in_time else ("danger", _("handed in too late"))
    return ("warning", _("asked for")) if request.due_at >= state.now else ("danger", _("asked for, not received"))


def _unchanged(state: Office, bid: Bid) -> list[Mark]:
    found = _findings(state, bid)
    if found is None:
        return []
    return [("danger", _("changed"))] if found.get("changed_documents") else [("success", _("unchanged"))]


def _grounds(state: Office, bid: Bid) -> list[Mark]:
    found = _findings(state, bid)
    if found is None:
        return []
    grounds = found.get("grounds", [])
    if not grounds:
        return [("success", _("none found"))]
    return [("danger" if item["decision"] == "exclude" else "info", str(item["ground"])) for item in grounds]


def _sums(state: Office, bid: Bid) -> list[Mark]:
    words = [(one.lot, word) for one in state.of(bid) for word in (one.sums, one.zeros) if word]
    marks = [("warning", f"{lot}: {word}") for lot, word in words]
    return marks or ([("success", _("as stated"))] if state.findings else [])


def _low(state: Office, bid: Bid) -> list[Mark]:
    asked = {row.lot.code: row for row in state.prices if row.bid_id == bid.pk}
    marks = [_low_mark(one, asked.get(one.lot), state.now) for one in state.of(bid) if one.low or one.lot in asked]
    return marks or ([("success", _("nothing noticeable"))] if state.findings else [])


def _low_mark(finding: PriceFinding, check: AbnormallyLowCheck | None, now: datetime) -> Mark:
    return _low_kind(check), f"{finding.lot}: {_low_word(check, finding.low, now)}"


def _low_kind(check: AbnormallyLowCheck | None) -> str:
    if check is None or not check.second_person_id:
        return "warning"
    return "danger" if check.outcome in REJECTING else "success"


def _low_word(check: AbnormallyLowCheck | None, low: str, now: datetime) -> str:
    if check is None:
        return low
    if check.outcome:
        word = str(check.get_outcome_display())
        return word if check.second_person_id else _("%(word)s, not confirmed") % {"word": word}
    return str(WORDS[state_of(check, now)])


def _excluded(state: Office, bid: Bid) -> list[Mark]:
    rows = [row for row in state.exclusions if row.bid_id == bid.pk]
    return [("danger" if row.confirmed_at else "warning", _exclusion_word(row)) for row in rows] or [
        ("success", _("none found"))
    ]


def _exclusion_word(row: Exclusion) -> str:
    word = str(row.get_code_display()) + (f" ({row.lot.code})" if row.lot else "")
    return word if row.confirmed_at else _("%(word)s, not confirmed") % {"word": word}


def initial_findings(bid: Bid, tender: Tender) -> dict[str, Any]:
    """What the bid itself says, as a start: its declarations and the documents that are there."""
    declared = bid.opened.get("mandatory") or {}
    roles = set(OpenedDocument.objects.filter(bid=bid).values_list("role", flat=True))
    documents = list(tender.required_documents.all())
    roles |= grounds.covered([row.name for row in documents], bid.opened.get("extra") or {})
    return {
        "mandatory": {code: declared.get(code) for code in declared},
        "documents": [
            {"name": row.name, "category": row.category, "status": "provided" if row.name in roles else ""}
            for row in documents
        ],
    }  # fmt: skip


def cards(state: Office, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The same, one bid per card, for narrow screens."""
    return [
        {"bid": bid, "lines": [(line, line.marks[index]) for line in lines if line.marks[index]]}
        for index, bid in enumerate(state.bids)
    ]
