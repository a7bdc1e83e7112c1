"""What a contract delivers: periods with quantity and money, promises measured, the supplier's reply, the end."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from evaluation.actions.access import words
from evaluation.actions.contract import locked
from evaluation.lifecycle import decide
from evaluation.models import Contract, ContractPeriod, KpiMeasurement, SupplierReply
from tendering.actions import replace_lots
from tendering.actions.library import copy_tender
from tendering.actions.parts import ITEM_FIELDS, LOT_FIELDS
from tendering.lifecycle import Status
from tendering.locking import lock_tender_at
from tendering.models import Tender
from tendering.rules.days import add_months
from tendering.zones import zone_of

CENTS = Decimal("0.0001")


def record_period(
    *,
    actor: User,
    contract_id: int,
    start: date,
    end: date,
    paid_net: Decimal,
    quantity: Decimal | None = None,
    measured: Mapping[str, Decimal] | None = None,
    note: str = "",
) -> ContractPeriod:
    """What was delivered and paid from `start` to `end`, with measured values {promise code: value}; final.

    Periods do not overlap and do not lie in the future. The supplier is told and may reply.
    """
    with audit.in_transaction():
        contract, now = locked(actor, contract_id, "run_contract")
        _require_days(contract, start, end, now)
        kpis = {kpi.code: kpi for kpi in contract.kpis.all()}
        if unknown := sorted(set(measured or {}) - set(kpis)):
            raise ValidationError({"measured": _("There is no promise %(code)s.") % {"code": unknown[0]}})
        period = ContractPeriod(
            contract=contract, start=start, end=end, quantity=quantity, paid_net=paid_net, note=note.strip(),
            recorded_by=actor, recorded_at=now,
        )  # fmt: skip
        period.full_clean()
        period.save()
        for code, value in (measured or {}).items():
            row = KpiMeasurement(kpi=kpis[code], period=period, value=value)
            row.full_clean()
            row.save()
        _tell_supplier(contract, period, now)
        data = {"contract": contract.pk, "period": period.pk, "measured": sorted(measured or {})}
        audit.record(contract.chain, "contract.period_recorded", actor=actor, at=now, data=data)
    return period


def _require_days(contract: Contract, start: date, end: date, now: datetime) -> None:
    today = now.astimezone(zone_of(contract.tender.buyer)).date()
    if end < start:
        raise ValidationError({"end": _("The end must be later than the start.")})
    if start < contract.starts_on:
        raise ValidationError({"start": _("The contract had not begun then.")})
    if end > today:
        raise ValidationError({"end": _("This period is not over yet.")})
    if contract.periods.filter(start__lte=end, end__gte=start).exists():
        raise ValidationError({"start": _("Part of this period has been recorded already.")})


_RECORDED = gettext_lazy("Delivery recorded: %(title)s")
_RECORDED_TEXT = gettext_lazy("The buyer has recorded what was delivered in a period. You may reply to it.")


def _tell_supplier(contract: Contract, period: ContractPeriod, now: datetime) -> None:
    for person in holders(contract.company, PROVIDER_ROLES, now):
        with outbox.in_language_of(person):
            outbox.tell(
                person, key=f"period:{period.pk}", kind="contract", at=now, url=f"/contracts/{contract.pk}/",
                subject=str(_RECORDED) % {"title": contract.tender.title}, body=str(_RECORDED_TEXT),
                chain=contract.chain,
            )  # fmt: skip


def reply_to_period(*, actor: User, period_id: int, text: str) -> SupplierReply:
    """The company's own words beside a recorded period: once, never changed."""
    with audit.in_transaction():
        found = ContractPeriod.objects.filter(pk=period_id).values_list("contract__tender", "contract").first()
        if found is None:
            raise Http404
        tender, now = lock_tender_at(found[0])
        contract = Contract.objects.get(pk=found[1])
        if not actor.has_role(contract.company_id, *PROVIDER_ROLES):
            if actor.roles_in(tender.buyer_id):
                refuse("not_your_role", _("Your role does not include this."), 403)
            raise Http404
        if SupplierReply.objects.filter(period=period_id).exists():
            refuse("replied_already", _("Your reply stands here already."))
        reply = SupplierReply(period_id=period_id, text=words(text, "text"), author=actor, at=now)
        reply.full_clean()
        reply.save()
        data = {"contract": contract.pk, "period": period_id}
        audit.record(tender.chain, "contract.replied", actor=actor, at=now, data=data)
    return reply


def draft_next(*, actor: User, contract_id: int) -> Tender:
    """A draft for the time after this contract: a copy of its tender with what was really delivered and paid.

    The yearly quantity and the cost per case of all recorded periods become reference quantity and today's cost.
    """
    with audit.in_transaction():
        contract, _now = locked(actor, contract_id, "run_contract")
        require(decide("run_contract", Status.AWARDED, actor.roles_in(contract.tender.buyer_id)))
        draft = copy_tender(actor=actor, tender_id=contract.tender_id)
        lots = [_lot_as_it_is(lot, contract) for lot in draft.lots.prefetch_related("items")]
        replace_lots(actor=actor, tender_id=draft.pk, lots=lots)
        draft.refresh_from_db()
    return draft


def _lot_as_it_is(lot: object, contract: Contract) -> dict[str, object]:
    data: dict[str, object] = {name: getattr(lot, name) for name in LOT_FIELDS}
    items = lot.items.all()  # type: ignore[attr-defined]  # a Lot
    data["items"] = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in items]
    quantity, cost = yearly(contract)
    if data["code"] == contract.lot.code and quantity is not None:
        data["reference_quantity"], data["baseline_cost_per_case"] = quantity, cost
    return {key: value for key, value in data.items() if value is not None}


def yearly(contract: Contract) -> tuple[Decimal | None, Decimal | None]:
    """Quantity in a year (365 days) and money per case, net, from the periods that state a quantity; else None."""
    rows = [row for row in contract.periods.all() if row.quantity]
    quantity = sum((row.quantity for row in rows if row.quantity), Decimal(0))
    if not quantity:
        return None, None
    days = sum((row.end - row.start).days + 1 for row in rows)
    paid = sum((row.paid_net for row in rows), Decimal(0))
    return (quantity * 365 / days).quantize(Decimal("0.01")), (paid / quantity).quantize(CENTS)


_ENDS = gettext_lazy("A contract ends: %(title)s")
_ENDS_TEXT = gettext_lazy("Decide in time whether it is renewed or procured again. Sign in to see the contract.")


def remind_of_ends(now: datetime) -> int:
    """Tell the office about contracts that end soon, each once; safe to run twice."""
    count = 0
    for contract in Contract.objects.filter(reminded_at=None).select_related("tender__buyer"):
        today = now.astimezone(zone_of(contract.tender.buyer)).date()
        if add_months(contract.ends_on, -contract.remind_months) > today or contract.ends_on < today:
            continue
        with audit.in_transaction():
            if not Contract.objects.filter(pk=contract.pk, reminded_at=None).update(reminded_at=now):
                continue
            for person in holders(contract.tender.buyer_id, [Role.OFFICER], now):
                with outbox.in_language_of(person):
                    outbox.tell(
                        person, key=f"contract_end:{contract.pk}:{contract.ends_on}", kind="contract", at=now,
                        subject=str(_ENDS) % {"title": contract.tender.title}, body=str(_ENDS_TEXT),
                        url=f"/contracts/{contract.pk}/", chain=contract.chain,
                    )  # fmt: skip
            data = {"contract": contract.pk, "ends_on": contract.ends_on.isoformat()}
            audit.record(contract.chain, "contract.end_reminded", actor=None, at=now, data=data)
            count += 1
    return count
