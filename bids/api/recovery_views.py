"""Opening with the recovery key over the API: taken out, confirmed by a second person, released by an own program."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import User
from bids import actions
from bids.actions import recovery_use as steps
from bids.actions.opening_access import may_use_recovery_key
from bids.api import answers
from bids.api import serializers as shapes
from bids.api.views import SignedInView, _valid
from bids.models import RecoveryUse
from tendering.models import Tender

_NOT_NOW = OpenApiResponse(description="Not now; `code` says why")


class RecoveryUseView(SignedInView):
    """The envelope of a tender's recovery key: who takes it out, and who has signed its log."""

    @extend_schema(operation_id="tenders_open_recovery", responses=shapes.RecoveryUseAnswer)
    def get(self, request: Request, tender_id: int) -> Response:
        """The use under way, and who may sign the envelope log with you. For openers, and who is named."""
        tender, use = self._find(tender_id)
        return self._answer(tender, use)

    @extend_schema(
        operation_id="tenders_open_recovery_take",
        request=shapes.RecoveryTakeRequest,
        responses={200: shapes.RecoveryUseAnswer, 409: _NOT_NOW},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Say that you open the envelope, why, and with whom. It opens nothing yet; the second person confirms."""
        wanted = _valid(shapes.RecoveryTakeRequest, request)
        tender, _use = self._find(tender_id)
        use = actions.take_recovery_key(
            actor=self.actor, tender_id=tender.pk, witness_id=wanted["witness"], reason=wanted["reason"]
        )
        return self._answer(tender, use)

    @extend_schema(operation_id="tenders_open_recovery_put_back", responses={204: None})
    def delete(self, request: Request, tender_id: int) -> Response:
        """Put the envelope back without a release: either of the two."""
        actions.put_back(actor=self.actor, use_id=self._running(tender_id).pk)
        return Response(status=204)

    def _find(self, tender_id: int) -> tuple[Tender, RecoveryUse | None]:
        """Http404 for everybody but openers of the buyer and the person who is named."""
        tender = Tender.objects.select_related("buyer").filter(pk=tender_id, published_at__lte=clock.now()).first()
        if tender is None:
            raise Http404
        use = steps.running(tender, clock.now())
        if not may_use_recovery_key(self.actor, tender) and (use is None or use.witness_id != self.actor.pk):
            raise Http404
        return tender, use

    def _running(self, tender_id: int) -> RecoveryUse:
        _tender, use = self._find(tender_id)
        if use is None:
            raise Http404
        return use

    def _answer(self, tender: Tender, use: RecoveryUse | None) -> Response:
        found: dict[str, Any] = {
            "use": use.pk if use else None,
            "opener": _person(use.opener) if use else None,
            "witness": _person(use.witness) if use else None,
            "reason": use.reason if use else "",
            "started_at": use.started_at if use else None,
            "confirmed_at": use.confirmed_at if use else None,
            "released_at": use.released_at if use else None,
            "witnesses": [_person(one) for one in steps.witnesses(self.actor, tender, clock.now())],
        }
        return Response(shapes.RecoveryUseAnswer(found).data)


class RecoveryConfirmView(RecoveryUseView):
    """The second person's word."""

    http_method_names = ("post", "options")

    @extend_schema(
        operation_id="tenders_open_recovery_confirm",
        request=None,
        responses={200: shapes.RecoveryUseAnswer, 409: _NOT_NOW},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """As the person named: the envelope was whole and both have signed its log."""
        use = actions.confirm_envelope(actor=self.actor, use_id=self._running(tender_id).pk)
        return self._answer(use.tender, use)


class RecoveryPartView(RecoveryUseView):
    """What an own program needs besides the sheet."""

    http_method_names = ("post", "options")

    @extend_schema(
        operation_id="tenders_open_recovery_part",
        request=None,
        responses={200: shapes.RecoveryPartAnswer, 409: _NOT_NOW},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Join the opening that runs, or start one. Unlock the sheet on your own computer, then send the pieces."""
        task = steps.recovery_task(actor=self.actor, use_id=self._running(tender_id).pk)
        return Response(shapes.RecoveryPartAnswer(task).data, headers={"Cache-Control": "no-store"})


class RecoveryReleaseView(RecoveryUseView):
    """The part of the recovery key."""

    http_method_names = ("post", "options")

    @extend_schema(
        operation_id="tenders_open_recovery_release",
        request=shapes.RecoveryReleaseRequest,
        responses={200: shapes.OpeningAnswer, 409: _NOT_NOW},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Release it, wrapped to the session of `part/`. It counts as one part; sent again it changes nothing."""
        wanted = _valid(shapes.RecoveryReleaseRequest, request)
        use = self._running(tender_id)
        pieces = [dict(piece) for piece in wanted["pieces"]]
        session = actions.release_recovery_key(
            actor=self.actor, use_id=use.pk, session_id=wanted["session"], pieces=pieces
        )
        return Response(shapes.OpeningAnswer(answers.opening_answer(use.tender, session)).data)


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": str(user)}
