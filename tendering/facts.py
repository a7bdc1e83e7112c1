"""From a stored tender to the rule book and back: facts in, findings out, sentences for people."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import OpeningGroup, Organization, ready_recovery
from tendering.fields import page_locale
from tendering.models import INVITED_ONLY, Criterion, CriterionKind, Tender
from tendering.rules import (
    Calendar,
    CriterionFacts,
    Finding,
    LotFacts,
    TenderFacts,
    check_tender,
    profile,
    rule_book,
)
from tendering.rules import rule_version as version_of_book
from tendering.spreadsheets.numbers import format_decimal

Json = dict[str, Any]


def findings(tender: Tender, now: datetime) -> list[Json]:
    """What the rule book says about the tender: Finding JSON, what stops first. Empty for an unknown profile."""
    if tender.profile not in rule_book().profiles:
        return []
    return [finding.to_json() for finding in check_tender(facts_of(tender, now), profile(tender.profile))]


@cache
def rule_version() -> str:
    """Content hash of the rule book in use."""
    return version_of_book()


def stops(finding: Json) -> bool:
    """Whether the finding refuses the step."""
    return bool(finding["level"] == "stop")


def asks_for_reason(finding: Json) -> bool:
    """Whether the officer must give a reason; only what the law says for certain asks for one."""
    return bool(finding["level"] == "warn" and finding["confidence"] == "V")


def sentence(finding: Json) -> str:
    """The finding's sentence in the active language, amounts and days as its readers write them."""
    params = Finding.from_json({key: value for key, value in finding.items() if key != "override"}).params
    return gettext(finding["message"]) % {name: _written(value) for name, value in params.items()}


def facts_of(tender: Tender, now: datetime) -> TenderFacts:
    """The tender as the rule book sees it, moments in the buyer's local time; six queries."""
    zone = ZoneInfo(tender.buyer.time_zone)
    lots = list(tender.lots.all())
    return TenderFacts(
        day=now.astimezone(zone).date(),
        dispatched_on=_dispatched_on(tender, zone),
        procedure=tender.procedure_type,
        lots=tuple(LotFacts(lot.code, lot.value, lot.cpv) for lot in lots),
        criteria=tuple(_criterion(row) for row in tender.criteria.prefetch_related("lots") if _is_award(row)),
        calendar=calendar_of(tender.buyer),
        estimate=tender.value,
        estimate_method=tender.value_method,
        cpv=tender.cpv_main,
        deadline=_local(tender.tender_period_end, zone),
        questions_until=_local(tender.enquiry_period_end, zone),
        binding_until=tender.bid_validity_end,
        planned_award=_day(tender.timeline.get("planned_award_decision")),
        contract_months=tender.contract_months,
        option_months=tender.option_months,
        is_framework=tender.is_framework,
        lot_waiver_reason=tender.lot_waiver_reason,
        max_lots_awarded=tender.max_lots_awarded,
        allocation_rule=tender.allocation_rule,
        combination_discounts_allowed=tender.combination_discounts_allowed,
        method=str(tender.evaluation.get("method", "")),
        weight_price=_share(tender.evaluation.get("weight_price")),
        weight_quality=_share(tender.evaluation.get("weight_quality")),
        price_basis=str(tender.evaluation.get("price_basis", "")),
        variants_allowed=tender.variants_allowed,
        variant_requirements=tender.variant_requirements,
        procedure_reason=tender.legal_basis,
        phase="requests" if tender.is_call else None,
        min_candidates=tender.min_candidates,
        has_call=bool(tender.stage),
        invited=tender.invitations.count() if tender.procedure_type in INVITED_ONLY else None,
        prepared_by=str(tender.prepared_by_id or ""),
        released_by=str(tender.released_by_id or ""),
        opening_group=_openers(tender.buyer),
    )


def calendar_of(buyer: Organization) -> Calendar:
    """Working days of the buyer; `details` may name local holidays and the two disputed ones."""
    details = buyer.details
    return Calendar(
        country=buyer.country,
        land=buyer.land,
        extra_holidays=frozenset(filter(None, map(_day, details.get("extra_holidays", [])))),
        assumption_day=bool(details.get("assumption_day", True)),
        corpus_christi=bool(details.get("corpus_christi", False)),
    )


def _dispatched_on(tender: Tender, zone: ZoneInfo) -> date | None:
    """The day the notice goes out: as planned, else the day of publication once it is set."""
    if (planned := _day(tender.timeline.get("notice_dispatched"))) is not None:
        return planned
    return tender.published_at.astimezone(zone).date() if tender.published_at else None


def _is_award(criterion: Criterion) -> bool:
    return criterion.kind not in {CriterionKind.MANDATORY, CriterionKind.SELECTION}


def _criterion(criterion: Criterion) -> CriterionFacts:
    return CriterionFacts(
        code=criterion.code,
        kind=criterion.kind,
        weight=criterion.weight,
        lots=frozenset(lot.code for lot in criterion.lots.all()),
        has_guide=bool(criterion.guide or criterion.curve),
    )


def _openers(buyer: Organization) -> int | None:
    group = OpeningGroup.objects.filter(organization=buyer).first()
    return group.members.count() + group.recovery_keys.filter(ready_recovery()).count() if group else None


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _share(text: Any) -> Decimal | None:
    """A weight as the rule states it; the rule itself was checked when it was stored."""
    return Decimal(str(text)) if text not in (None, "") else None


def _written(value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, Decimal):
        return format_decimal(value, page_locale(), 2 if value % 1 else 0)
    return str(value)
