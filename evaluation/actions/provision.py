"""Entering what the own provision costs, and the rates of the dated table."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from evaluation.actions.access import begin, lot_of, words
from evaluation.models import DiscountRate, OwnProvision, ProvisionItem
from evaluation.provision import day_of, kinds, rate_on


def save_provision(*, actor: User, tender_id: int, lot_code: str, items: Sequence[Mapping[str, Any]]) -> OwnProvision:
    """Replace the cost items of a lot {"code", "once", "per_year", "per_case", "source", "confidence"}, all or none.

    The rate of the buyer's table that is valid today is kept with them. Until the award. Raises ValidationError by
    field ("personnel_source").
    """
    known = {kind.code for kind in kinds()}
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "compare_provision")
        lot = lot_of(tender, lot_code)
        rate = rate_on(tender, day_of(tender, now))
        provision = OwnProvision.objects.filter(lot=lot).first() or OwnProvision(lot=lot)
        provision.rate_pct, provision.rate_source = (rate.pct, rate.source) if rate else (Decimal(0), "")
        provision.entered_by, provision.entered_at = actor, now
        provision.full_clean()
        provision.save()
        provision.items.all().delete()
        for row in items:
            if row["code"] not in known:
                raise ValidationError({"items": _("There is no such cost item.")})
            item = ProvisionItem(provision=provision, **row)
            try:
                item.full_clean()
            except ValidationError as error:
                faults = {f"{row['code']}_{name}": found for name, found in error.message_dict.items()}
                raise ValidationError(faults) from error
            item.save()
        data = {"lot": lot_code, "items": [str(row["code"]) for row in items]}
        audit.record(tender.chain, "provision.entered", actor=actor, at=now, data=data)
    return provision


def add_discount_rate(*, actor: User, tender_id: int, pct: Decimal, valid_from: date, source: str) -> DiscountRate:
    """A row of the buyer's dated table; earlier comparisons keep the rate they were made with."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "compare_provision")
        rate = DiscountRate(
            organization=tender.buyer, pct=pct, valid_from=valid_from, source=words(source, "source"),
            entered_by=actor, entered_at=now,
        )  # fmt: skip
        rate.full_clean()
        rate.save()
        data = {"pct": str(pct), "valid_from": valid_from.isoformat()}
        audit.record(tender.chain, "discount_rate.added", actor=actor, at=now, data=data)
    return rate
