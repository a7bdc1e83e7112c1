"""What upper apps write down about a tender inside their own transaction; they lock the tender and record the act."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import connection

from accounts.models import Organization
from tendering.models import Invitation, Lot, LotOutcome, Tender


def mark_opened(tender: Tender, at: datetime) -> None:
    """The bids of the present round are open from `at` on, never before the deadline."""
    if tender.tender_period_end is None or at < tender.tender_period_end:
        raise ValueError("Bids are not opened before the deadline.")
    _set(tender, opened_at=at)


def close_scores(tender: Tender, at: datetime) -> None:
    """The panel's scores are final: where prices have an envelope of their own, it may be opened from `at` on."""
    if tender.opened_at is None or at < tender.opened_at:
        raise ValueError("Scores are not closed before the bids are opened.")
    _set(tender, scores_closed_at=at)


def mark_prices_opened(tender: Tender, at: datetime) -> None:
    """The second envelopes are open from `at` on, never before the scores are closed."""
    if tender.scores_closed_at is None or at < tender.scores_closed_at:
        raise ValueError("Prices are not opened before the scores are closed.")
    _set(tender, prices_opened_at=at)


def mark_selected(call: Tender, at: datetime, chosen: Iterable[Organization]) -> None:
    """The candidates of a call are decided: exactly these companies are invited to its stage of bids."""
    if call.bid_stage_id is None or call.opened_at is None or at < call.opened_at:
        raise ValueError("Candidates are not selected before their requests are opened.")
    _set(call, candidates_decided_at=at)
    Invitation.objects.bulk_create(
        [Invitation(tender_id=call.bid_stage_id, provider=company, sent_at=at) for company in chosen]
    )


def mark_awarded(tender: Tender, at: datetime) -> None:
    """The award is decided; the tender and its results are public from `at` on."""
    _set(tender, awarded_at=at)


def withhold_award_value(tender: Tender, hidden: bool) -> None:
    """Whether the public learns neither value nor cost nor saving of this tender's awards (R25)."""
    _require_transaction()
    Tender.objects.filter(pk=tender.pk).update(withholds_award_value=hidden)
    tender.withholds_award_value = hidden


def record_lot_outcome(
    *,
    lot: Lot,
    kind: str,
    at: datetime,
    winner: Organization | None = None,
    value: Decimal | None = None,
    saving_per_year: Decimal | None = None,
    cost_per_case: Decimal | None = None,
) -> LotOutcome:
    """What became of a lot: awarded, cancelled, unsuccessful or contract. Amounts in the tender's currency."""
    _require_transaction()
    outcome = LotOutcome(
        lot=lot, kind=kind, at=at, winner=winner, value=value, saving_per_year=saving_per_year,
        cost_per_case=cost_per_case,
    )  # fmt: skip
    outcome.full_clean()
    outcome.save()
    return outcome


def _set(tender: Tender, **moments: datetime) -> None:
    _require_transaction()
    Tender.objects.filter(pk=tender.pk).update(**moments)
    for name, moment in moments.items():
        setattr(tender, name, moment)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("This belongs into the transaction of its act.")
