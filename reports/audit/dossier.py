"""One file as its auditor reads it: facts, rules and their answers, people, bids, checks, scores, result, papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from bids.models import Bid, OpenedDocument, OpeningSession
from evaluation.figures import money, number, shortest
from evaluation.grounds import ground_sentences
from evaluation.inputs import bid_name
from evaluation.lifecycle import ExclusionCode
from evaluation.models import (
    AbnormallyLowCheck,
    BidClarification,
    CheckStepState,
    EvaluationRun,
    Exclusion,
    FormalCheck,
    SupplementRequest,
)
from evaluation.results import view_of
from evaluation.scorebook import Spread, spreads
from pilots.models import AnalysisRun, CouncilPaper, Pilot
from reports.audit.access import Sight
from reports.audit.words import NONE, address, day_text, moment_text
from tendering import facts
from tendering.models import Tender
from tendering.rules import Finding

Facts = list[tuple[str, Any]]
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Caption, heads and rows as the tag `data_table` takes them; nothing is shown without rows."""

    caption: str
    heads: list[Any]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go, or something to download."""

    text: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BidEntry:
    """One bid as listed: links lead where its contents may be read."""

    name: str
    company: str
    received: datetime
    state: str
    url: str
    documents: list[Link]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One criterion of one bid in one lot with every single score."""

    lot: str
    bid: str
    criterion: str
    given: list[tuple[str, str, str]]
    agreed: str
    reason: str


def facts_of(tender: Tender, now: datetime) -> Facts:
    """What the procedure is and when it was where."""
    return [
        (_("Municipality"), tender.buyer.name),
        (_("Phase"), tender.status(now).label),
        (_("Procedure"), tender.get_procedure_type_display()),
        (_("Legal basis"), tender.legal_basis),
        (_("Estimated value, net"), money(tender.value, tender.currency) if tender.value is not None else ""),
        (_("How it was estimated"), tender.value_method),
        (_("Why no lots"), tender.lot_waiver_reason),
        (_("Handed over for release"), _act(tender.prepared_at, tender.prepared_by)),
        (_("Released"), _act(tender.released_at, tender.released_by)),
        (_("Published"), moment_text(tender.published_at)),
        (_("Deadline for bids"), moment_text(tender.tender_period_end)),
        (_("Opened"), moment_text(tender.opened_at)),
        (_("Awarded"), moment_text(tender.awarded_at) if tender.awarded_at else ""),
        (_("Cancelled"), _cancelled(tender)),
    ]


def hashes_of(tender: Tender) -> list[tuple[str, str]]:
    """Fingerprints of the rule book and of the published rule."""
    found = [(_("Published rule (hash)"), tender.spec_hash), (_("Version of the rule book"), tender.rule_version)]
    return [(label, value) for label, value in found if value]


def rules_of(tender: Tender) -> Table:
    """Every finding of the rule book with its source, and what the officer answered."""
    levels = {"stop": _("hard stop"), "warn": _("warning"), "hint": _("hint")}
    people = _people(found.get("override", {}).get("by") for found in tender.rule_findings)
    rows = []
    for found in tender.rule_findings:
        plain = Finding.from_json({name: value for name, value in found.items() if name != "override"})
        answer = found.get("override")
        said = f"{answer['reason']} ({people.get(answer['by'], '')}, {_stamped(answer['at'])})" if answer else NONE
        rows.append([plain.check_id, levels[plain.level], facts.sentence(found), plain.source, said])
    heads = [_("Rule"), _("Kind"), _("Message of the rule"), _("Source"), _("What the officer answered")]
    return Table(_("What the rules said before publication"), heads, rows)


def approvals_of(tender: Tender) -> Table:
    """Steps that need two people."""
    words = {"release": _("Release"), "send_back": _("Sent back"), "award": _("Award")}
    rows = [
        [words.get(row.kind, row.kind), _act(row.requested_at, row.requested_by),
         _act(row.approved_at, row.approved_by), str(row.data.get("reason", "")) or NONE]
        for row in tender.approvals.select_related("requested_by", "approved_by").order_by("pk")
    ]  # fmt: skip
    heads = [_("Step"), _("First person"), _("Second person"), _("Reason")]
    return Table(_("Steps by two people"), heads, rows)


def declarations_of(tender: Tender) -> Table:
    """Who declared what about conflicts of interest, and when."""
    rows = [
        [str(row.user), moment_text(row.declared_at), _("conflict") if row.conflict else _("no conflict"),
         row.note or NONE]
        for row in tender.conflict_declarations.select_related("user").order_by("declared_at", "pk")
    ]  # fmt: skip
    heads = [_("Person"), _("When"), _("Declared"), _("Note")]
    return Table(_("Declarations on conflicts of interest"), heads, rows)


def changes_of(tender: Tender) -> Table:
    """Changes after publication, also those nobody approved."""
    rows = []
    for row in tender.amendments.select_related("by", "approved_by").order_by("pk"):
        moved = row.changes.get("tender_period_end", {})
        what = f"{_stamped(moved.get('before'))} → {_stamped(moved.get('after'))}" if moved else ", ".join(row.changes)
        rows.append([_act(row.at, row.by), what, row.reason, _act(row.approved_at, row.approved_by)])
    heads = [_("Asked for"), _("Change"), _("Reason"), _("Approved")]
    return Table(_("Changes after publication"), heads, rows)


def bids_of(tender: Tender, run: EvaluationRun | None) -> list[BidEntry]:
    """Every bid, for whoever may see them; with a result a bid leads to its figures. Two queries."""
    documents: dict[Any, list[Link]] = defaultdict(list)
    for row in OpenedDocument.objects.filter(bid__tender=tender).order_by("name", "pk"):
        documents[row.bid_id].append(Link(row.name, address("api_opened_document", row.pk), row.sha256))
    bids = Bid.objects.filter(tender=tender).select_related("company").order_by("position", "received_at", "pk")
    return [
        BidEntry(
            name=bid_name(bid) if bid.reference else NONE,
            company=bid.bidder,
            received=bid.received_at,
            state=str(bid.status.label),
            url=address("evaluation_bid" if run else "check_bid", tender.pk, bid.pk) if _is_read(bid) else "",
            documents=documents[bid.pk],
        )
        for bid in bids
    ]


def checks_of(tender: Tender) -> list[Table]:
    """Formal checks, documents asked for, exclusions, explained prices: who decided and who confirmed."""
    of_bid = {"bid__tender": tender}
    formal = [
        [bid_name(row.bid), _act(row.checked_at, row.checked_by), _act(row.confirmed_at, row.confirmed_by),
         "; ".join(map(str, row.findings.get("notes", []))) or NONE]
        for row in FormalCheck.objects.filter(**of_bid).select_related("bid", "checked_by", "confirmed_by")
        .order_by("bid__position", "pk")
    ]  # fmt: skip
    asked = [
        [bid_name(row.bid), row.document, _act(row.requested_at, row.requested_by), moment_text(row.due_at),
         moment_text(row.received_at)]
        for row in SupplementRequest.objects.filter(**of_bid).select_related("bid", "requested_by").order_by("pk")
    ]  # fmt: skip
    out = [
        [bid_name(row.bid), row.lot.code if row.lot else _("all"), str(ExclusionCode(row.code).label),
         " ".join([row.reason, *ground_sentences(row.ground)]),
         _act(row.decided_at, row.decided_by), _act(row.confirmed_at, row.second_person)]
        for row in Exclusion.objects.filter(**of_bid)
        .select_related("bid", "lot", "decided_by", "second_person").order_by("pk")
    ]  # fmt: skip
    low = [
        [bid_name(row.bid), row.lot.code, _act(row.asked_at, row.asked_by),
         " ".join(filter(None, (row.answer, row.aid_answer))) or NONE,
         f"{row.get_outcome_display()} {row.reason}".strip() or NONE, _act(row.decided_at, row.decided_by),
         str(row.second_person or NONE)]
        for row in AbnormallyLowCheck.objects.filter(**of_bid)
        .select_related("bid", "lot", "asked_by", "decided_by", "second_person").order_by("pk")
    ]  # fmt: skip
    steps = [
        [bid_name(row.bid), row.step.title, str(row.get_state_display()), row.note or NONE,
         _act(row.changed_at, row.changed_by)]
        for row in CheckStepState.objects.filter(**of_bid).select_related("bid", "step", "changed_by")
        .order_by("bid__position", "step__position")
    ]  # fmt: skip
    questions = [
        [bid_name(row.bid), _act(row.asked_at, row.asked_by), row.text, moment_text(row.due_at), row.answer or NONE,
         moment_text(row.answered_at)]
        for row in BidClarification.objects.filter(**of_bid).select_related("bid", "asked_by")
    ]  # fmt: skip
    bid, lot, decided, confirmed = _("Bid"), _("Lot"), _("Decided"), _("Confirmed")
    return [
        Table(_("Formal checks"), [bid, _("Checked"), confirmed, _("Notes")], formal),
        Table(_("Steps of the check"), [bid, _("Step"), _("State"), _("Note"), _("Changed")], steps),
        Table(
            _("Questions about bids"),
            [bid, _("Asked"), _("Question"), _("Due"), _("Answer"), _("Answered")],
            questions,
        ),
        Table(_("Documents asked for"), [bid, _("Document"), _("Asked"), _("Due"), _("Received")], asked),
        Table(_("Exclusions"), [bid, lot, _("Ground"), _("Reason"), decided, confirmed], out),
        Table(_("Explained prices"), [bid, lot, _("Asked"), _("Explanation"), _("Outcome"), decided, confirmed], low),
    ]


def scores_of(tender: Tender) -> list[ScoreRow]:
    """Every single score with its reason, and what the panel agreed on; only for a closed panel."""
    return [_score_row(spread) for spread in spreads(tender)]


def _score_row(spread: Spread) -> ScoreRow:
    given = [(one.evaluator, number(shortest(one.value)), one.comment) for one in spread.given]
    agreed = number(shortest(spread.consensus)) if spread.consensus is not None else ""
    return ScoreRow(
        spread.cell.lot, spread.cell.bid, spread.cell.criterion, given, agreed, spread.consensus_reason
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResultPart:
    """The latest result in sentences, with its fingerprints and the runs before it."""

    sentences: list[str]
    computed: str
    hashes: list[tuple[str, str]]
    earlier: Rows


def result_of(run: EvaluationRun) -> ResultPart:
    """The latest result, for whoever may see prices."""
    view = view_of(run)
    lots = [
        (f"{lot.lot_id}: " if len(view.lots) > 1 else "") + f"{lot.sentence} {lot.allocation_note}".strip()
        for lot in view.lots
    ]
    earlier = run.tender.evaluation_runs.exclude(pk=run.pk).defer("inputs", "result", "robustness")
    return ResultPart(
        sentences=lots,
        computed=_act(run.created_at, run.created_by),
        hashes=[(_("Inputs (hash)"), run.inputs_hash), (_("Result (hash)"), run.result_hash)],
        earlier=[
            [moment_text(row.created_at), str(row.created_by or NONE), row.reason or NONE, row.result_hash]
            for row in earlier.select_related("created_by").order_by("pk")
        ],
    )


def files_of(sight: Sight, run: EvaluationRun | None) -> list[Link]:
    """Everything that can be taken from this file one by one."""
    tender = sight.tender
    links = [
        Link(_("Page of the tender"), address("tender_detail", tender.pk)),
        Link(_("Who does what"), address("who_does_what", tender.pk)),
    ]
    if sight.call is not None:
        links.append(Link(_("Call for candidates"), address("audit_tender", sight.call.tender.pk)))
    if not tender.is_call:
        links.append(Link(_("Award record (PDF)"), address("award_record_pdf", tender.pk)))
    if tender.is_call:
        links.append(Link(_("Stage of bids"), address("audit_tender", tender.bid_stage_id)))
        if sight.sees_bids:
            links.append(Link(_("Candidates"), address("candidates", tender.pk)))
    if run is not None:
        links.append(Link(_("Result, step by step"), address("evaluation_result", tender.pk)))
        links.append(Link(_("Hints before the award"), address("flags", tender.pk)))
        links.append(Link(_("Workbook (XLSX)"), address("tender_workbook", tender.pk)))
        links.append(Link(_("Award"), address("evaluation_award", tender.pk)))
    if sight.sees_bids:
        links.append(Link(_("Formal check"), address("checks", tender.pk)))
        if OpeningSession.objects.filter(tender=tender, completed_at__isnull=False, kind="bids").exists():
            links.append(Link(_("Record of the opening (PDF)"), address("opening_record_pdf", tender.pk)))
    for document in tender.documents.order_by("added_at", "name").defer("content"):
        links.append(Link(document.name, address("tender_document", tender.pk, document.pk), document.sha256))
    return [link for link in links if link.url]


def papers_of(which: Q) -> list[Link]:
    """Council papers that were issued."""
    papers = CouncilPaper.objects.filter(which, issued_at__isnull=False).select_related("vote").order_by("issued_at")
    found = []
    for paper in papers:
        vote = getattr(paper, "vote", None)
        outcome = f" · {vote.get_outcome_display()}" if vote else ""
        found.append(Link(f"{paper.body}, {moment_text(paper.session_at)}{outcome}", address("paper", paper.pk),
                          paper.sha256))  # fmt: skip
    return found


# -- pilots -----------------------------------------------------------------------------------------------------------
def facts_of_pilot(pilot: Pilot, now: datetime) -> Facts:
    """What was tried and when it was where."""
    return [
        (_("Municipality"), pilot.municipality.name),
        (_("Phase"), pilot.status(now).label),
        (_("Provider"), pilot.provider.name if pilot.provider else ""),
        (_("Legal basis"), pilot.legal_basis),
        (_("First signature"), _act(pilot.requested_at, pilot.registered_by)),
        (_("Second signature, sealed"), _act(pilot.registered_at, pilot.co_signed_by)),
        (_("Trial began"), moment_text(pilot.started_at)),
        (_("Values frozen"), moment_text(pilot.frozen_at)),
        (_("Analysed"), moment_text(pilot.analysed_at)),
        (_("To be decided by"), day_text(pilot.gate_date)),
        (_("Decided"), moment_text(pilot.decided_at)),
    ]


def analyses_of(pilot: Pilot) -> Table:
    """Every analysis: who made it, who made it again."""
    rows = [
        [_act(row.created_at, row.created_by), _act(row.confirmed_at, row.second_person), row.method_version]
        for row in _runs(pilot).select_related("created_by", "second_person")
    ]
    return Table(_("Analyses"), [_("Computed"), _("Confirmed"), _("Method")], rows)


def hashes_of_pilot(pilot: Pilot) -> list[tuple[str, str]]:
    """Fingerprints of the promise and of the analysis that counts."""
    found = [(_("Hash of the promise"), pilot.registration_hash)] if pilot.registration_hash else []
    run = _runs(pilot).exclude(confirmed_at=None).last()
    if run is not None:
        found += [(_("Inputs (hash)"), run.inputs_hash), (_("Result (hash)"), run.result_hash)]
    return found


def _runs(pilot: Pilot) -> QuerySet[AnalysisRun]:
    return pilot.analysis_runs.defer("inputs", "result").order_by("pk")


def decision_of(pilot: Pilot) -> Facts:
    """What the council decided; empty before."""
    decision = getattr(pilot, "decision", None)
    if decision is None:
        return []
    votes = {"yes": _("yes"), "no": _("no"), "abstain": _("abstained")}
    counted = ", ".join(f"{votes.get(name, name)} {number_}" for name, number_ in decision.votes.items())
    return [
        (_("Decision"), decision.get_verdict_display()),
        (_("Council or committee"), decision.body),
        (_("Session"), moment_text(decision.session_at)),
        (_("Votes"), counted),
        (_("Dissenting opinion"), decision.dissent),
        (_("Reason"), decision.reason),
        (_("Recorded"), _act(decision.recorded_at, decision.recorded_by)),
    ]


def files_of_pilot(pilot: Pilot) -> list[Link]:
    links = [Link(_("Page of the pilot"), address("pilot_detail", pilot.pk))]
    if pilot.registered_at:
        links.append(Link(_("Sealed promise (JSON)"), address("pilot_seal", pilot.pk), pilot.registration_hash))
    if pilot.analysed_at:
        links.append(Link(_("Workbook (XLSX)"), address("pilot_workbook", pilot.pk)))
    return [link for link in links if link.url]


def _is_read(bid: Bid) -> bool:
    return bid.opened_at is not None and bid.superseded_at is None


def _act(at: datetime | None, person: User | None) -> str:
    """ "Officer, 12 May 2026, 10:00"."""
    if at is None:
        return NONE
    return f"{person}, {moment_text(at)}" if person else moment_text(at)


def _cancelled(tender: Tender) -> str:
    if tender.cancelled_at is None:
        return ""
    ground = tender.get_cancellation_ground_display()
    return f"{moment_text(tender.cancelled_at)}: {ground}. {tender.cancellation_reason}"


def _stamped(text: Any) -> str:
    return moment_text(datetime.fromisoformat(text)) if text else NONE


def _people(names: Iterator[str | None]) -> Mapping[str, str]:
    """Functions by "u:12"; one query at most."""
    ids = {int(name.removeprefix("u:")) for name in names if name and name.removeprefix("u:").isdigit()}
    return {f"u:{pk}": str(user) for pk, user in User.objects.in_bulk(ids).items()}
