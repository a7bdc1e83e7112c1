"""The rehearsal of an opening over the API, for openers with a program of their own."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.holders import groups_of
from accounts.models import OpeningGroup
from bids import actions
from bids.actions.group_rehearsal import running_rehearsal
from bids.actions.opening import SESSION_LIFE
from bids.api import serializers as shapes
from bids.api.views import SignedInView, _valid
from bids.group_rehearsals import last_rehearsal, rehearsed_by
from bids.models import GroupRehearsal


class RehearseView(SignedInView):
    """The rehearsal of one buyer's opening group: how it stands, and one's own part."""

    @extend_schema(operation_id="opening_groups_rehearsal", responses=shapes.GroupRehearsalAnswer)
    def get(self, request: Request, organization_id: int) -> Response:
        """When the group last opened a test bid together, and how far a rehearsal is that runs. For its openers."""
        return self._answer(organization_id)

    @extend_schema(
        operation_id="opening_groups_rehearse",
        request=shapes.OpenRequest,
        responses={
            200: shapes.GroupRehearsalAnswer,
            409: OpenApiResponse(description="Not now, or the session has expired"),
        },
    )
    def post(self, request: Request, organization_id: int) -> Response:
        """Release one's own part, as at an opening; sent again it changes nothing. The last one opens the test bid."""
        wanted = _valid(shapes.OpenRequest, request)
        self._group(organization_id)
        if "pieces" in wanted:
            if not GroupRehearsal.objects.filter(pk=wanted["session"], group__organization=organization_id).exists():
                raise Http404
            pieces = [dict(piece) for piece in wanted["pieces"]]
            actions.rehearse_hand_over(actor=self.actor, rehearsal_id=wanted["session"], pieces=pieces)
        else:
            started = actions.start_group_rehearsal(actor=self.actor, organization_id=organization_id)
            sentence = wanted["pass_sentence"]
            actions.rehearse_assisted(actor=self.actor, rehearsal_id=started.pk, pass_sentence=sentence)
        return self._answer(organization_id)

    def _answer(self, organization_id: int) -> Response:
        group, now = self._group(organization_id), clock.now()
        standing, running, last = rehearsed_by(group, now), running_rehearsal(group, now), last_rehearsal(group)
        answer: dict[str, Any] = {
            "state": standing.state,
            "rehearsed_at": standing.at,
            "due_at": standing.until,
            "session": running.pk if running else None,
            "released": running.releases.count() if running else 0,
            "needed": running.needed if running else group.needed,
            "expires_at": running.started_at + SESSION_LIFE if running else None,
            "test_bid": last.opened if last else None,
        }
        return Response(shapes.GroupRehearsalAnswer(answer).data)

    def _group(self, organization_id: int) -> OpeningGroup:
        group = groups_of(self.actor).filter(organization=organization_id).first()
        if group is None:
            raise Http404
        return group


class PartView(SignedInView):
    """The own part in a rehearsal."""

    @extend_schema(
        operation_id="opening_groups_rehearsal_part",
        request=None,
        responses={200: shapes.OpenerPartAnswer, 409: OpenApiResponse(description="Not now")},
    )
    def post(self, request: Request, organization_id: int) -> Response:
        """Join the rehearsal that runs, or start one. Unlock the key on your own computer, then send the pieces."""
        started = actions.start_group_rehearsal(actor=self.actor, organization_id=organization_id)
        task = actions.group_rehearsal_task(actor=self.actor, rehearsal_id=started.pk)
        return Response(shapes.OpenerPartAnswer(task).data, headers={"Cache-Control": "no-store"})
