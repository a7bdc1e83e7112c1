"""The platform's proposal of one later deadline after a disturbance of its own: evidence, acceptance, or why not."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import ApiView
from tendering import actions, disturbances
from tendering.api.access import body, person, visible
from tendering.api.serializers import AmendmentShape, ReasonRequest
from tendering.models import ExtensionProposal


class ProposalShape(serializers.Serializer):
    """`decision` is empty while the proposal waits."""

    id = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField(help_text="the deadline it was made for")
    new_end = serializers.DateTimeField()
    minutes = serializers.IntegerField(help_text="bad minutes in the hours before the deadline")
    decision = serializers.CharField(allow_blank=True, help_text="accepted, declined or past (the deadline moved)")
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="why it was declined, or the reason that was published")
    amendment = serializers.IntegerField(source="amendment_id", allow_null=True)


class ProposalDetailShape(ProposalShape):
    proposed_reason = serializers.CharField(help_text="in the tender's language; becomes the reason when accepted")
    evidence = serializers.DictField(help_text="its canonical JSON has the hash that stands in the trail")
    evidence_sha256 = serializers.CharField()


class ProposalsView(ApiView):
    """For people of the buyer who may read what was measured; for everybody else there is nothing here."""

    permission_classes = (IsAuthenticated,)


class ProposalListView(ProposalsView):
    @extend_schema(responses=ProposalShape(many=True), operation_id="tenders_proposals")
    def get(self, request: Request, tender_id: int) -> Response:
        """All proposals of a later deadline, oldest first."""
        _readable(request, tender_id)
        return Response(ProposalShape(ExtensionProposal.objects.filter(tender=tender_id), many=True).data)


class ProposalView(ProposalsView):
    @extend_schema(responses=ProposalDetailShape, operation_id="tenders_proposal")
    def get(self, request: Request, tender_id: int, proposal_id: int) -> Response:
        """One proposal with its evidence."""
        return _described(_found(request, tender_id, proposal_id))


class AcceptProposalView(ProposalsView):
    @extend_schema(request=None, responses={201: AmendmentShape}, operation_id="tenders_proposal_accept")
    def post(self, request: Request, tender_id: int, proposal_id: int) -> Response:
        """Ask for the proposed deadline; it moves when another person approves the amendment."""
        found = _found(request, tender_id, proposal_id)
        accepted = actions.accept_proposal(actor=person(request), proposal_id=found.pk)
        return Response(AmendmentShape(accepted.amendment).data, status=201)


class DeclineProposalView(ProposalsView):
    @extend_schema(request=ReasonRequest, responses=ProposalDetailShape, operation_id="tenders_proposal_decline")
    def post(self, request: Request, tender_id: int, proposal_id: int) -> Response:
        """Leave the deadline where it is, and say why."""
        found = _found(request, tender_id, proposal_id)
        fields = body(ReasonRequest, request)
        return _described(actions.decline_proposal(actor=person(request), proposal_id=found.pk, **fields))


def _readable(request: Request, tender_id: int) -> None:
    tender, _now = visible(request, tender_id)
    if person(request).roles_in(tender.buyer_id).isdisjoint(disturbances.READERS):
        raise Http404


def _found(request: Request, tender_id: int, proposal_id: int) -> ExtensionProposal:
    _readable(request, tender_id)
    found = ExtensionProposal.objects.select_related("tender__buyer").filter(pk=proposal_id, tender=tender_id).first()
    if found is None:
        raise Http404
    return found


def _described(proposal: ExtensionProposal) -> Response:
    shown = ProposalShape(proposal).data
    evidence = {
        "proposed_reason": actions.reason_of(proposal),
        "evidence": proposal.evidence,
        "evidence_sha256": actions.evidence_hash(proposal),
    }
    return Response({**shown, **evidence})
