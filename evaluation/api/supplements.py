"""Documents handed in later over HTTP: the bidder's files, the office's word on them, the files themselves."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation import actions
from evaluation.actions.supplements import too_large
from evaluation.api import serializers as shapes
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.models import SupplementRequest
from evaluation.readers import questions_to
from evaluation.supplement_files import document_response
from tendering.upload import DocumentUploadHandler


def _row(tender_id: int, request_id: int) -> SupplementRequest:
    """Ids are addressed below their own tender only."""
    row = SupplementRequest.objects.filter(pk=request_id, bid__tender=tender_id).first()
    if row is None:
        raise Http404
    return row


class OwnSupplementsView(SignedIn):
    @extend_schema(responses=shapes.SupplementOut(many=True), operation_id="supplements_own")
    def get(self, request: Request, tender_id: int) -> Response:
        """The documents the buyer asks the own company for."""
        rows = questions_to(actor_of(request), tender_id)[1]
        if not rows:
            raise Http404
        return Response(shapes.SupplementOut(rows, many=True).data)


class SupplementFileView(SignedIn):
    """The file of the bidder; kept in memory until it is stored encrypted."""

    parser_classes = (MultiPartParser,)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        request.upload_handlers = [DocumentUploadHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": shapes.SupplementFileIn}, responses={201: shapes.SupplementOut},
        operation_id="supplement_hand_in",
    )  # fmt: skip
    def post(self, request: Request, tender_id: int, request_id: int) -> Response:
        """Hand the document in, once; after its date it is taken and marked as late."""
        row = _row(tender_id, request_id)
        if not any(own.pk == row.pk for own in questions_to(actor_of(request), tender_id)[1]):
            raise Http404
        file = parsed(shapes.SupplementFileIn, request)["file"]
        if file.size > settings.DOCUMENT_FILE_LIMIT:
            raise ValidationError({"file": too_large()})
        try:
            files = {row.pk: (file.name, file.read())}
            actions.hand_in_documents(actor=actor_of(request), bid_id=row.bid_id, files=files)
        except ValidationError as error:
            raise ValidationError({"file": error.messages}) from error
        return Response(shapes.SupplementOut(_row(tender_id, request_id)).data, status=201)


class SupplementJudgeView(SignedIn):
    @extend_schema(request=shapes.SupplementJudgeIn, responses=shapes.SupplementOut, operation_id="supplement_judge")
    def post(self, request: Request, tender_id: int, request_id: int) -> Response:
        """Say whether the document is what was asked for."""
        row, data = _row(tender_id, request_id), parsed(shapes.SupplementJudgeIn, request)
        judged = actions.judge_supplement(actor=actor_of(request), request_id=row.pk, **data)
        return Response(shapes.SupplementOut(judged).data)


class SupplementConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.SupplementOut, operation_id="supplement_confirm")
    def post(self, request: Request, tender_id: int, request_id: int) -> Response:
        """Confirm as the second person what differs from the clock."""
        row = _row(tender_id, request_id)
        confirmed = actions.confirm_supplement(actor=actor_of(request), request_id=row.pk)
        return Response(shapes.SupplementOut(confirmed).data)


class SupplementDocumentView(SignedIn):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="supplement_file")
    def get(self, request: Request, document_id: UUID) -> HttpResponse:
        """A document handed in later, for its company and the buyer's office. Always a download."""
        return document_response(actor_of(request), document_id)
