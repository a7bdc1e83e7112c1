"""Formal check, missing documents and exclusions: what was found, what was asked for, who decided, who confirmed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from bids.models import Bid
from bids.nouns import said
from evaluation.actions.access import begin, begin_for_bidder, lot_of, opened_bid, tell_bidder, tender_of_bid, words
from evaluation.award_rules import has_statutes
from evaluation.check_list import why_not
from evaluation.grounds import require_usable
from evaluation.lifecycle import DocumentFault, ExclusionCode, decide_second
from evaluation.models import Exclusion, FormalCheck, SupplementRequest
from tendering.models import CriterionKind, Tender
from tendering.zones import zone_of

DOCUMENT_STATUSES = ("provided", *DocumentFault.values, "supplemented_late")
FINDING_KEYS = frozenset({"mandatory", "documents", "changed_documents", "grounds", "notes"})


def record_formal_check(*, actor: User, bid_id: UUID, findings: Mapping[str, Any]) -> FormalCheck:
    """Store what the check of one bid found; may be repeated until a second person has confirmed it.

    Raises ValidationError by field for findings that do not fit the tender.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        bid = opened_bid(bid_id, tender)
        check = FormalCheck.objects.filter(bid=bid).first() or FormalCheck(bid=bid)
        if check.confirmed_at:
            refuse("check_confirmed", _("This check has been confirmed and can no longer be changed."))
        check.findings = clean_findings(findings, tender, now)
        check.checked_by, check.checked_at = actor, now
        check.full_clean()
        check.save()
        audit.record(tender.chain, "formal_check.recorded", actor=actor, at=now, subject=f"bid:{bid.pk}")
    return check


def clean_findings(findings: Mapping[str, Any], tender: Tender, now: datetime) -> dict[str, Any]:
    """Findings in their full shape; every requirement answered yes or no. Raises ValidationError by field."""
    codes = list(
        tender.criteria.filter(kind=CriterionKind.MANDATORY).order_by("position", "id").values_list("code", flat=True)
    )
    mandatory, errors = findings.get("mandatory", {}), {}
    if set(mandatory) != set(codes) or not all(isinstance(met, bool) for met in mandatory.values()):
        errors["mandatory"] = _("Answer every requirement with yes or no: %(codes)s.") % {"codes": ", ".join(codes)}
    if unknown := sorted(set(findings) - FINDING_KEYS):
        errors["findings"] = _("Unknown entry: %(name)s.") % {"name": unknown[0]}
    if any(
        item.get("status") not in DOCUMENT_STATUSES or not item.get("name") for item in findings.get("documents", [])
    ):
        errors["documents"] = _("Say for each document whether it is there or missing.")
    elif unsaid := [item["name"] for item in findings.get("documents", []) if not _says_what(item)]:
        errors["documents"] = _("Say what “%(name)s” lacks or what is wrong.") % {"name": unsaid[0]}
    if any(
        item.get("decision") not in ("exclude", "keep") or not item.get("ground")
        for item in findings.get("grounds", [])
    ):
        errors["grounds"] = said(tender, "Decide for each exclusion ground whether the bid is excluded or kept.")
    if errors:
        raise ValidationError(errors)
    for ground in findings.get("grounds", []):
        if ground["decision"] == "exclude":
            _require_ground(ground, tender, now)
    return {
        "mandatory": {code: mandatory[code] for code in codes},
        "documents": list(findings.get("documents", [])),
        "changed_documents": bool(findings.get("changed_documents", False)),
        "grounds": list(findings.get("grounds", [])),
        "notes": list(findings.get("notes", [])),
    }


def _says_what(item: Mapping[str, Any]) -> bool:
    """An incomplete or wrong document says what it lacks: the bidder reads that."""
    needs = item["status"] in (DocumentFault.INCOMPLETE, DocumentFault.WRONG)
    return not needs or bool(str(item.get("note") or "").strip())


def _require_ground(ground: Mapping[str, Any], tender: Tender, now: datetime) -> None:
    """A ground of the statutes is dated, not lapsed and weighed; other profiles know no such rule."""
    if has_statutes(tender):
        require_usable(ground, now.astimezone(zone_of(tender.buyer)).date())


def confirm_formal_check(*, actor: User, tender_id: int) -> None:
    """A second person confirms the checks of all opened bids; from then on the findings count and stay."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "confirm")
        if unchecked_bids(tender):
            refuse("checks_missing", said(tender, "Not every opened bid has been checked yet."))
        waiting = list(FormalCheck.objects.filter(bid__tender=tender, confirmed_at=None))
        if not waiting:
            refuse("nothing_to_confirm", _("There is no formal check to confirm."))
        for check in waiting:
            require(decide_second(check.checked_by_id, actor.pk))
            check.confirmed_by, check.confirmed_at = actor, now
            check.full_clean()
            check.save()
        data = {"bids": [str(check.bid_id) for check in waiting]}
        audit.record(tender.chain, "formal_check.confirmed", actor=actor, at=now, data=data)


def unchecked_bids(tender: Tender) -> list[Bid]:
    """Opened bids of the current round that nobody has checked; damaged ones need no check."""
    return list(
        Bid.objects.live().filter(
            tender=tender, round=tender.round, opened_at__isnull=False, damaged_at=None, formal_check=None
        )
    )


def request_supplement(*, actor: User, bid_id: UUID, documents: list[str], due_at: datetime) -> list[SupplementRequest]:
    """Ask a bidder once for documents that are missing, incomplete or wrong, as far as the law allows (R37)."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        return ask_for_documents(tender, opened_bid(bid_id, tender), documents, due_at, actor=actor, now=now)


def ask_for_documents(
    tender: Tender, bid: Bid, documents: list[str], due_at: datetime, *, actor: User, now: datetime
) -> list[SupplementRequest]:
    """The same inside an action that holds the tender's lock and asks several bidders at one moment."""
    listed = _require_supplementable(tender, bid, documents, due_at, now)
    requests = [
        SupplementRequest(
            bid=bid, document=name, requested_at=now, requested_by=actor, due_at=due_at,
            fault=listed[name]["status"], wanted=str(listed[name].get("note") or "").strip(),
        )
        for name in documents
    ]  # fmt: skip
    for request in requests:
        request.full_clean()
        request.save()
    tell_bidder(
        bid.company,
        kind="documents_requested",
        key=f"supplement:{bid.pk}:{requests[0].pk}",
        subject=gettext_lazy("Missing documents: %(title)s"),
        body=gettext_lazy(
            "The buyer asks you to hand in, complete or correct documents. Sign in to see which and until when, "
            "and hand them in on the same page."
        ),
        tender=tender,
        at=now,
    )
    data = {"due_at": audit.stamp(due_at), "requests": [request.pk for request in requests]}
    audit.record(tender.chain, "supplement.requested", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return requests


def _require_supplementable(
    tender: Tender, bid: Bid, documents: list[str], due_at: datetime, now: datetime
) -> dict[str, Mapping[str, Any]]:
    """{document: its finding}; refuses what may not be asked for, with the reason."""
    if not tender.supplementation_allowed:
        refuse("no_supplements", _("The tender says that missing documents are not asked for."))
    if due_at <= now:
        raise ValidationError({"due_at": _("The due date lies in the past.")})
    check = FormalCheck.objects.filter(bid=bid).first()
    listed = {item["name"]: item for item in (check.findings if check else {}).get("documents", [])}
    missing = {name for name, item in listed.items() if item["status"] in DocumentFault.values}
    if not documents or not missing.issuperset(documents):
        raise ValidationError(
            {"documents": _("Only documents in which the formal check found a fault can be asked for.")}
        )
    for name in documents:
        if sentence := why_not(str(listed[name].get("category", "")), listed[name]["status"]):
            refuse("not_supplementable", f"{name}: {sentence}")
    if SupplementRequest.objects.filter(bid=bid, document__in=documents).exists():
        refuse("asked_already", _("This document has been asked for already."))
    return listed


def record_supplement(
    *, actor: User, bid_id: UUID, document: str, received_at: datetime | None = None
) -> SupplementRequest:
    """The document came in another way: the office notes when it arrived (not in the future). Bidders hand it in."""
    with audit.in_transaction():
        tender, now, is_bidder = begin_for_bidder(actor, bid_id)
        request = SupplementRequest.objects.filter(bid_id=bid_id, document=document).first()
        if request is None:
            raise ValidationError({"document": _("This document has not been asked for.")})
        if request.received_at:
            refuse("received_already", _("This document has been received already."))
        if received_at and (is_bidder or not request.requested_at <= received_at <= now):
            raise ValidationError({"received_at": _("This is not a possible time of arrival.")})
        if is_bidder:
            refuse("hand_in_file", _("Hand the document in as a file, on the page with the buyer's questions."))
        request.received_at = received_at or now
        request.full_clean()
        request.save()
        data = {"request": request.pk, "received_at": audit.stamp(request.received_at)}
        audit.record(tender.chain, "supplement.received", actor=actor, at=now, subject=f"bid:{bid_id}", data=data)
    return request


def exclude_bid(
    *,
    actor: User,
    bid_id: UUID,
    lot_code: str | None,
    code: str,
    reason: str,
    ground: Mapping[str, Any] | None = None,
) -> Exclusion:
    """Decide that a bid is out of a lot (None = of all), with code and reason; it counts once confirmed by another.

    `ground` tells the day, the weighing and what the company has mended, for the code "exclusion_ground" (R40-R43).
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        bid = opened_bid(bid_id, tender)
        if code == ExclusionCode.LATE:
            refuse("late_unopened", said(tender, "A late bid is not excluded: it is not opened."))
        lot = lot_of(tender, lot_code) if lot_code else None
        stated = dict(ground or {}) if code == ExclusionCode.EXCLUSION_GROUND else {}
        exclusion = Exclusion(
            bid=bid, lot=lot, code=code, reason=words(reason, "reason"), ground=stated, decided_by=actor, decided_at=now
        )
        exclusion.full_clean()
        if code == ExclusionCode.EXCLUSION_GROUND:
            _require_ground(stated, tender, now)
        if Exclusion.objects.filter(bid=bid, lot=lot, code=code).exists():
            refuse("excluded_already", _("This exclusion has been recorded already."))
        exclusion.save()
        data = {"code": code, "lot": lot_code or "", "reason": exclusion.reason}
        audit.record(tender.chain, "bid.exclusion_decided", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return exclusion


def confirm_exclusion(*, actor: User, exclusion_id: int) -> Exclusion:
    """A second person confirms an exclusion."""
    with audit.in_transaction():
        found = Exclusion.objects.filter(pk=exclusion_id).values_list("bid__tender_id", flat=True).first()
        if found is None:
            raise Http404
        tender, now = begin(actor, found, "confirm")
        exclusion = Exclusion.objects.get(pk=exclusion_id)
        if exclusion.confirmed_at:
            refuse("confirmed_already", _("This has been confirmed already."))
        require(decide_second(exclusion.decided_by_id, actor.pk))
        exclusion.second_person, exclusion.confirmed_at = actor, now
        exclusion.full_clean()
        exclusion.save()
        data = {"exclusion": exclusion.pk, "code": exclusion.code}
        subject = f"bid:{exclusion.bid_id}"
        audit.record(tender.chain, "bid.excluded", actor=actor, at=now, subject=subject, data=data)
    return exclusion
