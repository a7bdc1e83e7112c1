"""The whole file of a tender as an archive. Nothing sealed is in it before the opening, no score before its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.evidence import canonical_bytes
from bids import opening
from bids.actions.trail import bids_chain
from bids.models import Bid, BidAnswer, BidLot, ItemPrice, OpenedDocument, OpeningSession, Receipt, SealedObject
from evaluation.figures import shortest
from evaluation.inputs import bid_name
from evaluation.models import (
    AbnormallyLowCheck,
    BidClarification,
    CandidateLetter,
    CandidateScore,
    CandidateSelection,
    CheckStepState,
    Consensus,
    Draw,
    EvaluationRun,
    Exclusion,
    FormalCheck,
    PanelMember,
    Score,
    SupplementRequest,
)
from reports.audit.access import Sight
from reports.audit.export import common
from reports.audit.export.archive import Archive, file_name, json_value, plain
from reports.documents import opening_record_pdf
from reports.files import last_opening, workbooks_of
from tendering.frozen import frozen_content
from tendering.models import LotOutcome, Tender

MOST_BYTES_OF_BIDS = 64 * 1024 * 1024
"""Documents of bids are put in up to this size together; beyond, they are listed with their hashes only."""
FACTS = (
    "reference", "title", "summary", "language", "cpv_main", "cpv_additional", "life_situation", "procedure_type",
    "profile", "legal_basis", "currency", "value", "value_method", "contract_months", "option_months", "is_framework",
    "lot_waiver_reason", "variants_allowed", "variant_requirements", "subcontracting_allowed",
    "supplementation_allowed", "spec_hash", "rule_findings", "rule_version", "timeline", "council", "prepared_at",
    "released_at", "published_at",
    "enquiry_period_end", "tender_period_end", "opening_planned_at", "bid_validity_end", "opened_at", "awarded_at",
    "cancelled_at", "cancellation_ground", "cancellation_reason", "round", "stage", "candidates_decided_at",
    "simulated", "imported", "created_at",
)  # fmt: skip
CALL = "call-for-candidates"
"""Folder of the first stage inside the file of the tender it serves."""
BID = ("variant", "version", "round", "sealed_at", "received_at", "recorded_at", "is_late", "superseded_at",
       "withdrawn_at", "opened_at", "damaged_at", "late_admitted_at", "late_decision")  # fmt: skip


def tender_archive(sight: Sight) -> Archive:
    """Everything there is to see of the tender now; the same state gives the same bytes."""
    tender, archive = sight.tender, Archive()
    if sight.call is not None:
        for name, content in tender_archive(sight.call).files.items():
            archive.add(f"{CALL}/{name}", content)
    chains = [("tender", tender.chain), *([("bids", bids_chain(tender.pk))] if sight.sees_bids else [])]
    events = common.add_trail(archive, chains)
    common.add_timeline(archive, events, tender.buyer, tender.language, sight)
    runs = _add_evaluations(archive, tender) if sight.sees_scores else 0
    archive.add_json("tender.json", _facts(tender, runs))
    _add_rule(archive, tender)
    _add_documents(archive, tender)
    common.add_papers(archive, Q(tender=tender))
    if sight.sees_bids:
        _add_bids(archive, tender)
        _add_opening(archive, tender)
        archive.add_json("checks.json", _checks(tender))
        if tender.is_call:
            archive.add_json("candidates.json", _candidates(tender))
    if sight.sees_scores:
        archive.add_json("scores.json", _scores(tender))
    common.add_people(archive, events, _people(tender))
    common.add_guide(archive, f"{tender.reference} {tender.title}", tender.language, is_pilot=False)
    return archive


def _facts(tender: Tender, runs: int) -> dict[str, Any]:
    return {
        **plain(tender, FACTS),
        "buyer": {"reference": tender.buyer.reference, "name": tender.buyer.name},
        "prepared_by": _person(tender.prepared_by_id),
        "released_by": _person(tender.released_by_id),
        "created_by": _person(tender.created_by_id),
        "approvals": [_act(row, ("kind", "requested_at", "approved_at", "data"), requested_by="requested_by_id",
                           approved_by="approved_by_id") for row in tender.approvals.order_by("pk")],
        "declarations": [_act(row, ("declared_at", "conflict", "note"), person="user_id")
                         for row in tender.conflict_declarations.order_by("pk")],
        "amendments": [_act(row, ("at", "reason", "changes", "approved_at"), by="by_id", approved_by="approved_by_id")
                       for row in tender.amendments.order_by("pk")],
        "questions": [_act(row, ("asked_at", "text", "answered_at", "answer"), answered_by="answered_by_id")
                      for row in tender.questions.order_by("pk")],
        "invitations": [{"company": row.provider.name, "sent_at": json_value(row.sent_at)}
                        for row in tender.invitations.select_related("provider").order_by("pk")],
        "required_documents": [{"name": row.name, "category": row.category} for row in tender.required_documents.all()],
        "panel": [_act(row, ("submitted_at",), person="user_id") for row in PanelMember.objects.filter(tender=tender)],
        "outcomes": [_outcome(row) for row in LotOutcome.objects.filter(lot__tender=tender)
                     .select_related("lot", "winner").order_by("pk")],
        "evaluations": runs,
    }  # fmt: skip


def _person(user_id: int | None) -> str | None:
    return f"u:{user_id}" if user_id else None


def _act(row: Any, names: tuple[str, ...], **people: str) -> dict[str, Any]:
    return {**plain(row, names), **{name: _person(getattr(row, column)) for name, column in people.items()}}


def _outcome(row: LotOutcome) -> dict[str, Any]:
    winner = row.winner
    figures = plain(row, ("kind", "at", "value", "saving_per_year", "cost_per_case"))
    return {**figures, "lot": row.lot.code, "winner": winner.reference if winner else None,
            "winner_name": winner.name if winner else None}  # fmt: skip


def _people(tender: Tender) -> Iterable[int | None]:
    yield from (tender.prepared_by_id, tender.released_by_id, tender.created_by_id)
    for row in tender.conflict_declarations.all():
        yield row.user_id
    for member in PanelMember.objects.filter(tender=tender):
        yield member.user_id


def _add_rule(archive: Archive, tender: Tender) -> None:
    """As frozen and hashed at the release; before it, as drafted."""
    content = frozen_content(tender)
    if tender.spec_hash:
        archive.add("published-rule.json", canonical_bytes(content))
    else:
        archive.add_json("draft-rule.json", content)


def _add_documents(archive: Archive, tender: Tender) -> None:
    for number, document in enumerate(tender.documents.order_by("added_at", "name", "pk"), start=1):
        archive.add(f"documents/{file_name(number, document.name)}", bytes(document.content))


def _add_evaluations(archive: Archive, tender: Tender) -> int:
    """Inputs and results of all calculations by their number, oldest first; the last one's workbook."""
    number, last = 0, None
    for number, run in enumerate(tender.evaluation_runs.select_related("created_by").order_by("pk"), start=1):
        place, last = f"evaluation/{number}", run
        archive.add_hashed(f"{place}/inputs.json", run.inputs)
        archive.add_hashed(f"{place}/result.json", run.result)
        archive.add_json(f"{place}/robustness.json", run.robustness)
        archive.add_json(f"{place}/run.json", _run(run))
    if last is not None:
        for name, content in workbooks_of(last, tender.language):
            archive.add(name, content)
    return number


def _run(run: EvaluationRun) -> dict[str, Any]:
    names = ("spec_hash", "method", "method_version", "inputs_hash", "result_hash", "reason", "created_at")
    return {**plain(run, names), "run": run.pk, "supersedes": run.supersedes_id, "by": _person(run.created_by_id)}


def _add_opening(archive: Archive, tender: Tender) -> None:
    done = OpeningSession.objects.filter(tender=tender, completed_at__isnull=False).order_by("completed_at", "pk")
    for number, session in enumerate(done, start=1):
        archive.add(f"opening/record-{number}.json", canonical_bytes(session.record))
    if (last := last_opening(tender)) is not None:
        archive.add("opening/record.pdf", opening_record_pdf(last))
    receipts = Receipt.objects.filter(bid__tender=tender).order_by("at", "pk")
    for number, receipt in enumerate(receipts, start=1):
        archive.add(f"receipts/{number:03}-{receipt.act}.note", receipt.note)


def _add_bids(archive: Archive, tender: Tender) -> None:
    bids = list(Bid.objects.filter(tender=tender).select_related("company").order_by("received_at", "version", "pk"))
    documents: dict[Any, list[OpenedDocument]] = defaultdict(list)
    for document in OpenedDocument.objects.filter(bid__tender=tender).order_by("name", "pk"):
        documents[document.bid_id].append(document)
    sealed: dict[Any, list[SealedObject]] = defaultdict(list)
    for item in SealedObject.objects.filter(bid__tender=tender).order_by("kind", "pk"):
        sealed[item.bid_id].append(item)
    total = sum(document.size for rows in documents.values() for document in rows)
    lots = _bid_lots(tender)
    entries: list[dict[str, Any]] = []
    for bid in bids:
        folder = f"bids/{file_name(len(entries) + 1, bid_name(bid))}"
        entries.append({
            **plain(bid, BID),
            "bid": bid_name(bid),
            "id": str(bid.pk),
            "company": bid.company.name,
            "provider_id": bid.company.reference,
            "vat_rate": json_value(bid.vat_rate),
            "max_lots_capacity": bid.max_lots_capacity,
            "opened": bid.opened,
            "lots": lots.get(bid.pk, []) if bid.opened_at else [],
            "documents": [
                _document(archive, folder, number, row, is_kept=total <= MOST_BYTES_OF_BIDS)
                for number, row in enumerate(documents[bid.pk], start=1)
            ],
            "sealed_objects": [plain(item, ("id", "kind", "size", "sha256", "problem")) for item in sealed[bid.pk]],
        })  # fmt: skip
    archive.add_json("bids.json", entries)


def _document(archive: Archive, folder: str, number: int, row: OpenedDocument, *, is_kept: bool) -> dict[str, Any]:
    entry = dict(plain(row, ("name", "role", "size", "sha256")))
    if is_kept:
        entry["file"] = archive.add(f"{folder}/{file_name(number, row.name)}", b"".join(opening.read_document(row)))
    return entry


def _bid_lots(tender: Tender) -> dict[Any, list[dict[str, Any]]]:
    prices: dict[int, dict[str, str]] = defaultdict(dict)
    rows = ItemPrice.objects.filter(bid_lot__bid__tender=tender).order_by("item__position", "item")
    for bid_lot, ref, places, price in rows.values_list("bid_lot", "item__ref", "item__price_decimals", "unit_price"):
        prices[bid_lot][ref] = format(shortest(price, places), "f")
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    promised: dict[int, dict[str, str]] = defaultdict(dict)
    life_cycle: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    columns = ("bid_lot", "criterion__code", "text", "value", "numbers")
    stated = BidAnswer.objects.filter(bid_lot__bid__tender=tender).values_list(*columns)
    for bid_lot, code, text, value, numbers in stated:
        if text:
            answers[bid_lot][code] = text
        if value is not None:
            promised[bid_lot][code] = format(shortest(value), "f")
        if numbers:
            life_cycle[bid_lot][code] = numbers
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in BidLot.objects.filter(bid__tender=tender).select_related("lot").order_by("lot__position", "lot"):
        found[row.bid_id].append({
            "lot": row.lot.code,
            "prices": prices[row.pk],
            "promised": promised[row.pk],
            "answers": answers[row.pk],
            **({"life_cycle": life_cycle[row.pk]} if row.pk in life_cycle else {}),
            "discount_pct": format(shortest(row.discount_pct), "f"),
            "stated_total": json_value(row.stated_total),
        })  # fmt: skip
    return found


def _candidates(call: Tender) -> dict[str, Any]:
    """Points, the selection by two people, and the letters as they were sent."""
    scores = CandidateScore.objects.filter(bid__tender=call).select_related("bid", "criterion").order_by("bid", "pk")
    selection = CandidateSelection.objects.filter(tender=call).first()
    letters = CandidateLetter.objects.filter(bid__tender=call).select_related("bid").order_by("bid__reference", "pk")
    return {
        "rule": call.evaluation,
        "points": [{"bid": bid_name(row.bid), "criterion": row.criterion.code, "points": _score(row.value),
                    **_act(row, ("reason", "given_at"), given_by="given_by_id")} for row in scores],
        "selection": selection and _act(selection, ("outcome", "reason", "proposed_at", "decided_at"),
                                        proposed_by="proposed_by_id", decided_by="decided_by_id"),
        "letters": [{"bid": bid_name(row.bid), **plain(row, ("language", "content", "sha256", "sent_at"))}
                    for row in letters],
    }  # fmt: skip


def _scores(tender: Tender) -> dict[str, Any]:
    related = ("bid", "lot", "criterion")
    order = ("lot__position", "lot", "bid__position", "bid", "criterion__position", "criterion")
    given = Score.objects.filter(bid__tender=tender).select_related(*related, "evaluator").order_by(*order, "evaluator")
    agreed = Consensus.objects.filter(bid__tender=tender).select_related(*related, "moderated_by").order_by(*order)
    return {
        "individual": [
            {**_cell(row), "evaluator": row.evaluator.reference or f"u{row.evaluator_id}",
             "function": str(row.evaluator), "score": _score(row.value), "reason": row.comment,
             "at": json_value(row.at)}
            for row in given
        ],
        "agreed": [
            {**_cell(row), "moderated_by": _person(row.moderated_by_id), "function": str(row.moderated_by),
             "score": _score(row.value), "reason": row.reason, "at": json_value(row.at)}
            for row in agreed
        ],
    }  # fmt: skip


def _cell(row: Score | Consensus) -> dict[str, str]:
    return {"lot": row.lot.code, "bid": bid_name(row.bid), "criterion": row.criterion.code}


def _score(value: Decimal) -> str:
    return format(shortest(value), "f")


def _checks(tender: Tender) -> dict[str, Any]:
    of_bid = {"bid__tender": tender}

    def rows(model: Any) -> Any:
        return model.objects.filter(**of_bid).select_related("bid").order_by("pk")

    return {
        "formal": [
            {"bid": bid_name(row.bid), **_act(row, ("findings", "checked_at", "confirmed_at"),
                                              checked_by="checked_by_id", confirmed_by="confirmed_by_id")}
            for row in rows(FormalCheck)
        ],
        "steps": [
            {"bid": bid_name(row.bid), "step": row.step.title,
             **_act(row, ("state", "note", "changed_at"), changed_by="changed_by_id")}
            for row in rows(CheckStepState).select_related("step")
        ],
        "questions": [
            {"bid": bid_name(row.bid), **_act(row, ("text", "asked_at", "due_at", "answer", "answered_at"),
                                              asked_by="asked_by_id", answered_by="answered_by_id")}
            for row in rows(BidClarification)
        ],
        "asked_for": [
            {"bid": bid_name(row.bid), **_act(row, ("document", "fault", "wanted", "requested_at", "due_at",
                                                    "received_at", "accepted", "judgement", "judged_at"),
                                              requested_by="requested_by_id", judged_by="judged_by_id",
                                              second_person="second_person_id"),
             "files": list(row.files.values("size", "sha256"))}
            for row in rows(SupplementRequest)
        ],
        "exclusions": [
            {"bid": bid_name(row.bid), "lot": row.lot.code if row.lot else None,
             **_act(row, ("code", "reason", "ground", "decided_at", "confirmed_at"), decided_by="decided_by_id",
                    second_person="second_person_id")}
            for row in rows(Exclusion).select_related("lot")
        ],
        "low_prices": [
            {"bid": bid_name(row.bid), "lot": row.lot.code,
             **_act(row, ("asked_at", "due_at", "answered_at", "answer", "aid_asked_at", "aid_due_at",
                          "aid_answered_at", "aid_answer", "examined", "outcome", "reason", "decided_at"),
                    asked_by="asked_by_id", decided_by="decided_by_id", second_person="second_person_id")}
            for row in rows(AbnormallyLowCheck).select_related("lot")
        ],
        "draws": [
            {"lot": row.lot.code, "drawn": bid_name(row.drawn),
             **_act(row, ("between", "drawn_at", "place", "persons", "witnesses"), recorded_by="recorded_by_id")}
            for row in Draw.objects.filter(lot__tender=tender).select_related("lot", "drawn").order_by("pk")
        ],
    }  # fmt: skip
