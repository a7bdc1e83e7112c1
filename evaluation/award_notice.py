"""The notice of an award, assembled once: who won what for how much, how many bid, what was not awarded and why.

The contents are those of the result notices of Implementing Regulation (EU) 2019/1780 (eForms, subtypes 29, 33, 38 and
the national E4), § 39 VgV and § 30 UVgO; the same facts serve profiles without statutes. Codes stand in the content,
words are put to them when it is shown (evaluation.award_notice_words). Nothing of a bid that lost is in it.

Content: {"notice", "buyer", "procedure", "lots": [...], "changes": [...]}; text, amounts as decimal text, days as
`2026-12-24`, "" for what is not there, so that the content has one canonical form and one hash.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from accounts.evidence import canonical_bytes, digest
from bids.models import BidLot
from evaluation.award_rules import notice_of_lot, profile_of
from evaluation.models import (
    AwardNotice,
    AwardNoticeEdition,
    ChangeGround,
    Contract,
    ContractChange,
    LotCancellation,
    StandstillNotice,
    WithholdGround,
)
from evaluation.results import latest, result_of, winning_bid
from tendering.models import CancellationGround, Criterion, CriterionKind, Lot, LotOutcome, ProcedureType, Tender
from tendering.rules.regime import is_special_service
from tendering.weights import UNWEIGHTED, percent
from tendering.zones import zone_of

DOMAIN: Final = "award-notice"
Content = dict[str, Any]

SCORED: Final = (CriterionKind.COST, CriterionKind.EFFICIENCY, CriterionKind.QUALITY)
SME: Final = frozenset({"micro", "small", "medium", "sme"})
# European Economic Area: codelist eea-country of the eForms SDK
EEA: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IS",
        "IE",
        "IT",
        "LV",
        "LI",
        "LT",
        "LU",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)
# codelists of the eForms SDK: procurement-procedure-type, non-publication-justification, modification-justification,
# non-award-justification; a national procedure without a code of its own has none
PROCEDURE_CODES: Final[Mapping[str, str]] = {
    ProcedureType.OPEN: "open",
    ProcedureType.RESTRICTED: "restricted",
    ProcedureType.NEGOTIATED_WITH_CALL: "neg-w-call",
    ProcedureType.NEGOTIATED_WITHOUT_CALL: "neg-wo-call",
    ProcedureType.NATIONAL_PUBLIC: "oth-single",
    ProcedureType.NATIONAL_RESTRICTED_WITH_CALL: "oth-mult",
}
GROUND_CODES: Final[Mapping[str, str]] = {
    WithholdGround.LAW_ENFORCEMENT: "law-enf",
    WithholdGround.PUBLIC_INTEREST: "oth-int",
    WithholdGround.BUSINESS_INTEREST: "eo-int",
    WithholdGround.FAIR_COMPETITION: "fair-comp",
}
CHANGE_CODES: Final[Mapping[str, str]] = {
    ChangeGround.SMALL: "mod-minv",
    ChangeGround.REVIEW_CLAUSE: "mod-rev",
    ChangeGround.ADDITIONAL: "add-wss",
    ChangeGround.UNFORESEEN: "mod-cir",
    ChangeGround.NEW_PARTNER: "mod-repl",
    ChangeGround.NOT_SUBSTANTIAL: "mod-nons",
}
NO_AWARD_CODES: Final[Mapping[str, str]] = {
    CancellationGround.NO_ADMISSIBLE_BID: "all-rej",
    CancellationGround.BASIS_CHANGED: "chan-need",
    CancellationGround.NO_ECONOMIC_RESULT: "ins-fund",
    CancellationGround.OTHER_SERIOUS_REASON: "other",
}
EU_REGIME: Final = "VgV"


@dataclass(slots=True)
class LotFacts:
    """What became of one lot: the newest outcome of each kind, contract, cancellation, dispatch of letters, counts.

    `received` is None before the bids were opened; `out` are reason codes of bids that could not be considered.
    """

    lot: Lot
    outcomes: dict[str, LotOutcome] = field(default_factory=dict)
    contract: Contract | None = None
    cancellation: LotCancellation | None = None
    letters: StandstillNotice | None = None
    companies: list[Any] | None = None
    out: list[str] | None = None
    winning_bid: str = ""

    @property
    def award(self) -> LotOutcome | None:
        return self.outcomes.get("awarded")

    @property
    def is_settled(self) -> bool:
        """Whether the lot has ended, with an award or without."""
        return bool(self.outcomes)


@dataclass(slots=True)
class NoticeFacts:
    """Everything a notice of this tender is written from, read in a fixed number of queries for each lot."""

    tender: Tender
    lots: list[LotFacts]
    criteria: list[Criterion]
    changes: list[ContractChange]
    setting: AwardNotice | None
    editions: list[AwardNoticeEdition]

    @property
    def is_eu(self) -> bool:
        """Whether the notice goes to the Official Journal of the EU."""
        rules = profile_of(self.tender)
        return rules is not None and rules.regime == EU_REGIME

    @property
    def is_modification(self) -> bool:
        """Whether a notice published now would tell of changes that none before it told of."""
        told = {number for edition in self.editions for number in _change_numbers(edition.content)}
        return bool(self.editions) and any(change.pk not in told for change in self.changes)

    @property
    def newest(self) -> AwardNoticeEdition | None:
        return self.editions[-1] if self.editions else None


def _change_numbers(content: Mapping[str, Any]) -> Iterable[int]:
    return (int(change["number"]) for change in content.get("changes", ()))


def hash_of(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a notice's canonical content, in the domain "award-notice"."""
    return digest(DOMAIN, canonical_bytes(content))


def gather(tender: Tender) -> NoticeFacts:
    """Reads what the acts of the procedure have written; nothing is asked for twice."""
    lots = [LotFacts(lot) for lot in tender.lots.order_by("position", "id")]
    by_id = {facts.lot.pk: facts for facts in lots}
    for outcome in LotOutcome.objects.filter(lot__tender=tender).select_related("winner").order_by("at", "pk"):
        by_id[outcome.lot_id].outcomes[outcome.kind] = outcome
    for contract in Contract.objects.filter(tender=tender).select_related("company", "bid"):
        by_id[contract.lot_id].contract = contract
    for ended in LotCancellation.objects.filter(tender=tender, confirmed_at__isnull=False).prefetch_related("lots"):
        for lot in ended.lots.all():
            by_id[lot.pk].cancellation = ended
    for facts in lots:
        facts.letters = notice_of_lot(facts.lot) if facts.award else None
    if tender.opened_at is not None:
        _count(tender, by_id)
    kinds = [kind.value for kind in SCORED]
    criteria = (
        Criterion.objects.filter(tender=tender, kind__in=kinds).order_by("position", "id").prefetch_related("lots")
    )
    changes = ContractChange.objects.filter(contract__tender=tender, confirmed_at__isnull=False)
    return NoticeFacts(
        tender=tender,
        lots=lots,
        criteria=list(criteria),
        changes=list(changes.select_related("contract__lot").order_by("confirmed_at", "pk")),
        setting=AwardNotice.objects.filter(tender=tender).first(),
        editions=list(AwardNoticeEdition.objects.filter(tender=tender).order_by("number")),
    )


def _count(tender: Tender, lots: Mapping[int, LotFacts]) -> None:
    """Companies of the opened bids of the round that counts, and why bids are out by the result that counts."""
    companies: dict[int, list[Any]] = defaultdict(list)
    opened = BidLot.objects.filter(
        lot__tender=tender, bid__opened_at__isnull=False, bid__superseded_at=None, bid__withdrawn_at=None,
        bid__round=tender.round,
    )  # fmt: skip
    for row in opened.select_related("bid__company").order_by("pk"):
        if row.bid.company not in companies[row.lot_id]:  # BT-759: several bids of one company count as one
            companies[row.lot_id].append(row.bid.company)
    run = latest(tender)
    result = result_of(run) if run is not None else None
    for facts in lots.values():
        facts.companies = companies[facts.lot.pk]
        if result is None:
            continue
        rows = result.lot(facts.lot.code).rows
        facts.out = [row.reason_codes[0] if row.reason_codes else "" for row in rows if row.status == "excluded"]
        if facts.award and facts.award.winner:
            facts.winning_bid = winning_bid(tender, facts.lot, facts.award.winner, result) or ""


# -- content ----------------------------------------------------------------------------------------------------------
def content_of(facts: NoticeFacts, now: datetime) -> Content:
    """The notice as it would be published at this moment."""
    tender = facts.tender
    return {
        "notice": _notice(facts, now),
        "buyer": {
            "name": tender.buyer.name,
            "reference": tender.buyer.reference,
            "country": tender.buyer.country,
            "registration": tender.buyer.vat_number,
            "unit": tender.contact_unit.name if tender.contact_unit else "",
            "email": tender.contact_unit.email if tender.contact_unit else tender.buyer.email,
        },
        "procedure": {
            "reference": tender.reference,
            "title": tender.title,
            "summary": tender.summary,
            "language": tender.language,
            "legal_basis": tender.legal_basis,
            "type": str(tender.procedure_type),
            "code": PROCEDURE_CODES.get(tender.procedure_type, ""),
            "method": str(tender.evaluation.get("method", "")),
            "cpv": tender.cpv_main,
            "cpv_additional": [str(code) for code in tender.cpv_additional],
            "currency": tender.currency,
            "value": _text(_total(facts)) if not tender.withholds_award_value else "",
            "published_on": _day(tender.published_at, tender),
        },
        "withheld": _withheld(facts),
        "lots": [_lot(facts, one) for one in facts.lots],
        "changes": [_change(facts, change) for change in facts.changes],
    }


def shown_content(facts: NoticeFacts, edition: AwardNoticeEdition) -> Content:
    """A published notice as the public reads it now: a value that was withheld afterwards has gone from it."""
    content: Content = dict(edition.content)
    return _without_value(content, _withheld(facts)) if facts.tender.withholds_award_value else content


def _without_value(content: Content, withheld: Content) -> Content:
    return {
        **content,
        "withheld": withheld,
        "procedure": {**content["procedure"], "value": ""},
        "lots": [{**lot, "value": "", "is_withheld": lot["result"] == "selec-w"} for lot in content["lots"]],
        "changes": [{**change, "delta": "", "value_before": "", "value_after": ""} for change in content["changes"]],
    }


def _notice(facts: NoticeFacts, now: datetime) -> Content:
    special = is_special_service(facts.tender.cpv_main)
    if facts.is_modification:
        form, kind, subtype = "cont-modif", "can-modif", "38" if facts.is_eu else "E6"
    else:
        form, kind, subtype = "result", "can-social" if facts.is_eu and special else "can-standard", "E4"
        if facts.is_eu:
            subtype = "33" if special else "29"
    return {
        "number": len(facts.editions) + 1,
        "form": form,
        "type": kind,
        "subtype": subtype,
        "date": _day(now, facts.tender),
        "previous": facts.newest.sha256 if facts.newest else "",
    }


def _withheld(facts: NoticeFacts) -> Content:
    if not facts.tender.withholds_award_value or facts.setting is None:
        return {}
    ground = facts.setting.withhold_ground
    return {"what": "value", "ground": ground, "code": GROUND_CODES.get(ground, "")}


def _total(facts: NoticeFacts) -> Decimal | None:
    values = [one.award.value for one in facts.lots if one.award and one.award.value is not None]
    return sum(values, Decimal(0)) if values else None


def _lot(facts: NoticeFacts, one: LotFacts) -> Content:
    award, contract, winner = one.award, one.contract, one.award.winner if one.award else None
    withheld = facts.tender.withholds_award_value and award is not None
    return {
        "lot": one.lot.code,
        "title": one.lot.title,
        "cpv": one.lot.cpv,
        "result": "selec-w" if award else ("clos-nw" if one.is_settled else "open-nw"),
        "no_award": _no_award(facts.tender, one),
        "received": _received(facts.tender, one),
        "criteria": list(_criteria(facts, one.lot)),
        "winner": {
            "name": winner.name, "reference": winner.reference, "country": winner.country, "size": winner.scale,
        } if winner else {},
        "bid": one.winning_bid,
        "value": _text(award.value) if award and not withheld else "",
        "is_withheld": withheld,
        "decided_on": _day(award.at, facts.tender) if award else "",
        "contract": {
            "number": contract.number, "signed_on": contract.signed_on.isoformat(),
            "starts_on": contract.starts_on.isoformat(), "ends_on": contract.ends_on.isoformat(),
        } if contract else {},
    }  # fmt: skip


def _is_of(criterion: Criterion, lot: Lot) -> bool:
    """A criterion without lots belongs to all."""
    ids = {row.pk for row in criterion.lots.all()}
    return not ids or lot.pk in ids


def _criteria(facts: NoticeFacts, lot: Lot) -> Iterator[Content]:
    """Price with its share of the decision in per cent, where the rule has one, then all others with their points.

    Efficiency is a number that is judged as quality: the eForms know price, cost and quality.
    """
    spec = facts.tender.evaluation
    weighted = spec.get("method") not in UNWEIGHTED and spec.get("weight_price") is not None
    share = percent(1 if spec.get("method") == "price_only" else spec.get("weight_price")) if weighted else None
    yield {"code": "", "kind": "price", "type": "price", "name": "", "weight": _text(share), "unit": "per-exa"}
    for row in facts.criteria:
        if _is_of(row, lot):
            kind = "quality" if row.kind == CriterionKind.EFFICIENCY else str(row.kind)
            yield {
                "code": row.code, "kind": str(row.kind), "type": kind, "name": row.name, "weight": _text(row.weight),
                "unit": "poi-exa",
            }  # fmt: skip


def _no_award(tender: Tender, one: LotFacts) -> Content:
    """Why the lot ended without award; empty where it did not."""
    if one.award or not one.is_settled:
        return {}
    if one.cancellation is not None:
        ground, reason = one.cancellation.ground, one.cancellation.reason
    elif tender.cancelled_at is not None:
        ground, reason = tender.cancellation_ground, tender.cancellation_reason
    else:
        ground, reason = CancellationGround.NO_ADMISSIBLE_BID.value, ""
    code = NO_AWARD_CODES.get(ground, "other")
    if ground == CancellationGround.NO_ADMISSIBLE_BID and one.companies == []:
        code = "no-rece"
    return {"ground": ground, "code": code, "reason": reason}


def _received(tender: Tender, one: LotFacts) -> list[Content]:
    """Counts by the codelist received-submission-type; all bids come electronically.

    Empty before the opening, and while the lot is not decided: nobody outside learns meanwhile how many bid for it.
    """
    if one.companies is None or not one.is_settled:
        return []
    home = tender.buyer.country
    counts = {
        "tenders": len(one.companies),
        "t-esubm": len(one.companies),
        "t-sme": sum(company.scale in SME for company in one.companies),
        "t-oth-eea": sum(company.country in EEA - {home} for company in one.companies),
        "t-no-eea": sum(company.country not in EEA | {home} for company in one.companies),
    }
    if one.out is not None:
        low = Counter(one.out)["abnormally_low"]
        counts |= {"t-verif-inad": len(one.out), "t-verif-inad-low": low}
    return [{"code": code, "number": number} for code, number in counts.items()]


def _change(facts: NoticeFacts, change: ContractChange) -> Content:
    """One confirmed change; amounts only where the value is public."""
    hidden = facts.tender.withholds_award_value
    before = change.contract.value_at_start + sum(
        (row.delta for row in facts.changes if row.contract_id == change.contract_id and row.pk < change.pk), Decimal(0)
    )
    return {
        "number": change.pk,
        "lot": change.contract.lot.code,
        "contract": change.contract.number,
        "effective_on": change.effective_on.isoformat(),
        "ground": change.ground,
        "code": CHANGE_CODES[change.ground],
        "description": change.description,
        "months": change.months,
        "value_before": "" if hidden else _text(before),
        "delta": "" if hidden else _text(change.delta),
        "value_after": "" if hidden else _text(before + change.delta),
    }


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _day(moment: datetime | None, tender: Tender) -> str:
    return "" if moment is None else local_day(moment, tender).isoformat()


def local_day(moment: datetime, tender: Tender) -> date:
    """The day at the buyer's place."""
    return moment.astimezone(zone_of(tender.buyer)).date()
