"""Acts on a tender: each POST calls one action; refusals are 403 or 409 with code and sentence."""

from datetime import datetime

from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import scanning
from accounts.decision import refuse
from tendering import actions
from tendering.actions.corrections import NewDocument
from tendering.api.access import TenderView, body, organization, person, visible
from tendering.api.parts import decoded
from tendering.api.serializers import (
    AmendmentShape,
    AmendRequest,
    CallRequest,
    CancelRequest,
    ConflictRequest,
    ConflictShape,
    ExtendRequest,
    InvitationRequest,
    PublishRequest,
    ReasonRequest,
    RoundRequest,
    TenderDetail,
)
from tendering.api.views import described
from tendering.lifecycle import Status
from tendering.models import Amendment

LATER = "tender_period_end"


class PublishView(TenderView):
    @extend_schema(request=PublishRequest, responses=TenderDetail, operation_id="tenders_publish")
    def post(self, request: Request, tender_id: int) -> Response:
        """Draft: check and hand over for release. Waiting for release: another person releases it."""
        fields = body(PublishRequest, request)
        tender, now = visible(request, tender_id)
        if tender.status(now) == Status.DRAFT:
            actions.prepare_tender(actor=person(request), tender_id=tender_id, reasons=fields.get("reasons"))
        else:
            actions.release_tender(actor=person(request), tender_id=tender_id, publish_at=fields.get("publish_at"))
        return described(request, tender_id)


class SendBackView(TenderView):
    @extend_schema(request=ReasonRequest, responses=TenderDetail, operation_id="tenders_send_back")
    def post(self, request: Request, tender_id: int) -> Response:
        """Return a tender that waits for release to its preparer."""
        actions.send_back(actor=person(request), tender_id=tender_id, **body(ReasonRequest, request))
        return described(request, tender_id)


class ExtendView(TenderView):
    @extend_schema(request=ExtendRequest, responses={201: AmendmentShape}, operation_id="tenders_extend")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask for a later deadline; it moves when another person approves the amendment."""
        return _extension(request, tender_id, **body(ExtendRequest, request))


class AmendView(TenderView):
    @extend_schema(request=AmendRequest, responses={201: AmendmentShape}, operation_id="tenders_amend")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask for a later deadline or for a correction of text and documents; another person approves it."""
        fields = body(AmendRequest, request)
        changes = fields.pop("changes", {})
        if set(changes) - {LATER, "summary"}:
            visible(request, tender_id)
            refuse("frozen", _("After publication only text, documents and a later deadline can be changed."))
        new_end = _moment(changes[LATER]) if LATER in changes else None
        if new_end and set(changes) == {LATER} and set(fields) == {"reason"}:
            return _extension(request, tender_id, new_end, fields["reason"])
        files = [
            NewDocument(**{**file, "content": decoded(file["content"])}) for file in fields.get("add_documents", [])
        ]
        for file in files:
            scanning.refuse_infected(file.content, "add_documents")
        amendment = actions.request_correction(
            actor=person(request), tender_id=tender_id, reason=fields["reason"], summary=changes.get("summary"),
            is_material=fields.get("is_material", True), add=files, remove=fields.get("remove_documents", []),
            new_end=new_end, why_not_later=fields.get("why_not_later", ""),
        )  # fmt: skip
        return Response(AmendmentShape(amendment).data, status=201)


class AmendmentListView(TenderView):
    @extend_schema(responses=AmendmentShape(many=True), operation_id="tenders_amendments")
    def get(self, request: Request, tender_id: int) -> Response:
        """Approved changes since publication; the buyer's people also see those that wait."""
        tender, _now = visible(request, tender_id)
        found = tender.amendments.all()
        if not (request.user.is_authenticated and person(request).roles_in(tender.buyer_id)):
            found = found.filter(approved_at__isnull=False)
        return Response(AmendmentShape(found, many=True).data)


class ApproveAmendmentView(TenderView):
    @extend_schema(request=None, responses=TenderDetail, operation_id="tenders_amendments_approve")
    def post(self, request: Request, tender_id: int, amendment_id: int) -> Response:
        """The second person approves: the deadline moves, or the correction is public."""
        found = Amendment.objects.filter(pk=amendment_id, tender=tender_id).first()
        if found is None:
            raise Http404
        is_correction = found.kind == Amendment.Kind.CORRECTION
        approve = actions.publish_correction if is_correction else actions.approve_extension
        approve(actor=person(request), amendment_id=amendment_id)
        return described(request, tender_id)


class CancelView(TenderView):
    @extend_schema(request=CancelRequest, responses=TenderDetail, operation_id="tenders_cancel")
    def post(self, request: Request, tender_id: int) -> Response:
        """End the procedure without award."""
        actions.cancel_tender(actor=person(request), tender_id=tender_id, **body(CancelRequest, request))
        return described(request, tender_id)


class RoundView(TenderView):
    @extend_schema(request=RoundRequest, responses=TenderDetail, operation_id="tenders_next_round")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask for the next bids of a negotiated procedure."""
        actions.start_next_round(actor=person(request), tender_id=tender_id, **body(RoundRequest, request))
        return described(request, tender_id)


class InvitationView(TenderView):
    @extend_schema(request=InvitationRequest, responses=TenderDetail, operation_id="tenders_invite")
    def post(self, request: Request, tender_id: int) -> Response:
        """Invite companies to a procedure that is not open to all."""
        references = body(InvitationRequest, request)["providers"]
        providers = [organization(reference, "providers") for reference in references]
        actions.invite_providers(actor=person(request), tender_id=tender_id, providers=providers)
        return described(request, tender_id)


class CallView(TenderView):
    @extend_schema(request=CallRequest, responses=TenderDetail, operation_id="tenders_call_set")
    def put(self, request: Request, tender_id: int) -> Response:
        """Begin the call for candidates of a draft, or change it until it is released; the answer is the call."""
        visible(request, tender_id)
        fields = body(CallRequest, request)
        call = actions.set_call(actor=person(request), tender_id=tender_id, call=fields)
        return described(request, call.pk)


class ConflictView(TenderView):
    @extend_schema(request=ConflictRequest, responses={201: ConflictShape}, operation_id="tenders_declare_conflict")
    def post(self, request: Request, tender_id: int) -> Response:
        """Declare whether you have a conflict of interest."""
        declared = actions.declare_conflict(
            actor=person(request), tender_id=tender_id, **body(ConflictRequest, request)
        )
        return Response(ConflictShape(declared).data, status=201)


def _extension(request: Request, tender_id: int, new_end: datetime, reason: str) -> Response:
    amendment = actions.request_extension(actor=person(request), tender_id=tender_id, new_end=new_end, reason=reason)
    return Response(AmendmentShape(amendment).data, status=201)


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise serializers.ValidationError({LATER: [_("Write the moment with its offset (RFC 3339).")]})
    return moment
