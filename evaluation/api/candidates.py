"""Candidates of a call over HTTP: points, proposal, the second person's decision, the own letter."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import StrictDecimalField
from accounts.decision import require
from accounts.lifecycle import PROVIDER_ROLES
from bids.models import Bid
from evaluation import actions
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.candidates import field_of
from evaluation.figures import shortest
from evaluation.lifecycle import ACTIONS, decide
from evaluation.models import CandidateLetter, CandidateSelection
from evaluation.readers import Reader, reader, require_file
from tendering.lifecycle import Status


class CandidateScoreOut(serializers.Serializer):
    criterion = serializers.CharField()
    points = serializers.CharField(help_text="0 to 10")
    reason = serializers.CharField()


class CandidateOut(serializers.Serializer):
    """One request. `selected` is null while it cannot be told."""

    bid_id = serializers.UUIDField()
    bid = serializers.CharField()
    company = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="why it is not suitable")
    scores = CandidateScoreOut(many=True)
    total = serializers.CharField(allow_null=True, help_text="points of 100")
    rank = serializers.IntegerField(allow_null=True)
    selected = serializers.BooleanField(allow_null=True)


class CandidatesOut(serializers.Serializer):
    min_candidates = serializers.IntegerField(allow_null=True)
    max_candidates = serializers.IntegerField(allow_null=True)
    proposed_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    candidates = CandidateOut(many=True)


class PointsIn(serializers.Serializer):
    criterion = serializers.CharField(max_length=10)
    points = StrictDecimalField(max_digits=4, decimal_places=2, min_value=0, max_value=10)
    reason = serializers.CharField(max_length=4000)


class CandidateScoresIn(serializers.Serializer):
    """Points by every published criterion at once."""

    bid_id = serializers.UUIDField()
    scores = PointsIn(many=True)


class SelectionIn(serializers.Serializer):
    reason = serializers.CharField(max_length=4000, allow_blank=True, default="")


class SelectionBackIn(serializers.Serializer):
    reason = serializers.CharField(max_length=4000)


class CandidateLetterOut(serializers.Serializer):
    company = serializers.CharField(source="company.reference")
    language = serializers.CharField()
    selected = serializers.BooleanField(source="content.selected")
    parts = serializers.ListField(child=serializers.CharField(), source="content.parts")
    sha256 = serializers.CharField()
    sent_at = serializers.DateTimeField()


def _call(request: Request, tender_id: int) -> Reader:
    """For office and audit after the opening; nothing tells of requests before."""
    who = reader(request.user, tender_id)
    require_file(who)
    if not who.tender.is_call:
        raise Http404
    if who.tender.opened_at is None or who.tender.opened_at > who.now:
        require(decide("confirm", Status.OPEN, ACTIONS["confirm"].roles))
    return who


def _shown(who: Reader) -> Any:
    field = field_of(who.tender)
    selection = CandidateSelection.objects.filter(tender=who.tender).first()
    rows = [
        {
            "bid_id": one.bid.pk,
            "bid": one.bid.reference or str(one.bid.pk),
            "company": one.bid.company.name,
            "reasons": one.reasons,
            "scores": [
                {"criterion": code, "points": format(shortest(row.value), "f"), "reason": row.reason}
                for code, row in one.scores.items()
            ],
            "total": None if one.total is None else format(shortest(one.total), "f"),
            "rank": one.rank,
            "selected": one.selected,
        }
        for one in field.candidates
    ]
    body = {
        "min_candidates": who.tender.min_candidates,
        "max_candidates": who.tender.max_candidates,
        "proposed_at": selection.proposed_at if selection else None,
        "decided_at": selection.decided_at if selection else None,
        "candidates": rows,
    }
    return CandidatesOut(body).data


class CandidatesView(SignedIn):
    @extend_schema(responses=CandidatesOut, operation_id="candidates")
    def get(self, request: Request, tender_id: int) -> Response:
        """All candidates of an opened call, best first."""
        return Response(_shown(_call(request, tender_id)))


class CandidateScoresView(SignedIn):
    @extend_schema(request=CandidateScoresIn, responses=CandidatesOut, operation_id="candidate_scores")
    def post(self, request: Request, tender_id: int) -> Response:
        """Give one request its points; a waiting proposal falls."""
        who, data = _call(request, tender_id), parsed(CandidateScoresIn, request)
        if not Bid.objects.filter(pk=data["bid_id"], tender=tender_id).exists():
            raise Http404
        scores = {row["criterion"]: {"points": row["points"], "reason": row["reason"]} for row in data["scores"]}
        actions.score_candidate(actor=who.user, bid_id=data["bid_id"], scores=scores)
        return Response(_shown(who))


class SelectionView(SignedIn):
    @extend_schema(request=SelectionIn, responses={201: CandidatesOut}, operation_id="candidate_selection")
    def post(self, request: Request, tender_id: int) -> Response:
        """Propose what the published rule gives."""
        who, data = _call(request, tender_id), parsed(SelectionIn, request)
        actions.propose_selection(actor=who.user, tender_id=tender_id, reason=data["reason"])
        return Response(_shown(who), status=201)


class SelectionDecideView(SignedIn):
    @extend_schema(request=None, responses=CandidatesOut, operation_id="candidate_selection_decide")
    def post(self, request: Request, tender_id: int) -> Response:
        """Another person decides: the selected ones are invited, every candidate gets a letter."""
        who = _call(request, tender_id)
        actions.decide_selection(actor=who.user, tender_id=tender_id)
        return Response(_shown(who))


class SelectionReturnView(SignedIn):
    @extend_schema(request=SelectionBackIn, responses=CandidatesOut, operation_id="candidate_selection_return")
    def post(self, request: Request, tender_id: int) -> Response:
        """The second person gives the proposal back, with a reason."""
        who, data = _call(request, tender_id), parsed(SelectionBackIn, request)
        actions.return_selection(actor=who.user, tender_id=tender_id, reason=data["reason"])
        return Response(_shown(who))


class CandidacyView(SignedIn):
    @extend_schema(responses=CandidateLetterOut(many=True), operation_id="candidacy")
    def get(self, request: Request, tender_id: int) -> Response:
        """What the own company was told about its selection."""
        companies = actor_of(request).organizations_with(*PROVIDER_ROLES)
        rows = CandidateLetter.objects.filter(bid__tender=tender_id, company__in=companies).select_related("company")
        if not rows:
            raise Http404
        return Response(CandidateLetterOut(rows, many=True).data)
