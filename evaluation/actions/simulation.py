"""Keep a trial of the rule with the file."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from evaluation.actions.access import begin
from evaluation.models import Simulation
from evaluation.scoring import InputError
from evaluation.scoring.codec import encode
from evaluation.simulating import Draft, bids_fault, lot_row, stored_bids, versions
from evaluation.simulation import MOST_BIDS, MOST_SETS, Invented


def save_simulation(
    *, actor: User, tender_id: int, lot_code: str, bids: Sequence[Invented], sets: int, seed: int
) -> Simulation:
    """Compute the trial again and store it; only before publication, so that no real bid can be in it.

    Raises ValidationError for bids the rule cannot judge.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "simulate")
        if not 1 <= len(bids) <= MOST_BIDS or not 1 <= sets <= MOST_SETS:
            raise ValidationError({"bids": _("Try one to eight invented bids and at most 1,000 random sets.")})
        if fault_text := bids_fault(bids):
            raise ValidationError({"bids": fault_text})
        draft = Draft(tender, lot_code)
        try:
            result = draft.run(bids, sets, seed)
        except (InputError, ValueError) as fault:
            raise ValidationError({"bids": _("Invented bids need prices above zero.")}) from fault
        saved = Simulation(
            tender=tender, lot=lot_row(tender, draft.lot.lot_id), spec=encode(draft.spec), bids=stored_bids(bids),
            sets=sets, seed=seed, result=result.to_json(), versions=versions(), created_by=actor, created_at=now,
        )  # fmt: skip
        saved.full_clean()
        saved.save()
        data = {"simulation": saved.pk, "method": draft.spec.method, "sets": sets, "seed": seed}
        audit.record(tender.chain, "rule.simulated", actor=actor, at=now, data=data)
    return saved
