"""The contract: signed after the standstill, options drawn, changes decided. Amounts net in the tender's currency."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from bids.models import Bid, BidAnswer
from evaluation.actions.access import begin, lot_of, words
from evaluation.award_rules import decide_contract, decide_register, notice_of_lot, profile_of
from evaluation.contract_rules import Change, change_rules, check_change
from evaluation.lifecycle import decide_second
from evaluation.models import Contract, ContractChange, ContractKpi, ContractOption
from evaluation.results import latest, result_of, winning_bid
from tendering.actions import record_lot_outcome
from tendering.locking import lock_row
from tendering.models import CriterionKind, Lot, LotOutcome, Tender
from tendering.rules.days import add_months
from tendering.rules.regime import is_special_service
from tendering.rules.rows import rule_book
from tendering.zones import zone_of


def sign_contract(
    *,
    actor: User,
    tender_id: int,
    lot_code: str,
    signed_on: date | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    number: str = "",
    remind_months: int = 6,
    options: Iterable[Mapping[str, Any]] = (),
    note: str = "",
) -> Contract:
    """Record the signed contract on an awarded lot; the winner's promised numbers become its targets.

    Refused before the letters and the days after them, without a fresh register answer where one is due, and twice.
    `options`: {"kind", "title", "months", "value", "draw_until"}. Left out days: signed today, starting then, for the
    months that were published.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "sign_contract")
        lot = lot_of(tender, lot_code)
        outcome, bid = _winner(tender, lot)
        require(decide_contract(notice_of_lot(lot), now))
        require(decide_register(tender, [bid.company_id], now))
        if Contract.objects.filter(lot=lot).exists():
            refuse("signed_already", _("The contract on this lot has been signed already."))
        contract = Contract(
            tender=tender, lot=lot, bid=bid, company=bid.company, number=number.strip(), note=note.strip(),
            value_at_start=outcome.value or 0, value=outcome.value or 0, remind_months=remind_months,
            recorded_by=actor, recorded_at=now, **_days(tender, lot, now, signed_on, starts_on, ends_on),
        )  # fmt: skip
        contract.full_clean()
        contract.save()
        _add_options(contract, options)
        _add_promises(contract)
        record_lot_outcome(lot=lot, kind="contract", at=now, winner=bid.company, value=contract.value)
        data = {"contract": contract.pk, "lot": lot.code, "signed_on": contract.signed_on.isoformat()}
        audit.record(tender.chain, "contract.signed", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return contract


def _winner(tender: Tender, lot: Lot) -> tuple[LotOutcome, Bid]:
    """The award of the lot and the bid that won it."""
    outcome = LotOutcome.objects.filter(lot=lot, kind="awarded").select_related("winner").first()
    run = latest(tender)
    if outcome is None or outcome.winner is None or run is None:
        refuse("not_awarded", _("This lot has not been awarded to anybody."))
    number = winning_bid(tender, lot, outcome.winner, result_of(run))
    bid = Bid.objects.live().filter(tender=tender, reference=number).select_related("company").first()
    if bid is None:
        refuse("not_awarded", _("This lot has not been awarded to anybody."))
    return outcome, bid


def _days(
    tender: Tender, lot: Lot, now: datetime, signed_on: date | None, starts_on: date | None, ends_on: date | None
) -> dict[str, date]:
    """Checked days: not in the future, not before the standstill is over, in order."""
    today = now.astimezone(zone_of(tender.buyer)).date()
    signed = signed_on or today
    notice = notice_of_lot(lot)
    if signed > today:
        raise ValidationError({"signed_on": _("The contract is recorded once it has been signed.")})
    if notice is not None and signed < notice.earliest_contract_date:
        raise ValidationError({"signed_on": _("The contract may not be signed before the days after the letters end.")})
    start = starts_on or signed
    end = ends_on or date.fromordinal(add_months(start, tender.contract_months).toordinal() - 1)
    if end < start:
        raise ValidationError({"ends_on": _("The end must be later than the start.")})
    return {"signed_on": signed, "starts_on": start, "ends_on": end}


def _add_options(contract: Contract, options: Iterable[Mapping[str, Any]]) -> None:
    for entry in options:
        option = ContractOption(contract=contract, **entry)
        option.full_clean()
        option.save()


def _add_promises(contract: Contract) -> None:
    """What the winner promised in numbers and got points for."""
    answers = BidAnswer.objects.filter(
        bid_lot__bid=contract.bid, bid_lot__lot=contract.lot, value__isnull=False,
        criterion__kind__in=[CriterionKind.EFFICIENCY, CriterionKind.COST],
    ).select_related("criterion")  # fmt: skip
    for answer in answers.order_by("criterion__position", "criterion"):
        row = answer.criterion
        ContractKpi.objects.create(
            contract=contract, code=row.code, name=row.name, unit=row.unit, direction=row.direction or "lower",
            target=answer.value or 0,
        )  # fmt: skip
    _add_life_cycle_numbers(contract)


def _add_life_cycle_numbers(contract: Contract) -> None:
    """Each number a life-cycle cost was worked out from is a target of its own."""
    answers = BidAnswer.objects.filter(bid_lot__bid=contract.bid, bid_lot__lot=contract.lot)
    for answer in answers.filter(criterion__kind=CriterionKind.COST).select_related("criterion"):
        for one in answer.criterion.asked if answer.numbers else ():
            ContractKpi.objects.create(
                contract=contract, code=one.code, name=one.name, unit=one.unit, direction=one.better,
                target=Decimal(answer.numbers[one.code.partition(":")[2]]),
            )  # fmt: skip


def locked(actor: User, contract_id: int, action: str) -> tuple[Contract, datetime]:
    """The contract with its tender locked and the right to `action`; Http404 for people without a role there."""
    found = Contract.objects.filter(pk=contract_id).values_list("tender_id", flat=True).first()
    if found is None:
        raise Http404
    _tender, now = begin(actor, found, action)
    lock_row(Contract, contract_id)
    return Contract.objects.select_related("tender__buyer", "lot", "company").get(pk=contract_id), now


def draw_option(*, actor: User, option_id: int, reason: str) -> ContractOption:
    """Use a right of the contract: its months and its value count from now on. Once, and not after its last day."""
    with audit.in_transaction():
        found = ContractOption.objects.filter(pk=option_id).values_list("contract_id", flat=True).first()
        if found is None:
            raise Http404
        contract, now = locked(actor, found, "run_contract")
        option = ContractOption.objects.get(pk=option_id)
        if option.drawn_at:
            refuse("drawn_already", _("This option has been drawn already."))
        today = now.astimezone(zone_of(contract.tender.buyer)).date()
        if option.draw_until and today > option.draw_until:
            refuse("too_late", _("The last day for this option has passed."))
        option.reason, option.drawn_at, option.drawn_by = words(reason, "reason"), now, actor
        option.full_clean()
        option.save()
        _move(contract, option.value, option.months)
        data = {"contract": contract.pk, "option": option.pk, "months": option.months, "reason": option.reason}
        audit.record(contract.chain, "contract.option_drawn", actor=actor, at=now, data=data)
    return option


def _move(contract: Contract, value: Decimal, months: int) -> None:
    """More (or less) value and time; the contract may not end before it starts."""
    contract.value += value
    if months:
        contract.ends_on = add_months(contract.ends_on, months)
        contract.reminded_at = None
    contract.full_clean()
    contract.save()


def rate_change(contract: Contract, delta: Decimal, ground: str, now: datetime) -> Change:
    """What a change would come to, by the rule of the procedure's profile; options of the contract do not count."""
    rules = profile_of(contract.tender)
    day = now.astimezone(zone_of(contract.tender.buyer)).date()
    row = rule_book().threshold("sub_central_services", day) if rules and rules.statutes else None
    before = sum((row.delta for row in contract.changes.all()), Decimal(0))
    return check_change(
        change_rules().get(contract.tender.profile), start=contract.value_at_start, before=before, delta=delta,
        ground=ground, special=is_special_service(contract.tender.cpv_main), threshold=row.value if row else None,
    )  # fmt: skip


def change_contract(
    *,
    actor: User,
    contract_id: int,
    description: str,
    ground: str,
    reason: str,
    delta: Decimal,
    months: int = 0,
    effective_on: date | None = None,
) -> ContractChange:
    """Decide a change. Above the limits it counts once a second person has confirmed it, else at once.

    The percentages and what the rule says are stored with it.
    """
    with audit.in_transaction():
        contract, now = locked(actor, contract_id, "run_contract")
        if contract.changes.filter(confirmed_at=None).exists():
            refuse("change_open", _("Another change still waits for a second person."))
        rated = rate_change(contract, delta, ground, now)
        today = now.astimezone(zone_of(contract.tender.buyer)).date()
        change = ContractChange(
            contract=contract, at=now, effective_on=effective_on or today,
            ground=ground, description=words(description, "description"), reason=words(reason, "reason"), delta=delta,
            months=months, pct=rated.pct, pct_cumulated=rated.pct_cumulated, findings=list(rated.findings),
            decided_by=actor, confirmed_at=None if rated.findings else now,
        )  # fmt: skip
        change.full_clean()
        change.save()
        if change.confirmed_at:
            _move(contract, delta, months)
        codes = [finding["code"] for finding in rated.findings]
        data = {"contract": contract.pk, "change": change.pk, "ground": ground, "findings": codes}
        audit.record(contract.chain, "contract.change_decided", actor=actor, at=now, data=data)
    return change


def confirm_change(*, actor: User, change_id: int) -> ContractChange:
    """A second person confirms a change above the limits; from then on it counts."""
    with audit.in_transaction():
        found = ContractChange.objects.filter(pk=change_id).values_list("contract_id", flat=True).first()
        if found is None:
            raise Http404
        contract, now = locked(actor, found, "confirm_contract")
        change = ContractChange.objects.get(pk=change_id)
        if change.confirmed_at:
            refuse("confirmed_already", _("This has been confirmed already."))
        require(decide_second(change.decided_by_id, actor.pk))
        change.second_person, change.confirmed_at = actor, now
        change.full_clean()
        change.save()
        _move(contract, change.delta, change.months)
        data = {"contract": contract.pk, "change": change.pk}
        audit.record(contract.chain, "contract.changed", actor=actor, at=now, data=data)
    return change
