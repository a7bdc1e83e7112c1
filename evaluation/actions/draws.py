"""Lots drawn between equal bids: recorded as drawn by hand, or drawn here by two people and a calculation."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from bids.models import Bid
from evaluation.actions.access import begin
from evaluation.lifecycle import decide_second
from evaluation.models import Draw, DrawStart, EvaluationRun
from evaluation.results import latest, result_of
from evaluation.scoring.drawing import GREATEST_NUMBER, LEAST_NUMBER, commitment, drawn
from tendering.models import Lot, Tender


def record_draw(
    *,
    actor: User,
    lot_id: int,
    drawn_bid_id: UUID,
    between: Sequence[Any],
    place: str,
    persons: Sequence[Any],
    witnesses: Sequence[Any],
) -> Draw:
    """Record who was drawn among bids that the published rule leaves equal; two persons, place and witnesses named.

    Raises ValidationError when `between` is not exactly the tied bids of the latest result.
    """
    with audit.in_transaction():
        tender, lot, now, _run, tied = _tied(actor, lot_id, "evaluate")
        found = Bid.objects.filter(tender=tender, pk=drawn_bid_id).first()
        names = _bid_names(tender, between)
        if set(names) != set(tied) or found is None or found.reference not in tied:
            raise ValidationError({"between": _("Lots are drawn only among the bids that are equal in the result.")})
        draw = Draw(lot=lot, between=names, drawn=found, drawn_at=now, recorded_by=actor)
        _store(draw, place, persons, witnesses)
        data = {"lot": lot.code, "between": names, "drawn": found.reference}
        audit.record(tender.chain, "lots.drawn", actor=actor, at=now, subject=f"bid:{found.pk}", data=data)
    return draw


def start_draw(*, actor: User, lot_id: int) -> DrawStart:
    """Fix a random seed by its hash, before anybody names a number. Once for a result, so that nobody tries again."""
    with audit.in_transaction():
        tender, lot, now, run, tied = _tied(actor, lot_id, "evaluate")
        if DrawStart.objects.filter(lot=lot, result_hash=run.result_hash).exists():
            refuse("draw_started", _("This draw has been started. A second person names the number now."))
        seed = secrets.token_hex(32)
        start = DrawStart(
            lot=lot, result_hash=run.result_hash, between=sorted(tied), seed=seed, commitment=commitment(seed),
            started_by=actor, started_at=now,
        )  # fmt: skip
        start.full_clean()
        start.save()
        data = {"lot": lot.code, "between": start.between, "commitment": start.commitment}
        audit.record(tender.chain, "lots.draw_started", actor=actor, at=now, data=data)
    return start


def finish_draw(
    *, actor: User, lot_id: int, number: int, place: str, persons: Sequence[Any], witnesses: Sequence[Any]
) -> Draw:
    """A second person names a number; the hash of seed, number and bids decides, and the seed is disclosed."""
    with audit.in_transaction():
        tender, lot, now, run, tied = _tied(actor, lot_id, "confirm")
        start = DrawStart.objects.filter(lot=lot, result_hash=run.result_hash).first()
        if start is None:
            refuse("draw_not_started", _("One person has to start the draw first."))
        require(decide_second(start.started_by_id, actor.pk))
        if not LEAST_NUMBER <= number <= GREATEST_NUMBER:
            raise ValidationError({"number": _("Name a whole number from 0 to 999,999,999.")})
        chosen = Bid.objects.get(tender=tender, reference=drawn(start.seed, number, tied))
        draw = Draw(
            lot=lot, between=sorted(tied), drawn=chosen, drawn_at=now, recorded_by=actor, start=start, number=number
        )
        _store(draw, place, persons, witnesses)
        data = {"lot": lot.code, "between": draw.between, "drawn": chosen.reference, "number": number,
                "seed": start.seed, "commitment": start.commitment}  # fmt: skip
        audit.record(tender.chain, "lots.drawn", actor=actor, at=now, subject=f"bid:{chosen.pk}", data=data)
    return draw


def _tied(actor: User, lot_id: int, action: str) -> tuple[Tender, Lot, datetime, EvaluationRun, tuple[str, ...]]:
    """The lot with its tender locked, and the bids that are equal in the latest result."""
    lot = Lot.objects.filter(pk=lot_id).first()
    if lot is None:
        raise Http404
    tender, now = begin(actor, lot.tender_id, action)
    run = latest(tender)
    tied = result_of(run).awards().get(lot.code, ()) if run else ()
    if run is None or len(tied) < 2:
        raise ValidationError({"between": _("Lots are drawn only among the bids that are equal in the result.")})
    if Draw.objects.filter(lot=lot).exists():
        refuse("drawn_already", _("Lots have been drawn already."))
    return tender, lot, now, run, tied


def _store(draw: Draw, place: str, persons: Sequence[Any], witnesses: Sequence[Any]) -> None:
    if len(persons) < 2 or not witnesses or not place.strip():
        raise ValidationError({"persons": _("A draw needs a place, two persons and a witness.")})
    draw.place = place.strip()
    draw.persons, draw.witnesses = [_name(one) for one in persons], [_name(one) for one in witnesses]
    draw.full_clean()
    draw.save()


def _bid_names(tender: Tender, bids: Sequence[Any]) -> list[str]:
    """Numbers of bids given as rows, ids or numbers."""
    numbers = {str(pk): reference or "" for pk, reference in tender.bids.values_list("pk", "reference")}
    given = [str(bid.pk) if isinstance(bid, Bid) else str(bid) for bid in bids]
    return [numbers.get(name, name) for name in given]


def _name(person: Any) -> str:
    return (person.reference or str(person)) if isinstance(person, User) else str(person)
