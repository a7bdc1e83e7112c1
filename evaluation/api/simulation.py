"""The simulator over HTTP: try the rule of a draft on invented bids, read what was kept."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.decision import require
from evaluation import actions
from evaluation.api.views import SignedIn, parsed
from evaluation.fault_words import fault_words
from evaluation.lifecycle import decide
from evaluation.models import Simulation
from evaluation.readers import Reader, reader, require_file
from evaluation.scoring import InputError
from evaluation.simulating import DEFAULT_SEED, DEFAULT_SETS, Draft, bids_fault
from evaluation.simulation import MOST_BIDS, MOST_SETS, Invented


class InventedBid(serializers.Serializer):
    """Evaluated price and scores from 0 to 10 by criterion, all as text with a decimal point."""

    name = serializers.CharField(max_length=20)
    price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    scores = serializers.DictField(
        child=serializers.DecimalField(max_digits=4, decimal_places=2, min_value=0, max_value=10), default=dict
    )


class TrialIn(serializers.Serializer):
    """`keep` stores the trial with the file; without bids the three usual ones are invented."""

    lot = serializers.CharField(max_length=10, required=False, default="")
    bids = serializers.ListField(child=InventedBid(), required=False, max_length=MOST_BIDS)
    sets = serializers.IntegerField(min_value=1, max_value=MOST_SETS, default=DEFAULT_SETS)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=DEFAULT_SEED)
    keep = serializers.BooleanField(default=False)


class TrialOut(serializers.Serializer):
    """A trial: rule, invented bids, answers (shares are numbers of random sets)."""

    id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    lot = serializers.CharField()
    sets = serializers.IntegerField()
    seed = serializers.IntegerField()
    result = serializers.DictField()


class SimulateView(SignedIn):
    @extend_schema(responses=TrialOut(many=True), operation_id="simulations")
    def get(self, request: Request, tender_id: int) -> Response:
        """What was kept with the file, newest first."""
        who = reader(request.user, tender_id)
        require_file(who)
        rows = Simulation.objects.filter(tender=who.tender).select_related("lot")
        return Response([_out(row) for row in rows])

    @extend_schema(request=TrialIn, responses=TrialOut, operation_id="simulate")
    def post(self, request: Request, tender_id: int) -> Response:
        """Try the rule of a draft; invented bids only, and only before publication."""
        who = reader(request.user, tender_id)
        require(decide("simulate", who.tender.status(who.now), who.roles))
        wanted = parsed(TrialIn, request)
        draft = Draft(who.tender, wanted["lot"])
        bids = [Invented(bid["name"], bid["price"], bid["scores"]) for bid in wanted.get("bids") or ()]
        return Response(_tried(who, draft, bids or list(draft.default_bids()), wanted))


def _tried(who: Reader, draft: Draft, bids: list[Invented], wanted: dict[str, Any]) -> dict[str, Any]:
    sets, seed, lot = wanted["sets"], wanted["seed"], draft.lot.lot_id
    if fault_text := bids_fault(bids):
        raise ValidationError({"bids": [fault_text]})
    try:
        if wanted["keep"]:
            row = actions.save_simulation(
                actor=who.user, tender_id=who.tender.pk, lot_code=lot, bids=bids, sets=sets, seed=seed
            )
            return _out(row)
        result = draft.run(bids, sets, seed)
    except InputError as fault:
        raise ValidationError({"bids": [fault_words(fault)]}) from fault
    except ValueError as fault:
        raise ValidationError({"bids": [_("Invented bids need prices above zero.")]}) from fault
    body = {"id": None, "created_at": None, "lot": lot, "sets": sets, "seed": seed, "result": result.to_json()}
    return dict(TrialOut(body).data)


def _out(row: Simulation) -> dict[str, Any]:
    body = {
        "id": row.pk, "created_at": row.created_at, "lot": row.lot.code, "sets": row.sets, "seed": row.seed,
        "result": row.result,
    }  # fmt: skip
    return dict(TrialOut(body).data)
